"""What is a promise to pay, and for which day: French and English, and what only looks like one."""

from __future__ import annotations

from datetime import date

import pytest

from handlers.rules import promise
from handlers.rules.text import fold

TODAY = date(2026, 11, 24)  # a Tuesday

PROMISES = [
    ("je paie vendredi", (2026, 11, 27)),
    ("Je vous règle la facture F-2026-0118 le 5 décembre", (2026, 12, 5)),
    ("je paierai demain", (2026, 11, 25)),
    ("on paye lundi", (2026, 11, 30)),
    ("nous réglerons la semaine prochaine", (2026, 12, 6)),
    ("je vais vous payer fin du mois", (2026, 11, 30)),
    ("je fais le virement jeudi", (2026, 11, 26)),
    ("le virement part demain", (2026, 11, 25)),
    ("je règle dans 3 jours", (2026, 11, 27)),
    ("je règle le 5", (2026, 12, 5)),
    ("je paye le 30", (2026, 11, 30)),
    ("I will pay on Friday", (2026, 11, 27)),
    ("I'll settle it next week", (2026, 12, 6)),
    ("we'll pay tomorrow", (2026, 11, 25)),
    ("I'm paying by the 5th", (2026, 12, 5)),
    ("we are going to make the transfer on 3 December", (2026, 12, 3)),
    ("the payment will be made on Monday", (2026, 11, 30)),
    ("I'll pay at the end of the month", (2026, 11, 30)),
]
OTHERS = [
    "puis-je payer vendredi ?",
    "je peux payer la semaine prochaine ?",
    "pouvez-vous me laisser un délai, je paie fin du mois",
    "je paie la moitié vendredi et le reste en janvier",
    "je paierai quand les travaux seront finis",
    "je ne paierai pas vendredi",
    "je ne paie que le 5 de chaque mois",
    "j'ai payé vendredi",
    "je veux payer la facture de mars",
    "je paie",
    "payer F-2026-0118",
    "rendez-vous vendredi pour payer le devis",
    "si vous venez lundi je paie mardi",
    "can I pay next week?",
    "I won't pay on Friday",
    "I paid last Friday",
    "remind me to pay on Friday",
    "I will pay once it is fixed on Monday",
]


@pytest.mark.parametrize(("text", "on"), PROMISES, ids=lambda one: str(one)[:30])
def test_a_promise_and_its_day(text: str, on: tuple[int, int, int]) -> None:
    assert promise.says(fold(text))
    assert promise.day(fold(text), TODAY) == date(*on)


@pytest.mark.parametrize("text", OTHERS, ids=lambda one: one[:30])
def test_what_is_none(text: str) -> None:
    assert not promise.says(fold(text))


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("vendredi", (2026, 11, 27)),
        ("the 31st", (2026, 12, 31)),
        ("le 12/12", (2026, 12, 12)),
        ("bientôt", None),
    ],
)
def test_a_day_alone_answers_the_question(text: str, on: tuple[int, int, int] | None) -> None:
    assert promise.day(fold(text), TODAY) == (date(*on) if on else None)
