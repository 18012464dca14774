"""Presses the sealed file of a signature; runs in the child process (child.py)."""

from __future__ import annotations

import io
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from pyhanko.pdf_utils.generic import NumberObject
from pyhanko.pdf_utils.reader import PdfFileReader
from pypdf import PdfReader

from bot.paper import pades, second_look, sheets, stamp
from bot.paper.covered import covered
from bot.paper.keys import Keys
from bot.paper.lasting import Tsa
from bot.paper.pades import Timing
from bot.paper.press import printed
from bot.paper.sealing import Sealed, Unsealable
from bot.paper.timing import timed
from bot.paper.verify import Time
from storage.imports.judge import why_not


def revision(original: bytes, *how: Any) -> Sealed:
    """As `sealed`; its data are what stands behind the original."""
    made = sealed(original, *how)
    if not made.data.startswith(original):
        raise Unsealable("malformed")
    return replace(made, data=made.data[len(original) :])


def sealed(
    original: bytes, recipe: Mapping[str, Any], keys: Keys, tsa: Tsa, at: datetime, judged: bool = False
) -> Sealed:
    """Pressed, and looked at a second time. Raises Unsealable, whatever the file does to the libraries."""
    try:
        reader = PdfReader(io.BytesIO(original)) if judged else guard(original)
        printing = sheets.printing(recipe)
        before = second_look.seen(reader)
        made = press(original, recipe, keys, tsa, at, printing)
        doubt = second_look.why_not(before, made, keys)
    except (Unsealable, MemoryError):
        raise
    except Exception as error:  # a dozen kinds on broken files: each means the same to us
        raise Unsealable("malformed") from error
    if doubt:
        raise Unsealable(doubt)
    return made


def press(
    original: bytes, recipe: Mapping[str, Any], keys: Keys, tsa: Tsa, at: datetime, printing: Future[bytes]
) -> Sealed:
    return timed(lambda timing: _pressed(original, recipe, keys, timing, at, printing), keys, tsa, at)


def proof(
    worded: Mapping[str, dict[str, Any]],
    company: str,
    reason: str,
    keys: Keys,
    tsa: Tsa,
    at: datetime,
) -> Sealed:
    """Printed and sealed, in the words that turn out to be true of the seal."""
    tries: list[tuple[Time, Tsa]] = [("tsa", tsa), ("server", Tsa(""))]
    for own, whose in tries if tsa.url else tries[1:]:
        with suppress(Unsealable):
            made = plain(printed(worded[own]), company, reason, keys, whose, at)
            if made.time == own:
                return made
    return Sealed(printed(worded["none"]), "", 0, "", "server", "")


def plain(data: bytes, company: str, reason: str, keys: Keys, tsa: Tsa, at: datetime) -> Sealed:
    """A PDF of our own and a seal: no page, no band, and its bytes as they were. Raises Unsealable."""

    def pressed(timing: Timing | None) -> Sealed:
        writer = _revision(data)
        count = len(stamp.leaves(writer))
        made = pades.seal(writer, keys, at, company, reason, timing)
        return Sealed(made, "B-B", count, keys.fingerprint, "server", "")

    try:
        made = timed(pressed, keys, tsa, at)
        whole = made.data.startswith(data) and covered(made.data, keys, at)
    except MemoryError:
        raise
    except Exception as error:  # as above
        raise Unsealable("malformed") from error
    if not whole:
        raise Unsealable("malformed")
    return made


def guard(original: bytes) -> PdfReader:
    """The same judgement as when the quote was taken in. Raises Unsealable."""
    try:
        reader = PdfReader(io.BytesIO(original))
    except Exception:  # as above: a broken file
        reader = None
    why = why_not(original, reader)
    if why or reader is None:
        raise Unsealable(why or "malformed")
    return reader


def _pressed(
    original: bytes,
    recipe: Mapping[str, Any],
    keys: Keys,
    timing: Timing | None,
    at: datetime,
    printing: Future[bytes],
) -> Sealed:
    writer = _revision(original)
    pages = stamp.leaves(writer)
    sheet, band = stamp.taken(writer, printing.result())
    stamp.stamp(writer, pages, band, recipe["signature_id"])
    stamp.append(writer, pages, sheet)
    data = pades.seal(writer, keys, at, recipe["page"]["company"], recipe["reason"], timing)
    return Sealed(data, "B-B", len(pages) + 1, keys.fingerprint, "server", "")


def _revision(original: bytes) -> pades.Revision:
    """New objects get numbers that no object has: /Size may lie."""
    reader = PdfFileReader(io.BytesIO(original), strict=False)
    revisions = map(reader.xrefs.explicit_refs_in_revision, range(reader.xrefs.total_revisions))
    highest = max(ref.idnum for refs in revisions for ref in refs)
    if highest >= reader.trailer["/Size"]:
        reader.trailer["/Size"] = NumberObject(highest + 1)
    return pades.Revision(reader.stream, prev=reader)
