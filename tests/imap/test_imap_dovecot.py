"""The same against Dovecot, as most hosts run it: password, tokens, a kill, a drop, folders with accents."""

from __future__ import annotations

import asyncio
import dataclasses
import imaplib
import shutil
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from dovecot import Dovecot
from imap_peers import QUICK, mail
from imap_provider import CLIENT, USER, Provider
from structlog.testing import capture_logs

from bot.clock import now
from storage.tokens import MailboxTokens

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(shutil.which("dovecot") is None, reason="needs the Debian package dovecot-imapd"),
]
USERS = {USER: "s3cret"}


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    made = Provider()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
def place() -> Iterator[Path]:
    """Where another user than root may enter."""
    made = Path(tempfile.mkdtemp(prefix="facteur-dovecot-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def dovecot(place: Path, provider: Provider) -> Iterator[Dovecot]:
    made = Dovecot(place, USERS, token_info=f"{provider.url}/tokeninfo?access_token=")
    made.start()
    yield made
    made.kill()


async def test_mails_come_one_by_one_and_after_a_kill(dovecot: Dovecot, read: Any) -> None:
    dovecot.put(*(mail(n) for n in range(5)))
    async with read(dovecot.url, dataclasses.replace(QUICK, rest=60.0)) as reading:
        await reading.stored(5)
        dovecot.put(mail(5))
        await reading.stored(6)
        dovecot.kill()
        dovecot.start()
        dovecot.put(*(mail(n) for n in range(6, 9)))
        rows = await reading.stored(9)
        await reading.until(lambda: dovecot.count("Processed") == 9)
        assert dovecot.count() == 0
    assert [row.raw for row in rows] == [mail(n) for n in range(9)]


async def test_a_large_mail_is_read_and_a_larger_one_is_not(dovecot: Dovecot, read: Any) -> None:
    large = mail(1) + b"x" * 70 + b"\r\n" + (b"y" * 70 + b"\r\n") * 40_000
    dovecot.put(large, large + large, mail(3))
    async with read(dovecot.url, dataclasses.replace(QUICK, largest=len(large))) as reading:
        rows = await reading.stored(3)
        await reading.until(lambda: dovecot.count() == 0)
        assert dovecot.count("Quarantine") == 1
    assert [row.state for row in rows] == ["due", "quarantine", "due"]
    assert rows[0].raw == large


async def test_a_folder_with_accents(dovecot: Dovecot, read: Any) -> None:
    with imaplib.IMAP4("127.0.0.1", dovecot.port, timeout=20) as client:
        client.login(USER, "s3cret")
        client.create('"Clients &AOk-t&AOk-"')
    dovecot.put(mail(1), folder='"Clients &AOk-t&AOk-"')
    async with read(f"{dovecot.url}Clients%20%C3%A9t%C3%A9") as reading:
        await reading.stored(1)


async def test_folders_below_inbox(place: Path, read: Any) -> None:
    dovecot = Dovecot(place, USERS, namespace="prefix = INBOX.\n  separator = .")
    dovecot.start()
    try:
        dovecot.put(mail(1))
        async with read(dovecot.url) as reading:
            await reading.until(lambda: dovecot.count("INBOX.Processed") == 1)
    finally:
        dovecot.kill()


async def test_a_wrong_password_is_told_from_a_lost_connection(dovecot: Dovecot, read: Any) -> None:
    with capture_logs() as log:
        async with read(dovecot.url.replace("s3cret", "wrong")) as reading:
            await reading.until(lambda: log)
    assert log[0]["why"] == "the server refuses the user or the password (AUTHENTICATIONFAILED)"


async def test_a_token_lets_in_and_a_refused_one_is_renewed(
    dovecot: Dovecot, provider: Provider, read: Any
) -> None:
    given = {"imap_authority": provider.url, "imap_client_id": CLIENT, "imap_oauth": "microsoft"}
    provider.refresh = "kept"
    dovecot.put(mail(1), mail(2))
    async with read(dovecot.url.replace(":s3cret", ""), **given) as reading:
        reading.task.cancel()
        tokens = MailboxTokens(reading.service.engine, reading.service.keys, reading.watcher.mailbox.name)
        ends = (now() + timedelta(hours=1)).isoformat()
        tokens.put({"access": "ended early", "refresh": "kept", "expires_at": ends}, now())
        reading.task = asyncio.create_task(reading.watcher.run())
        rows = await reading.stored(2)
        assert (tokens.get() or {})["access"] == provider.access
    assert Counter(row.raw for row in rows) == Counter([mail(1), mail(2)])
    assert len(provider.asked) == 1
