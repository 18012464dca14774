"""The clock of the demonstration: the machine's, moved forward at will through CLOCK_FILE.

The file holds an instant that stands still until it is written again; so it is written every second while the clock
is away from the machine's, and removed when it is not.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from bot.clock import now

TICK = 1.0  # seconds
FARTHEST = timedelta(days=3660)


class DemoClock:
    """`start` is the instant at which the demonstration begins; None, the machine's own time."""

    def __init__(self, file: Path, start: datetime | None = None) -> None:
        self.file = file
        self.offset = self._first = start - now() if start else timedelta()
        self._ticking: asyncio.Task[None] | None = None
        self._write()

    def __call__(self) -> datetime:
        return now() + self.offset

    @property
    def moved(self) -> timedelta:
        return self.offset - self._first

    def move(self, by: timedelta) -> datetime:
        """Forward. ValueError backwards, or more than ten years away."""
        if by <= timedelta() or self.moved + by > FARTHEST:
            raise ValueError("too far")
        self.offset += by
        self._write()
        return self()

    def reset(self) -> datetime:
        self.offset = self._first
        self._write()
        return self()

    def _write(self) -> None:
        if not self.offset:
            self.file.unlink(missing_ok=True)
            return
        self.file.parent.mkdir(parents=True, exist_ok=True)
        beside = self.file.with_name(self.file.name + ".new")
        beside.write_text(self().isoformat(), "ascii")
        os.replace(beside, self.file)  # a reader sees the former instant or the new one, never half of one

    async def start(self) -> None:
        self._ticking = asyncio.create_task(self._tick())

    async def stop(self) -> None:
        if self._ticking:
            self._ticking.cancel()
            with suppress(asyncio.CancelledError):
                await self._ticking
        self.file.unlink(missing_ok=True)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            if self.offset:
                self._write()
