"""The body of our mail: text, page, pictures and files, each encoded for the way.

Put together here: the tree is always the same few, and the library's generator, which looks at every line of it, took
half the cost of a mail.
"""

from __future__ import annotations

import re
from base64 import encodebytes
from binascii import b2a_qp
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from email.policy import compat32

CALENDAR = "text/calendar"
MEDIA_TYPE = re.compile(r"[a-z]{1,20}/[a-z0-9.+-]{1,80}")
WIRE = compat32.clone(linesep="\r\n", mangle_from_=False)
# Never in quoted-printable nor in base64 (RFC 2045, 6.7), and neither is the start of the other.
MIXED, ALTERNATIVE, RELATED = "=_mixed", "=_alternative", "=_related"


@dataclass(frozen=True)
class Enclosed:
    """`alt`: what a picture shows, in words; "" for what is merely attached."""

    name: str
    media_type: str
    content: bytes
    alt: str = ""


def body(text: str, html: str, files: Sequence[Enclosed], pictures: Mapping[str, Enclosed]) -> bytes:
    """Content-Type and all that follows. `pictures`: by Content-ID."""
    page = _text(html, "html")
    if pictures:  # the page and what it shows: RFC 2387
        page = _multipart(
            'related; type="text/html"', RELATED, [page, *(_part(one, cid) for cid, one in pictures.items())]
        )
    whole = _multipart("alternative", ALTERNATIVE, [_text(text, "plain"), page, *_events(files)])
    return _multipart("mixed", MIXED, [whole, *(_part(one) for one in files)]) if files else whole


def _events(files: Sequence[Enclosed]) -> list[bytes]:
    """The one calendar file of a mail once more, as another form of the text: some programs show the events of that
    form alone, others take them from the attachment alone (Outlook, Gmail)."""
    found = [one.content for one in files if one.media_type == CALENDAR]
    if len(found) != 1:
        return []
    head = f"Content-Type: {_content_type(CALENDAR)}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return [head.encode() + _base64(found[0])]


def _base64(content: bytes) -> bytes:
    return encodebytes(content).replace(b"\n", b"\r\n")


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
    return part.as_bytes(policy=WIRE) + _base64(file.content)


def _content_type(media_type: str) -> str:
    """A calendar file asks for no answer: PUBLISH, not REQUEST (RFC 5546, 3.2.1; RFC 6047, 2.4)."""
    if media_type == CALENDAR:
        return 'text/calendar; charset="utf-8"; method="PUBLISH"'
    return media_type if MEDIA_TYPE.fullmatch(media_type) else "application/octet-stream"
