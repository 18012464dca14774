"""A Reply becomes a mail. Pure but for `read`: the same row, in the same hour, always makes the same bytes, so that a
mail that goes again after an unknown outcome is seen to be the same.

What CPython writes is read back and compared with what was asked for before anything leaves: the header writer of
3.11 and 3.12 can be led to add a line (family of CVE-2024-6923), see wording.plain.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.header import Header
from email.headerregistry import Address
from email.parser import BytesHeaderParser
from email.utils import format_datetime

from handlers.core.happening import facts
from handlers.core.phrases import say
from handlers.core.ports import Due, Reader, Undeliverable
from handlers.core.turn import Document, Link, Reply
from handlers.core.wording import day, local, size
from handlers.rules.address import BadAddress, normal
from handlers.rules.lock import mark_life
from mail_gateway import render
from mail_gateway.addresses import Marks
from mail_gateway.letter import Attached, Letter, Picture, compose
from mail_gateway.mime import Enclosed, body
from mail_gateway.wording import SUBJECT_MAX, answered, file_name, message_id, plain, references

TOKEN = re.compile(r"[A-Za-z0-9_.~-]{1,200}")  # what a path takes as it stands (RFC 3986, 2.3)
BROADCAST = "broadcast"
AUTO_REPLIED = frozenset({"answer", "menu"})
NAME_MAX = 120
LINK_LIFE = timedelta(days=7)
Linker = Callable[
    [Due, Document, datetime], str
]  # a signed link to what is too large to attach, valid until then
LINE_MAX = 998  # RFC 5322, 2.1.1


@dataclass(frozen=True)
class Out:
    """What is the same for all our mail. `limit`: bytes of all attachments of one mail, before base64; `site`: where
    clients reach us, "" where they cannot."""

    marks: Marks
    domain: str
    bot: str = ""  # the Telegram bot's name, without @
    limit: int = 7_000_000
    by_link: Linker | None = None  # None: no public address to link to
    site: str = ""


@dataclass(frozen=True)
class Envelope:
    mail_from: str
    rcpt: str
    raw: bytes
    utf8: bool = False  # the relay must offer SMTPUTF8 (RFC 6531)


class Spoiled(ValueError):
    """The bytes do not say what was asked for: nothing leaves."""


def as_mail(due: Due, out: Out, read: Reader, now: datetime) -> Envelope:
    """Raises Undeliverable for an address that is none, KeyError for a missing file."""
    if due.reply.kind == "code" and "{code}" in due.reply.text:
        raise Spoiled("a code mail without its code")
    now = moment(due, now)
    due, sent = _files(due, out, read, now)
    files = [one for one in sent if not one.alt]
    pictures = {f"{n}.{due.id}@{out.domain}": one for n, one in enumerate(sent) if one.alt}
    rcpt = _to(due.address)
    reply_to = out.marks.reply_address(due.company.slug, due.id, now + mark_life(due.reply.kind))
    letter = compose(
        due,
        _subject(due),
        reply_to,
        f"{due.company.slug}+{due.link}@{out.domain}",
        f"https://t.me/{out.bot}?start={due.link}" if out.bot else "",
        [Attached(one.name, len(one.content)) for one in files],
        [Picture(cid, one.alt) for cid, one in pictures.items()],
    )
    headers = _headers(due, out, letter, rcpt, reply_to, now)
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    raw = head.encode("utf-8") + body(render.text(letter), render.html(letter), files, pictures)
    check(raw, [*(name for name, _ in headers), "Content-Type"])
    return Envelope(out.marks.verp(due.id), rcpt, raw, not rcpt.isascii())


def moment(due: Due, now: datetime) -> datetime:
    """What its Date says, and what everything that ends is counted from: when it was written, and for one that waited
    the last full hour since. A code counts from its leaving."""
    if due.kind == "code":
        return now
    hour = timedelta(hours=1)
    return due.created_at + (now - due.created_at) // hour * hour


def check(raw: bytes, names: list[str]) -> None:
    """Raises Spoiled unless `raw` has these headers, in this order, CRLF alone, and no line over 998 bytes."""
    head = raw[: raw.index(b"\r\n\r\n") + 4]
    found = BytesHeaderParser().parsebytes(head).keys()
    if found != names:
        raise Spoiled("other headers than those that were set")
    if not raw.count(b"\r\n") == raw.count(b"\r") == raw.count(b"\n"):
        raise Spoiled("a bare CR or LF")
    if max(map(len, raw.split(b"\r\n"))) > LINE_MAX or b"\0" in raw:
        raise Spoiled("a line over 998 bytes, or a NUL")


def _headers(
    due: Due, out: Out, letter: Letter, rcpt: str, reply_to: str, now: datetime
) -> list[tuple[str, str]]:
    """Already folded and encoded: what is written as it stands."""
    made = [
        ("From", _sender(letter.frame.company, due.company.slug, out.domain)),
        ("To", rcpt),
        ("Reply-To", reply_to),
        ("Subject", _encoded(letter.subject, "Subject")),
        ("Date", format_datetime(now)),
        ("Message-ID", out.marks.message_id(due.id)),
    ]
    if answers := message_id(str(due.thread.get("in_reply_to") or "")):
        known = references(due.thread.get("references") or "", answers)
        made += [("In-Reply-To", answers), ("References", known.replace(" ", "\r\n "))]
    automatic = due.reply.kind not in AUTO_REPLIED
    made += [
        ("Auto-Submitted", "auto-generated" if automatic else "auto-replied"),  # RFC 3834, 5
        ("X-Auto-Response-Suppress", "All"),
        ("Content-Language", due.reply.language),
        ("MIME-Version", "1.0"),
    ]
    if due.reply.kind != BROADCAST:
        return made
    counted = f"{due.created_at:%Y%m%d}:{due.company.slug}:{BROADCAST}:facteur"  # as Gmail adds up complaints
    return [*made, ("Feedback-ID", counted), *_unsubscribe(due, out, reply_to)]


def _encoded(text: str, name: str) -> str:
    """Encoded words of at most 75 characters (RFC 2047, 2) where the text goes beyond ASCII."""
    charset = "us-ascii" if text.isascii() else "utf-8"
    return Header(text, charset, maxlinelen=76, header_name=name).encode(linesep="\r\n")


def _sender(name: str, slug: str, domain: str) -> str:
    name = name[:NAME_MAX].rstrip()
    address = Address(name, slug, domain)
    if name.isascii():
        return str(address)
    return f"{_encoded(name, 'From')}\r\n <{address.addr_spec}>"


def _unsubscribe(due: Due, out: Out, reply_to: str) -> list[tuple[str, str]]:
    """Of a broadcast (RFC 8058); a mail that was asked for cannot be unsubscribed from.

    The note `unsubscribe` of the Reply is the token of the page `<site>/unsubscribe/<token>`, where a POST without
    cookie or log-in opts out. Without it, or where no https:// address leads to us, it is by mail only: "STOP" to the
    reply address of this very mail.
    """
    by_mail = f"<mailto:{reply_to}?subject=STOP>"
    token = str(due.reply.notes.get("unsubscribe") or "")
    if not token or not out.site.startswith("https://"):
        return [("List-Unsubscribe", by_mail)]
    if not TOKEN.fullmatch(token):
        raise Spoiled("a token that no path takes")
    return [
        ("List-Unsubscribe", f"<{out.site.rstrip('/')}/unsubscribe/{token}>,\r\n {by_mail}"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    ]


def _subject(due: Due) -> str:
    """A mail that opens its own thread has its own; any other keeps the client's."""
    if not due.reply.subject:
        asked = str(due.thread.get("subject") or "")
        return answered(asked) if plain(asked) else plain(due.company.name)[:SUBJECT_MAX]
    subject = plain(due.reply.subject)[:SUBJECT_MAX].rstrip()
    if due.reply.kind == "code" and any(code in subject for code in _codes(due.reply.text)):
        raise Spoiled("a code in a subject")
    return subject


def _codes(text: str) -> list[str]:
    """What stands as a code in the first line of a code mail."""
    first = text.lstrip().partition("\n")[0]
    return [word for word in first.replace("\u00a0", " ").split() if len(word) == 6 and word.isdigit()]


def _to(address: str) -> str:
    """The recipient, its domain as an A-label: only a local part beyond ASCII needs SMTPUTF8."""
    try:
        domain = normal(address).rpartition("@")[2]
    except BadAddress as error:
        raise Undeliverable("the recipient's address is no e-mail address", permanent=True) from error
    return f"{address.strip().rpartition('@')[0]}@{domain}"


def _files(due: Due, out: Out, read: Reader, now: datetime) -> tuple[Due, list[Enclosed]]:
    """What to attach or to show. The largest become links until the rest is under the limit; where
    no link can be made, the text says so: an answer without its file is still an answer."""
    files = [(one, read(one)) for one in due.reply.documents]
    while sum(len(content) for _, content in files) > out.limit:
        large = max(files, key=lambda one: len(one[1]))
        files.remove(large)
        due = replace(due, reply=_apart(due, out.by_link, *large, now))
    return due, [
        Enclosed(file_name(one.name), one.media_type, content, one.picture) for one, content in files
    ]


def _apart(due: Due, by_link: Linker | None, document: Document, content: bytes, now: datetime) -> Reply:
    """Says what is not attached, and gives the link to it."""
    reply, name = due.reply, file_name(document.name)

    def words(key: str, **more: str) -> str:
        form = "tu" if reply.notes.get("tu") else "vous"
        known = facts(due.company, reply.language) | {"fichier": name, **more}
        return say("document", key, reply.language, form, due.company.phrases, **known)

    weight = size(len(content), reply.language)
    if by_link is None:
        return replace(reply, text=f"{reply.text}\n{words('too_large', taille=weight)}")
    until = _last_moment(now, due.company.timezone)
    said = words("by_link", taille=weight, date=day(until.date(), reply.language))
    link = Link(words("by_link_open"), by_link(due, document, until))
    return replace(reply, text=f"{reply.text}\n{said}").link(link)


def _last_moment(now: datetime, zone: str) -> datetime:
    """The end of the day that the mail names, where the company is."""
    return (local(now, zone) + LINK_LIFE).replace(hour=23, minute=59, second=59, microsecond=0)
