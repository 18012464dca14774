"""The column `search`: what is written in it, how words are looked for in it, and what becomes of a mistyped word.

It holds the folded words of a row (handlers/rules/text.py: searchable), and each reference once more in one piece:
"F-2026-0118" is "f 2026 0118 f20260118". A search reads the rows of one client only, so it needs no index of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, bindparam

from handlers.rules.paper import Page
from handlers.rules.text import searchable

MOST_WORDS = 8  # of one search: those after it are not looked at
NEWEST = 500  # rows whose words a mistyped one is compared with
LEAST, SHORT = 4, 7  # letters: below, nothing is put right; up to there one slip is forgiven, then two
T = TypeVar("T")


def kept(*texts: str | None, ref: str | None = None, of: str | None = None) -> str:
    """What the column holds for these texts, the row's own reference and that of the document it is for."""
    refs = [searchable(number) for number in (ref, of) if number]
    whole = [number.replace(" ", "") for number in refs if " " in number]
    return " ".join(filter(None, [searchable(" ".join(filter(None, texts))), *refs, *whole]))


def split(words: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(searchable(words).split()))[:MOST_WORDS]


def holds(column: ColumnElement[str], count: int) -> list[ColumnElement[bool]]:
    """The conditions that so many words are all in the column; `values` binds them."""
    return [column.like(bindparam(f"word_{nth}"), escape="!") for nth in range(count)]


def values(words: Iterable[str]) -> dict[str, str]:
    """Words are letters and digits alone (searchable): none holds a sign that LIKE reads otherwise."""
    return {f"word_{nth}": f"%{word}%" for nth, word in enumerate(words)}


def forgiving(
    find: Callable[[tuple[str, ...]], Page[Any]], words: str, texts: Callable[[], Iterable[str]]
) -> Page[Any]:
    """What is found by all words; where nothing is, by those that were probably meant: Page.words then says which.

    `texts` reads the newest `search` columns among which the words were looked for, and no others: what is hidden
    from a client is not shown by way of a correction either.
    """
    asked = split(words)
    page = find(asked)
    if page.count or not any(map(may_be_mistyped, asked)):
        return page
    meant = put_right(asked, texts())
    again = find(meant) if meant != asked else page
    return replace(again, words=" ".join(meant)) if again.count else page


def put_right(words: tuple[str, ...], texts: Iterable[str]) -> tuple[str, ...]:
    """Each word that is nowhere in the texts becomes the nearest one there; a word with a digit stays as it is."""
    held = " ".join(texts)
    known = list(dict.fromkeys(word for word in held.split() if word.isalpha()))
    return tuple(
        nearest(word, known) or word if may_be_mistyped(word) and word not in held else word for word in words
    )


def nearest(word: str, known: Iterable[str], slips: int = 2) -> str | None:
    """The first of those nearest to it by optimal string alignment: letters wrong, missing, too many or swapped."""
    from rapidfuzz import process  # loaded on the first miss: it costs each command of an idle machine 70 ms
    from rapidfuzz.distance import OSA

    slips = 1 if len(word) <= SHORT else slips
    found = process.extractOne(word, known, scorer=OSA.distance, score_cutoff=slips)
    return str(found[0]) if found else None


def may_be_mistyped(word: str) -> bool:
    return len(word) >= LEAST and word.isalpha()
