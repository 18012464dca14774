"""Several lines of a list, said by their places."""

from __future__ import annotations

import pytest

from handlers.rules.place import places_in


@pytest.mark.parametrize(
    ("said", "places"),
    [
        ("payer les factures 1 et 3", (1, 3)),
        ("payer la 1 et la 3", (1, 3)),
        ("payer 1 2 et 3", (1, 2, 3)),
        ("payer la premiere et la troisieme", (1, 3)),
        ("regler la deuxieme facture et la cinquieme", (2, 5)),
        ("pay the first and the second one", (1, 2)),
        ("pay invoices 2 and 10", (2, 10)),
        ("pay the 1st and the 3rd", (1, 3)),
        ("payer la 2 la 2 et la 4", (2, 4)),
    ],
)
def test_places(said: str, places: tuple[int, ...]) -> None:
    assert places_in(said) == places


@pytest.mark.parametrize(
    "said",
    [
        *("payer la deuxieme", "payer 2", "payer 2 factures", "payer 1 200 euros", "payer f 1 et f 3"),
        *("payer le 1 et le 3 decembre", "payer en 2 ou 3 fois", "pay 11 and 12", "pay both", "payer"),
    ],
)
def test_no_places(said: str) -> None:
    assert places_in(said) == ()
