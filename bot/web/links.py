"""Signed links to the files of a mail: who has the mail has the link, and nobody can make another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from itsdangerous import BadData, URLSafeSerializer


@dataclass(frozen=True)
class Named:
    """What a link leads to: the nth document of a row of the outbox."""

    outgoing: int
    place: int
    until: datetime


class Links:
    def __init__(self, key: bytes, public_url: str) -> None:
        self.base = f"{public_url.rstrip('/')}/files/"
        self._sign = URLSafeSerializer(key, "files", signer_kwargs={"digest_method": sha256})

    def make(self, outgoing: int, place: int, until: datetime) -> str:
        return f"{self.base}{self._sign.dumps([outgoing, place, int(until.timestamp())])}"

    def read(self, token: str) -> Named | None:
        """None for what we did not sign. It may have expired: `until`."""
        try:
            outgoing, place, until = self._sign.loads(token)
        except BadData:
            return None
        return Named(outgoing, place, datetime.fromtimestamp(until, UTC))
