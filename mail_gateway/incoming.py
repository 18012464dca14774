"""A raw mail becomes a letter: whose it is, what is new in it, whether it may be acted on. Pure: bytes in, data out.

Nothing ever raises out of `read`, and nothing is answered here. Run it in the guard: some mails are made to cost.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from typing import Literal

from handlers.core.turn import File, Level, Mark, Said
from mail_gateway import headers, parts, trust
from mail_gateway.addresses import NEVER, Marks, Recipient
from mail_gateway.author import author
from mail_gateway.bodies import whats_new
from mail_gateway.charset import Utf7
from mail_gateway.parts import Attachment
from mail_gateway.robots import robot
from mail_gateway.screen import message_key, refusal

Verdict = Literal["accept", "ignore", "reject", "quarantine"]
IN_REPLY_TO = 5


@dataclass(frozen=True)
class Envelope:
    """What SMTP said around the mail. `mail_from`: "" is the null sender, None is not known (a file, IMAP).

    `mailbox`: it was read in a mailbox, whose provider wrote the topmost Authentication-Results.
    """

    peer: str | None = None
    mail_from: str | None = None
    rcpt: tuple[str, ...] = ()
    mailbox: bool = False
    helo: str = ""


@dataclass(frozen=True)
class Reading:
    """How mail is read here. `trusted_relays`: IPs and CIDRs; `own_domains`: nobody writes to us from there."""

    trusted_relays: tuple[str, ...] = ()
    authserv_id: str = ""
    own_domains: tuple[str, ...] = ()


@dataclass(frozen=True)
class Letter:
    """`reason` is one stable word: why a mail is not accepted, or not plainly; "" otherwise.

    ignore: auto_submitted, null_sender, report, precedence, suppress, auto_reply, loop, list, own_address,
    robot_sender, out_of_office. reject: too_large, nul, bare_cr, bare_lf, headers_too_large, too_many_headers,
    address_header_too_large, no_from, two_from, bad_from, utf7. quarantine: too_many_lines, too_many_parts, too_deep,
    too_much_memory, unreadable, timeout, crash. accept: authentication (level failed), sealed (encrypted), and, with
    `unsafe`, between_quotes, hidden_text, parts_differ, part_signed (by its DKIM signature, l=).

    A letter that is not accepted may still carry its text, for people to read. `sender` is a look-up key, never an
    identity. `key` is the same for the same mail twice, whatever its mailbox.
    """

    verdict: Verdict
    reason: str = ""
    sender: str | None = None
    level: Level = "unverified"
    text: str = ""  # what is new
    full_text: str = ""
    subject: str = ""
    attachments: tuple[Attachment, ...] = ()
    left_out: int = 0  # attachments beyond the most we keep
    message_id: str | None = None
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    date: datetime | None = None
    unsafe: bool = False  # read it, do nothing consequential on it
    automatic: bool = False
    key: str = ""


def read(raw: bytes, envelope: Envelope, reading: Reading, ours: Iterable[str] = ()) -> Letter:
    """`ours`: lines of what we sent to this person lately, known by the caller."""
    if refused := refusal(raw):
        return set_aside(raw, refused.verdict, refused.reason)
    try:
        return _read(raw, envelope, reading, tuple(ours))
    except RecursionError:
        return set_aside(raw, "quarantine", "too_deep")
    except MemoryError:
        return set_aside(raw, "quarantine", "too_much_memory")
    except Exception:
        # Parsers raise what they like on bytes made for that; the raw mail is kept and people look at it.
        return set_aside(raw, "quarantine", "unreadable")


def set_aside(raw: bytes, verdict: Verdict, reason: str) -> Letter:
    """A mail of which nothing is believed."""
    return Letter(verdict, reason, level="failed", key=message_key("", raw))


def _read(raw: bytes, envelope: Envelope, reading: Reading, ours: tuple[str, ...]) -> Letter:
    mail = headers.parsed(raw)
    who = author(headers.values(mail, "From"))
    machine = robot(mail, who.address, envelope.mail_from, reading.own_domains)
    verdict, reason = _verdict(who.reason, machine)
    try:
        found = parts.contents(mail)
    except parts.TooMuch:
        return set_aside(raw, "quarantine", "too_many_parts")
    except Utf7:
        return set_aside(raw, "reject", "utf7")
    new, full, doubt = whats_new(found, ours)
    level = _level(mail, who.address, envelope, reading)
    return Letter(
        verdict,
        reason or ("authentication" if level == "failed" else "") or ("sealed" if found.sealed else doubt),
        who.address,
        level,
        new,
        full,
        headers.subject(headers.first(mail, "Subject")),
        parts.attachments(found),
        max(0, len(found.files) - parts.MOST_FILES),
        next(iter(headers.message_ids([headers.first(mail, "Message-ID")])), None),
        headers.message_ids(headers.values(mail, "In-Reply-To"))[:IN_REPLY_TO],
        headers.message_ids(headers.values(mail, "References")),
        headers.date(headers.first(mail, "Date")),
        bool(doubt),
        bool(machine),
        message_key("", raw),
    )


def _verdict(no_author: str, machine: str) -> tuple[Verdict, str]:
    if machine:
        return "ignore", machine
    return ("reject", no_author) if no_author else ("accept", "")


def _level(mail: Message, sender: str | None, envelope: Envelope, reading: Reading) -> Level:
    if sender is None:
        return "failed"
    trusted = envelope.mailbox or trust.is_trusted(envelope.peer, reading.trusted_relays)
    results = headers.values(mail, "Authentication-Results")
    return trust.level(results, sender.rpartition("@")[2], reading.authserv_id, trusted)


def said_from(
    letter: Letter,
    recipient: Recipient,
    marks: Marks,
    *,
    at: datetime,
    inbox: int | None = None,
    files: tuple[File, ...] = (),
) -> Said:
    """What an accepted letter says, for the desk. The envelope recipient decides which company is meant.

    Raises ValueError for a letter without sender: there is nobody to answer.
    """
    if letter.sender is None:
        raise ValueError("a letter without sender says nothing")
    return Said(
        channel="email",
        address=letter.sender,
        id=f"{recipient.slug}/{letter.key}",
        text=letter.text,
        at=at,
        company=recipient.slug or None,
        link=recipient.link,
        mark=recipient.mark or _answered(letter, marks),
        files=files,
        level=letter.level,
        subject=letter.subject,
        inbox=inbox,
        message_id=letter.message_id,
        references=letter.references,
        unsafe=letter.unsafe,
    )


def _answered(letter: Letter, marks: Marks) -> Mark | None:
    """The mark of the mail that In-Reply-To names, for mailboxes that drop the plus of our reply addresses."""
    rows = (marks.read_message_id(text) for text in letter.in_reply_to)
    return next((Mark(row, NEVER) for row in rows if row is not None), None)


def contents(raw: bytes) -> tuple[bytes, ...]:
    """The bytes of the attachments, in the order of `Letter.attachments`. For a letter that was read; may raise."""
    found = parts.contents(headers.parsed(raw))
    return tuple(parts.payload(part) for part in found.files[: parts.MOST_FILES])
