"""A Reply becomes a mail. Pure but for `read`: the same row, at the same time, always makes the same bytes.

What CPython writes is read back and compared with what was asked for before anything leaves: the header writer of
3.11 and 3.12 can be led to add a line (family of CVE-2024-6923), see wording.plain.
"""

from __future__ import annotations

import re
from base64 import encodebytes
from binascii import b2a_qp
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.header import Header
from email.headerregistry import Address
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
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
from mail_gateway.wording import SUBJECT_MAX, answered, file_name, message_id, plain, references

MEDIA_TYPE = re.compile(r"[a-z]{1,20}/[a-z0-9.+-]{1,80}")
AUTO_REPLIED = frozenset({"answer", "menu"})
NAME_MAX = 120
LINK_LIFE = timedelta(days=7)
Linker = Callable[
    [Due, Document, datetime], str
]  # a signed link to what is too large to attach, valid until then
LINE_MAX = 998  # RFC 5322, 2.1.1
WIRE = compat32.clone(linesep="\r\n", mangle_from_=False)
# Never in quoted-printable nor in base64 (RFC 2045, 6.7), and neither is the start of the other.
MIXED, ALTERNATIVE, RELATED = "=_mixed", "=_alternative", "=_related"


@dataclass(frozen=True)
class Out:
    """What is the same for all our mail. `limit`: bytes of all attachments of one mail, before base64."""

    marks: Marks
    domain: str
    bot: str = ""  # the Telegram bot's name, without @
    limit: int = 7_000_000
    by_link: Linker | None = None  # None: no public address to link to


@dataclass(frozen=True)
class Envelope:
    mail_from: str
    rcpt: str
    raw: bytes
    utf8: bool = False  # the relay must offer SMTPUTF8 (RFC 6531)


@dataclass(frozen=True)
class Enclosed:
    """`alt`: what a picture shows, in words; "" for what is merely attached."""

    name: str
    media_type: str
    content: bytes
    alt: str = ""


class Spoiled(ValueError):
    """The bytes do not say what was asked for: nothing leaves."""


def as_mail(due: Due, out: Out, read: Reader, now: datetime) -> Envelope:
    """Raises Undeliverable for an address that is none, KeyError for a missing file."""
    if due.reply.kind == "code" and "{code}" in due.reply.text:
        raise Spoiled("a code mail without its code")
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
    raw = head.encode("utf-8") + _body(letter, files, pictures)
    check(raw, [*(name for name, _ in headers), "Content-Type"])
    return Envelope(out.marks.verp(due.id), rcpt, raw, not rcpt.isascii())


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
    return made + _unsubscribe(due, reply_to)


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


def _unsubscribe(due: Due, reply_to: str) -> list[tuple[str, str]]:
    """On announcements only (the note `unsubscribe`: a URL, or "" where there is no public address), RFC 8058."""
    url = due.reply.notes.get("unsubscribe")
    if url is None:
        return []
    by_mail = f"<mailto:{reply_to}?subject=STOP>"
    if not str(url).startswith("https://"):
        return [("List-Unsubscribe", by_mail)]
    return [
        ("List-Unsubscribe", f"<{plain(str(url))}>, {by_mail}"),
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


def _body(letter: Letter, files: list[Enclosed], pictures: dict[str, Enclosed]) -> bytes:
    """Content-Type and all that follows. Put together here: the tree is always the same few, and the library's
    generator, which looks at every line of it, took half the cost of a mail."""
    page = _text(render.html(letter), "html")
    if pictures:  # the page and what it shows: RFC 2387
        page = _multipart(
            'related; type="text/html"', RELATED, [page, *(_part(one, cid) for cid, one in pictures.items())]
        )
    both = _multipart("alternative", ALTERNATIVE, [_text(render.text(letter), "plain"), page])
    return _multipart("mixed", MIXED, [both, *(_part(one) for one in files)]) if files else both


def _multipart(kind: str, boundary: str, parts: list[bytes]) -> bytes:
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode()
    edge = f"--{boundary}\r\n".encode()
    return head + b"".join(edge + part + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode()


def _text(said: str, subtype: str) -> bytes:
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    return head.encode() + b2a_qp(said.replace("\n", "\r\n").encode("utf-8"), istext=True)


def _part(file: Enclosed, cid: str = "") -> bytes:
    part = Message()
    part["Content-Type"] = _content_type(file.media_type)
    part["Content-Transfer-Encoding"] = "base64"
    if cid:
        part["Content-ID"] = f"<{cid}>"
    name = file.name if file.name.isascii() else ("utf-8", "", file.name)
    part.add_header("Content-Disposition", "inline" if cid else "attachment", filename=name)
    return part.as_bytes(policy=WIRE) + encodebytes(file.content).replace(b"\n", b"\r\n")


def _content_type(media_type: str) -> str:
    """A calendar file asks for no answer: PUBLISH, not REQUEST (RFC 5546, 3.2.1; RFC 6047, 2.4)."""
    if media_type == "text/calendar":
        return 'text/calendar; charset="utf-8"; method="PUBLISH"'
    return media_type if MEDIA_TYPE.fullmatch(media_type) else "application/octet-stream"
