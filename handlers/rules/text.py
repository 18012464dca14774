"""The plain form in which what people write is compared: no case, no accents, ordinary spaces."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

MOST = 2000  # characters looked at
WORD_MOST = 64
FROM = "’‘ʼ`´–—‑\u00a0\u202fœæßøłđ"
TO = ("'", "'", "'", "'", "'", "-", "-", "-", " ", " ", "oe", "ae", "ss", "o", "l", "d")
PLAIN = str.maketrans(dict(zip(FROM, TO, strict=True)))
LONG = re.compile(rf"\S{{{WORD_MOST + 1},}}")
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
GAPS = re.compile(r"[ \t\r\f\v]+")


def fold(text: str) -> str:
    """Lower case without accents; lines are kept. Longer than MOST is cut, and so is any word over WORD_MOST."""
    return _plain(text[:MOST])


@lru_cache(64)  # a message and its clauses are folded by each who reads them
def _plain(text: str) -> str:
    text = text.lower().translate(PLAIN)
    flat = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))[:MOST]
    flat = LONG.sub(lambda word: word[0][:WORD_MOST], flat)
    return GAPS.sub(" ", flat).strip()


def storable(text: str) -> str:
    """Without NUL, other controls but line ends and tabs, and lone surrogates: a database takes it."""
    return CONTROLS.sub("", text).encode("utf-8", "replace").decode()


@lru_cache(1024)  # the labels of one list are compared with every message
def words(text: str) -> str:
    """Folded, and only letters, digits and single spaces: how two sentences are compared."""
    return " ".join(re.findall(r"[a-z0-9]+", fold(text)))


def searchable(text: str) -> str:
    """What is looked for, and what it is looked for in: as `words`, with the letters of every script."""
    return " ".join(re.findall(r"[^\W_]+", fold(text)))
