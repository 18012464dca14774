"""A promise to pay, as people make it: "je paie vendredi", "I'll settle it by the 5th" (mission N4). Folded text."""

from __future__ import annotations

import re
from datetime import date, timedelta

from handlers.rules import period
from handlers.rules.pattern import pattern

FARTHEST = timedelta(days=60)  # a later day is for a person to accept

WEEKDAYS = "lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
WEEKDAYS_EN = (
    "mon(?:day)?|tues?(?:day)?|wed(?:nesday)?|thu(?:rs)?(?:day)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?"
)
DAY = r"""
    (?:demain|apres-demain|ce soir|<FR>|la semaine prochaine|fin (?:de semaine|du mois|de mois)|
    (?:a la )?fin (?:de )?<MONTH>|
    le mois prochain|debut <MONTH>|dans (?:[0-9]{1,2}|un|une|deux|trois|quatre|dix|quinze) (?:jours?|semaines?)|
    (?:le |du |au )?(?:1er|[0-9]{1,2})(?: <MONTH>|/[0-9]{1,2})|(?:le |avant le |d'ici le )(?:1er|[0-9]{1,2})|
    tomorrow|tonight|<EN>|next week|(?:at |by )?(?:the )?end of (?:the |this )?(?:week|month)|
    in (?:[0-9]{1,2}|a|one|two|three|four|ten) (?:days?|weeks?)|(?:on |by |before )?(?:the )?[0-9]{1,2}(?:st|nd|rd|th)|
    (?:on |by |before )?[0-9]{1,2} <MONTH>|<MONTH> [0-9]{1,2})
"""
MONTHS = (
    "janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre|january|february|march|"
    "april|may|june|july|august|september|october|november|december"
)
PAYS = r"""
    (?:(?:je|on|nous)(?: (?:le|la|les|l'|vous|te|t'|tout)){0,3}(?: vais| allons| va| compte| pense)?
    (?: (?:le|la|les|vous|te|tout)){0,3}
    [ ](?:paie|paye|paierai|payerai|paiera|payera|paierons|payerons|payer|regle|reglerai|reglera|reglerons|regler|
    (?:fais|fait|ferai|ferons|fera|faire|envoie|enverrai|envoyer|emets) (?:le|un|mon|mes|votre)[ ]
    (?:virement|reglement|paiement|cheque))|
    (?:le |mon |notre )?(?:virement|reglement|paiement) (?:part\w*|sera (?:fait|effectue|envoye)|est prevu|prevu)|
    (?:i|we)(?:'ll| will| shall| am going to| are going to|'m going to|'re going to|'m| am| are|'re)?
    [ ](?:pay|paying|settle|settling|(?:make|send|do|making|sending|doing) (?:the|a|my|our) (?:transfer|payment))|
    (?:the |my |our )?(?:transfer|payment) (?:will (?:be (?:made|sent)|go out|leave)|goes out|is (?:planned|scheduled)))
"""
SAYS = pattern(
    r"\b<PAYS>\b(?: \S+){0,5}? <DAY>\b|^<DAY>,? <PAYS>\b",
    PAYS=PAYS,
    DAY=DAY.replace("<FR>", f"(?:{WEEKDAYS})").replace(
        "<EN>", f"(?:(?:on |by |next |this )?(?:{WEEKDAYS_EN}))"
    ),
    MONTH=f"(?:{MONTHS})",
)
BARE = re.compile(
    rf"\b(?:le|du|au|the) (?:(?:{WEEKDAYS}|{WEEKDAYS_EN}) )?(?:the )?(?P<d>[1-9]|[12][0-9]|3[01])(?:er|st|nd|rd|th)?"
    rf"(?! ?[/.-]?[0-9])(?! (?:of )?(?:{MONTHS}))(?![a-z])"
)
BUT = pattern(
    r"""
    \?|\b(?:puis-je|est-ce|possible|pourr\w+|could|can (?:i|we|you)|may (?:i|we)|would it|delai|prolong\w*|report\w*|
    plusieurs|moitie|half|partie|part of|acompte|echelonn\w+|mensualites|instal\w+|payment plan|sans frais|
    (?:ne|n'|pas|jamais|not|never|won't|can't|cannot|don't)|si|if|unless|sauf|quand|when|apres|after|une fois|once|
    devis|quote|chaque|every|tous les|toujours|always|deja|already|rappel\w*|remind\w*|contrats?|contracts?)(?![a-z0-9])
    """
)
SOON = pattern(
    r"""
    \b<PAYS>\b(?: \S+){0,3}? (?:bientot|prochainement|plus tard|rapidement|des que possible|tres vite|soon|later|
    shortly|as soon as (?:possible|i can|we can))\b
    """,
    PAYS=PAYS,
)


def says(folded: str) -> bool:
    """Is it a plain promise, with its day, and nothing asked for in return?"""
    return bool(SAYS.search(folded)) and not BUT.search(folded)


def day(folded: str, today: date) -> date | None:
    """The day that is named, the last one of "la semaine prochaine", looking ahead; None where none is."""
    if (bare := BARE.search(folded)) is not None:
        return _next(int(bare["d"]), today)
    found = period.find(folded, today, ahead=True)
    return found.period.end if found else None


def _next(nth: int, today: date) -> date | None:
    """The next day of this number."""
    for month in range(today.month, today.month + 3):
        try:
            on = date(today.year + (month - 1) // 12, (month - 1) % 12 + 1, nth)
        except ValueError:
            continue
        if on >= today:
            return on
    return None
