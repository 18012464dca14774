"""Our own signature on our mail (DKIM, RFC 6376; Ed25519: RFC 8463), where no relay signs for us.

Made by cryptography, which takes less than a tenth of dkimpy's time and lets other threads run meanwhile; dkimpy, which
verifies what comes in, is what the tests hold against it.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

Kind = Literal["rsa", "ed25519"]
Key = rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey

LEAST_BITS = 2048
# Named once more than they stand there, so that nobody can add another one (RFC 6376, 8.15).
OVERSIGNED = ("from", "to", "reply-to", "subject", "date", "message-id", "mime-version", "content-type")
NAMES = 3  # in a line
FOLD = re.compile(".{1,72}")
BLANKS = re.compile(rb"[ \t\r\n]+")
NEXT_FIELD = re.compile(rb"\r\n(?![ \t])")


class BadKey(ValueError):
    """The key cannot sign; the message says why, in words, and nothing of the key."""


@dataclass(frozen=True)
class Signer:
    """`signed(raw, at)` is the mail with its signature before it; the same mail at the same time, the same bytes."""

    key: Key = field(repr=False)
    selector: str
    domain: str

    @classmethod
    def of(cls, file: Path, selector: str, domain: str) -> Signer:
        """Raises BadKey."""
        try:
            pem = file.read_bytes()
        except OSError as error:
            raise BadKey(f"{file} cannot be read: {error.strerror}") from error
        return cls(_loaded(pem, file), selector, domain)

    @property
    def place(self) -> str:
        """Where the public half is published, complete."""
        return f"{self.selector}._domainkey.{self.domain}."

    @property
    def record(self) -> str:
        """What the TXT record there says."""
        public = self.key.public_key()
        if isinstance(public, rsa.RSAPublicKey):
            der, form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
            shown = public.public_bytes(der, form)
        else:
            shown = public.public_bytes_raw()
        return f"v=DKIM1; k={_kind(self.key)}; p={b64encode(shown).decode()}"

    def signed(self, raw: bytes, at: datetime) -> bytes:
        head, _, body = raw.partition(b"\r\n\r\n")
        fields = NEXT_FIELD.split(head)
        header = self._header(fields, body, at)
        said = b"\r\n".join(map(_relaxed, [*fields, header]))
        signature = FOLD.findall(b64encode(self._sign(said)).decode())
        return header + "\r\n ".join(signature).encode() + b"\r\n" + raw

    def _header(self, fields: list[bytes], body: bytes, at: datetime) -> bytes:
        """All of it but the signature, which comes behind. The body's form is "simple": as it is, with one line end."""
        hashed = b64encode(hashlib.sha256(body.rstrip(b"\r\n") + b"\r\n").digest()).decode()
        names = [field.partition(b":")[0].decode("ascii").lower() for field in fields]
        signs = f"v=1; a={_kind(self.key)}-sha256; c=relaxed/simple; d={self.domain};"
        lines = [signs, f"s={self.selector}; t={int(at.timestamp())};"]
        lines += [f"h={_listed([*names, *OVERSIGNED])};", f"bh={hashed};", "b="]
        return b"DKIM-Signature: " + "\r\n ".join(lines).encode("ascii")

    def _sign(self, said: bytes) -> bytes:
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(said, padding.PKCS1v15(), hashes.SHA256())
        return self.key.sign(hashlib.sha256(said).digest())  # RFC 8463, 3: the hash is what is signed


def new_key(kind: Kind) -> bytes:
    """A private key, as PEM."""
    key = ed25519.Ed25519PrivateKey.generate() if kind == "ed25519" else _new_rsa()
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


def _new_rsa() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, LEAST_BITS)


def _loaded(pem: bytes, file: Path) -> Key:
    try:
        key = serialization.load_pem_private_key(pem, None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadKey(f"{file} holds no private key in PEM without a password") from error
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size < LEAST_BITS:
        raise BadKey(f"{file}: {key.key_size} bits are too few, it takes {LEAST_BITS}")
    if not isinstance(key, rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey):
        raise BadKey(f"{file}: it takes a key of RSA or Ed25519")
    return key


def _kind(key: Key) -> Kind:
    return "rsa" if isinstance(key, rsa.RSAPrivateKey) else "ed25519"


def _listed(names: list[str]) -> str:
    lines = [":".join(names[at : at + NAMES]) for at in range(0, len(names), NAMES)]
    return ":\r\n  ".join(lines)


def _relaxed(field: bytes) -> bytes:
    """RFC 6376, 3.4.2."""
    name, _, value = field.partition(b":")
    return name.lower() + b":" + BLANKS.sub(b" ", value).strip(b" ")
