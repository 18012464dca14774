"""Waiting for news, or for some time; being told to stop, and ending without."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import structlog

log = structlog.get_logger()


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


def is_stop(error: BaseException) -> bool:
    return isinstance(error, asyncio.CancelledError) and told_to_stop()


class Ended(Exception):
    """What runs until it is told to stop ended before."""


async def looked_after(
    name: str, part: Callable[[], Coroutine[Any, Any, object]], *, may_end: bool = False
) -> None:
    """Run it until this task is cancelled; `may_end`: or until it has done all it had to do.

    A CancelledError that leaked out of a library is, to a TaskGroup, a task that was told to stop: it says nothing.
    Raises Ended there, and where it returned.
    """
    # In a task of its own: nothing that it awaits changes whether this one was cancelled.
    own = asyncio.create_task(part(), name=name)
    try:
        await own
    except asyncio.CancelledError as leaked:
        if told_to_stop():
            raise
        raise _ended(name, "was cancelled") from leaked
    if not may_end and not told_to_stop():
        raise _ended(name, "returned")


def _ended(name: str, how: str) -> Ended:
    log.error("part.ended", part=name, why=f"it {how}, though nobody told it to stop")
    return Ended(name)
