"""What lets a seal with a timestamp be verified in later years (PAdES B-LT, ETSI EN 319 142-1).

As light as sealing.py, which keeps it for the next seal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Lasting:
    """Certificates of an authority and what says that none was revoked, as DER. Nothing: it was not to be had."""

    until: datetime  # then it is asked for again
    certificates: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()  # RFC 5280
    ocsps: tuple[bytes, ...] = ()  # RFC 6960

    def __bool__(self) -> bool:
        return bool(self.certificates)


@dataclass(frozen=True)
class Tsa:
    """A time-stamping authority (RFC 3161)."""

    url: str  # "" for none
    known: Lasting | None = None  # from a former seal
