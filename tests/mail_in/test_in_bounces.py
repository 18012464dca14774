"""What a bounce says: the standard form first, then the old ones, then nothing at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from mail_gateway.bounces import UNKNOWN, Report, read
from mail_gateway.guard import Guard
from mail_gateway.incoming import Reading
from mail_gateway.screen import with_crlf

SET = Path(__file__).parent.parent / "data" / "mail" / "flufl-bounce"
MUTE = {
    "bounce_01.txt",
    "dumbass_01.txt",
    "groupwise_03.txt",
    "qmail_08.txt",
    "simple_43.txt",
}  # no address is to be found


def report(name: str, groups: str, enclosed: str = "", kind: str = "delivery-status") -> bytes:
    text = f"""\
From: Mail Delivery System <MAILER-DAEMON@mx.client.example>
To: bounce+x@portail.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type={kind}; boundary="B"

--B
Content-Type: text/plain

Some words.
--B
Content-Type: {name}

{groups}
--B
Content-Type: message/rfc822

{enclosed or "Subject: ours"}

--B--
"""
    return text.replace("\n", "\r\n").encode()


def dsn(recipient: str, enclosed: str = "") -> bytes:
    return report(
        "message/delivery-status", f"Reporting-MTA: dns; mx.client.example\n\n{recipient}", enclosed
    )


@pytest.mark.parametrize("file", sorted(SET.glob("*_*.txt")), ids=lambda path: path.name)
def test_an_old_form_names_whom_it_is_about(file: Path) -> None:
    found = read(with_crlf(file.read_bytes()))
    assert bool(found.recipients) == (file.name not in MUTE)
    assert all("@" in address for address in found.recipients)


def test_a_collection_is_looked_at() -> None:
    outcomes = [read(with_crlf(file.read_bytes())).outcome for file in SET.glob("*_*.txt")]
    counts = {one: outcomes.count(one) for one in set(outcomes)}
    assert counts == {"bounced": 99, "delayed": 11, "unknown": 7}


@pytest.mark.parametrize(
    ("fields", "outcome", "status"),
    [
        ("Final-Recipient: rfc822; Anne@Client.example\nAction: failed\nStatus: 5.1.1", "bounced", "5.1.1"),
        ("Final-Recipient: rfc822; anne@client.example\nAction: Delayed\nStatus: 4.4.1", "delayed", "4.4.1"),
        ("Final-Recipient: rfc822; anne@client.example\nAction: failed\nStatus: 4.4.7", "bounced", "4.4.7"),
        ("Final-Recipient: rfc822; anne@client.example\nAction: delivered (ok)\nStatus: 2.0.0", "delivered", "2.0.0"),
        ("Final-Recipient: rfc822; anne@client.example\nAction: relayed\nStatus: 2.1.9", "unknown", "2.1.9"),
        ("Final-Recipient: rfc822; anne@client.example\nAction: expanded\nStatus: 2.0.0", "unknown", "2.0.0"),
        ("Final-Recipient: rfc822; anne@client.example\nAction: failed\nStatus: 2.0.0", "unknown", "2.0.0"),
        ("Final-Recipient: rfc822; anne@client.example\nAction: failed\nStatus: nonsense", "bounced", ""),
    ],
)  # fmt: skip
def test_a_notification_of_the_standard(fields: str, outcome: str, status: str) -> None:
    found = read(dsn(fields))
    assert (found.outcome, found.recipients, found.status) == (outcome, ("anne@client.example",), status)


def test_the_original_recipient_comes_first() -> None:
    found = read(
        dsn(
            "Original-Recipient: rfc822;anne@client.example\n"
            "Final-Recipient: rfc822;box7@hoster.example\nAction: failed\nStatus: 5.2.2"
        )
    )
    assert found.recipients == ("anne@client.example", "box7@hoster.example")


def test_a_complaint_shows_what_it_is_about() -> None:
    fields = (
        "Feedback-Type: abuse\nUser-Agent: Feedback/1.0\nVersion: 1\n"
        "Original-Mail-From: <bounce+abc@portail.example>\nOriginal-Rcpt-To: <anne@client.example>"
    )
    raw = report(
        "message/feedback-report", fields, "Message-ID: <m.1.abc@portail.example>", "feedback-report"
    )
    proofs = ("bounce+abc@portail.example", "<m.1.abc@portail.example>")
    assert read(raw) == Report("complaint", ("anne@client.example",), "", proofs)


def test_not_spam_is_no_complaint() -> None:
    raw = report("message/feedback-report", "Feedback-Type: not-spam\nVersion: 1", "", "feedback-report")
    assert read(raw).outcome == "unknown"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"Subject: no bounce\r\n\r\nHello, I am away until Monday.\r\n",
        b"Subject: a\rb\r\n\r\nfailed: anne@client.example\r\n",
        b"Content-Type: multipart/report; boundary=B\r\n\r\n"
        b"--B\r\nContent-Type: message/delivery-status\r\n\r\n--B--\r\n",
        b"Content-Type: message/feedback-report\r\n\r\n",
    ],
)
def test_what_cannot_be_read_says_nothing(raw: bytes) -> None:
    found = read(raw)
    assert not found.recipients
    assert found.outcome in ("unknown", "complaint")


async def test_it_is_read_in_the_guard() -> None:
    guard = Guard(Reading())
    try:
        found = await guard.report(dsn("Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1"))
        assert found.status == "5.1.1"
        deep = b"Content-Type: multipart/mixed; boundary=B\r\n\r\n" + b"--B\r\n" * 1000
        assert await guard.report(deep) == UNKNOWN
    finally:
        await guard.close()
