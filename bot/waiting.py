"""Waiting for news, or for some time."""

from __future__ import annotations

import asyncio
from contextlib import suppress


async def woken(event: asyncio.Event, seconds: float) -> None:
    """Until the event is set, at most so long.

    Not asyncio.wait_for: before Python 3.12 it loses a cancellation that comes together with the event
    (github.com/python/cpython/issues/86296), and a service that is told to stop would go on.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
