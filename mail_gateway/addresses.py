"""The addresses we give out, and what a recipient's local part says when one comes back.

A reply address holds a token: 6 bytes of outbox row, 4 bytes of expiry (seconds since 1970), 15 bytes of HMAC-SHA256,
as 40 characters of lower-case base32, because relays fold case. The Message-ID and the VERP address (the MAIL FROM)
carry the same MAC, each for its own purpose: none can stand for another. Pure: the age is judged by whoever asks.
"""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from handlers.core.turn import Mark

RESERVED = frozenset({"postmaster", "abuse", "mailer-daemon", "bounce"})
OPERATOR = frozenset({"postmaster", "abuse"})
SLUG = re.compile(r"[a-z0-9-]{2,20}")
LINK = re.compile(r"[a-z0-9_-]{6,40}")
DEPOSIT = "depot-"
MESSAGE_ID = re.compile(r"<m\.([0-9]{1,15})\.([a-z2-7]{24})@[^<>\s@]+>")
ROW_BYTES, EXPIRY_BYTES, MAC_BYTES = 6, 4, 15
NEVER = datetime(9999, 12, 31, tzinfo=UTC)  # a Message-ID carries no expiry: what it opens has its own
TOKEN_LENGTH = (ROW_BYTES + EXPIRY_BYTES + MAC_BYTES) * 8 // 5


@dataclass(frozen=True)
class Recipient:
    """What one recipient address means.

    `slug` is "" where no company is meant: `bounce` then names the outbox row that came back, or `operator` says
    that it is for whoever runs this service. `bad`: a token that is not ours; never looked up, never explained.
    """

    slug: str = ""
    mark: Mark | None = None
    link: str | None = None
    bounce: int | None = None
    bad: bool = False
    operator: bool = False
    deposit: str = (
        ""  # the whole local part of a deposit address: whether its secret is right is not known here
    )

    @property
    def box(self) -> str:
        """What must be known here, for this to be an address of ours: a slug, or a deposit address."""
        return self.deposit or self.slug


def valid_slug(text: str) -> bool:
    return SLUG.fullmatch(text) is not None and text not in RESERVED


@dataclass(frozen=True, repr=False)
class Marks:
    """Makes and reads the marks of our mail. `key`: 32 bytes kept for this alone; `domain`: our mail domain."""

    key: bytes
    domain: str

    def reply_address(self, slug: str, outgoing: int, expires_at: datetime) -> str:
        """The Reply-To of one outgoing mail. A token holds for its own company only."""
        return f"{slug}+{self._token(f'reply/{slug}', outgoing, int(expires_at.timestamp()))}@{self.domain}"

    def message_id(self, outgoing: int) -> str:
        """The same at each attempt, so that a mail sent twice is seen to be one."""
        return f"<m.{outgoing}.{_base32(self._mac('message-id', str(outgoing).encode()))}@{self.domain}>"

    def verp(self, outgoing: int) -> str:
        """The MAIL FROM of one outgoing mail: a bounce that comes to it is about that mail."""
        return f"bounce+{self._token('bounce', outgoing, 0)}@{self.domain}"

    def read_message_id(self, text: str) -> int | None:
        """The outbox row of a Message-ID of ours; None for any other."""
        match = MESSAGE_ID.fullmatch(text.strip().lower())
        if match is None:
            return None
        mac = _base32(self._mac("message-id", match[1].encode()))
        return int(match[1]) if hmac.compare_digest(mac, match[2]) else None

    def read_address(self, address: str) -> Recipient | None:
        """None: not at our domain."""
        local, _, domain = address.strip().strip("<>").rpartition("@")
        return self.read_local(local) if domain.casefold() == self.domain.casefold() else None

    def read_local(self, local_part: str) -> Recipient:
        slug, plus, token = local_part.strip().lower().partition("+")
        if slug == "bounce":
            row = self._open("bounce", token)
            return Recipient(bounce=row[0]) if row else Recipient(bad=True)
        if slug in OPERATOR:
            return Recipient(operator=True)
        if not valid_slug(slug):
            return Recipient(bad=True)
        if not plus:
            return Recipient(slug)
        if token.startswith(DEPOSIT):
            return Recipient(slug, deposit=f"{slug}+{token}")
        return self._read_token(slug, token)

    def _read_token(self, slug: str, token: str) -> Recipient:
        if row := self._open(f"reply/{slug}", token):
            return Recipient(slug, mark=Mark(row[0], datetime.fromtimestamp(row[1], UTC)))
        if len(token) == TOKEN_LENGTH or not LINK.fullmatch(token):
            return Recipient(slug, bad=True)
        return Recipient(slug, link=token)

    def _token(self, purpose: str, outgoing: int, expiry: int) -> str:
        payload = outgoing.to_bytes(ROW_BYTES, "big") + expiry.to_bytes(EXPIRY_BYTES, "big")
        return _base32(payload + self._mac(purpose, payload))

    def _open(self, purpose: str, token: str) -> tuple[int, int] | None:
        """(outbox row, expiry) of a token whose MAC is right."""
        try:
            sealed = base64.b32decode(token.upper()) if len(token) == TOKEN_LENGTH else b""
        except ValueError:
            return None
        payload, mac = sealed[:-MAC_BYTES], sealed[-MAC_BYTES:]
        if not payload or not hmac.compare_digest(mac, self._mac(purpose, payload)):
            return None
        return int.from_bytes(payload[:ROW_BYTES], "big"), int.from_bytes(payload[ROW_BYTES:], "big")

    def _mac(self, purpose: str, payload: bytes) -> bytes:
        return hmac.digest(self.key, purpose.encode() + b"\0" + payload, "sha256")[:MAC_BYTES]


def _base32(data: bytes) -> str:
    return base64.b32encode(data).decode("ascii").lower()
