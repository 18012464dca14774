"""The bytes of a document: stored ones as they are, others made from their recipe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.paper.bundle import bundle
from bot.paper.ics import calendar
from bot.paper.printing import printed
from bot.paper.transfer import code
from handlers.core.turn import Document

Stored = Callable[[str], bytes]  # by SHA-256; raises KeyError
Maker = Callable[[Mapping[str, Any], Stored], bytes]

MAKERS: dict[str, Maker] = {
    "statement": printed,
    "proof": printed,
    "calendar": calendar,
    "zip": bundle,
    "transfer": code,
}


def reader(stored: Stored) -> Callable[[Document], bytes]:
    """The `Reader` of the ports. Raises KeyError when a stored file is missing."""

    def read(document: Document) -> bytes:
        if document.recipe is None:
            return stored(document.sha256)
        return MAKERS[document.recipe["kind"]](document.recipe, stored)

    return read
