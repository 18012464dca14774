"""Which mailbox is read, as IMAP_URL says it: imaps://user:password@host:port/folder. Pure."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from mail_gateway.server import LOOPBACK

PORTS = {"imaps": 993, "imap": 143}


class BadMailbox(ValueError):
    """The mailbox's URL cannot be used; the message says why, in words, without its password."""


@dataclass(frozen=True)
class Mailbox:
    """`password`: None where the provider gives tokens (`facteur mail login`)."""

    host: str
    port: int
    user: str
    password: str | None = field(default=None, repr=False)
    folder: str = "INBOX"
    tls: bool = True

    @classmethod
    def at(cls, url: str) -> Mailbox:
        """Raises BadMailbox."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise BadMailbox("IMAP_URL is not a URL: imaps://user:password@host/folder") from error
        if parts.scheme not in PORTS or not parts.hostname or not parts.username:
            raise BadMailbox("IMAP_URL must be imaps://user:password@host/folder")
        if parts.scheme == "imap" and parts.hostname not in LOOPBACK:
            raise BadMailbox("IMAP_URL: without TLS only on this machine (127.0.0.1); use imaps://")
        user, password = unquote(parts.username), unquote(parts.password or "")
        folder = unquote(parts.path.strip("/")) or "INBOX"
        if re.search(r"[\0\r\n]", user + password + folder):
            raise BadMailbox("IMAP_URL: no line break in user, password or folder")
        tls = parts.scheme == "imaps"
        return cls(parts.hostname, port or PORTS[parts.scheme], user, password or None, folder, tls)

    @property
    def name(self) -> str:
        """The same for the same mailbox, whatever its password; no address can be read in it."""
        place = f"{self.user}\0{self.host}\0{self.folder}".casefold()
        return f"imap:{hashlib.sha256(place.encode()).hexdigest()[:32]}"


def wire(folder: str) -> str:
    """A folder's name as the protocol has it: modified UTF-7, in quotes (RFC 3501, 5.1.3)."""
    pieces = re.split(r"([ -~]+)", folder)
    encoded = "".join(_plain(one) if n % 2 else _shifted(one) for n, one in enumerate(pieces))
    return quoted(encoded)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", r"\\").replace('"', r"\"") + '"'


def _plain(text: str) -> str:
    return text.replace("&", "&-")


def _shifted(text: str) -> str:
    if not text:
        return ""
    coded = base64.b64encode(text.encode("utf-16-be")).decode("ascii").rstrip("=").replace("/", ",")
    return f"&{coded}-"
