"""A second look at a sealed file, from its bytes alone: is it whole, and does each page hold what it held?

Runs in the child process (child.py).
"""

from __future__ import annotations

import io
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from operator import eq
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


@dataclass(frozen=True)
class Shape:
    """The numbers of a page's content streams; how large it is, and how turned."""

    streams: list[int]
    sides: list[list[float]]


@dataclass(frozen=True)
class Seen:
    """What the pages of a file hold. `words`: of the first ones, as far as they were read in time."""

    shapes: list[Shape]
    words: list[str]


def seen(original: PdfReader) -> Seen:
    pages = list(original.pages)
    return Seen(list(map(_shape, pages)), _words(pages))


def why_not(before: Seen, made: Sealed, keys: Keys) -> str:
    """A reason to keep the proof file alone, or ""."""
    if not_ours(made, keys):
        return "malformed"
    *pages, _ = PdfReader(io.BytesIO(made.data)).pages
    if not len(pages) == len(before.shapes) == made.pages - 1:
        return "malformed"
    kept = all(map(_kept, before.shapes, map(_shape, pages)))
    return "" if kept and _same_words(before.words, pages) else "malformed"


def not_ours(made: Sealed, keys: Keys) -> bool:
    found = examine(made.data, (keys.root,))
    told = (found.what, found.level, found.certificate_sha256)
    return told != ("intact", made.level, keys.fingerprint)


def _shape(page: PageObject) -> Shape:
    return Shape(_streams(page), [_said(page, name) for name in UNTOUCHED])


def _kept(before: Shape, after: Shape) -> bool:
    """Its streams stand between two of ours, and it is as large and turned as it was."""
    return len(after.streams) >= 2 and replace(after, streams=after.streams[1:-1]) == before


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


def _same_words(before: list[str], pages: list[PageObject]) -> bool:
    """What a reader could copy, the band apart."""
    after = _words([_without_band(page) for page in pages[: len(before)]])
    return all(map(eq, before, after))


def _words(pages: list[PageObject]) -> list[str]:
    """A page that is too slow to read is not read on, nor are those behind it: their streams decide."""
    read: list[str] = []
    with suppress(TooSlow), _limited():
        read.extend(map(_text, pages[:READ_PAGES]))
    return read


def _without_band(page: PageObject) -> PageObject:
    bare = PageObject(page.pdf, page.indirect_reference)
    bare.update(page)
    bare[NameObject("/Contents")] = ArrayObject(page["/Contents"][:-1])  # type: ignore[index]  # an array: _kept
    return bare


def _text(page: PageObject) -> str:
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
