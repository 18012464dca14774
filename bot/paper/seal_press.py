"""Presses the sealed file of a signature; runs in the child process (child.py)."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from pyhanko.pdf_utils.generic import NumberObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pypdf import PdfReader

from bot.paper import pades, second_look, sheets, stamp
from bot.paper.keys import Keys
from bot.paper.sealing import Sealed, Unsealable
from bot.paper.validation import examine
from storage.imports.judge import why_not


def sealed(original: bytes, recipe: Mapping[str, Any], keys: Keys, tsa_url: str, at: datetime) -> Sealed:
    """Pressed, and looked at a second time. Raises Unsealable, whatever the file does to the libraries."""
    try:
        reader = guard(original)
        made = press(original, recipe, keys, tsa_url, at)
        doubt = second_look.why_not(reader, made, keys)
    except (Unsealable, MemoryError):
        raise
    except Exception as error:  # a dozen kinds on broken files: each means the same to us
        raise Unsealable("malformed") from error
    if doubt:
        raise Unsealable(doubt)
    return made


def press(original: bytes, recipe: Mapping[str, Any], keys: Keys, tsa_url: str, at: datetime) -> Sealed:
    sheet = sheets.page(recipe["page"])
    band = sheets.band(recipe["stamp"] | {"language": recipe["language"]})
    if tsa_url and (timed := _timestamped(original, recipe, keys, tsa_url, at, sheet, band)):
        return timed
    return _pressed(original, recipe, keys, "", at, sheet, band)


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


def _timestamped(
    original: bytes,
    recipe: Mapping[str, Any],
    keys: Keys,
    tsa_url: str,
    at: datetime,
    sheet: bytes,
    band: bytes,
) -> Sealed | None:
    """None: the authority was late, silent or wrong. Our own clock never stands in for its token."""
    try:
        made = _pressed(original, recipe, keys, tsa_url, at, sheet, band)
    except Exception:  # an answer that is not a token raises what it likes
        return None
    found = examine(made.data, (keys.root,))
    return replace(made, level="B-T", time="tsa", tsa=found.tsa) if found.level == "B-T" else None


def _pressed(
    original: bytes,
    recipe: Mapping[str, Any],
    keys: Keys,
    tsa_url: str,
    at: datetime,
    sheet: bytes,
    band: bytes,
) -> Sealed:
    writer = _revision(original)
    pages = stamp.leaves(writer)
    stamp.stamp(writer, pages, band, recipe["signature_id"])
    stamp.append(writer, pages, sheet)
    data = pades.seal(writer, keys, at, recipe["page"]["company"], recipe["reason"], tsa_url)
    return Sealed(data, "B-B", len(pages) + 1, keys.fingerprint, "server", "")


def _revision(original: bytes) -> IncrementalPdfFileWriter:
    """New objects get numbers that no object has: /Size may lie."""
    reader = PdfFileReader(io.BytesIO(original), strict=False)
    revisions = map(reader.xrefs.explicit_refs_in_revision, range(reader.xrefs.total_revisions))
    highest = max(ref.idnum for refs in revisions for ref in refs)
    if highest >= reader.trailer["/Size"]:
        reader.trailer["/Size"] = NumberObject(highest + 1)
    return IncrementalPdfFileWriter.from_reader(reader)
