"""A mail that came to postmaster@ or abuse@, enclosed whole in one of ours, unread and unchanged."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from email.utils import format_datetime

WORDS = b"This mail came to Facteur, to an address that is the operator's. Who wrote it may not be who it says.\r\n"


def enclosed(raw: bytes, *, box: str, to: str, domain: str, id: int, now: datetime) -> bytes:
    """`box`: "postmaster" or "abuse", where it came; `to`: the operator. It says that a machine wrote
    it, so that nobody answers it or passes it on (RFC 3834).
    """
    boundary = hashlib.sha256(raw).hexdigest()  # a mail cannot hold its own digest
    head = (
        f"From: Facteur <postmaster@{domain}>",
        f"To: {to}",
        f"Subject: Mail {id} for {box}@{domain}",
        f"Date: {format_datetime(now)}",
        f"Message-ID: <operator.{id}.{boundary[:16]}@{domain}>",
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: All",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/mixed; boundary="{boundary}"',
    )
    parts = (b"Content-Type: text/plain; charset=us-ascii\r\n\r\n" + WORDS, _attached(raw))
    between = f"--{boundary}".encode()
    body = b"".join(between + b"\r\n" + part for part in parts)
    return "\r\n".join(head).encode("ascii") + b"\r\n\r\n" + body + between + b"--\r\n"


def _attached(raw: bytes) -> bytes:
    """Other bytes than those of ASCII may not cross every relay, and an enclosed mail may not be encoded (RFC 2046)."""
    disposition = b'Content-Disposition: attachment; filename="mail.eml"\r\n'
    if raw.isascii():
        return b"Content-Type: message/rfc822\r\n" + disposition + b"\r\n" + raw + b"\r\n"
    text = base64.encodebytes(raw).replace(b"\n", b"\r\n")
    return (
        b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"
        + disposition
        + b"\r\n"
        + text
    )
