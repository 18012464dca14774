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
        r"\b(?:devis|quotes?|quotations?|estimates?|propositions?(?: commerciales?)?"
        r"|devi|offres? de prix|chiffrages?|dev[- ]?[0-9]{1,12})\b",
    ),
    ("invoice", r"\b(?:factures?|factu|fature?s?|facure?s?|factur|invoices?|invoces?|bills?|fact?s?)\b"),
    ("contract", r"\b(?:contrats?|contracts?|abonnements?|subscriptions?)\b"),
)
BROUGHT = re.compile(
    r"\b(?:et|ainsi que|avec|and|with|plus|including)\b (?:\w{1,7}[ '])?(?:annexe?s?|pieces? jointes?|attachments?)\b"
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

NOT_YET = r"(?:non|pas|plus|jamais|pas encore|toujours pas)(?: (?:ete|encore|toutes?|tous))?"
NOT_BEEN = r"(?:not|never|\w{1,10}n't|yet to be)(?: (?:yet|been|yet been|all))?"
STATUSES = (
    (
        "overdue",
        r"\ben retard\b|\bechue?s?\b|\boverdue\b|\bpast due\b|\blate (?:invoices?|ones?|bills?|payments?)\b"
        r"|\bdepassee?s?\b|\bretards? de (?:paiement|reglement)|\b(?:are|is|running) late\b",
    ),
    (
        "unpaid",
        rf"\bimpayee?s?\b|\b{NOT_YET} (?:paye|regle|solde|acquitte|honore)e?s?\b|\bunpa(?:id|yed)\b|\boutstanding\b"
        rf"|\ba (?:payer|regler|solder)\b|\b{NOT_BEEN} (?:paid|settled)\b|\bto (?:be )?(?:paid|pay|settle)\b"
        r"|\bopen (?:invoices|bills)\b|\b(?:awaiting|pending) payment\b|\ben attente de (?:paiement|reglement)"
        r"|\bdue (?:invoices?|bills?)\b|\b(?:invoices|bills) (?:are |still |that are )?due\b"
        r"|\brest\w{0,5} (?:a payer|dues?)"
        r"|\b(?:still|do i) owe\b|\b(?:que|ce que) je (?:vous )?dois\b|\bdues\b",
    ),
    (
        "pending",
        rf"\ben attente\b|\bpending\b|\b(?:a|{NOT_YET}) (?:signer|signe|valider|valide|accepter|accepte)e?s?\b"
        rf"|\bto (?:be )?(?:sign|signed|approve|accept)\b|\b{NOT_BEEN} (?:signed|accepted|approved)\b|\bawaiting\b"
        r"|\bwaiting (?:for|on)\b|\bunsigned\b|\ben cours\b|\bsans reponse\b"
        r"|\b(?:still|open) (?:open|quotes?|estimates?)\b",
    ),
    ("paid", r"\bpayee?s?\b|\breglee?s?\b|\bsolde(?:e|s|es)\b|\bacquittee?s?\b|\bpaid\b|\bsettled\b"),
    ("refused", r"\brefusee?s?\b|\bdeclined\b|\brefused\b|\brejet(?:ee?s?)\b|\brejected\b|\bturned down\b"),
    ("accepted", r"\baccepte(?:e?s)?\b|\bsignee?s?\b|\bvalidee?s?\b|\baccepted\b|\bsigned\b|\bapproved\b"),
    ("cancelled", r"\bannulee?s?\b|\bcancell?ed\b"),
    (
        "expired",
        r"\bexpire(?:e?s)?\b|\bperimee?s?\b|\bexpired\b|\bplus valables?\b|\bno longer valid\b|\bcaducs?\b",
    ),
    ("active", r"\bacti(?:fs?|ves?)\b|\bactive\b|\b(?:encore|toujours) valables?\b|\bstill valid\b"),
)
STATUSES_FOUND = tuple((name, re.compile(pattern)) for name, pattern in STATUSES)
SIX = re.compile(r"(?<![\w/.-])[0-9](?:[ .-]?[0-9]){5}(?![\w/]|[.-][0-9])")
DATES = re.compile(r"[0-3]?[0-9][./-][01]?[0-9][./-][0-9]{2,4}|[0-9][0-9 \u00a0\u202f]*,[0-9]{2}")
PHONES = re.compile(r"\+?[0-9]{1,3}(?:[ .-]?\(?0?\)?[0-9]{1,3}){4,9}[0-9 .-]*")
PAPER = "factures?|invoices?|devis|quotes?|avoirs?|contrats?|contracts?|commandes?|orders?|dossiers?|siret|siren|tva"
DISCLAIMED = re.compile(
    r"(?:pas le|n'est pas|isn't|is not|not the|(?:numero|n°|code|ref\w{0,7}) (?:de |du )?(?:client|compte|dossier)"
    r"|(?:client|customer|account|order|file|contract|phone|reference) (?:number|no|n°|id|code)"
    rf"|code (?:postal|promo|article|naf|ape|banque|guichet)|post ?code|zip|\b(?:{PAPER})|tel\w{{0,6}}|mobile|iban"
    r"|montant de|total de|never (?:asked for|requested)|jamais demande)\W{1,4}(?:\w{1,20}\W{1,4}){0,2}$"
)
AFTER_SIX = re.compile(  # an amount, or a code that is no good
    r" ?(?:€|eur|£|\$|usd|gbp|%|chf)|,? (?:(?:is|was|does|did)(?: not|n't)|n'est pas|ne \w+ (?:pas|plus)"
    r"|je ne l'ai|(?:est|is|was|has|a été) (?:expir|refus|faux|périm|wrong|incorrect|invalid|reject))"
)


def kind_in(folded: str, apart: str = "") -> str | None:
    """The kind of document asked for; `apart` is not looked at."""
    found = {
        kind: match for kind, pattern in KINDS_FOUND if kind != apart and (match := pattern.search(folded))
    }
    brought = BROUGHT.search(folded)
    kinds = list(found)
    if kinds[:1] == ["annex"] and brought and kinds[1:] and found[kinds[1]].start() < brought.start():
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
        if not (
            DISCLAIMED.search(fold(rest[: six.start()])[-120:] + " ")
            or AFTER_SIX.match(rest.lower(), six.end())
        )
    )
    return list(dict.fromkeys(found))
