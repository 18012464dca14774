"""The service among hostile mails, machines that answer machines, and when it is told to stop at work."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from pathlib import Path

import aiosmtplib
import pytest

from bot.demo.letters import Writer
from bot.demo.mailboxes import Mailboxes, Refused
from service.outside import Outside
from service.process import DOMAIN, address, company
from service.warm import Warm

HOSTILE = Path(__file__).parents[1] / "data" / "mail" / "hostile"
DEEP = b"".join(
    b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(150)
)
COSTLY = {
    "deep": b"From: a@b.example\r\nMIME-Version: 1.0\r\n" + DEEP,
    "long": b"From: b@b.example\r\n\r\n" + (b"solde " * 10 + b"\r\n") * 140_000,
    "tags": b"From: c@b.example\r\nContent-Type: text/html\r\n\r\n" + (b"<div><table>" * 60 + b"\r\n") * 9000,
    "quotes": b"From: d@b.example\r\n\r\n" + (b"> " * 400 + b"\r\n") * 5000,
}
ROBOT = "Nous avons bien reçu votre message et vous répondrons bientôt."


async def thrown(port: int, raw: bytes) -> None:
    """Refused or taken: both are well."""
    with suppress(aiosmtplib.SMTPResponseException):
        await aiosmtplib.send(
            raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
            sender="h@evil.example",
            recipients=[f"atelier@{DOMAIN}"],
            hostname="127.0.0.1",
            port=port,
            start_tls=False,
            local_hostname="localhost",
        )


async def test_twenty_good_mails_among_hostile_ones_are_all_answered(
    tmp_path: Path, mailboxes: Mailboxes
) -> None:
    service = Warm(tmp_path, mailboxes.url, smtp_connections_per_ip=20)
    assert service.run("import", str(company(tmp_path, 20))).returncode == 0
    mailboxes.door = ("127.0.0.1", service.smtp)
    bad = iter([*COSTLY.values(), *(path.read_bytes() for path in sorted(HOSTILE.glob("*.eml")))])
    try:
        await service.start()
        for nth in range(20):
            for _ in range(3):
                await thrown(service.smtp, next(bad, b"From: x@b.example\r\n\r\nsolde\r\n"))
            await mailboxes.compose(
                Writer("Client", address(nth), "fr"), f"atelier@{DOMAIN}", "Solde", "solde"
            )
        async with asyncio.timeout(60):
            while not all(any(not one.sent for one in mailboxes.letters(address(nth))) for nth in range(20)):
                await asyncio.sleep(0.1)
        assert service.stop() == 0
    finally:
        service.end()


async def test_told_to_stop_at_work_it_stops_and_loses_nothing(tmp_path: Path, mailboxes: Mailboxes) -> None:
    service = Warm(tmp_path, mailboxes.url, smtp_connections_per_ip=20)
    assert service.run("import", str(company(tmp_path, 12))).returncode == 0
    mailboxes.door = ("127.0.0.1", service.smtp)
    taken: set[str] = set()

    async def write(who: str) -> None:
        try:
            await mailboxes.compose(Writer("Client", who, "fr"), f"atelier@{DOMAIN}", "Solde", "solde")
        except Refused:
            return
        taken.add(who)

    try:
        await service.start()
        writing = asyncio.gather(*(write(address(nth)) for nth in range(12)))
        await asyncio.sleep(0.1)
        told = time.monotonic()
        assert await asyncio.to_thread(service.stop) == 0
        assert time.monotonic() - told < 10
        await writing
        await service.start()
        async with asyncio.timeout(60):
            while not all(any(not one.sent for one in mailboxes.letters(who)) for who in taken):
                await asyncio.sleep(0.1)
    finally:
        service.end()
    assert not [who for who in taken if sum(not one.sent for one in mailboxes.letters(who)) > 1]


@pytest.mark.parametrize("known", [True, False])
async def test_a_machine_that_names_itself_nowhere_is_soon_left_alone(tmp_path: Path, known: bool) -> None:
    """One that answers whatever comes, with no header of RFC 3834, from a mailbox that is known or is not."""
    outside = Outside(tmp_path)
    await outside.start()
    who = "camille@dupain.example" if known else "robot@nowhere.example"
    try:
        answers = await outside.mail(who, "bonjour", dmarc="")
        for nth in range(14):
            outside.pass_time(seconds=20)
            text = f"{ROBOT} Dossier {100_000 + nth}." if nth % 2 else f"{ROBOT} ({nth})"
            answers += await outside.mail(who, text, answers=answers[-1], dmarc="")
    finally:
        await outside.end()
    most = 15 if known else 4  # ten answers in ten minutes, and the notices of a suspended access
    assert 1 <= len(answers) <= most
