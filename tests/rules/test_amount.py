"""Amounts, in figures and in words; what is no amount; what Babel writes is read back."""

from __future__ import annotations

from time import process_time

import pytest
from babel.numbers import format_currency
from hypothesis import given
from hypothesis import strategies as st

from handlers.rules.amount import amount_in, masked
from handlers.rules.text import fold


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("1 250,00 €", 125000),
        ("1\u202f234,56\u00a0€", 123456),
        ("1.234 €", 123400),
        ("1,234 €", 123400),
        ("€1,234.56", 123456),
        ("1’234.50 CHF", 123450),
        ("CHF 1'234.50", 123450),
        ("US$1,234.50", 123450),
        ("89€90", 8990),
        ("89 euros 90", 8990),
        ("12 euros et 50 centimes", 1250),
        ("89,90", 8990),
        ("c'était 89,90.", 8990),
        ("1234,56", 123456),
        ("642 euros", 64200),
        ("20 balles", 2000),
        ("montant de 1500", 150000),
        ("1500 ttc", 150000),
        ("1,5 k€", 150000),
        ("1.5k euros", 150000),
        ("2k€", 200000),
        ("j'ai payé 250 euros 12 mars", 25000),
        ("200 € 15 jours", 20000),
        ("mille deux cents euros", 120000),
        ("quatre-vingt-neuf euros quatre-vingt-dix", 8990),
        ("soixante et onze euros et vingt centimes", 7120),
        ("six cents euros", 60000),
        ("nonante-cinq francs", 9500),
        ("un million d'euros", 100000000),
        ("deux factures de cent euros", 10000),
        ("twelve hundred pounds", 120000),
        ("two hundred and six euros", 20600),
        ("a hundred and fifty euros", 15000),
    ],
)
def test_amounts(text: str, cents: int) -> None:
    assert amount_in(fold(text)) == cents


@pytest.mark.parametrize(
    "text",
    [
        *("entre 100 et 200 euros", "de 100 à 200 €", "100-200 €", "entre cent et deux cents euros"),
        *("plus de 1 000 euros", "environ 500 €", "over €500", "less than 200 euros", "up to £50"),
        *("facture 118", "FA-2026/118", "2026/044", "F-26-03-012", "le 12/03/2026", "le 12.05", "12.05.2026"),
        *("06.12.34.56.78", "01 23 45 67 89", "20,00 %", "pas un euro", "je veux 3 copies", "14h30"),
    ],
)
def test_no_amount(text: str) -> None:
    assert amount_in(fold(text)) is None


@pytest.mark.parametrize("locale", ["fr", "fr_CH", "fr_CA", "fr_BE", "en_GB"])
@pytest.mark.parametrize("currency", ["EUR", "GBP", "USD", "CHF"])
@given(cents=st.integers(0, 10**9))
def test_amounts_as_they_are_written_are_read_back(locale: str, currency: str, cents: int) -> None:
    written = format_currency(cents / 100, currency, locale=locale)
    assert amount_in(fold(f"payer {written}")) == cents


def test_what_is_masked_keeps_its_place() -> None:
    assert masked("payer 1 234,56 € de f-12") == "payer §§§§§§§§§§ de f-12"


@given(st.text(max_size=300))
def test_nothing_people_write_raises(text: str) -> None:
    found = amount_in(fold(text))
    assert found is None or found >= 0


@pytest.mark.parametrize(
    "text", ["1 " * 1000, "1'000" * 400, "cent " * 400, "de 1 000 a " * 180, "x" * 50_000]
)
def test_nothing_is_slow(text: str) -> None:
    started = process_time()
    amount_in(fold(text))
    assert process_time() - started < 0.2  # 0.02 s on a machine that does nothing else
