"""The door and the group commit together, on a real SQLite file."""

from __future__ import annotations

import asyncio
import smtplib
import sqlite3
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from mail_samples import MARKS, NOW

from mail_gateway.listener import Limits, Listener
from storage import migrate
from storage.accept import Acceptor
from storage.engine import connect

BOX = "atelier-exemple@portail.example"
LIMITS = Limits(connections=50, per_ip=50)


async def known(slug: str) -> bool:
    return slug == "atelier-exemple"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "facteur.db"


@pytest.fixture
async def door(file: Path) -> AsyncIterator[Listener]:
    engine = connect(f"sqlite:///{file}")
    migrate.upgrade(engine)
    acceptor = Acceptor(engine)

    async def accept(raw: bytes, envelope: Mapping[str, Any], key: str, lane: str) -> None:
        await acceptor.accept(raw, envelope, key, lane, None, NOW)

    listener = Listener(MARKS, known, accept, LIMITS)
    await listener.start("127.0.0.1", 0)
    yield listener
    await listener.close()
    await acceptor.close()
    engine.dispose()


def mail(n: int) -> bytes:
    return b"From: a%d@b.example\r\nSubject: x\r\n\r\n\xe9t\xe9 %d\r\n" % (n, n)


async def send(door: Listener, *mails: bytes) -> None:
    def talk() -> None:
        with smtplib.SMTP("127.0.0.1", door.port, timeout=30) as client:
            for raw in mails:
                client.sendmail("a@b.example", [BOX], raw, mail_options=["BODY=8BITMIME"])

    await asyncio.to_thread(talk)


def rows(file: Path) -> list[tuple[Any, ...]]:
    with sqlite3.connect(file) as db:
        found = db.execute(
            "select raw, lane, state, json_extract(envelope, '$.rcpt') from inbox order by id"
        ).fetchall()
    db.close()
    return found


async def test_250_means_stored(door: Listener, file: Path) -> None:
    await send(door, mail(1))
    assert rows(file) == [(mail(1), "a1@b.example", "due", BOX)]


async def test_mail_sent_again_is_one_row(door: Listener, file: Path) -> None:
    await send(door, mail(1), mail(2), mail(1))
    await send(door, b"Received: by another way\r\n" + mail(2))
    assert [raw for raw, *_ in rows(file)] == [mail(1), mail(2)]


async def test_many_senders_at_once_all_kept(door: Listener, file: Path) -> None:
    mails = [mail(n) for n in range(60)]
    await asyncio.gather(*(send(door, *mails[start::12]) for start in range(12)))
    assert sorted(raw for raw, *_ in rows(file)) == sorted(mails)


async def test_database_that_cannot_be_written_is_451_and_nothing_is_lost(door: Listener, file: Path) -> None:
    with sqlite3.connect(file) as db:
        db.execute("create trigger full before insert on inbox begin select raise(abort, 'disk full'); end")
    with pytest.raises(smtplib.SMTPDataError) as refused:
        await send(door, mail(1))
    assert refused.value.smtp_code == 451
    assert b"disk" not in refused.value.smtp_error
    db.execute("drop trigger full")
    db.commit()
    db.close()
    await send(door, mail(1))
    assert [raw for raw, *_ in rows(file)] == [mail(1)]
