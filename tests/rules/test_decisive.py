"""The words that decide, the boxes, the days: read as a whole or not at all."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.rules.decisive import CONFIRMS, ORDERS, first_line, says, ticks
from handlers.rules.offers import boxes, standing, withdrawal_ends
from handlers.rules.paper import Paper
from handlers.rules.reasons import reason_in
from handlers.rules.signing import Offer


@pytest.mark.parametrize(
    ("text", "ticked"),
    [
        ("1 2 3", (1, 2, 3)),
        ("1, 2 et 3", (1, 2, 3)),
        ("1,2,3 merci", (1, 2, 3)),
        ("Bonjour,\n\n1 et 2\n\nCordialement,\nJeanne", (1, 2)),
        ("Bonjour Madame Roux,\n3", (3,)),
        ("cases 1 et 3", (1, 3)),
        ("la case n° 2", (2,)),
        ("toutes", (1, 2, 3)),
        ("Toutes les cases", (1, 2, 3)),
        ("les 3", (1, 2, 3)),
        ("je coche toutes les cases", (1, 2, 3)),
        ("all", (1, 2, 3)),
        ("All of them, please", (1, 2, 3)),
        ("boxes 1, 2 and 3", (1, 2, 3)),
        ("1 2 3 4", (1, 2, 3)),
        # in doubt, none
        ("4", ()),
        ("0 1", ()),
        ("1 4", ()),
        ("123", ()),
        ("1-3", ()),
        ("pas la 2", ()),
        ("1 mais pas 2", ()),
        ("toutes sauf la 2", ()),
        ("les deux", ()),
        ("both", ()),
        ("1 2 3 ?", ()),
        ("est-ce que la 1 est obligatoire", ()),
        ("> 1 2 3", ()),
        ("Merci pour le devis.\n1 2 3", ()),
        ("", ()),
    ],
)
def test_numbers_of_boxes(text: str, ticked: tuple[int, ...]) -> None:
    assert ticks(first_line(text), 3) == ticked


def test_of_two_boxes() -> None:
    for text in ("both", "les deux", "1 2", "1 2 3", "toutes"):
        assert ticks(first_line(text), 2) == (1, 2), text
    assert ticks(first_line("les 3"), 2) == ()


@pytest.mark.parametrize(
    ("text", "confirms"),
    [
        ("VALIDER", True),
        ("Je valide.", True),
        ("Bonjour,\nVALIDER\nJeanne", True),
        ("Bonjour, valider", True),
        ("« Valider »", True),
        ("CONFIRM please", True),
        ("> VALIDER", False),
        ("VALIDER sous réserve", False),
        ("Ne pas valider", False),
        ("Voici ma réponse :\nVALIDER", False),
        ("valider ?", False),
    ],
)
def test_the_word_that_confirms(text: str, confirms: bool) -> None:
    assert says(first_line(text), CONFIRMS) is confirms


def test_an_order_is_confirmed_by_its_whole_words() -> None:
    assert says(first_line("Valider : commande avec obligation de paiement"), ORDERS)
    assert says(first_line("CONFIRM: ORDER WITH OBLIGATION TO PAY"), ORDERS)
    assert not says(first_line("valider commande"), ORDERS)
    assert not says(first_line("valider"), ORDERS)


@given(st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    line = first_line(text)
    assert "\n" not in line
    assert set(ticks(line, 3)) <= {1, 2, 3}


@given(st.text(st.characters(categories=("L",)), min_size=4, max_size=20))
def test_a_word_is_no_number(word: str) -> None:
    if word.casefold() not in ("toutes", "toute", "tout", "both"):
        assert ticks(first_line(word), 3) == ()


# --- the boxes


def test_a_business_says_that_it_may() -> None:
    assert [name for name, _ in boxes("B2B_FR", 0)] == ["read", "accept", "power"]
    assert [name for name, _ in boxes("PUBLIC", 0)] == ["read", "accept", "power"]
    assert [name for name, _ in boxes("B2C", 0)] == ["read", "accept"]


def test_the_annexes_are_counted() -> None:
    read = [boxes("B2C", n)[0][1] for n in (0, 1, 2)]
    assert read == ["box_read", "box_read_one", "box_read_many"]


# --- may it be decided


def quote(**values: Any) -> Offer:
    kept = {"status": "sent", "valid_until": date(2026, 12, 15)} | values
    replaced_by = kept.pop("replaced_by", "")
    paper = Paper(1, "quote", "D-1", issued_on=None, due_on=None, label="", total_cents=1, **kept)
    return Offer(paper, 1, replaced_by=replaced_by)


@pytest.mark.parametrize(
    ("offer", "found"),
    [
        (quote(), "open"),
        (quote(valid_until=None), "open"),
        (quote(valid_until=date(2026, 11, 24)), "open"),
        (quote(valid_until=date(2026, 11, 23)), "expired"),
        (quote(status="expired"), "expired"),
        (quote(replaced_by="D-2"), "replaced"),
        (quote(status="replaced"), "replaced"),
        (quote(status="accepted", replaced_by="D-2"), "accepted"),
        (quote(status="refused"), "refused"),
        (quote(status="draft"), "closed"),
    ],
)
def test_where_a_quote_stands(offer: Offer, found: str) -> None:
    assert standing(offer, date(2026, 11, 24)) == found


@pytest.mark.parametrize(
    ("signed", "last"),
    [
        (date(2026, 11, 24), date(2026, 12, 8)),
        (date(2026, 11, 28), date(2026, 12, 14)),  # a Saturday: the Monday after
        (date(2026, 11, 29), date(2026, 12, 14)),
    ],
)
def test_the_last_day_to_go_back(signed: date, last: date) -> None:
    assert withdrawal_ends(signed) == last


@pytest.mark.parametrize(
    ("comment", "reason"),
    [
        ("C'est trop cher pour nous", "price"),
        ("the delivery is too late", "timing"),
        ("nous avons choisi une autre entreprise, moins chère", "company"),
        ("nous vendons la maison", "other"),
        (" ", ""),
    ],
)
def test_the_reason_of_a_comment(comment: str, reason: str) -> None:
    assert reason_in(comment) == reason
