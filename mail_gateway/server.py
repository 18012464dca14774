"""Where the relay is, as SMTP_RELAY says it: smtp://user:pass@host:port?tls=starttls|tls|none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
Tls = Literal["starttls", "tls", "none"]
PORTS: dict[Tls, int] = {"starttls": 587, "tls": 465, "none": 25}


class BadRelay(ValueError):
    """The relay's URL cannot be used; the message says why, in words, without its password."""


@dataclass(frozen=True)
class Server:
    host: str
    port: int
    tls: Tls = "starttls"
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def at(cls, url: str) -> Server:
        """Raises BadRelay."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise BadRelay("SMTP_RELAY is not a URL: smtp://user:pass@host:port?tls=starttls") from error
        asked = parse_qs(parts.query).get("tls", ["starttls"])[-1]
        tls = next((known for known in PORTS if known == asked), None)
        if parts.scheme != "smtp" or not parts.hostname:
            raise BadRelay("SMTP_RELAY must be smtp://user:pass@host:port?tls=starttls")
        if tls is None:
            raise BadRelay("SMTP_RELAY: tls must be starttls, tls or none")
        if tls == "none" and parts.hostname not in LOOPBACK:
            raise BadRelay(
                "SMTP_RELAY: without TLS only to this machine (127.0.0.1); use tls=starttls or tls=tls"
            )
        user = unquote(parts.username) if parts.username else None
        password = unquote(parts.password) if parts.password else None
        return cls(parts.hostname, port or PORTS[tls], tls, user, password)
