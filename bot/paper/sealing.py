"""Seals a quote that was signed: its bytes as they are, then a signature page, a band on each page and a PAdES seal.
The proof file gets a seal alone.

The work is done in a child process (child.py, seal_press.py), which looks at what it made a second time
(second_look.py); the bytes are compared here. Any doubt is `Unsealable`: then the proof file alone records the
signature. This module is light: nothing that reads or signs a PDF is imported by the service.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from bot.clock import now
from bot.paper.child import CHILD, Child, Overrun
from bot.paper.keys import Keys
from bot.paper.verify import Level


class Unsealable(Exception):
    """`why`: a reason of storage/imports/judge.py ("encrypted", "form", "malformed", "too_large"...)."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Sealed:
    data: bytes  # begins with the bytes that were presented
    level: Level
    pages: int  # with the signature page, where there is one
    certificate_sha256: str
    time: Literal["server", "tsa"]
    tsa: str  # the authority's name, "" without one


def seal(
    original: bytes,
    recipe: Mapping[str, Any],
    keys: Keys,
    tsa_url: str = "",
    at: datetime | None = None,
    child: Child = CHILD,
) -> Sealed:
    """`recipe`: handlers/core/signature_page.py. `at` is when the seal is made. Raises Unsealable.

    Without `tsa_url`, or when its answer is late or wrong, the level is B-B and the time is the server's.
    """
    try:
        made: Sealed = child.run(
            "bot.paper.seal_press:sealed", original, dict(recipe), keys, tsa_url, at or now()
        )
    except Overrun:
        raise Unsealable("too_large") from None
    if not made.data.startswith(original) or recipe["signature_id"].encode("ascii") not in made.data:
        raise Unsealable("malformed")
    return made


def seal_plain(
    data: bytes,
    company: str,
    reason: str,
    keys: Keys,
    tsa_url: str = "",
    at: datetime | None = None,
    child: Child = CHILD,
) -> Sealed:
    """A PDF of our own with the seal behind its bytes, in the name of `company`. Raises Unsealable.

    `reason` holds the identifier of the signature: it stays readable in a copy that was changed.
    """
    try:
        made: Sealed = child.run(
            "bot.paper.seal_press:plain", data, company, reason, keys, tsa_url, at or now()
        )
    except Overrun:
        raise Unsealable("too_large") from None
    if not made.data.startswith(data):
        raise Unsealable("malformed")
    return made
