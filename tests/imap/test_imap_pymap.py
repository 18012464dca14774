"""A mailbox at a real server: nothing lost, nothing taken twice, whatever ends in between."""

from __future__ import annotations

import asyncio
import dataclasses
from collections import Counter
from typing import Any

import pytest
from imap_peers import QUICK, Pymap, mail
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.mail import MailRoom
from bot.mailbox import Shelf
from bot.worker import PutAside
from storage import tables as t
from storage.queue import InboxQueue


async def test_mails_are_stored_oldest_first_then_moved(pymap: Pymap, read: Any) -> None:
    mails = [mail(n) for n in range(5)]
    pymap.put(*mails)
    async with read(pymap.url) as reading:
        rows = await reading.stored(5)
        await reading.until(lambda: not pymap.held())
    assert [row.raw for row in rows] == mails
    assert {row.state for row in rows} == {"due"}
    assert {row.lane for row in rows} == {"client-0@courriel.example"}
    assert rows[0].company_id is not None
    assert rows[0].envelope["rcpt"] == "atelier@portail.example"
    assert sorted(pymap.held("Processed")) == sorted(mails)


async def test_a_mail_that_comes_while_it_idles_is_taken_at_once(pymap: Pymap, read: Any) -> None:
    async with read(pymap.url, dataclasses.replace(QUICK, rest=60.0)) as reading:
        await asyncio.wait_for(reading.watcher.ready.wait(), 10)
        pymap.put(mail(1))
        await reading.stored(1)
        pymap.put(mail(2))
        assert [row.raw for row in await reading.stored(2)] == [mail(1), mail(2)]


async def test_what_people_marked_as_read_is_taken_too(pymap: Pymap, read: Any) -> None:
    pymap.put(mail(1))
    with pymap.client() as client:
        client.select("INBOX")
        client.store("1", "+FLAGS", r"(\Seen \Flagged)")
    async with read(pymap.url) as reading:
        await reading.stored(1)


async def test_a_server_that_is_killed_and_comes_back(pymap: Pymap, read: Any) -> None:
    pymap.put(*(mail(n) for n in range(10)))
    async with read(pymap.url) as reading:
        await reading.stored(1)
        pymap.kill()
        await asyncio.sleep(0.1)
        pymap.start()
        pymap.put(*(mail(n) for n in range(10, 15)))
        rows = await reading.stored(15)
        await reading.until(lambda: not pymap.held())
    assert Counter(row.raw for row in rows) == Counter(mail(n) for n in range(15))


async def test_new_numbers_take_nothing_twice_and_hide_nothing(forgetful: Pymap, read: Any) -> None:
    """M75: the server lost its mailbox; the same UIDs now are other mails."""
    forgetful.put(mail(1), mail(2), mail(3))
    async with read(forgetful.url) as reading:
        await reading.stored(3)
        await reading.until(lambda: not forgetful.held())
        before = await reading.watcher.store.reached()
        forgetful.kill()
        forgetful.start()
        forgetful.put(mail(2), mail(4))
        await reading.stored(4)
        await reading.until(lambda: not forgetful.held())
        after = await reading.watcher.store.reached()
    assert [row.raw for row in reading.rows()] == [mail(n) for n in (1, 2, 3, 4)]
    assert before[0] != after[0]
    assert after[1] < before[1], "the UIDs began anew"


@pytest.mark.parametrize("stage", ["after the commit", "after the move"])
async def test_a_crash_between_any_two_steps(
    pymap: Pymap, read: Any, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M78: the process is gone; another one begins where the mailbox says."""
    pymap.put(*(mail(n) for n in range(4)))
    gone = asyncio.Event()
    name = {"after the commit": "keep", "after the move": "reach"}[stage]
    whole = getattr(Shelf, name)

    async def crashing(self: Shelf, *arguments: Any) -> Any:
        if name == "keep":
            await whole(self, *arguments)
        gone.set()
        await asyncio.Event().wait()

    with monkeypatch.context() as patched:
        patched.setattr(Shelf, name, crashing)
        async with read(pymap.url):
            await asyncio.wait_for(gone.wait(), 10)
    async with read(pymap.url) as reading:
        rows = await reading.stored(4)
        await reading.until(lambda: not pymap.held())
    assert Counter(row.raw for row in rows) == Counter(mail(n) for n in range(4))


async def test_a_database_that_fails_loses_nothing_and_puts_nothing_aside(
    pymap: Pymap, read: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M46, for a mailbox: however often it fails, no mail is given up for it."""
    failures = iter(range(6))
    whole = Shelf.keep

    async def failing(self: Shelf, raw: bytes) -> bool:
        if next(failures, None) is not None:
            raise OSError("disk full")
        return await whole(self, raw)

    monkeypatch.setattr(Shelf, "keep", failing)
    pymap.put(mail(1), mail(2))
    with capture_logs() as log:
        async with read(pymap.url) as reading:
            await reading.stored(2)
            await reading.until(lambda: not pymap.held())
    assert [line["event"] for line in log].count("imap.failed") == 6
    assert len(pymap.held("Processed")) == 2
    assert not pymap.held("Quarantine")


async def test_a_mail_that_is_too_large_is_not_fetched(pymap: Pymap, read: Any) -> None:
    large = mail(1)[:-2] + b"x" * 5000 + b"\r\n"
    pymap.put(mail(0), large, mail(2))
    async with read(pymap.url, dataclasses.replace(QUICK, largest=4000)) as reading:
        rows = await reading.stored(3)
        await reading.until(lambda: not pymap.held())
    assert [row.state for row in rows] == ["due", "quarantine", "due"]
    assert rows[1].verdict == {"reason": "too_large"}
    assert rows[1].raw == large.partition(b"solde")[0], "its head alone"
    assert pymap.held("Quarantine") == [large]


async def test_of_what_was_not_read_client_and_company_are_told_once_a_day(pymap: Pymap, read: Any) -> None:
    """R89. The client where the sender is one; a stranger hears nothing."""
    body = b"x" * 5000 + b"\r\n"
    who = ["client-0@courriel.example", "client-0@courriel.example", "stranger@elsewhere.example"]
    pymap.put(*(mail(n, sender=sender)[:-2] + body for n, sender in enumerate(who)))
    async with read(pymap.url, dataclasses.replace(QUICK, largest=4000)) as reading:
        await reading.until(lambda: not pymap.held())
        o = t.outbox.c
        with reading.service.engine.connect() as db:
            sent = Counter(db.execute(select(o.address)).scalars())
    assert sent == {"client-0@courriel.example": 1, "contact@atelier.example": 2}


async def test_a_mail_whose_head_alone_is_kept_is_not_taken_again(pymap: Pymap, read: Any) -> None:
    pymap.put(mail(1)[:-2] + b"x" * 5000 + b"\r\n")
    async with read(pymap.url, dataclasses.replace(QUICK, largest=4000)) as reading:
        await reading.until(lambda: not pymap.held())
        service = reading.service
        queue, room = InboxQueue(service.engine), MailRoom(service)
        (kept,) = queue.kept()
        assert queue.replay(kept.id, service.clock())
        (raw,) = queue.claim(service.clock(), 1)
        with pytest.raises(PutAside) as aside:
            await room.read(raw)
    assert aside.value.verdict["reason"] == "incomplete"


HOSTILE = {
    "bare_cr": mail(9).replace(b"Subject: ", b"Subject: x\rBcc: evil@evil.example "),
    "nul": mail(9)[:-2] + b"\0\r\n",
    "too_many_headers": b"X: y\r\n" * 600 + mail(9),
    "address_header_too_large": b"Cc: " + b"a@b.example," * 600 + b"\r\n" + mail(9),
    "too_many_lines": mail(9) + b"\r\n" * 300_001,
}


@pytest.mark.parametrize("reason", HOSTILE)
async def test_a_hostile_mail_in_the_middle_holds_up_no_other(
    forgetful: Pymap, read: Any, reason: str
) -> None:
    """M77."""
    forgetful.put(mail(1), HOSTILE[reason], mail(2))
    async with read(forgetful.url) as reading:
        rows = await reading.stored(3)
        await reading.until(lambda: not forgetful.held())
    assert [row.state for row in rows] == ["due", "quarantine", "due"]
    assert rows[1].verdict == {"reason": reason}
    assert forgetful.held("Quarantine") == [HOSTILE[reason]]


async def test_a_mail_for_no_company_is_put_aside(read: Any) -> None:
    """A mailbox of all addresses of the domain, which is no company's itself."""
    pymap = Pymap(user="all@portail.example")
    pymap.start()
    stray = mail(1, to="nobody@portail.example")
    try:
        pymap.put(stray, mail(2))
        async with read(pymap.url) as reading:
            rows = await reading.stored(2)
            await reading.until(lambda: not pymap.held())
        assert [(row.state, row.verdict) for row in rows] == [
            ("quarantine", {"reason": "not_for_a_company"}),
            ("due", None),
        ]
        assert pymap.held("Quarantine") == [stray]
        assert rows[0].envelope["rcpt"] == "nobody@portail.example", (
            "it can be taken again, once there is one"
        )
    finally:
        pymap.kill()


async def test_a_folder_that_is_missing_is_told_and_read_once_it_is_there(pymap: Pymap, read: Any) -> None:
    with capture_logs() as log:
        async with read(pymap.url.replace("INBOX", "Clients%20%C3%A9t%C3%A9")) as reading:
            await reading.until(lambda: any(line["event"] == "imap.not_read" for line in log))
            with pymap.client() as client:
                client.create('"Clients &AOk-t&AOk-"')
            pymap.put(mail(1), folder='"Clients &AOk-t&AOk-"')
            await reading.stored(1)
    told = next(line for line in log if line["event"] == "imap.not_read")
    assert told["why"] == "the mailbox has no folder Clients été, or it cannot be opened"


async def test_a_folder_that_somebody_removes_is_made_again(pymap: Pymap, read: Any) -> None:
    pymap.put(mail(1))
    async with read(pymap.url) as reading:
        await reading.until(lambda: pymap.held("Processed"))
        with pymap.client() as client:
            client.delete("Processed")
        pymap.put(mail(2))
        await reading.until(lambda: pymap.held("Processed") == [mail(2)])


async def test_a_wrong_password_is_said_without_it(pymap: Pymap, read: Any) -> None:
    url = pymap.url.replace("s3cret", "forgotten")
    with capture_logs() as log:
        async with read(url) as reading:
            await reading.until(lambda: any(line["event"] == "imap.not_read" for line in log))
            assert not reading.watcher.ready.is_set()
    told = next(line for line in log if line["event"] == "imap.not_read")
    assert told["why"] == "the server refuses the user or the password (AUTHENTICATIONFAILED)"
    assert told["log_level"] == "error"
    assert "forgotten" not in str(log)
    assert "atelier" not in str(log)


async def test_a_server_that_is_not_there(read: Any) -> None:
    with capture_logs() as log:
        async with read("imap://a:b@127.0.0.1:1/INBOX") as reading:
            await reading.until(lambda: len([line for line in log if line["event"] == "imap.lost"]) > 2)
    assert log[-1]["why"] == "the connection failed: Connection refused"
