"""What a sentence mentions: a document number, its kind, first or last, an amount, a status, a one-time code.

Works on folded text (rules/text.py) but for `codes_in`, which reads what was typed. Numbers come back as written.
"""

from __future__ import annotations

import re

from handlers.rules.amount import AMOUNTS
from handlers.rules.amount import amount_in as amount_in
from handlers.rules.number import read_digits as read_digits
from handlers.rules.reference import NUMBER_MARK, numbers_found
from handlers.rules.reference import number_in as number_in
from handlers.rules.reference import numbers_in as numbers_in
from handlers.rules.text import fold

KINDS = (
    (
        "annex",
        r"\b(?:annexes?|annexs?)\b|\b(?:les|mes|ses|the|its|all) (?:pieces jointes|attachments)\b",
    ),
    (
        "credit_note",
        r"\b(?:mes|nos|mon|cet|vos|des|les) avoirs?\b(?! (?:un|une|le|la|de|du)\b)|\bavoirs\b|^(?:l'|un )?avoir$"
        r"|\bj'ai un avoir\b|\bavoir (?:n°|numero|[a-z]{0,3}-?[0-9])|\bcredit[ -]?notes?\b|\bnotes? de credit\b"
        r"|\bfacture d'avoir\b",
    ),
    (
        "quote",
        r"\b(?:devis|quotes?|quotations?|estimates?|propositions?(?: commerciales?)?|dev[- ]?[0-9]+)\b",
    ),
    ("invoice", r"\b(?:factures?|factu|invoices?|bills?|fac(?:t)?s?)\b"),
    ("contract", r"\b(?:contrats?|contracts?|abonnements?|subscriptions?)\b"),
)
KINDS_FOUND = tuple((kind, re.compile(pattern)) for kind, pattern in KINDS)

TIME_WORDS = re.compile(
    r"\b(?:mois|semaine|an|annee|trimestre|fois)s? (?:derniere?s?|precedente?s?)"
    r"|\bderni\w+ (?:mois|semaines?|ans?|annees?|trimestres?)"
    r"|\blast (?:month|week|year|quarter|time)|\bdernier (?:reste|rappel)"
    r"|\b(?:derniers?|dernieres?|last) [0-9]+ \w+|\b[0-9]+ derni\w+"
    r"|\bmessage precedent|\bprecedent message"
)
ORDINALS = (
    (
        "previous",
        r"\bavant[- ]derni\w*|\bprecedente?\b|\bcelle d'avant|\bcelui d'avant|\b(?:the )?one before|\bprevious\b",
    ),
    (
        "last",
        r"\bderni(?:er|ere)\b|\bplus recente?\b|\bla derniere|\blast\b|\blatest\b|\bnewest\b|\bmost recent\b",
    ),
    ("first", r"\bpremiere? (?:facture|devis)|\bplus ancien|\bfirst (?:invoice|quote)|\boldest\b"),
)
ORDINALS_FOUND = tuple((name, re.compile(pattern)) for name, pattern in ORDINALS)

STATUSES = (
    (
        "overdue",
        r"\ben retard\b|\bechues?\b|\boverdue\b|\bpast due\b|\blate (?:invoices?|ones?)\b|\bdepassees?\b",
    ),
    (
        "unpaid",
        r"\bimpayee?s?\b|\b(?:non|pas|pas encore) (?:paye|regle|solde)e?s?\b|\bunpaid\b|\boutstanding\b"
        r"|\ba (?:payer|regler)\b|\bnot (?:yet )?paid\b|\bto pay\b|\bopen invoices\b|\bawaiting payment\b"
        r"|\bdue invoices?\b|\binvoices due\b|\brest\w+ a payer",
    ),
    (
        "pending",
        r"\ben attente\b|\bpending\b|\b(?:a|non) signe(?:r|s)\b|\bto sign\b|\bawaiting\b|\bunsigned\b|\ben cours\b",
    ),
    ("paid", r"\bpayee?s?\b|\breglee?s?\b|\bsolde(?:e|s|es)\b|\bacquittee?s?\b|\bpaid\b|\bsettled\b"),
    ("accepted", r"\baccepte(?:e?s)?\b|\bsignee?s?\b|\bvalidee?s?\b|\baccepted\b|\bsigned\b"),
    ("refused", r"\brefusee?s?\b|\bdeclined\b|\brefused\b|\brejected\b"),
    ("cancelled", r"\bannulee?s?\b|\bcancell?ed\b"),
    ("expired", r"\bexpire(?:e?s)?\b|\bperimee?s?\b|\bexpired\b"),
    ("active", r"\bacti(?:fs?|ves?)\b|\bactive\b"),
)
STATUSES_FOUND = tuple((name, re.compile(pattern)) for name, pattern in STATUSES)
SIX = re.compile(r"(?<![\w/.-])[0-9](?:[ .-]?[0-9]){5}(?![\w/]|[.-][0-9])")
DATES = re.compile(r"[0-3]?[0-9][./-][01]?[0-9][./-][0-9]{2,4}|[0-9][0-9 \u00a0\u202f]*,[0-9]{2}")
PHONES = re.compile(r"\+?[0-9]{1,3}(?:[ .-]?\(?0?\)?[0-9]{1,3}){4,9}[0-9 .-]*")
DISCLAIMED = re.compile(
    r"(?:pas le|n'est pas|isn't|is not|not the|numero (?:de )?client|client number|customer number|siret|siren|tel\w*)"
    r"\W+(?:\w+\W+){0,2}$"
)


def kind_in(folded: str, apart: str = "") -> str | None:
    """The kind of document asked for; `apart` is not looked at."""
    kinds = [kind for kind, pattern in KINDS_FOUND if kind != apart and pattern.search(folded)]
    if (
        kinds[:1] == ["annex"]
        and len(kinds) > 1
        and re.search(r"\b(?:et|ainsi que|avec|and|with)\b.*annex", folded)
    ):
        return kinds[1]  # "the invoice and its annex": the invoice, which brings its annexes
    return kinds[0] if kinds else None


def ordinal_in(folded: str) -> str | None:
    rest = TIME_WORDS.sub(" ", folded)
    return next((name for name, pattern in ORDINALS_FOUND if pattern.search(rest)), None)


Named = tuple[tuple[str, re.Pattern[str]], ...]


def named_in(folded: str, table: Named) -> str | None:
    """The name of the first pattern of a table that a text holds."""
    return next((name for name, pattern in table if pattern.search(folded)), None)


def status_in(folded: str) -> str | None:
    return named_in(folded, STATUSES_FOUND)


def without(folded: str, *tables: Named) -> str:
    """What is left of a text when its numbers, amounts, kinds, places and states are taken out."""
    for pattern in (NUMBER_MARK, *AMOUNTS):
        folded = pattern.sub(" ", folded)
    for found in list(numbers_found(folded)):
        folded = folded.replace(found[0], " ")
    for table in (KINDS_FOUND, ORDINALS_FOUND, STATUSES_FOUND, *tables):
        for _, pattern in table:
            folded = pattern.sub(" ", folded)
    return folded


def codes_in(text: str) -> list[str]:
    """Every six-digit number of a message, separators dropped; phones, dates, amounts and disclaimed ones apart.

    More than one means: nothing can be read for sure. Only ASCII digits count.
    """
    rest = DATES.sub(" # ", text[:2000])
    rest = PHONES.sub(lambda other: other[0] if SIX.fullmatch(other[0].strip(" .-")) else " # ", rest)
    found = (
        re.sub("[^0-9]", "", six[0])
        for six in SIX.finditer(rest)
        if not DISCLAIMED.search(fold(rest[: six.start()]) + " ")
    )
    return list(dict.fromkeys(found))
