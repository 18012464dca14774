"""One mail as a mailbox shows it, and one written as a French or English mail program writes it."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from uuid import uuid4

DAYS = ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim.")
MONTHS = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")
# One plain address: what a mail program lets go. The door judges the rest.
ADDRESS = re.compile(r"[^\s@<>,;\"()]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")


@dataclass(frozen=True)
class Attachment:
    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True)
class Letter:
    """One mail in one mailbox. `sent`: written here; else it came through the relay."""

    id: str
    sent: bool
    at: datetime  # when the mailbox got it, UTC
    sender: str  # the name, else the address
    sender_address: str
    to: str
    reply_to: str
    subject: str
    message_id: str
    references: tuple[str, ...]
    text: str
    html: str | None
    attachments: tuple[Attachment, ...]

    @property
    def snippet(self) -> str:
        """The first new words, for the list."""
        new = re.split(r"\n(?=(?:Le|On) [^\n]{1,200}(?:a écrit :|wrote:)\s*\n)", self.text)[0]
        lines = (line.strip() for line in new.splitlines())
        return " ".join(line for line in lines if line and not line.startswith(("--", ">")))[:140]


def read(raw: bytes, id: str, sent: bool, at: datetime) -> Letter:
    """A mail from its bytes. Broken parts read as empty."""
    mail = message_from_bytes(raw, policy=policy.default)
    name, sender = _address(mail, "From")
    return Letter(
        id=id,
        sent=sent,
        at=at,
        sender=name or sender,
        sender_address=sender,
        to=_address(mail, "To")[1],
        reply_to=_address(mail, "Reply-To")[1] or sender,
        subject=str(mail.get("Subject", "")),
        message_id=str(mail.get("Message-ID", "")).strip(),
        references=tuple(str(mail.get("References", "")).split()),
        text=_text(mail, "plain") or "",
        html=None if sent else _html(mail),
        attachments=tuple(_attachment(part) for part in mail.iter_attachments()),
    )


def _address(mail: EmailMessage, header: str) -> tuple[str, str]:
    """Name and address of the first one; empty where there is none."""
    addresses = getattr(mail.get(header), "addresses", ())
    return (addresses[0].display_name, addresses[0].addr_spec) if addresses else ("", "")


def _text(mail: EmailMessage, subtype: str) -> str | None:
    part = mail.get_body((subtype,))
    try:
        return None if part is None else str(part.get_content())
    except (LookupError, UnicodeError, KeyError):
        return None


def _html(mail: EmailMessage) -> str | None:
    """The page, with the pictures that it shows in it."""
    page = _text(mail, "html") or ""
    for part in mail.walk():
        if part.get_content_type() == "image/png" and part["Content-ID"]:
            data = base64.b64encode(_attachment(part).data).decode()
            page = page.replace(
                f"cid:{str(part['Content-ID']).strip('<> ')}", f"data:image/png;base64,{data}"
            )
    return page or None


def _attachment(part: EmailMessage) -> Attachment:
    data = part.get_payload(decode=True)
    return Attachment(
        name=part.get_filename() or "message",
        media_type=part.get_content_type(),
        data=data if isinstance(data, bytes) else b"",
    )


@dataclass(frozen=True)
class Writer:
    """Who holds a mailbox."""

    name: str
    address: str
    language: str = "fr"


def write(
    writer: Writer,
    to: str,
    subject: str,
    text: str,
    at: datetime,
    answers: Letter | None = None,
    quote: bool = True,
    files: Sequence[Attachment] = (),
) -> EmailMessage:
    """The message that a mail program would send. ValueError where `to` is no address."""
    if not ADDRESS.fullmatch(to):
        raise ValueError("no address")
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"] = Address(writer.name, addr_spec=writer.address)
    mail["To"] = Address(addr_spec=to)
    mail["Subject"] = " ".join(subject.split())
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{uuid4().hex}@{writer.address.rpartition('@')[2]}>"
    if answers and answers.message_id:
        mail["In-Reply-To"] = answers.message_id
        mail["References"] = " ".join((*answers.references, answers.message_id))
    body = text.rstrip() + "\n"
    if answers and quote:
        body += f"\n{attribution(answers, writer.language, at.tzinfo)}\n\n{_quoted(answers.text)}\n"
    mail.set_content(body)
    for file in files:
        main, _, sub = file.media_type.partition("/")
        mail.add_attachment(file.data, maintype=main, subtype=sub, filename=file.name)
    return mail


def reply_subject(subject: str) -> str:
    return subject if re.match(r"re\s?:", subject, re.IGNORECASE) else f"Re: {subject}"


def attribution(answered: Letter, language: str, zone: tzinfo | None) -> str:
    """The line above a quotation, as Gmail writes it."""
    at, who = answered.at.astimezone(zone), f"{answered.sender} <{answered.sender_address}>"
    if language == "en":
        return f"On {at:%a, %d %b %Y} at {at:%H:%M}, {who} wrote:"
    day = f"{DAYS[at.weekday()]} {at.day} {MONTHS[at.month - 1]} {at.year}"
    return f"Le {day} à {at:%H:%M}, {who} a écrit :"


def _quoted(text: str) -> str:
    lines: Sequence[str] = text.rstrip().splitlines()
    return "\n".join(f"> {line}" if line else ">" for line in lines)
