"""Which keys sign a mail (DKIM, RFC 6376), and whether it verifies with them. Pure: who asks looks the keys up."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from typing import Any, Literal

import dkim
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from dkim.util import InvalidTagValueList, parse_tag_value

MOST = 5  # signatures of one mail: each is a question to the DNS that its sender makes us ask
LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
NAME = re.compile(rf"{LABEL}(?:\.{LABEL})*")
LONGEST = 253  # characters of a name in the DNS
BLANKS = re.compile(rb"[ \t]+")
STRONG = (b"rsa-sha256", b"ed25519-sha256")  # SHA-1 no more (RFC 8301)

Result = Literal["pass", "fail", "policy", "permerror", "temperror"]


@dataclass(frozen=True)
class Signature:
    nth: int  # among the DKIM-Signature headers, from the top
    domain: str
    selector: str

    @property
    def record(self) -> str:
        """The name of the TXT record that holds its key, complete."""
        return f"{self.selector}._domainkey.{self.domain}."


@dataclass(frozen=True)
class Signed:
    """One signature, verified. policy: SHA-1, or RSA under 1024 bits; permerror: no key; temperror: not to be told now.

    `part`: it covers the beginning of the text only (l=), so that anybody may have added to it.
    """

    domain: str
    selector: str
    result: Result
    part: bool = False


def signatures(raw: bytes) -> tuple[Signature, ...]:
    """Of the first five headers, those that name a key."""
    headers = BytesHeaderParser().parsebytes(raw).get_all("DKIM-Signature", [])
    return tuple(_named(str(header) for header in headers[:MOST]))


def _named(headers: Iterator[str]) -> Iterator[Signature]:
    for nth, header in enumerate(headers):
        found = named(nth, header)
        if found:
            yield found


def named(nth: int, header: str) -> Signature | None:
    """The key that a signing header names."""
    try:
        tags = parse_tag_value(header.encode("ascii"))
    except (InvalidTagValueList, UnicodeEncodeError):
        return None
    found = Signature(nth, tags.get(b"d", b"").decode(), tags.get(b"s", b"").decode())
    fits = NAME.fullmatch(found.domain) and NAME.fullmatch(found.selector) and len(found.record) <= LONGEST
    return found if fits else None


def verified(raw: bytes, nth: int, record: bytes) -> bool:
    """Does that signature hold, with the key of this record? Costs what its sender likes: run it in a child."""
    return _result(raw, nth, record)[0] == "pass"


def verify(raw: bytes, records: Mapping[str, bytes | None]) -> tuple[Signed, ...]:
    """Each signature, in the order of the headers. `records`: by name; None: there is none; a name that is not there
    was not answered. Costs what its sender likes."""
    return tuple(_signed(raw, one, records) for one in signatures(raw))


def _signed(raw: bytes, one: Signature, records: Mapping[str, bytes | None]) -> Signed:
    result: Result = "temperror"
    part = False
    if one.record in records:
        record = records[one.record]
        result, part = _result(raw, one.nth, record) if record else ("permerror", False)
    return Signed(one.domain.lower(), one.selector, result, part)


def _result(raw: bytes, nth: int, record: bytes) -> tuple[Result, bool]:
    mail = Verifier(raw, minkey=1024)
    try:
        holds = mail.verify(nth, dnsfunc=lambda name, timeout=5: record)
    except WeakKey:
        return "policy", False
    except (NoKey, dkim.KeyFormatError):
        return "permerror", False
    except Exception:  # dkimpy raises what its parts raise on bytes made for that
        holds = False
    return "pass" if holds else "fail", b"l" in mail.signature_fields


class WeakKey(Exception):
    """Too weak to tell anything."""


class NoKey(Exception):
    """The record holds none that fits the signature."""


class Linear(dkim.DomainSigner):  # type: ignore[misc]  # dkimpy has no types
    """Long runs of blanks cost dkimpy the square of their length; one blank each is the same text to it."""

    body: bytes

    def verify_sig_process(self, sig: dict[bytes, bytes], *rest: Any) -> Any:
        whole = self.body
        if sig.get(b"c", b"").endswith(b"/relaxed"):
            self.body = BLANKS.sub(b" ", whole)
        try:
            return super().verify_sig_process(sig, *rest)
        finally:
            self.body = whole


class Verifier(Linear, dkim.DKIM):  # type: ignore[misc]  # dkimpy has no types
    """dkimpy's, without what is too weak, and with Ed25519 by the cryptography that we have already."""

    def verify_sig(
        self,
        sig: dict[bytes, bytes],
        include_headers: list[bytes],
        sig_header: tuple[bytes, bytes],
        dnsfunc: Any,
    ) -> bool:
        if sig[b"a"] not in STRONG:
            raise WeakKey
        record = dnsfunc(b"")
        if sig[b"a"] == b"ed25519-sha256":
            key = _ed25519(record)
            self.pk, self.keysize, self.ktag, self.seqtlsrpt = key, 256, b"ed25519", False
            # dkimpy takes silence for consent
            return bool(self.verify_sig_process(sig, include_headers, sig_header, dnsfunc)) and key.holds
        self.pk, self.keysize, self.ktag, self.seqtlsrpt = _rsa(record)
        if self.keysize < self.minkey:
            raise WeakKey
        return bool(self.verify_sig_process(sig, include_headers, sig_header, dnsfunc))


class Ed25519:
    """As dkimpy asks a key of PyNaCl; `holds` is what it found."""

    def __init__(self, key: Ed25519PublicKey) -> None:
        self.key, self.holds = key, False

    def verify(self, digest: bytes, signature: bytes) -> None:
        try:
            self.key.verify(signature, digest)
        except InvalidSignature:
            return
        self.holds = True


def _ed25519(record: bytes) -> Ed25519:
    try:
        tags = parse_tag_value(record)
        if tags.get(b"v", b"DKIM1") != b"DKIM1" or tags.get(b"k") != b"ed25519":
            raise NoKey
        return Ed25519(Ed25519PublicKey.from_public_bytes(b64decode(tags[b"p"])))
    except (InvalidTagValueList, KeyError, ValueError) as error:
        raise NoKey from error


def _rsa(record: bytes) -> tuple[Any, int, bytes, bool]:
    try:
        found: tuple[Any, int, bytes, bool] = dkim.evaluate_pk("", record)
    except Exception as error:
        raise NoKey from error
    if found[2] != b"rsa":
        raise NoKey
    return found
