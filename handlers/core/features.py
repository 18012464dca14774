"""What the classifier looks at: a text as counted features, each hashed into one of BUCKETS.

Two groups, because each is scaled to length 1 by itself: words with their pairs, and the pieces of words (2 to 5
characters), which see through typos, missing accents and SMS spelling. What varies without changing the request
(numbers, amounts, dates, addresses) is masked by one word. Pure, and the same in every process: crc32, not `hash`.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from functools import lru_cache

from handlers.rules.period import MONTHS
from handlers.rules.text import fold

BUCKETS = 1 << 17
SHORTEST, LONGEST = 2, 5  # characters of a piece

MONTH = "|".join(sorted((month for month in MONTHS if len(month) > 3), key=len, reverse=True))
MASKS = tuple(  # in this order: every repetition is bounded, so no text is slow
    (re.compile(pattern), f" {name} ")
    for name, pattern in (
        ("xemail", r"[^\s@]{1,64}@[^\s@]{1,64}"),
        (
            "xamount",
            r"\b[0-9][0-9 .,]{0,12} ?(?:€|eur\b|euros?\b|£|gbp\b|\$|usd\b|balles\b)|[€£$] ?[0-9][0-9.,]{0,12}",
        ),
        ("xphone", r"(?<![0-9])(?:\+33 ?|0)[1-9](?:[ .-]?[0-9]{2}){4}(?![0-9])"),
        ("xdate", r"\b[0-9]{1,2}[/.][0-9]{1,2}(?:[/.][0-9]{2,4})?\b|\b20[0-9]{2}-[0-9]{2}-[0-9]{2}\b"),
        (
            "xdoc",
            r"\b(?:fac?|f|inv|dev|d|av|a|q|bc|ct)[ -]?[0-9]{2}[0-9/-]{0,12}\b|\b20[0-9]{2}[/-][0-9]{2,6}\b"
            r"|\bn[°o] ?[0-9]{1,12}|#[0-9]{1,12}",
        ),
        ("xcode", r"(?<![0-9.-])[0-9]{3}[ .]?[0-9]{3}(?![0-9.-])"),
        ("xyear", r"\b20[0-9]{2}\b"),
        ("xmonth", rf"\b(?:{MONTH})\b"),
        ("xnum", r"\b[0-9]{1,20}\b"),
    )
)
THRICE = re.compile(r"(.)\1{2,}")
TOKEN = re.compile(r"[a-z0-9']+(?:-[a-z0-9]+)*|[?!]|[^\sa-z0-9'\-.,;:]")


def tokens(text: str) -> list[str]:
    """Folded words, numbers masked, letters said three times or more twice; "?", "!" and emoji count as words."""
    plain = THRICE.sub(r"\1\1", fold(text))
    for pattern, mask in MASKS:
        plain = pattern.sub(mask, plain)
    return TOKEN.findall(plain)


def features(text: str) -> tuple[Counter[int], Counter[int]]:
    """How often each bucket is met: by words and pairs of words, and by pieces of words."""
    found = tokens(text)
    around = ["<", *found, ">"]
    words = Counter(_bucket(word) for word in found)
    words.update(_bucket(f"{one} {two}") for one, two in zip(around, around[1:], strict=False))
    if len(found) <= 2:
        words[_bucket(f"short {len(found)} words")] += 1
    pieces: Counter[int] = Counter()
    for word in found:
        pieces.update(_pieces(word))
    return words, pieces


def _bucket(feature: str) -> int:
    return zlib.crc32(feature.encode()) % BUCKETS


@lru_cache(8192)  # the same words come again and again
def _pieces(word: str) -> tuple[int, ...]:
    edged = f"<{word}>"
    return tuple(
        _bucket(f"~{edged[start : start + size]}")
        for size in range(SHORTEST, LONGEST + 1)
        for start in range(len(edged) - size + 1)
    )
