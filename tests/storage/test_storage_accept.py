"""Group commit: kept before it returns, alone in failure, once for one key, whatever the client or the process does."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.exc import DBAPIError
from storage_seed import NOW, House

from storage import tables as t
from storage.accept import Acceptor, Closed
from storage.inbox_queue import crowded
from storage.queue import InboxQueue

ENVELOPE = {"peer": "192.0.2.1", "mail_from": "a@b.example", "rcpt": "atelier@x.example"}


@pytest.fixture
async def acceptor(house: House) -> AsyncIterator[Acceptor]:
    made = Acceptor(house.engine)
    yield made
    await made.close()


def keys(engine: Engine) -> list[str]:
    with engine.connect() as db:
        return list(db.execute(select(t.inbox.c.key).order_by(t.inbox.c.id)).scalars())


async def test_a_mail_is_kept_before_it_returns(house: House, acceptor: Acceptor) -> None:
    await acceptor.accept(b"From: a\r\n\r\n\x00\xff", ENVELOPE, "k1", "lane", house.atelier.id, NOW)
    (raw,) = InboxQueue(house.engine).claim(NOW, 10)
    assert (raw.raw, raw.envelope, raw.lane, raw.company_id) == (
        b"From: a\r\n\r\n\x00\xff",
        ENVELOPE,
        "lane",
        house.atelier.id,
    )
    assert (raw.received_at, raw.channel) == (NOW, "email")


async def test_too_many_wait_to_be_read(house: House, acceptor: Acceptor) -> None:
    for n in range(3):
        await acceptor.accept(b"x", ENVELOPE, f"k{n}", "", None, NOW)
    assert crowded(house.engine, 2)
    assert not crowded(house.engine, 3)
    (first,) = InboxQueue(house.engine).claim(NOW, 1)
    InboxQueue(house.engine).ignore(first.id, {}, NOW)
    assert not crowded(house.engine, 2)


async def test_the_same_mail_twice_is_kept_once(house: House, acceptor: Acceptor) -> None:
    for _ in range(2):
        await acceptor.accept(b"x", ENVELOPE, "k1", "lane", None, NOW)
    await asyncio.gather(*(acceptor.accept(b"x", ENVELOPE, "k2", "lane", None, NOW) for _ in range(5)))
    assert keys(house.engine) == ["k1", "k2"]


async def test_mails_that_come_together_share_a_commit(house: House, acceptor: Acceptor) -> None:
    commits: list[int] = []

    def note(_: object) -> None:
        commits.append(1)

    event.listen(house.engine, "commit", note)
    await asyncio.gather(*(acceptor.accept(b"x", ENVELOPE, f"k{n}", "", None, NOW) for n in range(100)))
    event.remove(house.engine, "commit", note)
    assert len(keys(house.engine)) == 100
    assert len(commits) < 50


async def test_one_bad_row_fails_alone(house: House, acceptor: Acceptor) -> None:
    """The company of one is not there: its neighbours in the same commit are kept."""
    results = await asyncio.gather(
        *(acceptor.accept(b"x", ENVELOPE, f"k{n}", "", 10**6 if n == 7 else None, NOW) for n in range(20)),
        return_exceptions=True,
    )
    assert [n for n, result in enumerate(results) if result is not None] == [7]
    assert isinstance(results[7], DBAPIError)
    assert sorted(keys(house.engine)) == sorted(f"k{n}" for n in range(20) if n != 7)
    await acceptor.accept(b"x", ENVELOPE, "next", "", None, NOW)


async def test_a_row_that_cannot_be_written_at_all_fails_alone(house: House, acceptor: Acceptor) -> None:
    results = await asyncio.gather(
        acceptor.accept(b"x", {"peer": object()}, "bad", "", None, NOW),
        acceptor.accept(b"x", ENVELOPE, "good", "", None, NOW),
        return_exceptions=True,
    )
    assert isinstance(results[0], Exception)
    assert results[1] is None
    assert keys(house.engine) == ["good"]


async def test_a_client_that_hangs_up_stops_no_other(house: House, acceptor: Acceptor) -> None:
    """Neither those of the same commit nor the next ones."""
    tasks = [asyncio.create_task(acceptor.accept(b"x", ENVELOPE, f"k{n}", "", None, NOW)) for n in range(30)]
    await asyncio.sleep(0)  # they are on the list now
    gone, staying = tasks[1::3], [task for n, task in enumerate(tasks) if n % 3 != 1]
    for task in gone:
        task.cancel()
    assert await asyncio.wait_for(asyncio.gather(*staying), 20) == [None] * 20
    assert all(
        isinstance(one, asyncio.CancelledError) for one in await asyncio.gather(*gone, return_exceptions=True)
    )
    await asyncio.wait_for(acceptor.accept(b"x", ENVELOPE, "next", "", None, NOW), 20)
    assert len(keys(house.engine)) == 31


async def test_a_lost_connection_is_made_anew(house: House, acceptor: Acceptor) -> None:
    await acceptor.accept(b"x", ENVELOPE, "before", "", None, NOW)
    held = acceptor._db
    assert held is not None
    raw = held.connection.dbapi_connection
    assert raw is not None
    raw.close()
    await acceptor.accept(b"x", ENVELOPE, "after", "", None, NOW)
    assert keys(house.engine) == ["before", "after"]


async def test_closing_writes_what_waits_and_takes_no_more(house: House) -> None:
    acceptor = Acceptor(house.engine)
    waiting = [
        asyncio.create_task(acceptor.accept(b"x", ENVELOPE, f"k{n}", "", None, NOW)) for n in range(30)
    ]
    await asyncio.sleep(0)
    await acceptor.close()
    await asyncio.gather(*waiting)
    assert len(keys(house.engine)) == 30
    with pytest.raises(Closed):
        await acceptor.accept(b"x", ENVELOPE, "late", "", None, NOW)


CHILD = """
import asyncio, os, sys
from datetime import UTC, datetime
from storage.accept import Acceptor

async def main():
    acceptor = Acceptor(sys.argv[1])
    now = datetime(2026, 11, 24, 8, tzinfo=UTC)
    await asyncio.gather(*(acceptor.accept(b"raw", {}, f"k{n}", "", None, now) for n in range(5)))
    print("accepted", flush=True)
    sys.stdin.read()

asyncio.run(main())
"""


def test_a_process_killed_after_it_said_yes_has_kept_the_mail(house: House, url: str) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=os.getcwd()
    )
    assert child.stdout is not None
    assert child.stdin is not None
    with child.stdout, child.stdin:
        assert child.stdout.readline() == b"accepted\n"
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert sorted(keys(house.engine)) == [f"k{n}" for n in range(5)]
