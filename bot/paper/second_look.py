"""A second look at a sealed file, from its bytes alone: is it whole, and does each page hold what it held?

Runs in the child process (child.py).
"""

from __future__ import annotations

import io
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from pypdf import PageObject, PdfReader
from pypdf.generic import ArrayObject, IndirectObject, NameObject

from bot.paper.keys import Keys
from bot.paper.sealing import Sealed
from bot.paper.validation import examine

READ_PAGES = 3
READ_SECONDS = 2.0  # of the processor
UNTOUCHED = ("/MediaBox", "/CropBox", "/Rotate", "/UserUnit")


class TooSlow(BaseException):
    """Not an Exception: pypdf swallows those, page by page."""


def why_not(original: PdfReader, made: Sealed, keys: Keys) -> str:
    """A reason to keep the proof file alone, or ""."""
    if not_ours(made, keys):
        return "malformed"
    before, after = list(original.pages), list(PdfReader(io.BytesIO(made.data)).pages)
    if len(after) != made.pages or len(before) + 1 != made.pages:
        return "malformed"
    pairs = list(zip(before, after, strict=False))
    return "" if all(_same_shape(*pair) for pair in pairs) and _same_text(pairs[:READ_PAGES]) else "malformed"


def not_ours(made: Sealed, keys: Keys) -> bool:
    found = examine(made.data, (keys.root,))
    told = (found.what, found.level, found.certificate_sha256)
    return told != ("intact", made.level, keys.fingerprint)


def _same_shape(before: PageObject, after: PageObject) -> bool:
    """Its streams stand between two of ours, and it is as large and turned as it was."""
    streams = _streams(after)
    kept = len(streams) >= 2 and streams[1:-1] == _streams(before)
    return kept and all(_said(before, name) == _said(after, name) for name in UNTOUCHED)


def _said(page: PageObject, name: str) -> list[float]:
    """A number or four of them: they may be written in another way, as 0 and 0.0."""
    held = page.get(name)
    held = held.get_object() if held is not None else ArrayObject()
    return [float(part.get_object()) for part in (held if isinstance(held, ArrayObject) else [held])]


def _streams(page: PageObject) -> list[int]:
    """The numbers of its content streams."""
    given = page.get("/Contents")
    held = given.get_object() if given is not None else None
    if isinstance(held, ArrayObject):
        return [part.idnum for part in held if isinstance(part, IndirectObject)]
    raw = page.raw_get("/Contents") if held is not None else None
    return [raw.idnum] if isinstance(raw, IndirectObject) else []


def _same_text(pairs: list[tuple[PageObject, PageObject]]) -> bool:
    """What a reader could copy, the band apart. A page that is too slow to read is not read on: its streams decide."""
    try:
        with _limited():
            return all(_words(_without_band(after)) == _words(before) for before, after in pairs)
    except TooSlow:
        return True


def _without_band(page: PageObject) -> PageObject:
    bare = PageObject(page.pdf, page.indirect_reference)
    bare.update(page)
    bare[NameObject("/Contents")] = ArrayObject(page["/Contents"][:-1])  # type: ignore[index]  # an array: _same_shape
    return bare


def _words(page: PageObject) -> str:
    try:
        return "".join(page.extract_text().split())
    except Exception:  # then what it holds is no text: the streams decide
        return ""


@contextmanager
def _limited() -> Iterator[None]:
    def over(number: int, frame: FrameType | None) -> None:
        raise TooSlow

    former = signal.signal(signal.SIGPROF, over)
    signal.setitimer(signal.ITIMER_PROF, READ_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, former)
