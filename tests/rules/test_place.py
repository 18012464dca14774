"""A line of a list, said by its place."""

from __future__ import annotations

import pytest

from handlers.rules.place import place_in, place_within
from handlers.rules.text import words


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("la première", 1),
        ("le premier", 1),
        ("La deuxième", 2),
        ("la seconde", 2),
        ("2e", 2),
        ("la 3ème", 3),
        ("1re", None),
        ("le dixième", 10),
        ("je voudrais la quatrième", 4),
        ("the second one", 2),
        ("the first", 1),
        ("third", 3),
        ("4th", 4),
        ("the tenth on the list", 10),
        ("la 2", 2),
        ("the 2nd invoice", 2),
        ("la deuxième facture", 2),
        ("la 118", None),
        ("la deuxième facture de mars", None),
        ("2", None),
        ("20e", None),
        ("deux", None),
        ("second quote please and the invoice", None),
    ],
)
def test_place(said: str, place: int | None) -> None:
    assert place_in(words(said)) == place


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("payer la deuxième", 2),
        ("payer la 2", 2),
        ("I want to pay the third one please", 3),
        ("payer la 118", None),
        ("payer le 2 mars", None),
        ("payer deux factures", None),
    ],
)
def test_place_among_other_words(said: str, place: int | None) -> None:
    assert place_within(words(said)) == place
