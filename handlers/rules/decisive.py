"""The decisive words of a signature or a refusal: what stands on the first line, a greeting apart (mission S33, S45).

By e-mail nothing else decides. A line says one of these as a whole, or nothing: a doubt ticks no box.
"""

from __future__ import annotations

import re

from handlers.rules.text import fold, words

GREETING = (
    r"(?:(?:re)?bonjour|bonsoir|salut|coucou|hello|hi|hey|dear|chere?s?|madame|monsieur|mesdames|messieurs"
    r"|good (?:morning|afternoon|evening))\b"
)
ALONE = re.compile(rf"{GREETING}[^,:.!?0-9]{{0,40}}[,:.!]?")  # "Bonjour Madame Roux,"
BEFORE = re.compile(rf"{GREETING}[^,:.!?0-9]{{0,40}}[,:.!] ?")  # "Bonjour, valider"
POLITE = re.compile(
    r"\b(?:s'?il (?:vous|te) plait|svp|stp|please|merci(?: (?:beaucoup|d'avance))?|thanks|thank you)\b"
)

CONFIRMS = frozenset(
    (
        "valider",
        "je valide",
        "nous validons",
        "valide",
        "confirmer",
        "je confirme",
        "confirm",
        "i confirm",
        "we confirm",
    )
)
ORDERS = frozenset(  # for a consumer nothing less says that it is an order to be paid
    ("valider commande avec obligation de paiement", "confirm order with obligation to pay")
)
DECLINES = frozenset(("refuser", "je refuse", "nous refusons", "decline", "i decline", "we decline"))
WITHDRAWS = frozenset(("confirmer la retractation", "je confirme la retractation", "confirm the withdrawal"))
ALL = re.compile(
    r"(?:je (?:les )?coche |i tick )?(?:toutes?(?: les(?: (?P<fr>[0-9]|deux|trois))?(?: cases)?)?|tout"
    r"|les (?P<les>deux|trois|[0-9])(?: cases)?|both"
    r"|all(?: of)?(?: them| the)?(?: (?P<en>[0-9]|two|three))?(?: boxes)?)"
)
NUMBERS = re.compile(
    r"(?:je coche |i tick |cocher |tick )?(?:(?:les?|la|the) )?(?:(?:cases?|box(?:es)?|numeros?|numbers?) ?)?(?:n° ?)?"
    r"(?P<n>[0-9](?:(?: ?[,;/+&] ?| | et | and | puis | then |, ?et |, ?and )[0-9])*)"
)
QUOTED = (">", "|")  # somebody else's words
NAMED = {"deux": 2, "two": 2, "trois": 3, "three": 3}


def first_line(text: str) -> str:
    """The first line that says something once a greeting is left out; folded, without politeness."""
    lines = [line for line in (line.strip() for line in fold(text).split("\n")) if line]
    if lines and ALONE.fullmatch(lines[0]):
        del lines[0]
    if not lines or lines[0].startswith(QUOTED):
        return ""
    line = BEFORE.sub("", lines[0], count=1)
    return POLITE.sub("", line).strip(" .,;:!\"'«»()")


def says(line: str, which: frozenset[str]) -> bool:
    """A question says none of them."""
    return "?" not in line and words(line) in which


def ticks(line: str, count: int) -> tuple[int, ...]:
    """ "1 2 3", "1, 2 et 3", "toutes": the boxes of `count` that are ticked, from 1; none where any is in doubt."""
    if all_ := ALL.fullmatch(line):
        said = next((one for one in all_.groupdict().values() if one), str(count))
        whole = count if line != "both" else 2
        return (
            tuple(range(1, count + 1))
            if NAMED.get(said, said) in (count, str(count)) and whole == count
            else ()
        )
    if not (found := NUMBERS.fullmatch(line)):
        return ()
    numbers = sorted({int(digit) for digit in re.findall("[0-9]", found["n"])})
    everyone = tuple(range(1, count + 1))
    if set(everyone) <= set(numbers):
        return everyone
    return tuple(numbers) if numbers[0] >= 1 and numbers[-1] <= count else ()
