"""Mails signed by their domain (DKIM), and the record of its key."""

from __future__ import annotations

import base64
from functools import cache
from typing import Any

import dkim
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

DOMAIN, SELECTOR = "exemple.example", "s2026"


@cache
def pair(bits: int = 2048) -> tuple[bytes, str]:
    """A private key, and the TXT record of its public one."""
    key = rsa.generate_private_key(65537, bits)
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem, f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"


def signed(
    raw: bytes, selector: str = SELECTOR, domain: str = DOMAIN, key: bytes | None = None, **more: Any
) -> bytes:
    """`more`: what dkim.sign takes, such as length=True."""
    return bytes(dkim.sign(raw, selector.encode(), domain.encode(), key or pair()[0], **more)) + raw
