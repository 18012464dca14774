"""The document numbers of a sentence, as they were written. Works on folded text (rules/text.py).

Addresses, phones, dates and amounts are hidden first: their digits are no number. A few digits alone count only after
a word that calls for a document, or as the whole message; a year alone never does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from handlers.rules import amount
from handlers.rules.number import normal
from handlers.rules.time_words import MONTHS

MONTH = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b"
HIDDEN = tuple(
    re.compile(pattern)
    for pattern in (
        r"[\w.+-]{1,64}@[\w.-]{1,64}|https?://\S{1,200}",
        r"\b(?:siren|siret|tva|vat|iban|bic|tel\w{0,6}|phone|mobile|fax|cp|code postal)\W{1,3}"
        r"(?:(?:intra|n°|numero|number|est|is|fr)\W{0,3}){0,2}[0-9][0-9 .]{4,40}",
        r"(?<![\w./-])(?:\+[0-9]{1,3}|00[0-9]{2}|0[1-9])(?:[ .-]?\(?[0-9]\)?){8,11}(?![0-9])",
        r"(?<![\w./-])[0-3]?[0-9]([./-])[01]?[0-9]\1(?:20)?[0-9]{2}(?![\w/-])",
        r"(?<![\w./-])20[0-9]{2}-[01][0-9]-[0-3][0-9](?![\w/-])",
        rf"(?<![\w./-])(?:[0-3]?[0-9](?:er|st|nd|rd|th)? (?:of )?)?{MONTH}"
        rf"(?: (?:[0-3]?[0-9],? )?20[0-9]{{2}}(?![\w/-]))?",
        r"\b[tqs][1-4](?:[ -]20[0-9]{2})?(?![\w/-])|\b[nv]-?[0-9]\b|\b[0-9]{1,2} ?h ?[0-9]{0,2}\b",
    )
)
# Written after a space, the letters must be those of a document: "dev 45", never "de 2025".
LETTERS = r"(?:facture|fact|fac|fa|f|invoice|inv|devis|dev|d|quote|q|avoir|av|cn|bc)"
PREFIX = "(?:fact?|fa|f|inv|dev|d|av|q|bc|cn)"
DIGIT = "[0-9ol]"  # O and l where a hurried hand put them
TAIL = rf"(?=[ol]{{0,5}}[0-9]){DIGIT}{{1,16}}(?:[-_/.]{DIGIT}{{1,12}}){{0,4}}"
YEAR = r"2[0o][0-9ol]{2}"
NO_YEAR = rf"(?!{YEAR}(?![\w/_-]))"
NAMED = (
    r"\b(?:factures?|facts?|facs?|invoices?|bills?|devis|quotes?|estimates?|avoirs?|credit notes?|facture d'avoir"
    r"|documents?|contrats?|contracts?)"
)
NO_COUNT = (
    r"(?![\w/-]|[.,:][0-9]| ?(?:€|eur|%|£|\$)| (?:fois|x|copies?|pages?|mois|jours?|semaines?|ans?|exemplaires?|lignes?"
    r"|derni\w*|prochain\w*|factures?|devis|heures?|h|times|days?|weeks?|months?|years?|invoices?|quotes?|last|rue|avenue)\b)"
)
ASKED = (
    r"\b(?:pay(?:er|ez|e|ing)?|regl(?:er|ez|e)|sign(?:er|ez|e)?|accept(?:er|ez|e)?|refus(?:er|ez|e)?|telecharger|download"
    r"|send(?: me)?|(?:r|re)?envo(?:yer|yez|ie|i)(?:[ -]moi)?|copie de|copy of|decline|show(?: me)?|voir)"
)
NUMBERS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<![\w@.-])(?P<n>[a-z]{{1,6}}[-_/]{TAIL})(?![\w@])",
        rf"(?<![\w@.-])(?P<n>{LETTERS} {YEAR}[ /_-]{DIGIT}{{2,6}}"
        rf"|(?:de|[a-z]{{1,4}})(?: |(?={YEAR})){YEAR} 0{DIGIT}{{2,5}}"
        rf"|[a-z]{{1,5}}{YEAR} {DIGIT}{{2,6}}|{PREFIX} [0-9]{{2}} [0-9]{{2}} {DIGIT}{{2,4}})(?![\w@/-])",
        rf"(?<![\w@.-])(?P<n>{PREFIX}{TAIL}|[a-z]{{2,5}}{YEAR}[-_/]?{DIGIT}{{1,8}}"
        rf"|[a-z]{{1,5}}[0-9]{{2,8}}(?:[-_/]{DIGIT}{{1,8}}){{1,3}}"
        r"|(?!(?:code|tel|cp|siren|siret|tva|fr|num|ref|no|n)[0-9])[a-z]{2,5}[0-9]{4,12})(?![\w@])",
        rf"(?<![\w@.-])(?P<n>{PREFIX} {NO_YEAR}{TAIL})(?![\w@/])",
        rf"(?<![\w./-])(?P<n>{YEAR}(?:[-_/]{DIGIT}{{3,6}}|/{DIGIT}{{1,6}}| 0{DIGIT}{{2,5}}|[0-9]{{3,5}})"
        r"|[0-9]{2,4}[-/][a-z]{1,4}[-/]?[0-9]{1,6})(?![\w/-]|[.][0-9])",
        rf"(?:n°|nº|#|\b(?:number|numero|num|no|n|ref(?:erence)?)\b[.:]?) ?(?P<n>{NO_YEAR}(?=[a-z/_-]{{0,6}}[0-9])"
        r"[a-z0-9][a-z0-9/_-]{0,19})(?![\w])",
        rf"{NAMED}:? (?P<n>{NO_YEAR}[0-9]{{1,12}}){NO_COUNT}",
        rf"(?:{ASKED} (?:la |le |the )?|\bla )(?P<n>{NO_YEAR}[0-9]{{2,4}}){NO_COUNT}",
        rf"\ble (?P<n>{NO_YEAR}(?:3[2-9]|[4-9][0-9]|[0-9]{{3,4}})){NO_COUNT}",
    )
)
NEXT = re.compile(rf"(?:, ?| ?& ?| et | and )(?:la |le |the )?(?P<n>{NO_YEAR}[0-9]{{1,12}}){NO_COUNT}")
LISTED = NUMBERS[6]
ALONE = re.compile(
    rf"(?P<n>{NO_YEAR}[0-9]{{2,12}}(?:[-_/][0-9]{{1,8}}){{0,2}}|{YEAR} [0-9]{{2,6}})[.!]?(?: (?:svp|stp|please|merci))?"
)
NUMBER_MARK = re.compile(r"n°|nº|#")
NOT_LETTERS = {"n", "t", "s", "q", "art", "no", "le", "du", "au", "a", "en"}
KIND_WORD = re.compile(r"^(?:facture|fact|invoice|devis|quote|avoir)[ -]?(?=[0-9])")


READ = 32  # texts: a clause is read for its numbers, its kind and its state, one after the other


@lru_cache(READ)
def hidden(folded: str) -> str:
    """The text with signs of the same length in place of what holds digits and is no number."""
    for pattern in HIDDEN:
        folded = pattern.sub(lambda found: "§" * len(found[0]), folded)
    return amount.masked(folded)


@lru_cache(READ)
def numbers_found(folded: str) -> tuple[re.Match[str], ...]:
    """Every document number, group "n"; the surest patterns first."""
    return tuple(_found(folded))


def _found(folded: str) -> Iterator[re.Match[str]]:
    text = hidden(folded)
    for pattern in NUMBERS:
        for found in pattern.finditer(text):
            number = found["n"].strip("-_/. ")
            letters = re.match("[a-z]*", number)
            if letters and letters[0] in NOT_LETTERS and len(normal(number)) < 4:
                continue
            yield found
            if pattern is LISTED:
                yield from _after(text, found.end())
    if alone := ALONE.fullmatch(text):
        yield alone


def _after(text: str, end: int) -> Iterator[re.Match[str]]:
    """ "Invoices 118, 119 and 120": the word is said once."""
    while found := NEXT.match(text, end):
        yield found
        end = found.end()


def written(found: re.Match[str]) -> str:
    """The number as it was written, but in capitals and without the word before it."""
    return KIND_WORD.sub("", found["n"].strip("-_/. ")).upper()


def number_in(folded: str) -> str | None:
    """The first document number, as it was written but in capitals; "118" stays "118"."""
    return next((written(found) for found in numbers_found(folded)), None)


def numbers_in(folded: str) -> list[str]:
    """All of them, in the order of the text; what two patterns read at one place counts once."""
    kept: list[re.Match[str]] = []
    for found in numbers_found(folded):
        if all(found.end("n") <= one.start("n") or one.end("n") <= found.start("n") for one in kept):
            kept.append(found)
    return list(dict.fromkeys(written(found) for found in sorted(kept, key=lambda one: one.start("n"))))
