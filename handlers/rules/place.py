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
ITEM = (
    r"(?:(?:la|le|les|l|the|numeros?|numbers?|factures?|invoices?|bills?|lignes?|lines?) ){0,3}"
    rf"(?:{'|'.join(f'{one}(?:ere?|eme)' for one in FRENCH)}|secondes?|{'|'.join(ENGLISH)}"
    r"|(?:10|[1-9])(?:ere?|e|eme|st|nd|rd|th)?)(?: (?:facture|invoice|bill|one))?"
)
SEVERAL = re.compile(rf"(?:^|(?<= )){ITEM}(?: (?:et |and )?{ITEM})+$")
EACH = re.compile(rf"(?P<fr>{'|'.join(FRENCH)})|(?P<sec>second)|(?P<en>{'|'.join(ENGLISH)})|(?P<n>10|[1-9])")
WITHIN = re.compile(rf"\b(?:la|le|the) (?:{PLACE}\b|(?P<nth>10|[1-9])$)")


def place_in(plain: str) -> int | None:
    """1 to 10, where a plain text (rules/text.py: words) says a place and nothing else."""
    found = SAID.fullmatch(plain)
    return _nth(found) if found else None


def place_within(plain: str) -> int | None:
    """1 to 10, where a plain text names a place among other words: "payer la deuxième"."""
    found = WITHIN.search(plain)
    return _nth(found) if found else None


def places_in(plain: str) -> tuple[int, ...]:
    """The places that end a plain text, where it names several: "payer les factures 1 et 3", "the first and third"."""
    found = SEVERAL.search(plain)
    named = EACH.finditer(found[0]) if found else ()
    return tuple(dict.fromkeys(_nth_of(one) for one in named))


def _nth_of(found: re.Match[str]) -> int:
    if found["sec"]:
        return 2
    return _ordinal(found) if found["n"] is None else int(found["n"])


def _nth(found: re.Match[str]) -> int:
    if digits := found["n"] or found["nth"]:
        return int(digits)
    if found["sec"]:
        return 2
    return _ordinal(found)


def _ordinal(found: re.Match[str]) -> int:
    if found["fr"]:
        return FRENCH.index(found["fr"]) + 1
    return ENGLISH.index(found["en"]) + 1
