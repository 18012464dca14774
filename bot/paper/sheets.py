"""What a signature adds to a quote, printed with typst: the signature page and the band. Runs in the child process."""

from __future__ import annotations

import io
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from pypdf import PdfReader

from bot.paper.press import clean, compiled, picture

HERE = Path(__file__).parent
SCALES = (1.0, 0.92, 0.84, 0.76, 0.68, 0.6)

Printing = tuple[Future[bytes], Future[bytes]]  # the signature page, the band
_PRINTERS = ThreadPoolExecutor(2)


class TooLong(Exception):
    """More than a page can hold."""


def printing(recipe: Mapping[str, Any]) -> Printing:
    """Both at once, in threads: while typst prints, Python goes on."""
    picture(recipe["page"]["qr"])  # the band has the same: it is drawn once
    worded = recipe["stamp"] | {"language": recipe["language"]}
    return _PRINTERS.submit(page, recipe["page"]), _PRINTERS.submit(band, worded)


def page(data: Mapping[str, Any]) -> bytes:
    """One A4 page; long texts are printed smaller. The same bytes for the same data."""
    given = _drawn(data) | {"qr_says": data["qr"]}
    for scale in SCALES:
        made = _printed("signature.typ", given, scale=str(scale))
        if len(PdfReader(io.BytesIO(made)).pages) == 1:
            return made
    raise TooLong


def band(data: Mapping[str, Any]) -> bytes:
    """One page of the size of the band, transparent and without tags."""
    return _printed("stamp.typ", _drawn(data))


def _drawn(data: Mapping[str, Any]) -> dict[str, Any]:
    """With its QR code as a picture."""
    return {**data, "qr": picture(data["qr"])}


def _printed(template: str, data: Mapping[str, Any], **more: str) -> bytes:
    """As PDF/A-3b, which claims nothing for the quote: typst then refuses a font that lacks a sign."""
    return compiled(HERE / template, clean(data), ["a-3b"], tags=False, **more)
