"""Servers that fall silent, close, lie and refuse: mail is handled all the same, and what is wrong is said."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from imap_peers import QUICK, mail
from imap_script import Idle, Scripted, commands
from structlog.testing import capture_logs

from mail_gateway.imap_connection import Patience

SHORT = dataclasses.replace(QUICK, rest=0.2, patience=Patience(0.3, 0.3))


@pytest.fixture
async def scripted() -> AsyncIterator[Callable[..., Any]]:
    made: list[Scripted] = []

    async def start(*messages: bytes, **how: Any) -> Scripted:
        made.append(Scripted(*messages, **how))
        await made[-1].start()
        return made[-1]

    yield start
    for server in made:
        await server.stop()


@pytest.mark.parametrize(
    ("idles", "why"),
    [
        (["closes", "well"], "the connection is lost"),
        (["deaf"], "IDLE does not work there"),
        (["lies"], None),
        (["says bye", "well"], "the server ends the connection"),
        (["hangs", "well"], "the server does not answer"),
        (["refuses"], "IDLE does not work there"),
        (
            ["floods", "well"],
            "the connection is lost|the server does not answer",
        ),  # on a slow machine it is too late
    ],
)
async def test_an_idle_that_goes_wrong_loses_no_mail(
    scripted: Any, read: Any, idles: list[Idle], why: str | None
) -> None:
    """M76: BYE, a silent drop, a half-open connection."""
    server = await scripted(mail(1), idles=idles)
    with capture_logs() as log:
        async with read(server.url, SHORT) as reading:
            await reading.stored(1)
            await reading.until(lambda: commands(server, "IDLE"))
            server.put(mail(2))
            rows = await reading.stored(2)
            await reading.until(lambda: not server.messages)
    assert [row.raw for row in rows] == [mail(1), mail(2)]
    assert server.folders["Processed"] == [mail(1), mail(2)]
    told = [line["why"] for line in log if line["event"] == "imap.lost"]
    assert set(told) & set(why.split("|")) if why else not told


async def test_news_that_come_between_a_search_and_idle_are_not_missed(scripted: Any, read: Any) -> None:
    """The server said it once, and its IDLE says nothing more."""
    server = await scripted(idles=["lies"])
    server.meanwhile = mail(1)
    async with read(server.url, dataclasses.replace(SHORT, rest=60.0)) as reading:
        await reading.stored(1)


async def test_a_server_whose_idle_does_not_work_is_asked_from_time_to_time(scripted: Any, read: Any) -> None:
    server = await scripted(idles=["deaf"])
    async with read(server.url, SHORT) as reading:
        await reading.until(lambda: server.connections == 2)
        for n in range(3):
            server.put(mail(n))
            await reading.stored(n + 1)
    assert len(commands(server, "IDLE")) == 1, "tried once"
    assert server.connections == 2


async def test_a_server_without_idle_and_move(scripted: Any, read: Any) -> None:
    """M80: copied, marked, and expunged by its UID alone."""
    server = await scripted(mail(1), can="UIDPLUS")
    async with read(server.url, SHORT) as reading:
        await reading.until(lambda: not server.messages)
        server.put(mail(2))
        await reading.stored(2)
        await reading.until(lambda: not server.messages)
    assert server.folders == {"Processed": [mail(1), mail(2)]}
    wanted = ['UID COPY 1 "Processed"', r"UID STORE 1 +FLAGS.SILENT (\Deleted)", "UID EXPUNGE 1"]
    assert commands(server, "UID COPY 1", "UID STORE 1", "UID EXPUNGE 1")[-3:] == wanted
    assert not commands(server, "IDLE", "EXPUNGE")


async def test_a_server_that_lets_us_move_nothing(scripted: Any, read: Any) -> None:
    """M80: what a person marked as deleted is not ours to expunge; the mails stay, and are taken once."""
    server = await scripted(mail(1), mail(2), can="IDLE")
    with capture_logs() as log:
        async with read(server.url, SHORT) as reading:
            await reading.stored(2)
            server.put(mail(3))
            await reading.stored(3)
            await reading.until(lambda: len(commands(server, "UID SEARCH")) > 3)
        async with read(server.url, SHORT) as again:
            await asyncio.wait_for(again.watcher.ready.wait(), 10)
            assert len(again.rows()) == 3
    assert len(server.messages) == 3
    assert not server.deleted
    assert len(commands(server, "UID FETCH 1 (BODY")) == 1
    assert [line["event"] for line in log].count("imap.not_moved") == 1


async def test_a_server_where_folders_are_below_inbox(scripted: Any, read: Any) -> None:
    server = await scripted(mail(1), mail(2))
    server.makes = lambda folder: folder.startswith("INBOX.")
    async with read(server.url, SHORT) as reading:
        await reading.until(lambda: not server.messages)
    assert server.folders == {"INBOX.Processed": [mail(1), mail(2)]}
    assert len(commands(server, "CREATE")) == 2, "found once"


@pytest.mark.parametrize("odd", ["refused", "empty", "no size", "cut short"])
async def test_a_mail_that_the_server_does_not_give_holds_up_no_other(
    scripted: Any, read: Any, odd: Any
) -> None:
    """M77, M80: three tries, then the next one."""
    server = await scripted(mail(1), mail(2), mail(3))
    server.odd[2] = odd
    async with read(server.url, SHORT) as reading:
        rows = await reading.stored(3)
        await reading.until(lambda: not server.messages)
    assert [row.state for row in rows] == ["due", "quarantine", "due"]
    assert rows[1].verdict == {"reason": "not_fetched"}
    assert server.folders == {"Processed": [mail(1), mail(3)], "Quarantine": [mail(2)]}
    asked = "SIZE" if odd in ("refused", "no size") else "[]"
    assert len([line for line in commands(server, "UID FETCH 2") if asked in line]) == 3


async def test_a_mail_that_a_person_takes_away_meanwhile(scripted: Any, read: Any) -> None:
    server = await scripted(mail(1), mail(2), mail(3))
    server.odd[2] = "gone"
    async with read(server.url, SHORT) as reading:
        rows = await reading.stored(2)
        await asyncio.wait_for(reading.watcher.ready.wait(), 10)
    assert [row.raw for row in rows] == [mail(1), mail(3)]


@pytest.mark.parametrize(
    ("refusal", "event", "why"),
    [
        (
            "NO [AUTHENTICATIONFAILED] a@b.example?",
            "imap.not_read",
            "the server refuses the user or the password",
        ),
        ("NO Log in via your browser", "imap.not_read", "the server refuses the user or the password"),
        ("NO [UNAVAILABLE] later", "imap.lost", "the server lets nobody in at the moment"),
        ("NO [LIMIT] too many", "imap.lost", "the server lets nobody in at the moment"),
    ],
)
async def test_why_the_log_in_failed(scripted: Any, read: Any, refusal: str, event: str, why: str) -> None:
    server = await scripted(mail(1))
    server.refusal = refusal
    with capture_logs() as log:
        async with read(server.url.replace("secret", "wrong"), SHORT) as reading:
            await reading.until(lambda: any("imap" in line["event"] for line in log))
    assert log[0]["event"] == event
    assert log[0]["why"].startswith(why)
    assert "b.example" not in str(log)


async def test_who_is_refused_does_not_insist(scripted: Any, read: Any) -> None:
    server = await scripted()
    pace = dataclasses.replace(SHORT, refused=60.0)
    with capture_logs() as log:
        async with read(server.url.replace("secret", "wrong"), pace) as reading:
            await reading.until(lambda: log)
    assert log[0]["wait"] == 60
    assert server.connections == 1


async def test_a_greeting_that_turns_us_away(scripted: Any, read: Any) -> None:
    server = await scripted(mail(1))
    server.greeting = "* BYE too busy"
    with capture_logs() as log:
        async with read(server.url, SHORT) as reading:
            await reading.until(lambda: server.connections > 1)
            server.greeting = "* OK ready"
            await reading.stored(1)
    assert log[0]["why"] == "the connection is lost"


async def test_pauses_grow_and_a_good_look_ends_them(scripted: Any, read: Any) -> None:
    server = await scripted(idles=["closes"] * 5 + ["well"])
    server.greeting = "* BYE too busy"
    with capture_logs() as log:
        async with read(server.url, dataclasses.replace(SHORT, first=0.02, longest=0.2)) as reading:
            await reading.until(lambda: server.connections == 5)
            assert reading.watcher._pause == 0.2
            server.greeting = "* OK ready"
            await asyncio.wait_for(reading.watcher.ready.wait(), 10)
            assert reading.watcher._pause <= 0.04
    assert {line["event"] for line in log} == {"imap.lost", "imap.connected"}
