"""Why a quote is refused, read from a comment (mission N18)."""

from __future__ import annotations

import re

from handlers.rules.text import fold

REASONS = ("price", "timing", "company", "other")  # in the order of their buttons
SAYS = (
    (
        "company",
        r"\b(?:autre (?:entreprise|artisan|prestataire|societe|fournisseur|devis)|concurren\w+|ailleurs|un confrere"
        r"|quelqu'un d'autre|an?other (?:company|firm|supplier|contractor|quote)|someone else|elsewhere"
        r"|competitors?)\b",
    ),
    (
        "price",
        r"\b(?:cher|chere|chers|prix|budget|tarifs?|couteux|couts?|montant|eleve|expensive|price[sd]?|pricey|costs?"
        r"|cheaper|afford|dear)\b",
    ),
    (
        "timing",
        r"\b(?:delais?|trop (?:long|tard|loin)|attente|tarde\w*|dates?|calendrier|report\w*|timing"
        r"|too (?:long|late|slow)|delays?|lead time|schedule|postpon\w+|deadline)\b",
    ),
)
FOUND = tuple((reason, re.compile(pattern)) for reason, pattern in SAYS)


def reason_in(comment: str) -> str:
    """price, timing, company; "other" for any other words, "" for none."""
    if not comment.strip():
        return ""
    folded = fold(comment)
    return next((reason for reason, pattern in FOUND if pattern.search(folded)), "other")
