"""What holds reminders back: a day on which one will pay, a payment that left, an invoice that is not agreed with.

Folded text without greeting and closing (strip.py), French and English together.
"""

from __future__ import annotations

from handlers.core.ruling import Rule, Ruling
from handlers.rules import promise
from handlers.rules.pattern import any_of, pattern

BILL = r"""
    (?:(?:la|cette|ma|votre|the|this|my|your|that) )?(?:facture|invoice|bill)(?: (?:n° ?)?[a-z0-9/-]*[0-9][a-z0-9/-]*)?
"""
DISAGREES = pattern(
    r"""
    \b(?:(?:je|on|nous) (?:la |le )?contest\w+|(?:pas|plus) d'accord (?:avec|sur|pour) (?:le montant|<BILL>)|
    <BILL> (?:est|semble|me semble|me parait|parait) (?:fausse|incorrecte|erronee|inexacte|anormale|injustifiee)|
    (?:erreur|probleme) (?:sur|dans|avec) (?:le montant (?:de )?)?<BILL>|je ne dois (?:pas|rien)|
    (?:i|we) (?:dispute|contest|(?:do not|don't) agree with|disagree with)|
    <BILL> (?:is|looks|seems) (?:wrong|incorrect|not (?:right|correct)|mistaken)|
    (?:mistake|error|problem) (?:on|in|with) <BILL>|(?:i|we) (?:do not|don't) owe)\b
    """,
    BILL=BILL,
)
DISAGREES_BUT = any_of(
    r"""
    devis|quote|adresse|address|coordonnees|contact details|e-?mail|rappels?|reminders?|telecharg\w+|ouvrir|open\w*|
    download\w*|recue?|received?|lien|link|code|payer|payment page|pay online
    """
)

PROMISES = (
    Rule(Ruling("human", "promise"), promise.SAYS, promise.BUT),
    Rule(Ruling("human", "promise"), promise.SOON, promise.BUT),
    Rule(Ruling("human", "disagree"), DISAGREES, DISAGREES_BUT),
)
