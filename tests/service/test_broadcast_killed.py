"""The machine dies in the middle of a broadcast, while it is written and while it leaves, again and again: in the end
each invoice reached each person once.

What was being sent may go again: an e-mail with the same Message-ID, over Telegram one message at most.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.demo.botapi import DEMO_TOKEN
from bot.pump import BATCH
from service.announced import Company, Sink, count, sink
from service.warm import Forked, Warm
from storage import tables as t

BEGUN = select(func.count()).select_from(t.broadcasts)
WRITTEN = select(func.count()).select_from(t.notices)
OPEN = select(func.count()).select_from(t.broadcasts).where(t.broadcasts.c.finished_at.is_(None))


class Machine:
    """The service and the command; both die at once."""

    def __init__(self, folder: Path, sink: Sink, clients: int, dice: random.Random) -> None:
        self.folder, self.sink, self.dice = folder, sink, dice
        self.company = Company(folder, clients)
        self.company.open_chats(sink.api)
        self.clock = folder / "clock"  # none yet: the time is the machine's
        self.service = Warm(
            folder,
            sink.url,
            telegram_token=DEMO_TOKEN,
            telegram_api=sink.api.url,
            clock_file=self.clock,
        )
        self.wanted = len(self.company.mails) + len(self.company.messages)

    async def cut_while_written(self) -> str:
        """Anywhere from the first row on."""
        await self.service.start()
        log = self.folder / "command.log"
        command = Forked(self.folder, self.service.env, log, log, "broadcast", "--yes")
        some = self.dice.choice((0, self.dice.randrange(self.wanted)))
        async with asyncio.timeout(60):
            while command.poll() is None and not (self._count(BEGUN) and self._count(WRITTEN) >= some):
                await asyncio.sleep(0.005)
        await asyncio.sleep(self.dice.uniform(0, 0.05))
        command.kill()
        self.service.kill()
        command.wait()
        return f"written {self._count(WRITTEN)} of {self.wanted}"

    async def cut_while_sent(self, taken: int) -> str:
        """Once so many arrived: before the service heard that they did, or soon after."""
        await self.service.start()
        await self.sink.api.until(lambda: self.sink.taken() >= taken, 300)
        await asyncio.sleep(self.dice.choice((0, self.dice.uniform(0, 0.03))))
        self.service.kill()
        return f"sent {self.sink.taken()} of {self.wanted}"

    async def write(self) -> None:
        """The command, as its operator gives it again; the service comes later."""
        done = await asyncio.to_thread(self.service.run, "broadcast", "--yes", "--json")
        assert done.returncode == 0, done.stdout + done.stderr

    async def finish(self) -> None:
        await self.service.start()
        await self.sink.api.until(lambda: self.sink.taken() >= self.wanted, 300)
        later = datetime.now(UTC) + timedelta(
            minutes=6
        )  # what was cut off before its end is noted as written
        self.clock.write_text(later.isoformat(), "ascii")
        async with asyncio.timeout(60):
            while self._count(OPEN):
                await asyncio.sleep(0.05)
        assert self.service.stop() == 0

    def end(self) -> None:
        self.service.end()
        self.company.engine.dispose()

    def _count(self, query: Any) -> int:
        return count(self.company.engine, query)


async def broadcast_with_kills(folder: Path, clients: int, writing: int, sending: int, seed: int) -> None:
    began, cuts = time.monotonic(), []
    async with sink() as there:
        machine = Machine(folder, there, clients, random.Random(seed))
        try:
            cuts += [await machine.cut_while_written() for _ in range(writing)]
            await machine.write()
            left = range(there.taken() + 1, machine.wanted)
            for taken in sorted(machine.dice.sample(left, sending)):
                cuts.append(await machine.cut_while_sent(taken))
            await machine.finish()
            shown = json.loads(machine.service.run("broadcast", "list", "--json").stdout)
        finally:
            machine.end()
        kills = writing + sending
        print(f"seed {seed}, {kills} kills in {time.monotonic() - began:.0f} s:", *cuts, sep="\n  ")
        each_once(machine.company, there, kills)
    [one] = shown
    numbers = {name: one[name] for name in ("recipients", "sent", "planned", "skipped", "blocked", "bounced")}
    assert numbers == dict.fromkeys(numbers, 0) | {"recipients": machine.wanted, "sent": machine.wanted}
    assert one["finished_at"]


def each_once(company: Company, there: Sink, kills: int) -> None:
    messages = there.messages()
    assert set(there.mails) == company.mails
    assert set(messages) == company.messages
    different = {said: ids for said, ids in there.mails.items() if len(set(ids)) > 1}
    assert not different, "an e-mail comes again with the same Message-ID only"
    named = {ids[0] for ids in there.mails.values()}
    assert len(named) == len(there.mails), "no two e-mails share a Message-ID"
    repeats = sum(len(ids) - 1 for ids in there.mails.values()), messages.total() - len(messages)
    print(f"  came again: {repeats[0]} of {len(named)} e-mails, {repeats[1]} of {len(messages)} messages")
    assert repeats[0] <= kills * BATCH
    assert repeats[1] <= kills, "at most one message a kill"


async def test_each_invoice_arrives_once_whatever_dies(tmp_path: Path) -> None:
    await broadcast_with_kills(tmp_path, clients=20, writing=1, sending=1, seed=8)


@pytest.mark.soak
async def test_each_of_two_thousand_arrives_once_after_twenty_kills(tmp_path: Path) -> None:
    await broadcast_with_kills(tmp_path, clients=2000, writing=5, sending=15, seed=20)
