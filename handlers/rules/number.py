"""Document numbers as people type them: "f 2026 0118", "F-2026-O118", "facture n° 118"."""

from __future__ import annotations

import re
import unicodedata

from handlers.rules.paper import Kind, Wanted

NOT_IN = re.compile(r"[^0-9A-Z]")


def normal(number: str) -> str:
    """Letters and digits only, capitals, no accents: "F-2026-0118" and "f2026 0118" are the same."""
    flat = unicodedata.normalize("NFKD", number.upper())
    return NOT_IN.sub("", "".join(c for c in flat if not unicodedata.combining(c)))


CHUNKS = re.compile(r"[^\W_]+")
TYPED_DIGITS = re.compile("[0-9OL]+$")
LETTERS_OF: dict[str, Kind] = {
    **dict.fromkeys(("F", "FA", "FAC", "FACT", "INV"), "invoice"),
    **dict.fromkeys(("D", "DE", "DEV", "Q", "QUO"), "quote"),
    **dict.fromkeys(("A", "AV", "CN"), "credit_note"),
}


def grouped(number: str) -> str:
    """Letters and groups of digits apart, with O and l read as digits at the end of a group that holds one, and alone
    after one: "f2026 OO12" is "F-2026-0012"."""
    chunks: list[str] = []
    for chunk in CHUNKS.findall(number.upper()):
        digits = TYPED_DIGITS.search(chunk)
        after = bool(chunks) and chunks[-1].isdigit()
        if digits and (re.search("[0-9]", digits[0]) or (after and digits[0] == chunk)):
            chunk = chunk[: digits.start()] + digits[0].replace("O", "0").replace("L", "1")
        chunks += re.findall("[0-9]+|[^0-9]+", chunk)
    return "-".join(filter(None, map(normal, chunks)))


def read_digits(number: str) -> str:
    """Normalised, with O and l read as digits (`grouped`)."""
    return normal(grouped(number))


def ways(written: str) -> list[Wanted]:
    """How a number is looked for, the surest first: as it is, its digits read, as the end of one; its letters may be no
    more than the kind ("fac 118" of FA-2026/118)."""
    tried = dict.fromkeys((normal(written), read_digits(written)))
    found = [Wanted(number=one) for one in tried] + [Wanted(number_part=grouped(written))]
    letters, _, digits = grouped(written).partition("-")
    if kind := LETTERS_OF.get(letters):
        found.append(Wanted(kinds=(kind,), number_part=digits))
    return found


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
