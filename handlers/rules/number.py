"""Document numbers as people type them: "f 2026 0118", "F-2026-O118", "facture n° 118"."""

from __future__ import annotations

import re
import unicodedata

NOT_IN = re.compile(r"[^0-9A-Z]")


def normal(number: str) -> str:
    """Letters and digits only, capitals, no accents: "F-2026-0118" and "f2026 0118" are the same."""
    flat = unicodedata.normalize("NFKD", number.upper())
    return NOT_IN.sub("", "".join(c for c in flat if not unicodedata.combining(c)))


def alike(number: str, typed: str) -> int:
    """How much a number looks like what was typed, both normalised: 3 the same, 2 one character off, 1 the same
    ending of two digits or more, 0 not at all."""
    if number == typed:
        return 3
    if one_off(number, typed):
        return 2
    digits = re.search(r"[0-9]+\Z", typed)
    ending = digits[0].lstrip("0") if digits else ""
    return 1 if len(ending) >= 2 and number.endswith(ending) else 0


def one_off(one: str, other: str) -> bool:
    """Does one character changed, added or left out make one of the other (a Levenshtein distance of 1)?"""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1 or one == other:
        return False
    same = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    return short[same:] == long[same + 1 :] or (
        len(short) == len(long) and short[same + 1 :] == long[same + 1 :]
    )
