"""Keys for tokens, codes and stored secrets: all derived from SECRET_KEY, one per purpose (HKDF-SHA256, RFC 5869)."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def derive(secret: str, purpose: str) -> bytes:
    """32 bytes for one purpose."""
    return HKDF(SHA256(), 32, salt=None, info=f"facteur/1/{purpose}".encode()).derive(secret.encode())


@dataclass(frozen=True, repr=False)
class Keys:
    addresses: bytes  # HMAC of addresses: the rows of codes and tries
    codes: bytes  # HMAC of one-time codes
    marks: bytes  # reply addresses and Message-IDs
    files: bytes  # signed download links
    optouts: bytes  # links that unsubscribe
    deposits: bytes  # deposit addresses
    secrets: bytes  # Fernet: codes that wait in the outbox, Stripe keys

    @classmethod
    def of(cls, secret: str) -> Keys:
        return cls(
            *(
                derive(secret, name)
                for name in ("addresses", "codes", "marks", "files", "optouts", "deposits", "secrets")
            )
        )

    @property
    def box(self) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(self.secrets))
