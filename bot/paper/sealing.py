"""Seals a quote that was signed: its bytes as they are, then a signature page, a band on each page and a PAdES seal.
The proof file is printed and gets a seal alone.

The work is done in a child process (child.py, seal_press.py), which looks at what it made a second time
(second_look.py) and hands back the new revision alone: the bytes in front of it are those that were presented. Any
doubt is `Unsealable`: then the proof file alone records the signature. This module is light: nothing that reads or
signs a PDF is imported by the service.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.clock import now
from bot.paper.child import CHILD, Child, Overrun
from bot.paper.keys import Keys
from bot.paper.lasting import Lasting, Tsa
from bot.paper.printing import NotPrinted
from bot.paper.verify import Level, Time


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
    time: Time
    tsa: str  # the authority's name, "" without one
    known: Lasting | None = None  # of the authority, for the next seal


def seal(
    original: bytes,
    recipe: Mapping[str, Any],
    keys: Keys,
    tsa_url: str = "",
    at: datetime | None = None,
    child: Child = CHILD,
    judged: bool = False,
) -> Sealed:
    """`recipe`: handlers/core/signature_page.py. `at` is when the seal is made. Raises Unsealable.

    `judged`: these very bytes, by their SHA-256, were found to hold a signature when they were taken in.
    Without `tsa_url`, or when its answer is late or wrong, the level is B-B and the time is the server's. With it the
    level is B-LT; B-T where it is not to be had that the authority's certificates were not revoked.
    """
    try:
        made: Sealed = child.run(
            "bot.paper.seal_press:revision", original, dict(recipe), keys, _tsa(tsa_url), at or now(), judged
        )
    except Overrun:
        raise Unsealable("too_large") from None
    if recipe["signature_id"].encode("ascii") not in made.data:
        raise Unsealable("malformed")
    return _noted(tsa_url, replace(made, data=original + made.data))


def seal_proof(
    worded: Mapping[str, Mapping[str, Any]],
    company: str,
    reason: str,
    keys: Keys,
    tsa_url: str = "",
    at: datetime | None = None,
    child: Child = CHILD,
) -> Sealed:
    """A proof file, in the words that are true of its own seal. Where it got none, its level is "".

    `worded`: the recipe (handlers/core/proof_file.py) for each kind of seal, by whose time it holds: "tsa" (with
    `tsa_url`), "server", and "none" for no seal. `reason` holds the identifier of the signature: it stays readable in a
    copy that was changed. Raises NotPrinted.
    """
    recipes = json.loads(
        json.dumps({own: dict(recipe) for own, recipe in worded.items()})
    )  # as the press reads them
    try:
        made: Sealed = child.run(
            "bot.paper.seal_press:proof", recipes, company, reason, keys, _tsa(tsa_url), at or now()
        )
    except Exception as error:  # of any kind; what it says may hold what the page holds: not for the log
        raise NotPrinted(f"the press ended with {type(error).__name__}") from None
    return _noted(tsa_url, made)


_KNOWN: dict[str, Lasting] = {}  # of authorities, by their addresses: the child ends, and forgets


def _tsa(url: str) -> Tsa:
    return Tsa(url, _KNOWN.get(url))


def _noted(tsa_url: str, made: Sealed) -> Sealed:
    if made.known is not None:
        _KNOWN[tsa_url] = made.known
    return replace(made, known=None)
