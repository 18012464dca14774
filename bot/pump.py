"""What is in the outbox leaves through its channel. The only place that sends.

A row is claimed with a lease, sent, and marked by itself: a crash between the two repeats that one message only, an
e-mail with the same Message-ID. A send that failed says whether for good (`Undeliverable`); anything else is ours and
is tried again by the same schedule. A channel that is refused as a whole waits as a whole, and no message pays for it:
one is tried now and then.

What somebody waits for has lanes of its own, that a broadcast does not hold up; nor does a relay, which may take
minutes over one mail, hold up a chat. Within a lane a message that hangs keeps its own place only. Broadcasts leave
beside them: over Telegram, where a repeat cannot be told from the first, one message at a time, so that a crash
repeats one at most.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.pauses import Pauses
from bot.waiting import is_stop, looked_after, woken
from handlers.core.ports import Carrier, Clock, Due, Undeliverable
from handlers.rules.lock import CODE_LIFE
from handlers.rules.retry import next_try
from storage.outbox_queue import BULK, WAITED_FOR
from storage.queue import OutboxQueue

log = structlog.get_logger()

BATCH = 16
LONGEST_REST = 60.0  # seconds; one chat that asks for an hour does not hold up the others for as long


@dataclass(frozen=True)
class Lane:
    """What is sent beside the other lanes, at most `most` messages at once."""

    rank: int
    channels: Sequence[str]
    most: int = BATCH


InHand = dict[asyncio.Task[None], Due]  # what is being sent

ANSWERS = (Lane(WAITED_FOR, ("email", "console")), Lane(WAITED_FOR, ("telegram",)))
BROADCASTS = (Lane(BULK, ("email", "console")), Lane(BULK, ("telegram",), most=1))


class Pump:
    def __init__(
        self,
        queue: OutboxQueue,
        carriers: Mapping[str, Carrier],
        clock: Clock,
        blocked: Callable[[Due], None] = lambda due: None,
        failed: Callable[[Due, Undeliverable], None] = lambda due, error: None,
        paused: Callable[[str, str], None] = lambda channel, reason: None,
    ) -> None:
        self.queue, self.carriers, self.clock = queue, carriers, clock
        self.blocked, self.failed = blocked, failed
        self.pauses = Pauses(clock, paused)
        # One for each: a lane clears its own before it looks.
        self.wakes = tuple(asyncio.Event() for _ in ANSWERS)
        self._rests: dict[str, datetime] = {}  # until when a channel gets nothing that nobody waits for

    async def run(self, poll: float = 0.5) -> None:
        """Until cancelled. `wakes`, each of them, say that something was written; the poll is for what becomes due."""
        wakes = (*self.wakes, *(asyncio.Event() for _ in BROADCASTS))
        async with asyncio.TaskGroup() as lanes:
            for lane, wake in zip((*ANSWERS, *BROADCASTS), wakes, strict=True):
                name = f"pump of {' and '.join(lane.channels)}"
                lanes.create_task(looked_after(name, partial(self._run, lane, poll, wake)))

    async def _run(self, lane: Lane, poll: float, wake: asyncio.Event) -> None:
        """One that hangs keeps its own place only: the others are given anew, at most once a `poll`."""
        in_hand: InHand = {}
        async with asyncio.TaskGroup() as sends:
            while True:
                wake.clear()
                before = len(in_hand)
                try:
                    await self._begin(lane, in_hand, sends)
                except Exception:
                    log.exception("pump.failed")
                if len(in_hand) > before:
                    await asyncio.wait(in_hand, timeout=poll)
                else:
                    await woken(wake, poll)
                in_hand = {send: due for send, due in in_hand.items() if not send.done()}

    async def drain(self) -> int:
        """A batch of each lane; how many rows were claimed."""
        claimed = 0
        for lane in (*ANSWERS, *BROADCASTS):
            in_hand: InHand = {}
            async with asyncio.TaskGroup() as sends:
                await self._begin(lane, in_hand, sends)
            claimed += len(in_hand)
        return claimed

    async def _begin(self, lane: Lane, in_hand: InHand, sends: asyncio.TaskGroup) -> None:
        """Send as many at once as there are places, and one message over each channel that is tried again."""
        mine, places = self._open(lane), lane.most - len(in_hand)
        busy = {due.channel for due in in_hand.values()}
        tried = [((name,), 1) for name in self.pauses.to_try() if name in mine and name not in busy]
        for channels, most in [(self.pauses.well(mine), places), *tried]:
            if channels and most > 0:
                batch = await asyncio.to_thread(self.queue.claim, self.clock(), most, channels, (lane.rank,))
                # Of one that goes on the lease has ended: it has another now.
                begun = {due.id for send, due in in_hand.items() if not send.done()}
                new = [due for due in batch if due.id not in begun]
                in_hand |= {sends.create_task(self._in_peace(due)): due for due in new}

    async def _in_peace(self, due: Due) -> None:
        """A failure to note what became of it ends nothing: its lease ends, and it is tried again."""
        try:
            await self._send(due)
        except Exception:
            log.exception("pump.failed")

    def _open(self, lane: Lane) -> list[str]:
        """Its channels, without those that asked for time where nobody waits for what it sends."""
        now = self.clock()
        resting = {name for name, until in self._rests.items() if until > now and lane.rank == BULK}
        return [name for name in lane.channels if name in self.carriers and name not in resting]

    async def _send(self, due: Due) -> None:
        try:
            if due.suppressed:
                raise Undeliverable("its address is suppressed", permanent=True)
            provider_id = await self.carriers[due.channel].deliver(due)
        except Undeliverable as error:
            await asyncio.to_thread(self._not_sent, due, error)
            if error.pause:
                self.pauses.begin(due.channel, str(error))
        except (Exception, asyncio.CancelledError) as error:
            if is_stop(error):
                raise
            log.exception("answer.broken", channel=due.channel, id=due.id)
            await asyncio.to_thread(self._not_sent, due, Undeliverable(type(error).__name__))
        else:
            await asyncio.to_thread(self.queue.sent, due.id, provider_id, self.clock())
            self.pauses.end(due.channel)
            log.info("answer.sent", channel=due.channel, id=due.id, kind=due.kind)

    def _not_sent(self, due: Due, error: Undeliverable) -> None:
        now = self.clock()
        again = _again(due, error, now)
        if not error.pause:  # that is told once, for all of them
            log.warning(
                "answer.not_sent", channel=due.channel, id=due.id, final=again is None, reason=str(error)
            )
        if error.after is not None:  # of the chat or of all of them: it does not say
            self._rests[due.channel] = now + timedelta(seconds=min(error.after, LONGEST_REST))
        if error.blocked:
            self.blocked(due)
        self.failed(due, error)
        if again is None:
            self.queue.failed(due.id, str(error), now, "suppressed" if due.suppressed else "failed")
        else:
            self.queue.retry(due.id, str(error), now, again)


def _again(due: Due, error: Undeliverable, now: datetime) -> datetime | None:
    """When it is tried again; None: never."""
    if error.permanent:
        return None
    if error.pause:
        return now
    spread = random.random()  # noqa: S311 a spread of retries, no secret
    again = next_try(due.attempt, due.created_at, now, due.kind, spread)
    if again is None and due.kind == "code":
        return now + CODE_LIFE  # at its end the queue drops it, and says so
    return now + timedelta(seconds=error.after) if again and error.after is not None else again
