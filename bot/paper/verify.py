"""Is this PDF as it was sealed? Answered offline, with the roots of this installation, in the child process.

"intact" says that the seal is ours and that not a byte has changed since; whether the record knows the file is asked
by its SHA-256, which decides. A sealed file that was cut back to the quote as presented has no seal: "unsigned", and
its SHA-256 is that of the presented quote.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from bot.paper.child import CHILD, Child, Overrun

What = Literal["intact", "altered", "unsigned"]
Level = Literal["", "B-B", "B-T", "B-LT"]  # PAdES (ETSI EN 319 142-1); "" without a seal
Time = Literal["server", "tsa"]
SIGNATURE_ID = re.compile(rb"FCT-\d{8}-[0-9A-HJKMNP-TV-Z]{12}")


@dataclass(frozen=True)
class Verdict:
    what: What
    signature_id: str = ""  # read in the file's bytes: a claim, until the record confirms it
    level: Level = ""
    certificate_sha256: str = ""
    time: Time = "server"
    tsa: str = ""


def verdict(data: bytes, roots: Iterable[x509.Certificate], child: Child = CHILD) -> Verdict:
    """Never raises over a file. One that cannot be read is "altered" where it bears an identifier of ours."""
    known = tuple(root.public_bytes(Encoding.DER) for root in roots)
    try:
        found: Verdict = child.run("bot.paper.validation:examine", data, known)
    except Overrun:
        return without_seal(data)
    return found


def without_seal(data: bytes) -> Verdict:
    found = signature_in(data)
    return Verdict("altered", found) if found else Verdict("unsigned")


def signature_in(data: bytes) -> str:
    """The signature id that stands in these bytes, changed or not; "" where there is none. Nothing is parsed."""
    found = SIGNATURE_ID.search(data)
    return found[0].decode() if found else ""
