"""A line of a list, said by its place."""

from __future__ import annotations

import pytest

from handlers.rules.place import place_in
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
        ("la deuxième facture de mars", None),
        ("2", None),
        ("20e", None),
        ("deux", None),
        ("second quote please and the invoice", None),
    ],
)
def test_place(said: str, place: int | None) -> None:
    assert place_in(words(said)) == place
