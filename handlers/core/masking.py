"""What a person wrote, without what says who they are: what may be kept to learn from, or shown to somebody else.

Left out are greeting, closing and signature (strip.py). Hidden behind one word each are numbers of every kind, dates,
e-mail and web addresses (features.py), and names: those on file, those that a title or an introduction announces, and
every word with a capital that stands in none of our own phrases. A name in small letters that nothing announces, and
that is not on file, stays.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache

from handlers.core import phrases
from handlers.core.features import tokens
from handlers.core.strip import strip
from handlers.rules.text import MOST, fold

NAME, NUMBER = "xname", "xnum"
WORD = re.compile(r"[^\W_]+")
HIDDEN = tuple(  # in folded text, before the masks of features.py
    (re.compile(pattern), f" {name} ")
    for name, pattern in (
        ("xurl", r"\bhttps?://\S{1,64}|\b(?:[a-z0-9-]{2,63}\.){1,4}(?:fr|com|net|org|eu|uk|be|ch|ca|io)\b(?!@)\S{0,64}"),
        ("xiban", r"\b[a-z]{2}[0-9]{2}(?: ?[a-z0-9]{4}){2,7}(?: ?[a-z0-9]{1,4})?\b"),
        (NAME, r"(?<![\w.])@\w{2,32}"),
    )
)  # fmt: skip
TITLED = re.compile(
    r"\b(m\.?|mr\.?|mrs\.?|ms\.?|mme|mlle|dr\.?|monsieur|madame|mademoiselle|mister) ([a-z][a-z'-]*)"
)
NAMED = re.compile(
    r"\b(je m'appelle|mon nom est|mon nom c'est|au nom de|my name is|my name's|in the name of)((?: [a-z][a-z'-]*){1,2})"
)
PERHAPS = re.compile(  # what follows is a name if it is no word of ours
    r"\b(ici|c'est|je suis|de la part de|chez|this is|it's|i am|i'm|on behalf of)((?: [a-z][a-z'-]*){1,2})"
)


def masked(text: str, names: Iterable[str] = (), clause: str = "") -> str:
    """Folded words and masks in one line. `names` are those on file; `clause` is the folded part of the text that is
    wanted, all of it where none is given."""
    hidden = frozenset((*_capitals(text), *_unusual(names)))
    plain = clause or strip(text)
    for pattern, mask in HIDDEN:
        plain = pattern.sub(mask, plain)
    for announced in (TITLED, NAMED):
        plain = announced.sub(rf"\1 {NAME}", plain)
    plain = PERHAPS.sub(lambda found: f"{found[1]} {' '.join(_perhaps(found[2]))}", plain)
    return " ".join(filter(None, (_shown(token, hidden) for token in tokens(plain))))


def _capitals(text: str) -> Iterator[str]:
    """Names are written with a capital; so is the first word of a sentence, which is mostly one of ours."""
    return _unusual(word for word in WORD.findall(text[:MOST]) if word != word.lower())


def _unusual(texts: Iterable[str]) -> Iterator[str]:
    """Their words that are none of ours."""
    return (word for text in texts for word in WORD.findall(fold(text)) if word not in vocabulary())


def _perhaps(named: str) -> Iterator[str]:
    return (word if set(WORD.findall(word)) <= vocabulary() else NAME for word in named.split())


def _shown(token: str, hidden: frozenset[str]) -> str:
    """The token, what stands for it, or nothing: letters of other scripts come one by one and mean nothing here, nor
    do a lone @ and what cannot be printed."""
    if any(c.isdigit() for c in token):
        return NUMBER
    if not hidden.isdisjoint(WORD.findall(token)):
        return NAME
    foreign = token.isalpha() and not token.isascii()
    return "" if foreign or not token.isprintable() else token.replace("@", "")


@cache
def vocabulary() -> frozenset[str]:
    """The words that two of our phrases hold in small letters: names stand with a capital there, or once."""
    found = Counter(
        fold(word) for phrase in _phrases() for word in set(WORD.findall(phrase)) if word == word.lower()
    )
    return frozenset(word for word, times in found.items() if times > 1)


def _phrases() -> Iterator[str]:
    for file in phrases.files():
        for language in ("fr", "en"):
            ask = phrases.load(file, language).get("ask", {})
            for table in (ask, *(held for held in ask.values() if isinstance(held, dict))):
                yield from (*table.get("words", ()), *table.get("phrases", ()))
