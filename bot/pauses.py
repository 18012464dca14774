"""Channels that wait as a whole: our log-in or TLS is refused there, which is no fault of a message.

The operator hears of it once, and once when it is over; /health shows it meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from handlers.core.ports import Clock

log = structlog.get_logger()

FIRST, LONGEST = timedelta(minutes=1), timedelta(minutes=15)


@dataclass
class Pause:
    until: datetime
    wait: timedelta


class Pauses:
    """`told(channel, reason)`: a pause begins; its reason is "" when it ends."""

    def __init__(self, clock: Clock, told: Callable[[str, str], None]) -> None:
        self.clock, self.told = clock, told
        self._now: dict[str, Pause] = {}

    def well(self, channels: Iterable[str]) -> tuple[str, ...]:
        return tuple(name for name in channels if name not in self._now)

    def to_try(self) -> tuple[str, ...]:
        """Those that have waited long enough for one message to be tried."""
        return tuple(name for name, pause in self._now.items() if self.clock() >= pause.until)

    def begin(self, channel: str, reason: str) -> None:
        """Each refusal after a wait doubles the next one."""
        pause, now = self._now.get(channel), self.clock()
        if pause is None:
            self._now[channel] = Pause(now + FIRST, FIRST)
            log.error("channel.paused", channel=channel, reason=reason)
            self.told(channel, reason)
        elif now >= pause.until:
            wait = min(2 * pause.wait, LONGEST)
            self._now[channel] = Pause(now + wait, wait)

    def end(self, channel: str) -> None:
        if self._now.pop(channel, None):
            log.warning("channel.resumed", channel=channel)
            self.told(channel, "")
