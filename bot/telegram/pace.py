"""How fast we may write: about one message a second in a chat, 25 a second over all, each with a short burst (product
limits, under those of core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this).

Who waits for an answer goes first: a broadcast leaves the burst over all to them, and waits for what they left.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

REMEMBERED = 2000  # chats; the oldest are forgotten, long since free again
SOON = 0.001  # seconds; not worth a sleep


@dataclass
class Meter:
    """A bucket that holds `burst` messages and gains `rate` a second. `full_at` is when it is full again."""

    rate: float
    burst: int
    full_at: float = 0.0

    def wait(self, now: float) -> float:
        """Take one; how many seconds to wait before sending it."""
        self.full_at = max(self.full_at, now) + 1 / self.rate
        return max(0.0, self.full_at - now - self.burst / self.rate)


class Pace:
    def __init__(
        self,
        per_chat: float = 1.0,
        overall: float = 25.0,
        burst: int = 3,
        overall_burst: int = 5,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._per_chat, self._burst = per_chat, burst
        self._all = Meter(overall, overall_burst)
        self._chats: OrderedDict[str, Meter] = OrderedDict()
        self._monotonic, self._sleep = monotonic, sleep

    async def __call__(self, chat: str, bulk: bool = False) -> None:
        """Returns when a message to this chat may leave. `bulk`: nobody waits for it."""
        while bulk and (left := self._all.full_at - self._monotonic()) > SOON:
            await self._sleep(left)  # somebody may be answered meanwhile
        now = self._monotonic()
        seconds = max(self._meter(chat).wait(now), self._all.wait(now))
        if seconds > SOON:
            await self._sleep(seconds)

    def _meter(self, chat: str) -> Meter:
        meter = self._chats.pop(chat, None) or Meter(self._per_chat, self._burst)
        self._chats[chat] = meter
        if len(self._chats) > REMEMBERED:
            self._chats.popitem(last=False)
        return meter
