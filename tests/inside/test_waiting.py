"""Told to stop at the very moment at which news come, it stops; not told to stop, a part that ends ends the service."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bot import parts
from bot.app import Service, serve
from bot.settings import Settings
from bot.waiting import Ended, looked_after, woken
from bot.worker import Worker
from handlers.core.turn import Said
from storage import tables as t
from storage.accept import Acceptor
from storage.queue import InboxQueue, Raw

Part = Callable[[], Coroutine[None, None, None]]


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


async def leaks() -> None:
    """As a library does whose own task was cancelled."""
    gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    gone.cancel()
    await gone


async def returns() -> None: ...


async def fails() -> None:
    raise OSError("the disk is full")


async def waits() -> None:
    await asyncio.Event().wait()


@pytest.fixture
def service(tmp_path: Path) -> Service:
    places = {"database_url": f"sqlite:///{tmp_path / 'f.db'}", "files_url": f"file:{tmp_path / 'files'}"}
    return Service(Settings(env="test", **places))


def with_part(monkeypatch: pytest.MonkeyPatch, run: Part) -> None:
    async def start(_: Service, stack: AsyncExitStack, tasks: asyncio.TaskGroup) -> parts.Running:
        return [parts.begin(tasks, "sealer", run)]

    monkeypatch.setitem(parts.START, "worker", start)


async def test_a_part_that_ends_before_it_is_told_to_ends_the_service(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Started with `facteur serve` that is exit code 1, and another start."""
    ends = ((leaks, Ended, "was cancelled"), (returns, Ended, "returned"), (fails, OSError, ""))
    for run, error, how in ends:
        with_part(monkeypatch, run)
        with capture_logs() as log, pytest.raises(ExceptionGroup) as failed:
            async with asyncio.timeout(10):
                await serve(service, ["worker"], asyncio.Event())
        assert [type(one) for one in failed.value.exceptions] == [error], run
        told = [(one["part"], one["why"]) for one in log if one["event"] == "part.ended"]
        assert told == ([("sealer", f"it {how}, though nobody told it to stop")] if how else [])


async def test_told_to_stop_it_ends_in_peace(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    with_part(monkeypatch, waits)
    stop, up = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(serve(service, ["worker"], stop, up))
    await up.wait()
    stop.set()
    async with asyncio.timeout(10):
        await running


async def test_what_has_done_all_it_had_to_do_may_end() -> None:
    await looked_after("bot", returns, may_end=True)
    with pytest.raises(Ended):
        await looked_after("bot", leaks, may_end=True)


async def test_a_mail_whose_reading_leaks_a_cancellation_is_a_mail_that_failed(service: Service) -> None:
    queue, acceptor = InboxQueue(service.engine), Acceptor(service.engine)
    await acceptor.accept(b"From: a\r\n\r\n", {"rcpt": "a"}, "k1", "a", None, service.clock())
    await acceptor.close()

    async def read(raw: Raw) -> Said:
        await leaks()
        raise AssertionError

    inbox = Worker(queue, read, service.take, lambda raw: None, service.clock)
    assert await inbox.drain() == 1
    with service.engine.connect() as db:
        assert db.execute(select(t.inbox.c.state, t.inbox.c.verdict)).one() == (
            "due",
            {"error": "CancelledError"},
        )
