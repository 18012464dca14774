"""How fast we may write: about one message a second in a chat, 25 a second over all (product limits, Telegram's own
are unspecified: core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this). A short burst is allowed.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

REMEMBERED = 2000  # chats; the oldest are forgotten, long since free again


@dataclass
class Meter:
    """A bucket that holds `burst` messages and gains `rate` a second. `owed` is when it would be full again."""

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
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._per_chat, self._burst = per_chat, burst
        self._all = Meter(overall, max(1, int(overall)))
        self._chats: OrderedDict[str, Meter] = OrderedDict()
        self._monotonic, self._sleep = monotonic, sleep

    async def __call__(self, chat: str) -> None:
        """Returns when a message to this chat may leave."""
        now = self._monotonic()
        seconds = max(self._meter(chat).wait(now), self._all.wait(now))
        if seconds > 0.001:
            await self._sleep(seconds)

    def _meter(self, chat: str) -> Meter:
        meter = self._chats.pop(chat, None) or Meter(self._per_chat, self._burst)
        self._chats[chat] = meter
        if len(self._chats) > REMEMBERED:
            self._chats.popitem(last=False)
        return meter
