"""What a signature adds to a quote, printed with typst: the signature page and the band. Runs in the child process."""

from __future__ import annotations

import io
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from pypdf import PdfReader

from bot.paper.press import clean, compiled, drawn

TEMPLATE = Path(__file__).with_name("signature.typ")
SCALES = (1.0, 0.92, 0.84, 0.76, 0.68, 0.6)

_PRINTER = ThreadPoolExecutor(1)


class TooLong(Exception):
    """More than a page can hold."""


def printing(recipe: Mapping[str, Any]) -> Future[bytes]:
    """As `printed`, in a thread: while typst prints, Python goes on."""
    return _PRINTER.submit(printed, recipe)


def printed(recipe: Mapping[str, Any]) -> bytes:
    """A PDF of two pages: the signature page, A4, and the band, of its own size and transparent. Long texts are printed
    smaller. The same bytes for the same recipe.

    As PDF/A-3b, which claims nothing for the quote: typst then refuses a font that lacks a sign.
    """
    data = {"page": drawn(clean(recipe["page"])), "band": clean(recipe["band"])}
    for scale in SCALES:
        made = compiled(TEMPLATE, data, ["a-3b"], tags=False, scale=str(scale))
        if len(PdfReader(io.BytesIO(made)).pages) == 2:
            return made
    raise TooLong
