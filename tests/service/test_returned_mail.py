"""What comes back through the SMTP door: believed only where it proves which mail of ours it is about."""

from __future__ import annotations

import asyncio
import json
import smtplib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from mail_gateway.addresses import Marks
from mail_gateway.forward import enclosed
from service.outside import Outside
from service.process import DOMAIN
from service.records import CAMILLE
from storage.keys import Keys

MARKS = Marks(Keys.of("the tests only").marks, DOMAIN)
COMPANY = "contact@atelier.example"


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Outside]:
    made = Outside(tmp_path)
    await made.start()
    yield made
    await made.end()


def report(recipient: str, action: str, status: str, enclosed: str = "Subject: x") -> bytes:
    text = f"""\
From: Mail Delivery System <MAILER-DAEMON@mx.client.example>
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

This is the mail system.
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.client.example

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
--B--
"""
    return text.replace("\n", "\r\n").encode()


def complaint(message_id: str) -> bytes:
    text = f"""\
From: feedback@provider.example
Subject: FW: a complaint
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="B"

--B
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Feedback/1.0
Version: 1

--B
Content-Type: message/rfc822

Message-ID: {message_id}
Subject: ours

--B--
"""
    return text.replace("\n", "\r\n").encode()


def last(town: Outside, kind: str) -> int:
    [(id,)] = town.rows("SELECT id FROM outbox WHERE kind = ? ORDER BY id DESC LIMIT 1", kind)
    return int(id)


async def hand_over(town: Outside, to: str, raw: bytes, sender: str = "") -> None:
    def talk() -> None:
        with smtplib.SMTP("127.0.0.1", town.service.smtp, timeout=30) as client:
            client.sendmail(sender, [to], raw)

    await asyncio.to_thread(talk)


async def comes_back(town: Outside, to: str, raw: bytes) -> Any:
    """The null sender sends it; what the inbox says of it."""
    return await comes_from(town, "", to, raw)


async def comes_from(town: Outside, sender: str, to: str, raw: bytes) -> Any:
    await hand_over(town, to, raw, sender)
    await town.settled()
    [(state, verdict)] = town.rows(
        "SELECT state, verdict FROM inbox WHERE raw IS NOT NULL ORDER BY id DESC LIMIT 1"
    )
    return state, json.loads(verdict)["reason"]


async def suppressed(town: Outside) -> list[tuple[str, str]]:
    rows = json.loads(await town.run("mail", "suppressed", "list", "--json"))
    return [(row["address"], row["reason"]) for row in rows]


async def test_a_bounced_code_is_told_to_the_company_and_its_address_is_left_alone(town: Outside) -> None:
    await town.mail(CAMILLE, "mon solde", dmarc="")
    code, seen = last(town, "code"), town.everyone()
    gone = report(CAMILLE.upper(), "failed", "5.1.1")
    assert await comes_back(town, MARKS.verp(code), gone) == ("ignored", "bounce")
    assert await suppressed(town) == [(CAMILLE, "hard")]
    shown = json.loads(await town.run("client", "show", "C0042", "--company", "atelier", "--json"))
    assert [one.get("suppressed") for one in shown["contacts"] if one["email"] == CAMILLE] == ["hard"]
    listed = await town.run("mail", "list")
    assert (
        listed
        == "Nothing is set aside.\nBesides, 1 of machines and the like, which nobody has to look at: --all\n"
    )
    assert "bounce" in await town.run("mail", "list", "--all")
    [told] = town.box(COMPANY)[: len(town.box(COMPANY)) - seen.get(COMPANY, 0)]
    assert "un code n'a pas été remis" in told.subject
    assert CAMILLE in told.text
    assert "cette adresse n'existe pas" in told.text
    # No other mailbox got a thing: a bounce is never answered.
    assert town.everyone() == seen | {COMPANY: seen.get(COMPANY, 0) + 1}

    town.pass_time(minutes=5)
    assert await town.mail(CAMILLE, "mon solde", dmarc="") == []
    assert town.rows("SELECT outcome, state FROM outbox WHERE kind = 'code' ORDER BY id") == [
        ("bounced", "sent"),
        (None, "failed"),
    ]
    assert len(town.box(COMPANY)) == seen.get(COMPANY, 0) + 1  # once a day

    town.pass_time(days=1)
    assert len(await town.mail(CAMILLE, "mon solde", dmarc="")) == 1
    assert "leaves again" in await town.run("mail", "suppressed", "lift", CAMILLE, "--company", "atelier")
    town.pass_time(minutes=5)
    assert len(await town.mail(CAMILLE, "mon solde", dmarc="")) == 1


async def test_a_flood_of_bounces_writes_one_mail_at_most(town: Outside) -> None:
    await town.mail(CAMILLE, "mon solde", dmarc="")
    code, seen = last(town, "code"), town.everyone()

    def flood() -> None:
        with smtplib.SMTP("127.0.0.1", town.service.smtp, timeout=30) as client:
            for n in range(50):
                raw = report(CAMILLE, "failed", "5.1.1").replace(b"Undelivered", b"%d undelivered" % n)
                client.sendmail("", [MARKS.verp(code)], raw)

    await asyncio.to_thread(flood)
    await town.settled()
    assert town.rows("SELECT count(*) FROM inbox WHERE state = 'ignored'") == [(50,)]
    assert town.everyone() == seen | {COMPANY: seen.get(COMPANY, 0) + 1}


async def test_a_mail_that_its_domain_vouches_for_lifts_it(town: Outside) -> None:
    await town.mail(CAMILLE, "mon solde")
    await comes_back(town, MARKS.verp(last(town, "code")), report(CAMILLE, "failed", "5.1.1"))
    town.pass_time(minutes=5)
    assert len(await town.mail(CAMILLE, "mon solde", dmarc="pass")) == 1
    assert await suppressed(town) == []


async def test_a_bounce_that_proves_nothing_does_nothing(town: Outside) -> None:
    [code] = await town.mail(CAMILLE, "mon solde")
    gone, seen = report(CAMILLE, "failed", "5.1.1"), town.everyone()
    good = MARKS.verp(last(town, "code"))
    forged = good.replace("+", "+a" if good[7] != "a" else "+b", 1).replace(good[7:8], "", 1)
    other = Marks(b"x" * 32, DOMAIN).verp(last(town, "code"))
    for address in (forged, other, f"bounce@{DOMAIN}"):
        with pytest.raises(smtplib.SMTPRecipientsRefused, match="No such mailbox here"):
            await hand_over(town, address, gone)
    assert await comes_back(town, code.reply_to, gone) == ("ignored", "null_sender")
    assert await comes_back(town, f"atelier@{DOMAIN}", gone) == ("ignored", "null_sender")
    assert await comes_back(town, f"postmaster@{DOMAIN}", gone) == ("quarantine", "for_the_operator")
    assert town.everyone() == seen
    town.pass_time(days=15)
    assert await comes_back(town, good, gone) == ("ignored", "bounce")
    assert await suppressed(town) == []
    assert town.rows("SELECT id FROM outbox WHERE outcome IS NOT NULL") == []


async def test_a_delay_is_no_failure_and_another_recipient_is_not_suppressed(town: Outside) -> None:
    await town.mail(CAMILLE, "mon solde")
    code = last(town, "code")
    await comes_back(town, MARKS.verp(code), report(CAMILLE, "delayed", "4.4.1"))
    assert town.rows("SELECT outcome FROM outbox WHERE id = ?", code) == [("delayed",)]
    await comes_back(town, MARKS.verp(code), report("box7@hoster.example", "failed", "5.1.1"))
    assert town.rows("SELECT outcome FROM outbox WHERE id = ?", code) == [("bounced",)]
    assert await suppressed(town) == []


async def test_an_absence_that_comes_to_the_envelope_sender_says_nothing(town: Outside) -> None:
    await town.mail(CAMILLE, "mon solde")
    code, seen = last(town, "code"), town.everyone()
    away = f"From: {CAMILLE}\r\nSubject: Absence du bureau\r\nAuto-Submitted: auto-replied\r\n\r\nDe retour lundi.\r\n"
    assert await comes_back(town, MARKS.verp(code), away.encode()) == ("ignored", "bounce")
    assert (await suppressed(town), town.everyone()) == ([], seen)


async def test_a_complaint_is_tied_by_the_mail_that_it_encloses(town: Outside) -> None:
    await town.mail(CAMILLE, "mon solde")
    code = last(town, "code")
    strange = complaint(f"<m.{code}.{'a' * 24}@{DOMAIN}>")
    assert await comes_back(town, f"abuse@{DOMAIN}", strange) == ("quarantine", "for_the_operator")
    assert await comes_back(town, f"abuse@{DOMAIN}", complaint(MARKS.message_id(code))) == (
        "ignored",
        "bounce",
    )
    assert await suppressed(town) == [(CAMILLE, "complaint")]
    town.pass_time(minutes=5)
    assert len(await town.mail(CAMILLE, "mon solde", dmarc="")) == 1  # what they ask for still comes


async def test_what_the_relay_refuses_counts_as_a_bounce(tmp_path: Path) -> None:
    async def refuse(*_: Any) -> str:
        return "550 5.1.1 No such user here"

    town = Outside(tmp_path)
    town.mailboxes.handle_RCPT = refuse
    await town.start()
    try:
        assert await town.mail(CAMILLE, "mon solde", dmarc="") == []
        assert await suppressed(town) == [(CAMILLE, "hard")]
        assert town.rows("SELECT state, outcome FROM outbox WHERE kind = 'code'") == [("failed", "bounced")]
    finally:
        await town.end()


async def test_mail_to_the_operator_is_passed_on_once_and_never_a_machines(tmp_path: Path) -> None:
    operator = "admin@client.example"
    town = Outside(tmp_path, operator_email=operator)
    await town.start()
    try:
        person = b"From: bob@client.example\r\nSubject: a list\r\n\r\nWhat do you send me?\r\n"
        away = b"Auto-Submitted: auto-replied\r\n" + person
        assert await comes_from(town, "bob@client.example", f"abuse@{DOMAIN}", person) == (
            "ignored",
            "passed_on",
        )
        assert await comes_from(town, "b@client.example", f"abuse@{DOMAIN}", away) == (
            "quarantine",
            "for_the_operator",
        )
        (sent,) = town.box(operator)
        assert sent.subject == f"Mail 1 for abuse@{DOMAIN}"
        passed = enclosed(person, box="abuse", to=operator, domain=DOMAIN, id=1, now=town.now)
        again = await comes_from(town, operator, f"postmaster@{DOMAIN}", passed)
        assert again == ("quarantine", "for_the_operator"), "it is not passed on twice"
        assert len(town.box(operator)) == 1
    finally:
        await town.end()
