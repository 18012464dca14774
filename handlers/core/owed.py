"""What is said of a debt and asks for no payment: "do I have to pay?" is answered, "I refuse to pay" is for a person.

Folded text without greeting and closing (strip.py), French and English together.
"""

from __future__ import annotations

from handlers.core.ruling import Rule, Ruling
from handlers.rules.pattern import any_of, pattern

MUST_PAY = pattern(
    r"""
    ^(?:(?:et|and|mais|but|alors|donc|so) )?(?:est-ce (?:que |qu'))?(?:je dois|dois-je|on doit|doit-on|nous devons|
    devons-nous|il faut|faut-il|ai-je|j'ai|il me reste|me reste-t-il|do (?:i|we)(?: still)? (?:have|need) to|
    must (?:i|we)|should (?:i|we)|am i (?:supposed|meant) to|is there|y a-t-il|il y a)
    (?: (?:encore|vraiment|deja|still|really|already|quelque chose a|something to|anything(?: left)? to|a))*
    (?: (?:vous |te )?(?:payer|regler|pay|settle))(?: you)?
    (?: (?:quelque chose|something|anything|encore|ca|cela|it|this|now|maintenant))?<OF> ?\?+$
    """,
    OF=r"(?: (?:la|ma|cette|the|my|this|that)? ?(?:facture|invoice|bill)(?: (?:n° ?)?[a-z0-9/-]*[0-9][a-z0-9/-]*)?)?",
)
REFUSES_TO_PAY = any_of(
    r"(?:refus\w+|declin\w+|object) (?:de |d'|to )?(?:(?:vous |la |le |les )?(?:payer|regler)|pay\w*)"
)
ONE_BILL = pattern(r"\b(?:facture|invoice|bill)\b")
ASKED = pattern(r"\b(?:comment|how|where|pourquoi|why|est-ce|do i|puis-je|can i)\b|\?")

OWED = (
    Rule(Ruling("human"), REFUSES_TO_PAY, ASKED),
    Rule(Ruling("balance"), MUST_PAY, ONE_BILL),
    Rule(Ruling("get_document"), MUST_PAY),
)
