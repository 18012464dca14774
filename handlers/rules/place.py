"""“La deuxième”, “the second one”, “la 2”: a line of the list just shown, said by its place and by nothing else."""

from __future__ import annotations

import re

FRENCH = ["premi", "deuxi", "troisi", "quatri", "cinqui", "sixi", "septi", "huiti", "neuvi", "dixi"]
ENGLISH = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
KIND = r"(?:facture|devis|avoir|document|ligne|invoice|bill|quote|credit note|line|one)"
PLACE = (
    rf"(?:(?P<fr>{'|'.join(FRENCH)})(?:ere?|eme)|(?P<sec>seconde?)|(?P<en>{'|'.join(ENGLISH)})"
    r"|(?P<n>10|[1-9])(?:ere?|e|eme|st|nd|rd|th))"
)
SAID = re.compile(
    r"(?:(?:je (?:veux|voudrais)|donnez[- ]moi|donne[- ]moi|i(?:'d| would) like|give me) )?"
    rf"(?:(?:le|la|l|the|ma|mon|my)? ?{PLACE}(?: {KIND})?|(?:la|le|the|numero|number|{KIND}) (?P<nth>10|[1-9]))"
    r"(?: (?:de la liste|on the list|in the list))?"
)
WITHIN = re.compile(rf"\b(?:la|le|the) (?:{PLACE}\b|(?P<nth>10|[1-9])$)")


def place_in(plain: str) -> int | None:
    """1 to 10, where a plain text (rules/text.py: words) says a place and nothing else."""
    found = SAID.fullmatch(plain)
    return _nth(found) if found else None


def place_within(plain: str) -> int | None:
    """1 to 10, where a plain text names a place among other words: "payer la deuxième"."""
    found = WITHIN.search(plain)
    return _nth(found) if found else None


def _nth(found: re.Match[str]) -> int:
    if digits := found["n"] or found["nth"]:
        return int(digits)
    if found["sec"]:
        return 2
    if found["fr"]:
        return FRENCH.index(found["fr"]) + 1
    return ENGLISH.index(found["en"]) + 1
