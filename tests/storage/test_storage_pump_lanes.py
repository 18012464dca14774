"""A broadcast on its way out: nobody who waits for an answer waits for it, and a channel that asks for time gets it. On
both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from storage_seed import HOUR, NOW, House

from bot.pump import BATCH, LONGEST_REST, Pump
from handlers.core.ports import Due, Undeliverable
from handlers.core.turn import Reply
from storage import tables as t
from storage.outbox_queue import LEASE, OutboxQueue

o = t.outbox.c


class Way:
    """A channel that takes what is sent once it is let, and refuses what it is told to: how often, with what."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.sent: list[str] = []
        self.under_way: set[str] = set()
        self.most = 0  # at once
        self.slow: set[str] = set()  # answers that are not let either
        self.refuses: dict[str, list[BaseException]] = {}
        self.let, self.changed = asyncio.Event(), asyncio.Event()
        self.let.set()

    async def deliver(self, due: Due) -> None:
        self.begun.append(due.address)
        self.under_way.add(due.address)
        self.most = max(self.most, len(self.under_way))
        self.changed.set()
        try:
            if due.kind == "broadcast" or due.address in self.slow:
                await self.let.wait()
            if errors := self.refuses.get(due.address):
                raise errors.pop(0)
            self.sent.append(due.address)
        finally:
            self.under_way.remove(due.address)
            self.changed.set()


class Office:
    def __init__(self, house: House) -> None:
        self.house, self.now = house, NOW
        self.mail, self.chat = Way(), Way()
        queue = OutboxQueue(house.engine, house.keys, lambda: self.now)
        self.pump = Pump(queue, {"email": self.mail, "telegram": self.chat}, lambda: self.now)

    def write(self, channel: str, *addresses: str, kind: str = "broadcast") -> None:
        with self.house.open() as work:
            for one in addresses:
                reply, key = Reply("Voici", kind=kind), f"{channel}:{one}"
                work.outbox.put(self.house.atelier, channel, one, reply, self.now, dedup=key)
        for wake in self.pump.wakes:
            wake.set()

    async def drain(self, by: timedelta = timedelta()) -> None:
        self.now += by
        while await self.pump.drain():
            pass

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.pump.run(poll=0.01))
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    def ready(self, address: str) -> datetime:
        with self.house.engine.connect() as db:
            asked = select(o.ready_at).where(o.channel == "telegram", o.address == address)
            found: datetime = db.execute(asked).scalar_one()
            return found


@pytest.fixture
async def office(house: House) -> Office:
    return Office(house)


async def until(way: Way, *addresses: str, gone: bool = True) -> None:
    """Until these left there, or are under way."""
    async with asyncio.timeout(10):
        while not set(addresses) <= (set(way.sent) if gone else way.under_way):
            way.changed.clear()
            await way.changed.wait()


async def test_an_answer_does_not_wait_for_a_broadcast(office: Office) -> None:
    people = [f"{n}" for n in range(3 * BATCH)]
    for way in (office.mail, office.chat):
        way.let.clear()
    office.write("email", *people)
    office.write("telegram", *people)
    async with office.running():
        await until(office.mail, *people[:BATCH], gone=False)
        await until(office.chat, people[0], gone=False)
        office.write("email", "anne", kind="answer")
        office.write("telegram", "bob", kind="answer")
        await until(office.mail, "anne")
        await until(office.chat, "bob")
        assert (office.mail.sent, office.chat.sent) == (["anne"], ["bob"])
        office.mail.let.set()
        office.chat.let.set()
        await until(office.mail, *people)
        await until(office.chat, *people)
    assert office.chat.sent == ["bob", *people]
    assert office.chat.most == 2, "one message of a broadcast at a time, beside an answer"


async def test_a_chat_does_not_wait_for_a_relay_that_says_nothing(office: Office) -> None:
    office.mail.let.clear()
    office.mail.slow = {"anne"}
    office.write("email", "anne", kind="answer")
    async with office.running():
        await until(office.mail, "anne", gone=False)
        office.write("telegram", "bob", kind="answer")
        await until(office.chat, "bob")
        assert office.mail.sent == []
        office.mail.let.set()
        await until(office.mail, "anne")


async def test_those_that_hang_keep_their_own_places_only(office: Office) -> None:
    """Within one lane: what comes after them leaves through the place that is left."""
    stuck, others = [f"stuck {n}" for n in range(BATCH - 1)], ["1", "2", "3"]
    office.chat.let.clear()
    office.chat.slow = {*stuck, "4"}
    office.write("telegram", *stuck, *others, "4", "5", kind="answer")
    async with office.running():
        await until(office.chat, *others)
        await until(office.chat, *stuck, "4", gone=False)
        assert office.chat.sent == others, "there is no place for the last one"
        office.chat.let.set()
        await until(office.chat, *stuck, "4", "5")
    assert office.chat.most == BATCH


async def test_what_hangs_longer_than_its_lease_is_not_begun_again(office: Office) -> None:
    office.chat.let.clear()
    office.chat.slow = {"anne"}
    office.write("telegram", "anne", kind="answer")
    async with office.running():
        await until(office.chat, "anne", gone=False)
        office.now += LEASE + timedelta(seconds=1)
        for one in ("bob", "carol"):
            office.write("telegram", one, kind="answer")
            await until(office.chat, one)
        assert office.chat.begun == ["anne", "bob", "carol"]


async def test_a_cancellation_that_nobody_asked_for_ends_no_lane(office: Office) -> None:
    office.chat.refuses = {"anne": [asyncio.CancelledError()]}
    office.write("telegram", "anne", kind="answer")
    await office.drain()
    assert office.ready("anne") > NOW, "as what failed for now"
    await office.drain(HOUR)
    assert office.chat.sent == ["anne"]


async def test_a_channel_that_asks_for_time_gets_it(office: Office) -> None:
    office.chat.refuses = {"2": [Undeliverable("too many requests", after=35.0)]}
    office.write("telegram", "1", "2", "3")
    office.write("email", "1", "2", "3")
    await office.drain()
    assert (office.chat.sent, sorted(office.mail.sent)) == (["1"], ["1", "2", "3"])
    assert office.ready("2") == NOW + timedelta(seconds=35)
    office.write("telegram", "bob", kind="answer")
    await office.drain(timedelta(seconds=34))
    assert office.chat.sent == ["1", "bob"], "who waits for an answer is no broadcast"
    await office.drain(timedelta(seconds=1))
    assert office.chat.sent == ["1", "bob", "3", "2"]


async def test_a_chat_that_asks_for_an_hour_keeps_the_others_waiting_for_a_minute(office: Office) -> None:
    office.chat.refuses = {"1": [Undeliverable("too many requests", after=3600.0)]}
    office.write("telegram", "1", "2")
    await office.drain()
    await office.drain(timedelta(seconds=LONGEST_REST - 1))
    assert office.chat.sent == []
    await office.drain(timedelta(seconds=1))
    assert office.chat.sent == ["2"]
    await office.drain(HOUR)
    assert office.chat.sent == ["2", "1"]
