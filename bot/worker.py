"""Stored mails become what was said: read in a guarded process, then taken by the desk, in the order of their lane.

The desk marks the inbox row in its own transaction: a crash anywhere replays the mail, and its answer is written once.
A mail that fails three times is put aside, and the next one goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import structlog

from bot.waiting import is_stop, woken
from handlers.core.ports import Clock
from handlers.core.turn import Said
from storage.queue import InboxQueue, Raw

log = structlog.get_logger()

BATCH = 16
TRIES = 3
WAIT = timedelta(seconds=5)  # before a failed turn is tried again


class PutAside(Exception):
    """Not for the desk: `kind` is "ignore" (a robot, a hostile From) or "quarantine" (for a person to look at)."""

    def __init__(self, kind: str, verdict: dict[str, Any]) -> None:
        super().__init__(kind)
        self.kind, self.verdict = kind, verdict


class Worker:
    """`read` makes a Said of a raw mail, or raises PutAside; `take` is the desk's, in a thread; `gave_up` hears of
    what failed for good."""

    def __init__(
        self,
        queue: InboxQueue,
        read: Callable[[Raw], Awaitable[Said]],
        take: Callable[[Said], None],
        gave_up: Callable[[Raw], None],
        clock: Clock,
    ) -> None:
        self.queue, self.read, self.take, self.gave_up, self.clock = queue, read, take, gave_up, clock
        self.wake = asyncio.Event()

    async def run(self, poll: float = 0.5) -> None:
        while True:
            self.wake.clear()
            try:
                while await self.drain():
                    pass
            except Exception:
                log.exception("worker.failed")
            await woken(self.wake, poll)

    async def drain(self) -> int:
        """Take one batch, at most one mail of each lane; how many were claimed."""
        batch = await asyncio.to_thread(self.queue.claim, self.clock(), BATCH)
        await asyncio.gather(*(self._one(raw) for raw in batch))
        return len(batch)

    async def _one(self, raw: Raw) -> None:
        try:
            if raw.attempts > TRIES:
                await asyncio.to_thread(self._give_up, raw, "it ended the process each time")
                return
            said = await self.read(raw)
            await asyncio.to_thread(self.take, said)
        except PutAside as aside:
            mark = self.queue.ignore if aside.kind == "ignore" else self.queue.quarantine
            await asyncio.to_thread(mark, raw.id, aside.verdict, self.clock())
            log.info("mail.put_aside", id=raw.id, kind=aside.kind, reason=aside.verdict.get("reason"))
        except (Exception, asyncio.CancelledError) as error:
            if is_stop(error):
                raise
            log.exception("mail.failed", id=raw.id, attempt=raw.attempts)
            await asyncio.to_thread(self._failed, raw, type(error).__name__)

    def _failed(self, raw: Raw, reason: str) -> None:
        now = self.clock()
        if raw.attempts < TRIES:
            self.queue.fail(raw.id, reason, now, now + WAIT * raw.attempts)
        else:
            self._give_up(raw, f"failed {TRIES} times: {reason}")

    def _give_up(self, raw: Raw, reason: str) -> None:
        """Those concerned are told first, once for each mail: a crash in between leaves it to be put aside again."""
        try:
            self.gave_up(raw)
        except Exception:
            log.exception("mail.nobody_told", id=raw.id)
        self.queue.quarantine(raw.id, {"verdict": "quarantine", "reason": reason}, self.clock())
        log.error("mail.given_up", id=raw.id)
