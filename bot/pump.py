"""What is in the outbox leaves through its channel. The only place that sends.

A row is claimed with a lease, sent, and marked by itself: a crash between the two repeats that one message only, an
e-mail with the same Message-ID. A send that failed says whether for good (`Undeliverable`); anything else is ours and
is tried again by the same schedule.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from datetime import timedelta

import structlog

from handlers.core.ports import Carrier, Clock, Due, Undeliverable
from handlers.rules.retry import next_try
from storage.queue import OutboxQueue

log = structlog.get_logger()

BATCH = 16
PAUSE = 60.0  # seconds a channel waits after it was refused as a whole


class Pump:
    def __init__(
        self,
        queue: OutboxQueue,
        carriers: Mapping[str, Carrier],
        clock: Clock,
        blocked: Callable[[Due], None] = lambda due: None,
        refused: Callable[[Due, Undeliverable], None] = lambda due, error: None,
    ) -> None:
        self.queue, self.carriers, self.clock = queue, carriers, clock
        self.blocked, self.refused = blocked, refused
        self.paused: dict[str, float] = {}
        self.wake = asyncio.Event()

    async def run(self, poll: float = 0.5) -> None:
        """Until cancelled. `wake` says that something was written; the poll is for what becomes due by the clock."""
        while True:
            self.wake.clear()
            try:
                while await self.drain():
                    pass
            except Exception:
                log.exception("pump.failed")
            try:
                await asyncio.wait_for(self.wake.wait(), poll)
            except TimeoutError:
                continue

    async def drain(self) -> int:
        """Send one batch; how many rows were claimed."""
        open_now = tuple(name for name in self.carriers if self._open(name))
        if not open_now:
            return 0
        batch = await asyncio.to_thread(self.queue.claim, self.clock(), BATCH, open_now)
        await asyncio.gather(*(self._send(due) for due in batch))
        return len(batch)

    def _open(self, channel: str) -> bool:
        return self.paused.get(channel, 0.0) <= asyncio.get_running_loop().time()

    async def _send(self, due: Due) -> None:
        try:
            if due.suppressed:
                raise Undeliverable("its address is suppressed", permanent=True)
            provider_id = await self.carriers[due.channel].deliver(due)
        except Undeliverable as error:
            await asyncio.to_thread(self._not_sent, due, error)
            if error.pause:
                self.paused[due.channel] = asyncio.get_running_loop().time() + PAUSE
        except Exception as error:
            log.exception("answer.broken", channel=due.channel, id=due.id)
            await asyncio.to_thread(self._not_sent, due, Undeliverable(type(error).__name__))
        else:
            await asyncio.to_thread(self.queue.sent, due.id, provider_id, self.clock())
            log.info("answer.sent", channel=due.channel, id=due.id, kind=due.kind)

    def _not_sent(self, due: Due, error: Undeliverable) -> None:
        now = self.clock()
        spread = random.random()  # noqa: S311 a spread of retries, no secret
        again = None if error.permanent else next_try(due.attempt, due.created_at, now, due.kind, spread)
        if error.after is not None and again is not None:
            again = now + timedelta(seconds=error.after)
        log.warning("answer.not_sent", channel=due.channel, id=due.id, final=again is None, reason=str(error))
        if error.blocked:
            self.blocked(due)
        if error.permanent:
            self.refused(due, error)
        if again is None:
            self.queue.failed(due.id, str(error), now)
        else:
            self.queue.retry(due.id, str(error), now, again)
