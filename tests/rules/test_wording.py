"""How amounts, dates and hours are written, and where spaces do not break."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from handlers.core import wording
from handlers.core.phrases import fill, say, the_document

NB, NN = "\u00a0", "\u202f"


@pytest.mark.parametrize(
    ("cents", "fr", "en"),
    [
        (0, f"0,00{NB}€", "€0.00"),
        (5, f"0,05{NB}€", "€0.05"),
        (64200, f"642,00{NB}€", "€642.00"),
        (123456, f"1{NN}234,56{NB}€", "€1,234.56"),
        (-1250, f"-12,50{NB}€", "-€12.50"),
        (123456789012, f"1{NN}234{NN}567{NN}890,12{NB}€", "€1,234,567,890.12"),
    ],
)
def test_amounts(cents: int, fr: str, en: str) -> None:
    assert (wording.amount(cents, "fr"), wording.amount(cents, "en")) == (fr, en)


def test_another_currency_keeps_its_sign() -> None:
    assert wording.amount(1000, "en", "GBP") == "£10.00"


def test_a_total_says_with_vat() -> None:
    assert wording.with_vat(64200, "fr") == f"642,00{NB}€{NB}TTC"
    assert wording.with_vat(64200, "en") == "€642.00 incl. VAT"


@pytest.mark.parametrize(
    ("day", "fr", "en", "fr_list", "en_list"),
    [
        (date(2026, 11, 24), "24 novembre 2026", "24 November 2026", "24/11/2026", "24 Nov 2026"),
        (date(2026, 11, 1), "1er novembre 2026", "1 November 2026", "01/11/2026", "1 Nov 2026"),
        (date(2026, 8, 11), "11 août 2026", "11 August 2026", "11/08/2026", "11 Aug 2026"),
    ],
)
def test_dates(day: date, fr: str, en: str, fr_list: str, en_list: str) -> None:
    assert (wording.day(day, "fr"), wording.day(day, "en")) == (fr, en)
    assert (wording.short_day(day, "fr"), wording.short_day(day, "en")) == (fr_list, en_list)


def test_a_named_day() -> None:
    assert wording.named_day(date(2026, 11, 27), "fr") == "vendredi 27 novembre 2026"
    assert wording.named_day(date(2026, 11, 1), "fr") == "dimanche 1er novembre 2026"
    assert wording.named_day(date(2026, 11, 27), "en") == "Friday 27 November 2026"


@pytest.mark.parametrize(
    ("utc", "fr", "en"),
    [((2026, 11, 24, 13, 5), "14h05", "14:05"), ((2026, 7, 1, 7, 0), "9h00", "09:00")],  # winter, summer
)
def test_hours_in_the_companys_zone(utc: tuple[int, ...], fr: str, en: str) -> None:
    at = datetime(*utc, tzinfo=UTC)
    assert wording.hour(at, "fr", "Europe/Paris") == fr
    assert wording.hour(at, "en", "Europe/Paris") == en


def test_zones_have_a_name() -> None:
    assert wording.zone_name("Europe/Paris", "fr") == "heure de Paris"
    assert wording.zone_name("Europe/Paris", "en") == "Paris time"
    assert wording.zone_name("America/Montreal", "en").endswith(" time")


@pytest.mark.parametrize(
    ("length", "fr", "en"),
    [
        (timedelta(minutes=30), "30 minutes", "30 minutes"),
        (timedelta(minutes=1), "1 minute", "1 minute"),
        (timedelta(hours=24), "24 heures", "24 hours"),
        (timedelta(minutes=90), "90 minutes", "90 minutes"),
        (timedelta(days=5), "5 jours", "5 days"),
    ],
)
def test_durations(length: timedelta, fr: str, en: str) -> None:
    assert (wording.duration(length, "fr"), wording.duration(length, "en")) == (fr, en)


@pytest.mark.parametrize(
    ("plain", "typeset"),
    [
        ("Solde : rien", f"Solde{NB}: rien"),
        ("Quoi ? Rien ; bien", f"Quoi{NN}? Rien{NN}; bien"),
        ("dites « mot » ici", f"dites «{NB}mot{NB}» ici"),
        ("le n° 7, 12,5 % et 20 Mo", f"le n°{NB}7, 12,5{NB}% et 20{NB}Mo"),
        ("voir https://a.example/x?y=1:2", "voir https://a.example/x?y=1:2"),
        ("déjà fait:non", "déjà fait:non"),
    ],
)
def test_french_spaces(plain: str, typeset: str) -> None:
    assert wording.typeset(plain, "fr") == typeset
    assert wording.typeset(plain, "en") == plain


def test_values_are_never_touched() -> None:
    assert say("find", "none", "fr", recherche="a : b ; {c}").count("a : b ; {c}") == 1


@pytest.mark.parametrize(
    ("template", "words", "text"),
    [
        ("Aucune facture {x}.", {"x": ""}, "Aucune facture."),
        ("a\n{x}\nb", {"x": ""}, "a\nb"),
        ("{x}\nb", {"x": ""}, "b"),
        ("a\n{x}", {"x": ""}, "a"),
        ("{n} factures {x}, {t}", {"n": 2, "x": "", "t": "5"}, "2 factures, 5"),
        ("{x}{y}", {"x": "{y}", "y": "z"}, "{y}z"),
    ],
)
def test_an_empty_fact_leaves_no_hole(template: str, words: dict[str, object], text: str) -> None:
    assert fill(template, words) == text


def test_a_missing_fact_is_an_error() -> None:
    with pytest.raises(KeyError):
        say("balance", "due", date="x")


def test_documents_have_a_gender() -> None:
    assert the_document("credit_note", "AV-3", "fr", "of") == "de l'avoir AV-3"
    assert the_document("invoice", "F-1", "fr", "The") == "La facture F-1"
    assert the_document("quote", "D-1", "en", "of") == "of quote D-1"
    assert the_document("?", "X", "fr") == "le document X"
