"""What leaves, and when: the queue in the database, emptied through a channel that answers as it is told."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from storage_seed import DAY, HOUR, MINUTE, NOW, House

from bot.pauses import FIRST, LONGEST
from bot.pump import BATCH, Pump
from handlers.core.ports import Due, Undeliverable
from handlers.core.turn import Reply
from storage import tables as t
from storage.queue import OutboxQueue

REFUSED = Undeliverable("the relay refused our user and password", pause=True)


class Way:
    """A channel; `error` is what it says to each message, None where it takes them."""

    def __init__(self) -> None:
        self.error: Undeliverable | None = None
        self.tried: list[int] = []
        self.sent: list[int] = []

    async def deliver(self, due: Due) -> str:
        self.tried.append(due.id)
        if self.error:
            raise self.error
        self.sent.append(due.id)
        return "250"


class Outgoing:
    def __init__(self, house: House) -> None:
        self.house, self.now = house, NOW
        self.mail, self.chat = Way(), Way()
        self.told: list[tuple[str, str]] = []
        self.refused: list[str] = []
        self.late: list[int] = []
        self.queue = OutboxQueue(house.engine, house.keys, lambda: self.now, late=self.late.append)
        self.pump = Pump(
            self.queue,
            {"email": self.mail, "telegram": self.chat},
            lambda: self.now,
            failed=self.failed,
            paused=lambda channel, reason: self.told.append((channel, reason)),
        )

    def failed(self, due: Due, error: Undeliverable) -> None:
        if error.permanent:
            self.refused.append(str(error))

    def write(
        self, n: int, channel: str = "email", kind: str = "answer", life: timedelta | None = None
    ) -> list[int]:
        ends = self.now + life if life else None
        with self.house.open() as work:
            return [
                work.outbox.put(
                    self.house.atelier,
                    channel,
                    f"{number}@exemple.example",
                    Reply("Voici", kind=kind),
                    self.now,
                    dedup=f"{self.now}:{channel}:{number}",
                    drop_at=ends,
                )
                for number in range(n)
            ]

    async def drain(self, by: timedelta = timedelta()) -> None:
        self.now += by
        while await self.pump.drain():
            pass

    def rows(self) -> list[tuple[str, str | None]]:
        with self.house.engine.connect() as db:
            asked = select(t.outbox.c.state, t.outbox.c.last_error).order_by(t.outbox.c.id)
            return [(row.state, row.last_error) for row in db.execute(asked)]

    def ready(self) -> datetime:
        with self.house.engine.connect() as db:
            found: datetime = db.execute(select(t.outbox.c.ready_at)).scalar_one()
            return found


@pytest.fixture
def out(house: House) -> Outgoing:
    return Outgoing(house)


async def test_a_refused_log_in_pauses_the_channel_and_costs_no_mail_anything(out: Outgoing) -> None:
    out.mail.error = REFUSED
    written = out.write(BATCH + 4)
    await out.drain()
    assert len(out.mail.tried) == BATCH, "what was under way when it was refused, and nothing after"
    assert {state for state, _ in out.rows()} == {"due"}
    assert out.told == [("email", "the relay refused our user and password")]
    out.mail.tried.clear()
    await out.drain(FIRST - timedelta(seconds=1))
    assert out.mail.tried == []
    out.mail.error = None
    await out.drain(timedelta(seconds=1))
    assert sorted(out.mail.sent) == written
    assert out.told[1:] == [("email", "")]


async def test_while_it_is_paused_one_mail_is_tried_at_longer_and_longer_times(out: Outgoing) -> None:
    out.mail.error = REFUSED
    out.write(3)
    await out.drain()
    out.mail.tried.clear()
    times = []
    for _ in range(60):
        await out.drain(MINUTE)
        times += [(out.now - NOW) // MINUTE] * len(out.mail.tried)
        out.mail.tried.clear()
    assert times == [1, 3, 7, 15, 30, 45, 60]
    assert timedelta(minutes=15) == LONGEST
    assert len(out.told) == 1, "the operator hears of it once"


async def test_a_pause_of_days_makes_no_mail_too_old(out: Outgoing) -> None:
    out.mail.error = REFUSED
    (written,) = out.write(1)
    await out.drain()
    await out.drain(3 * DAY)
    out.mail.error = None
    await out.drain(HOUR)
    assert out.mail.sent == [written]


async def test_other_channels_go_on(out: Outgoing) -> None:
    out.mail.error = REFUSED
    out.write(2)
    await out.drain()
    chat = out.write(2, "telegram")
    await out.drain()
    assert sorted(out.chat.sent) == chat


async def test_a_refused_address_is_no_pause_and_does_not_end_one(out: Outgoing) -> None:
    out.mail.error = Undeliverable("550 5.1.1 no such user", permanent=True)
    out.write(1)
    await out.drain()
    assert (out.told, out.refused) == ([], ["550 5.1.1 no such user"])
    out.mail.error = REFUSED
    out.now += MINUTE
    out.write(2)
    await out.drain()
    out.mail.error = Undeliverable("550 5.1.1 no such user", permanent=True)
    await out.drain(MINUTE)
    assert [channel for channel, reason in out.told if reason] == ["email"]
    assert out.told == [("email", str(REFUSED))]


async def test_a_code_that_could_not_leave_in_its_time_is_dropped(out: Outgoing) -> None:
    out.mail.error = REFUSED
    written = out.write(1, kind="code", life=5 * MINUTE)
    await out.drain()
    out.mail.error = None
    await out.drain(5 * MINUTE)
    assert (out.mail.sent, out.rows()) == ([], [("dropped", "too late")])
    assert out.late == written


async def test_a_code_that_is_refused_for_now_is_tried_often_then_dropped_and_told(out: Outgoing) -> None:
    out.mail.error = Undeliverable("450 4.2.0 greylisted")
    written = out.write(1, kind="code", life=5 * MINUTE)
    await out.drain()
    while out.rows()[0][0] == "due":
        out.now = out.ready()
        await out.drain()
    assert len(out.mail.tried) >= 5
    assert out.now == NOW + 5 * MINUTE
    assert (out.rows(), out.late) == ([("dropped", "too late")], written)


@pytest.mark.parametrize(
    ("kind", "life"),
    [("answer", timedelta(hours=48)), ("notice", timedelta(hours=48)), ("broadcast", timedelta(days=5))],
)
async def test_what_is_refused_for_now_is_tried_by_the_schedule_and_then_given_up(
    out: Outgoing, kind: str, life: timedelta
) -> None:
    out.mail.error = Undeliverable("450 4.2.0 greylisted")
    out.write(1, kind=kind)
    await out.drain()
    first = out.ready() - NOW
    assert 0.8 * MINUTE <= first <= 1.2 * MINUTE
    while out.rows()[0][0] == "due":
        out.now = out.ready()
        await out.drain()
    assert out.rows() == [("failed", "450 4.2.0 greylisted")]
    assert life - timedelta(hours=5) < out.now - NOW <= life


def test_no_two_tries_at_once_are_at_the_same_time(out: Outgoing) -> None:
    out.mail.error = Undeliverable("421 4.3.2 closing")
    out.write(8)
    asyncio.run(out.drain())
    with out.house.engine.connect() as db:
        times = db.execute(select(t.outbox.c.ready_at)).scalars().all()
    assert len(set(times)) > 4, "or all would meet the relay again together"
