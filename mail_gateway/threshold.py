"""What the SMTP door looks at before it stores a mail: bytes and the header block only, never the body's structure.

Python takes a bare CR for the end of a header line and other servers do not, so that a sender could slip in a header
that only we would see; a bare LF is how one message is made to look like two (CVE-2023-51764, CVE-2024-27305).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser

from handlers.rules.address import SHAPE

HEAD_MAX = 64 * 1024
HEADERS_MAX = 500
ADDRESSES_MAX = 4 * 1024
# Their value is a list of addresses: reading one takes time that grows with the square of its length.
ADDRESS_HEADERS = ("from", "to", "cc", "bcc", "reply-to", "sender", "resent-from", "resent-to", "resent-cc")
# What follows "MAIL FROM:" and "RCPT TO:" (RFC 5321, 4.1.2): a Dot-string at a domain, then options.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=^_`{|}~-]+"  # no "?": an encoded word is for the grammar
PLAIN_PATH = re.compile(rf"<({_ATOM}(?:\.{_ATOM})*@{_ATOM}(?:\.{_ATOM})*)> *((?:[A-Za-z][!-~ ]*)?)")
SIGNED = ("From", "Date", "Subject", "Message-ID")


class Refused(Exception):
    """Not this one. `answer` is the SMTP answer, for good."""

    def __init__(self, answer: str) -> None:
        super().__init__(answer)
        self.answer = answer


@dataclass(frozen=True)
class Admitted:
    """`lane`: the sender, normalised; `digest`: of what makes this mail itself, whatever road it took."""

    sender: str
    lane: str
    digest: str

    def key(self, mailbox: str) -> str:
        """The same mail to the same mailbox from the same sender has the same key; a Message-ID alone would let a
        stranger pre-empt a mail (64 hexadecimal digits)."""
        parts = "\0".join((mailbox.casefold(), self.sender.casefold(), self.digest))
        return hashlib.sha256(parts.encode("utf-8", "surrogateescape")).hexdigest()


def admitted(raw: bytes, mail_from: str) -> Admitted:
    """Raises Refused."""
    returns = raw.count(b"\r\n")
    if b"\0" in raw or raw.count(b"\r") != returns or raw.count(b"\n") != returns:
        raise Refused("550 5.6.0 Bare CR, bare LF or NUL in the message")
    head, _, body = raw.partition(b"\r\n\r\n")  # without a body, all of it is head
    if len(head) > HEAD_MAX:
        raise Refused("552 5.3.4 Header block too large")
    headers = BytesHeaderParser().parsebytes(head + b"\r\n\r\n")
    if len(headers) > HEADERS_MAX:
        raise Refused("550 5.6.0 Too many headers")
    for name in ADDRESS_HEADERS:
        if any(len(str(value)) > ADDRESSES_MAX for value in headers.get_all(name, ())):
            raise Refused("550 5.6.0 Address header too long")
    return Admitted(mail_from, _lane(headers, mail_from), _digest(headers, body))


def _lane(headers: Message, mail_from: str) -> str:
    """Only an order of work, no identity: the last address of From, as mail programs write it."""
    found: list[str] = SHAPE.findall(str(headers.get("From", ""))) or [mail_from]
    return found[-1].casefold().encode("ascii", "backslashreplace").decode("ascii")[:320]


def _digest(headers: Message, body: bytes) -> str:
    digest = hashlib.sha256()
    for name in SIGNED:
        for value in headers.get_all(name, ()):
            digest.update(f"{name}:{value}\0".encode("utf-8", "surrogateescape"))
    digest.update(body)
    return digest.hexdigest()
