"""Waiting for news, or for some time; and being told to stop."""

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


def told_to_stop() -> bool:
    """Was this task cancelled? If not, a CancelledError that it meets is of something it awaits, and ends nothing."""
    task = asyncio.current_task()
    return task is None or task.cancelling() > 0
