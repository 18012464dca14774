"""Whom a mail of a mailbox is for, and whose word counts there."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mail_gateway.addresses import Marks
from mail_gateway.imap_url import BadMailbox, Mailbox, wire
from mail_gateway.incoming import Envelope, Reading, read
from mail_gateway.noted import noted, recipients

MARKS = Marks(b"k" * 32, "us.example")
UNTIL = datetime(2026, 12, 1, tzinfo=UTC)
REPLY = MARKS.reply_address("atelier", 7, UNTIL)
OTHER_REPLY = MARKS.reply_address("plomberie", 8, UNTIL)
BOUNCE = MARKS.verp(7)


async def known(slug: str) -> bool:
    return slug in ("atelier", "plomberie")


async def whose(*lines: str, own: str = "all@us.example") -> list[str]:
    raw = "\r\n".join(("From: client@else.example", *lines, "", "solde", "")).encode()
    return await recipients(raw, MARKS, known, own)


CASES = [
    (["To: atelier@us.example"], ["atelier@us.example"]),
    (["Delivered-To: plomberie@us.example", "To: atelier@us.example"], ["plomberie@us.example"]),
    (["X-Original-To: plomberie@us.example", "To: atelier@us.example"], ["plomberie@us.example"]),
    # The mailbox's own name says nothing where it is no company's.
    (["Delivered-To: all@us.example", "To: A <atelier@us.example>"], ["atelier@us.example"]),
    (["Delivered-To: box@host.example", f"To: {REPLY}"], [REPLY]),
    # A provider that drops the plus of what it notes.
    (["Delivered-To: atelier@us.example", f"To: {REPLY}"], [REPLY]),
    # One of another company, which the sender added, does not move a mail there.
    (["Delivered-To: atelier@us.example", f"To: {OTHER_REPLY}"], ["atelier@us.example"]),
    ([f"To: atelier@us.example, {REPLY}"], [REPLY]),
    (["To: atelier+abcdef@us.example, atelier@us.example"], ["atelier+abcdef@us.example"]),
    # One copy for two companies.
    (["To: atelier@us.example", "Cc: plomberie@us.example"], ["atelier@us.example", "plomberie@us.example"]),
    (["To: nobody@us.example"], []),
    (["To: client@else.example"], []),
    (["To: postmaster@us.example"], []),
    ([f"To: {BOUNCE}"], [BOUNCE]),
    ([f"Delivered-To: {BOUNCE}", "To: atelier@us.example"], [BOUNCE]),
    (["To: bounce+forged@us.example"], []),
]


@pytest.mark.parametrize(("lines", "wanted"), CASES)
async def test_whom_it_is_for(lines: list[str], wanted: list[str]) -> None:
    assert await whose(*lines) == wanted


async def test_a_blind_copy_is_for_the_company_whose_mailbox_it_is() -> None:
    assert await whose("To: undisclosed-recipients:;", own="atelier@us.example") == ["atelier@us.example"]


async def test_a_mail_for_another_company_of_the_mailbox_is_not_its_owners() -> None:
    assert await whose("To: plomberie@us.example", own="atelier@us.example") == ["plomberie@us.example"]


def test_only_the_topmost_headers_and_few_addresses_are_looked_at() -> None:
    lines = [f"Delivered-To: d{n}@us.example" for n in range(9)]
    lines.append("To: " + ", ".join(f'"A, {n}" <a{n}@us.example>' for n in range(50)))
    by_servers, by_sender = noted("\r\n".join([*lines, "", ""]).encode())
    assert by_servers == tuple(f"d{n}@us.example" for n in range(3))
    assert by_sender == tuple(f"a{n}@us.example" for n in range(10))


# --- Authentication-Results of the mailbox's provider

GMAIL = "mx.google.com; dkim=pass header.d=else.example; dmarc=pass header.from=else.example"
MICROSOFT = (
    "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=else.example; dkim=pass (signature was verified) "
    "header.d=else.example;dmarc=pass action=none header.from=else.example;compauth=pass reason=100"
)
FAILED = MICROSOFT.replace("dmarc=pass", "dmarc=fail")


@pytest.mark.parametrize(
    ("results", "authserv_id", "level"),
    [
        ([GMAIL], "mx.google.com", "verified"),
        ([GMAIL], "", "unverified"),
        ([GMAIL], "mx.other.example", "unverified"),
        ([MICROSOFT], "microsoft365", "verified"),
        ([FAILED], "microsoft365", "failed"),
        ([MICROSOFT], "mx.google.com", "unverified"),
        # What a sender wrote below what the provider wrote.
        ([FAILED, MICROSOFT], "microsoft365", "failed"),
        ([GMAIL, MICROSOFT], "microsoft365", "unverified"),
        ([f"microsoft365; {MICROSOFT}"], "microsoft365", "unverified"),
    ],
)
def test_the_provider_of_the_mailbox_is_believed_under_its_name(
    results: list[str], authserv_id: str, level: str
) -> None:
    lines = [f"Authentication-Results: {one}" for one in results]
    raw = "\r\n".join([*lines, "From: client@else.example", "", "solde", ""]).encode()
    reading = Reading((), authserv_id)
    assert read(raw, Envelope(mailbox=True), reading).level == level
    outside = read(raw, Envelope("192.0.2.9"), reading).level
    assert outside == ("failed" if level == "failed" else "unverified"), "by SMTP, from a stranger's server"


# --- IMAP_URL


def test_a_url_names_a_mailbox() -> None:
    made = Mailbox.at("imaps://a%40b.example:p%2Fw%20%C3%A9@mail.b.example:9993/Clients%20%C3%A9t%C3%A9/2026")
    assert (made.host, made.port, made.user) == ("mail.b.example", 9993, "a@b.example")
    assert (made.password, made.folder, made.tls) == ("p/w é", "Clients été/2026", True)
    assert "p/w" not in repr(made)
    bare = Mailbox.at("imaps://me@mail.b.example")
    assert (bare.port, bare.folder, bare.password) == (993, "INBOX", None)
    assert made.name != bare.name
    assert "example" not in bare.name


@pytest.mark.parametrize(
    "url",
    [
        "imap://me:x@mail.b.example/",
        "https://me:x@mail.b.example/",
        "imaps://mail.b.example/",
        "imaps://me:x@mail.b.example:port/",
        "imaps://me:x@[mail/",
        "imaps://me:x%0d%0aDELETE@mail.b.example/",
    ],
)
def test_a_url_that_cannot_be_used_is_refused_in_words(url: str) -> None:
    with pytest.raises(BadMailbox, match="^IMAP_URL") as raised:
        Mailbox.at(url)
    assert "me:x" not in str(raised.value)


@pytest.mark.parametrize(
    ("folder", "wanted"),
    [
        ("INBOX", '"INBOX"'),
        ("Éléments envoyés", '"&AMk-l&AOk-ments envoy&AOk-s"'),
        ("Devis & factures", '"Devis &- factures"'),
        ('a"b\\c', '"a\\"b\\\\c"'),
        ("台北", '"&U,BTFw-"'),  # the example of RFC 3501, 5.1.3
    ],
)
def test_the_names_of_folders_on_the_wire(folder: str, wanted: str) -> None:
    """M80."""
    assert wire(folder) == wanted
