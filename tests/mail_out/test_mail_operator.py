"""What is passed on to the operator: the mail as it came, as often as is good for a mailbox."""

from __future__ import annotations

import asyncio
import email
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from email.policy import default

import pytest
from fake_relay import FakeRelay
from mail_samples import NOW

from bot.postmaster import A_DAY, Postmaster
from mail_gateway.forward import enclosed
from mail_gateway.guard import Guard
from mail_gateway.incoming import Envelope, Reading
from mail_gateway.robots import robot
from mail_gateway.sender import Relay
from storage.queue import Raw

MAIL = b"From: bob@client.example\r\nSubject: a list\r\n\r\nWhat do you send me?\r\n"
TO = {"box": "abuse", "to": "admin@client.example", "domain": "portail.example"}


@pytest.mark.parametrize(
    "raw", [MAIL, MAIL.replace(b"What", b"\xc3\x89t\xe9"), MAIL + b"--b\r\n\r\n--b--\r\n", b"\r\n", b""]
)
def test_it_is_enclosed_byte_for_byte(raw: bytes) -> None:
    made = email.message_from_bytes(enclosed(raw, id=7, now=NOW, **TO), policy=default)
    words, attached = made.iter_parts()
    assert "operator's" in words.get_content()
    if raw.isascii():
        assert attached.get_content_type() == "message/rfc822"
        assert raw in enclosed(raw, id=7, now=NOW, **TO)
    else:
        assert attached.get_payload(decode=True) == raw
    assert not made.defects
    assert made["To"] == TO["to"]
    assert robot(made, "postmaster@portail.example", None, ()) == "auto_submitted"


async def test_a_mailbox_is_not_flooded(start_relay: Callable[..., Awaitable[FakeRelay]]) -> None:
    relay, now = await start_relay(), NOW
    guard, way_out = Guard(Reading()), Relay(f"smtp://127.0.0.1:{relay.port}?tls=none", TO["domain"])
    before = [now - timedelta(hours=2)] * 5  # what another process passed on

    def known(since: datetime) -> list[datetime]:
        return [at for at in before if at > since]

    office = Postmaster(TO["to"], TO["domain"], guard, way_out, None, lambda: now, known)
    envelope = Envelope("192.0.2.1", "bob@client.example", ("abuse@portail.example",))

    async def passed(id: int) -> bool:
        raw = Raw(id, {"rcpt": "Abuse@portail.example"}, MAIL, NOW, "", 1, "email", None)
        return await office.pass_on(raw, envelope)

    assert sum(await asyncio.gather(*map(passed, range(A_DAY + 5)))) == A_DAY - 5
    now += timedelta(hours=22)
    assert [await passed(id) for id in range(60, 66)] == [True] * 5 + [False]
    assert len(relay.taken) == A_DAY
    assert {mail.mail_from for _, mail in relay.taken} == {"<>"}
    relay.drop_all()
    await way_out.close()
    await guard.close()
