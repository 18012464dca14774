"""The chain of those who passed a mail on and sealed what they found (ARC, RFC 8617): recorded, never a reason to
believe. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from typing import Literal

import dkim

from mail_gateway.dkim_keys import Linear, Signature, named

MOST = 5  # hands: each has two signatures
HEADERS = ("ARC-Seal", "ARC-Message-Signature")


@dataclass(frozen=True)
class Chain:
    """`sealers`: domains, the last hand first. temperror: not to be told now, or too long a chain."""

    result: Literal["none", "pass", "fail", "temperror"]
    sealers: tuple[str, ...] = ()


class Chained(Linear, dkim.ARC):  # type: ignore[misc]  # dkimpy has no types
    pass


def signatures(raw: bytes) -> tuple[Signature, ...]:
    """Of seals and sealed messages, those that name a key; none of a chain that is too long."""
    mail = BytesHeaderParser().parsebytes(raw)
    found = [mail.get_all(name, []) for name in HEADERS]
    if any(len(headers) > MOST for headers in found):
        return ()
    each = (named(nth, str(header)) for headers in found for nth, header in enumerate(headers))
    return tuple(one for one in each if one)


def chain(raw: bytes, records: Mapping[str, bytes | None]) -> Chain:
    """`records`: as for dkim_keys.verify. Costs what its sender likes: run it in a child."""
    seals = BytesHeaderParser().parsebytes(raw).get_all("ARC-Seal", [])
    names = (named(nth, str(header)) for nth, header in enumerate(seals[:MOST]))
    sealers = tuple(one.domain.lower() for one in names if one)
    if len(seals) > MOST or any(one.record not in records for one in signatures(raw)):
        return Chain("temperror", sealers)
    try:
        result, _, _ = Chained(raw).verify(dnsfunc=lambda name, timeout=5: records.get(name.decode()))
    except Exception:  # dkimpy raises what its parts raise on bytes made for that
        result = dkim.CV_Fail
    if result == dkim.CV_None:
        return Chain("none")
    return Chain("pass" if result == dkim.CV_Pass else "fail", sealers)
