"""What waits for news is told to stop at the very moment at which news come: it stops."""

from __future__ import annotations

import asyncio

from bot.waiting import woken


async def test_a_cancellation_that_comes_with_the_news_is_not_lost() -> None:
    event, turns = asyncio.Event(), 0

    async def lane() -> None:
        nonlocal turns
        while True:
            event.clear()
            turns += 1
            await woken(event, 60)

    task = asyncio.create_task(lane())
    await asyncio.sleep(0)
    event.set()
    task.cancel()
    done, _ = await asyncio.wait({task}, timeout=5)
    assert done
    assert task.cancelled()
    assert turns == 1


async def test_without_news_it_goes_on_after_its_time() -> None:
    await woken(asyncio.Event(), 0)
