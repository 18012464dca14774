"""The parts of a mail: what is to be read, and what came attached. Pure; a broken part is an empty one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message

from mail_gateway.charset import decoded, one_line
from mail_gateway.headers import unstructured

DEEPEST = 20
MOST_PARTS = 200
MOST_FILES = 20
LONGEST_NAME = 100
LONGEST_TEXT = 256 * 1024
SIGNATURES = frozenset(
    {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"}
)
SEALED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted"})
LEFT_ALONE = SIGNATURES | {"application/ms-tnef", "application/vnd.ms-tnef"}
DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.I)
ENDINGS = {
    "application/pdf": ".pdf",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "text/plain": ".txt",
    "text/calendar": ".ics",
    "message/rfc822": ".eml",
}


class TooMuch(ValueError):
    """Nested deeper, or in more parts, than people write."""


@dataclass(frozen=True)
class Attachment:
    """`name` is for showing, never a path: one line, no folder, no mark that turns the writing direction."""

    name: str
    size: int
    media_type: str
    sha256: str


@dataclass
class Contents:
    plain: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    files: list[Message] = field(default_factory=list)
    sealed: bool = False  # encrypted, or signed in a form that hides the text
    seen: int = 0


def contents(mail: Message) -> Contents:
    """Raises TooMuch, and Utf7 for a text labelled so."""
    found = Contents()
    _walk(mail, found, 0)
    return found


def _walk(part: Message, found: Contents, depth: int) -> None:
    found.seen += 1
    if depth > DEEPEST or found.seen > MOST_PARTS:
        raise TooMuch
    kind = part.get_content_type()
    if kind in SEALED:
        found.sealed = True
    elif part.get_content_maintype() == "multipart" and part.is_multipart():
        for inner in _parts(part):
            if not (kind == "multipart/related" and _is_ornament(inner)):
                _walk(inner, found, depth + 1)
    elif kind in ("text/plain", "text/html") and not _is_file(part):
        text = text_of(part)
        if text.strip():
            (found.plain if kind == "text/plain" else found.html).append(text)
    elif part.get_content_maintype() == "multipart":
        found.plain.append(text_of(part))  # a multipart without boundary: its body is all there is
    elif kind not in LEFT_ALONE:
        found.files.append(part)


def _parts(part: Message) -> Iterator[Message]:
    payload = part.get_payload()
    return (inner for inner in (payload if isinstance(payload, list) else ()) if isinstance(inner, Message))


def _is_ornament(part: Message) -> bool:
    """A picture that the HTML part shows in its place: a logo, nothing that was sent."""
    return part.get_content_maintype() == "image" and "Content-ID" in part


def _is_file(part: Message) -> bool:
    return _disposition(part) == "attachment" or bool(_raw_name(part))


def _disposition(part: Message) -> str:
    return str(part.get("Content-Disposition", "")).split(";", 1)[0].strip().lower()


def text_of(part: Message) -> str:
    """The text of one part, flowed lines joined. Raises Utf7."""
    data = payload(part)[: 4 * LONGEST_TEXT]
    text = decoded(data, _parameter(part, "charset"))[:LONGEST_TEXT]
    if part.get_content_type() == "text/plain" and _parameter(part, "format").lower() == "flowed":
        return unflowed(text, _parameter(part, "delsp").lower() == "yes")
    return text


def payload(part: Message) -> bytes:
    """The decoded bytes; a mail that came attached is given whole."""
    try:
        if part.is_multipart():
            return b"\r\n".join(inner.as_bytes() for inner in _parts(part))
        data = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, AssertionError):
        return b""
    return data if isinstance(data, bytes) else b""


def _parameter(part: Message, name: str) -> str:
    try:
        value = part.get_param(name, "")
    except (ValueError, LookupError, TypeError, IndexError):
        return ""
    return str(value[2] if isinstance(value, tuple) else value or "")


def unflowed(text: str, delsp: bool) -> str:
    """format=flowed (RFC 3676): a line that ends with a space goes on, within one depth of quotes."""
    lines: list[str] = []
    flowing: int | None = None
    for line in text.split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        content = content.removeprefix(" ")
        if flowing == depth and content != "-- ":
            lines[-1] += content
        else:
            lines.append(f"{'>' * depth} {content}" if depth else content)
        soft = content.endswith(" ") and content != "-- "
        flowing = depth if soft else None
        if soft and delsp:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)


def attachments(found: Contents) -> tuple[Attachment, ...]:
    """At most 20, in the order of the mail. Nothing is opened or unpacked."""
    return tuple(_attachment(part, nth) for nth, part in enumerate(found.files[:MOST_FILES], 1))


def _attachment(part: Message, nth: int) -> Attachment:
    data, kind = payload(part), part.get_content_type()
    return Attachment(_name(part, nth), len(data), kind[:LONGEST_NAME], hashlib.sha256(data).hexdigest())


def _raw_name(part: Message) -> str:
    try:
        return str(part.get_filename("") or "")
    except (ValueError, LookupError, TypeError, IndexError):
        return ""


def _name(part: Message, nth: int) -> str:
    told = unstructured(_raw_name(part), 5000)
    name = one_line(re.split(r"[/\\]", told)[-1], 5000).strip(" .")
    stem, dot, ending = name.rpartition(".")
    if dot and len(ending) <= 20:
        name = f"{stem[: LONGEST_NAME - len(ending) - 1].rstrip()}.{ending}"
    else:
        name = name[:LONGEST_NAME]
    if not name.strip("."):
        name = f"piece-{nth}{ENDINGS.get(part.get_content_type(), '')}"
    return f"_{name}" if DEVICE.fullmatch(name) else name
