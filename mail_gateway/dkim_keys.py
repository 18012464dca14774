"""Which keys sign a mail (DKIM, RFC 6376), and whether it verifies with one. Pure: who asks looks the keys up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.parser import BytesHeaderParser

import dkim
from dkim.util import InvalidTagValueList, parse_tag_value

MOST = 3  # signatures of one mail: each is a question to the DNS that its sender makes us ask
LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
NAME = re.compile(rf"{LABEL}(?:\.{LABEL})*")
LONGEST = 253  # characters of a name in the DNS


@dataclass(frozen=True)
class Signature:
    nth: int  # among the DKIM-Signature headers, from the top
    domain: str
    selector: str

    @property
    def record(self) -> str:
        """The name of the TXT record that holds its key, complete."""
        return f"{self.selector}._domainkey.{self.domain}."


def signatures(raw: bytes) -> tuple[Signature, ...]:
    """Of the first three headers, those that name a key."""
    headers = BytesHeaderParser().parsebytes(raw).get_all("DKIM-Signature", [])
    return tuple(_named(str(header) for header in headers[:MOST]))


def _named(headers: Iterator[str]) -> Iterator[Signature]:
    for nth, header in enumerate(headers):
        try:
            tags = parse_tag_value(header.encode("ascii"))
        except (InvalidTagValueList, UnicodeEncodeError):
            continue
        found = Signature(nth, tags.get(b"d", b"").decode(), tags.get(b"s", b"").decode())
        named = NAME.fullmatch(found.domain) and NAME.fullmatch(found.selector)
        if named and len(found.record) <= LONGEST:
            yield found


def verified(raw: bytes, nth: int, record: bytes) -> bool | None:
    """Does that signature hold, with the key of this record? None where this machine cannot tell. Costs what its sender
    likes: run it in a child."""
    try:
        return bool(dkim.DKIM(raw).verify(nth, dnsfunc=lambda name, timeout=5: record))
    except dkim.NaClNotFoundError:  # Ed25519 takes PyNaCl
        return None
    except Exception:  # dkimpy raises what its parts raise on bytes made for that
        return False
