"""What else a sentence says of what it asks for: the type of an exchange, past or to come, which movements, as files.

Works on folded text (rules/text.py), French and English together.
"""

from __future__ import annotations

import re

CONTRACT_STATUSES = (
    ("active", r"\ben cours\b|\bacti(?:fs?|ves?)\b|\bactive\b|\bcurrent\b|\brunning\b|\ben vigueur\b"),
    ("suspended", r"\bsuspend\w+|\bsuspendue?s?\b|\ben pause\b|\bpaused\b|\bon hold\b"),
    (
        "ended",
        r"(?<!\bse )\bterminee?s?\b|\bresilie?e?s?\b|\bfinie?s?\b|\bexpire(?:e?s|d)?\b|\bechus\b|\banciens?\b"
        r"|\bended\b|\bterminated\b|\bfinished\b|\bcancelled\b|\bformer\b|\bpast\b",
    ),
)
TYPES = (  # of an exchange
    ("call", r"\bappels?\b|\bcoups? de (?:fil|telephone)\b|\bcalls?\b"),
    ("email", r"(?<!\bpar )(?<!\bby )\b(?:e-?mails?|mails?|mels?|courriels?)\b"),
    ("meeting", r"\breunions?\b|\bmeetings?\b"),
    ("note", r"\bnotes?\b|\bcomptes? rendus?\b"),
    ("other", r"\bautres (?:echanges|types?)\b|\bother (?:contacts|exchanges|types?)\b"),
)
WHEN = (  # of an appointment
    (
        "upcoming",
        r"\bprochaine?s?\b|\ba venir\b|\bfuture?s?\b|\bprevue?s?\b|\bnext\b|\bupcoming\b|\bcoming\b",
    ),
    (
        "past",
        r"\bpassee?s?\b|\bderni(?:er|ere)s?\b|\bprecedente?s?\b|\banciens?\b|\bpast\b|\bprevious\b|\blast\b"
        r"|\bformer\b|\bearlier\b",
    ),
)
MOVES = (  # of an account
    (
        "waiting",
        r"\ben attente\b|\bimpayee?s?\b|\b(?:non|pas|pas encore) (?:paye|regle)e?s?\b|\ba (?:payer|regler)\b"
        r"|\bunpaid\b|\bawaiting\b|\boutstanding\b|\bwaiting\b|\bto pay\b",
    ),
    (
        "payments",
        r"\bpaiements?\b|\breglements?\b|\bvirements?\b|\bversements?\b|\bencaissements?\b|\bremboursements?\b"
        r"|\bcheques?\b"
        r"|\bj'ai paye\b|\bai-je paye\b|\bprelevements?\b|\bpayments?\b|\btransfers?\b|\brefunds?\b"
        r"|\bi (?:have )?paid\b|\bi (?:last )?pay\b",
    ),
    ("invoices", r"\bfactures?\b|\binvoices?\b|\bbills?\b"),
)
CONTRACT_STATUSES_FOUND, TYPES_FOUND, WHEN_FOUND, MOVES_FOUND = (
    tuple((name, re.compile(pattern)) for name, pattern in table)
    for table in (CONTRACT_STATUSES, TYPES, WHEN, MOVES)
)
SEVERAL = re.compile(
    r"\b(?:factures|invoices|bills|avoirs|credit notes|quotes|estimates|quotations|documents|pdfs)\b"
    r"|\b(?:les|mes|nos|tous|vos|ces|des|deux|trois|quatre|cinq|[2-9]|[1-9][0-9]) (?:\w+ )?devis\b"
)
SENT = re.compile(
    r"\bpdfs?\b|\bzip\b|\b(?:(?:r|re)?envo(?:i|ie|yer|yez))\b|\b(?:re)?send\b|\btelecharg\w+|\bdownload\b"
    r"|\b(?:joindre|joignez|joints?|jointes?|attach(?:ed)?)\b|\b(?:pas|jamais) (?:encore )?recu\b|\bcop(?:ies?|y)\b"
    r"|\b(?:not|never|\w+n't) (?:yet )?(?:receive|received|get|got)\b|\b(?:recevoir|receive|get)\b"
)
LISTED = re.compile(r"\bliste\w*\b|\blists?\b|\bcombien\b|\bhow many\b")


def type_in(folded: str) -> str | None:
    """The type of exchange named first: "meeting notes" are of a meeting."""
    found = [(match.start(), name) for name, pattern in TYPES_FOUND if (match := pattern.search(folded))]
    return min(found)[1] if found else None


def files_in(folded: str) -> bool:
    """Are several documents wanted as files? A list of them, or how many there are, is words."""
    return bool(SEVERAL.search(folded) and SENT.search(folded)) and not LISTED.search(folded)
