"""Periods as people say them; today is Tuesday 24 November 2026."""

from __future__ import annotations

from datetime import date
from time import process_time

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from handlers.rules import period
from handlers.rules.text import fold

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("factures de décembre", "2025-12-01", "2025-12-31"),
        ("facture de mars", "2026-03-01", "2026-03-31"),
        ("in May", "2026-05-01", "2026-05-31"),
        ("the March invoice", "2026-03-01", "2026-03-31"),
        ("mars 2024", "2024-03-01", "2024-03-31"),
        ("octobre last year", "2025-10-01", "2025-10-31"),
        ("octobre de l'an dernier", "2025-10-01", "2025-10-31"),
        ("du 3 au 9 juin 2026", "2026-06-03", "2026-06-09"),
        ("du 01/02/2026 au 15/03/2026", "2026-02-01", "2026-03-15"),
        ("from 3 June to 9 July 2025", "2025-06-03", "2025-07-09"),
        ("entre janvier et mars 2026", "2026-01-01", "2026-03-31"),
        ("depuis juin", "2026-06-01", "2026-11-24"),
        ("since June 2025", "2025-06-01", "2026-11-24"),
        ("depuis le début de l'année", "2026-01-01", "2026-11-24"),
        ("les 3 derniers mois", "2026-08-24", "2026-11-24"),
        ("last two weeks", "2026-11-10", "2026-11-24"),
        ("T1", "2026-01-01", "2026-03-31"),
        ("S1 2025", "2025-01-01", "2025-06-30"),
        ("1er trimestre 2025", "2025-01-01", "2025-03-31"),
        ("le mois dernier", "2026-10-01", "2026-10-31"),
        ("ce mois-ci", "2026-11-01", "2026-11-30"),
        ("cette année", "2026-01-01", "2026-12-31"),
        ("l'an dernier", "2025-01-01", "2025-12-31"),
        ("la semaine dernière", "2026-11-16", "2026-11-22"),
        ("hier", "2026-11-23", "2026-11-23"),
        ("12/03/2026", "2026-03-12", "2026-03-12"),
        ("2026-03-12", "2026-03-12", "2026-03-12"),
        ("le 4 mars", "2026-03-04", "2026-03-04"),
        ("factures de mars et avril", "2026-03-01", "2026-04-30"),
        ("December and January 2026", "2025-12-01", "2026-01-31"),
        ("mars et mai", "2026-03-01", "2026-03-31"),
        ("2024 et 2025", "2024-01-01", "2025-12-31"),
        ("depuis 2024", "2024-01-01", "2026-11-24"),
        ("depuis le 3 mars", "2026-03-03", "2026-11-24"),
        ("since 3 March 2025", "2025-03-03", "2026-11-24"),
        ("factures 2025", "2025-01-01", "2025-12-31"),
        ("lundi dernier", "2026-11-23", "2026-11-23"),
        ("la facture de vendredi", "2026-11-20", "2026-11-20"),
        ("rdv vendredi", "2026-11-27", "2026-11-27"),
        ("next Friday", "2026-11-27", "2026-11-27"),
        ("Friday next week", "2026-12-04", "2026-12-04"),
        ("vendredi 27", "2026-11-27", "2026-11-27"),
        ("lundi en huit", "2026-12-07", "2026-12-07"),
        ("de lundi à vendredi", "2026-11-23", "2026-11-27"),
        ("le week-end dernier", "2026-11-21", "2026-11-22"),
        ("semaine du 3 mars", "2026-03-02", "2026-03-08"),
        ("semaine 12", "2026-03-16", "2026-03-22"),
        ("il y a trois semaines", "2026-11-03", "2026-11-03"),
        ("two weeks ago", "2026-11-10", "2026-11-10"),
        ("il y a un an", "2025-11-24", "2025-11-24"),
        ("dans 2 semaines", "2026-12-08", "2026-12-08"),
        ("in three days", "2026-11-27", "2026-11-27"),
        ("d'ici 15 jours", "2026-11-24", "2026-12-09"),
        ("next 3 weeks", "2026-11-24", "2026-12-15"),
        ("le 12/10", "2026-10-12", "2026-10-12"),
        ("facture du 3/4", "2026-04-03", "2026-04-03"),
        ("03/2026", "2026-03-01", "2026-03-31"),
        ("mars 25", "2025-03-01", "2025-03-31"),
        ("début mars", "2026-03-01", "2026-03-10"),
        ("mi-mars", "2026-03-11", "2026-03-20"),
        ("fin février 2024", "2024-02-21", "2024-02-29"),
        ("late March", "2026-03-21", "2026-03-31"),
        ("fin 2025", "2025-09-01", "2025-12-31"),
        ("fin du mois", "2026-11-21", "2026-11-30"),
        ("October last year", "2025-10-01", "2025-10-31"),
        ("mars dernier", "2026-03-01", "2026-03-31"),
        ("last November", "2025-11-01", "2025-11-30"),
        ("next December", "2026-12-01", "2026-12-31"),
        ("les trente derniers jours", "2026-10-25", "2026-11-24"),
        ("au cours des six derniers mois", "2026-05-24", "2026-11-24"),
        ("over the last six months", "2026-05-24", "2026-11-24"),
        ("entre le 1er juin et le 31 août 2026", "2026-06-01", "2026-08-31"),
        ("between 1 June and 31 August", "2026-06-01", "2026-08-31"),
        ("between June 1st and August 31st, 2026", "2026-06-01", "2026-08-31"),
        ("entre le 3 et le 9 juin", "2026-06-03", "2026-06-09"),
        ("from 2026-06-01 to 2026-08-31", "2026-06-01", "2026-08-31"),
        ("du 15 décembre au 15 janvier", "2025-12-15", "2026-01-15"),
        ("d'octobre à décembre", "2026-10-01", "2026-12-31"),
        ("mars, avril et mai", "2026-03-01", "2026-05-31"),
        ("4e trimestre", "2026-10-01", "2026-12-31"),
        ("dernier trimestre", "2026-07-01", "2026-09-30"),
        ("last quarter of 2025", "2025-10-01", "2025-12-31"),
        ("H2 2025", "2025-07-01", "2025-12-31"),
        ("première quinzaine de mars", "2026-03-01", "2026-03-15"),
        ("S1 de l'an dernier", "2025-01-01", "2025-06-30"),
        ("factures N-1", "2025-01-01", "2025-12-31"),
        ("au 31 décembre 2025", "2025-12-31", "2025-12-31"),
        ("avant mars 2025", "2000-01-01", "2025-02-28"),
        ("after June 2025", "2025-07-01", "2026-11-24"),
        ("depuis la semaine dernière", "2026-11-16", "2026-11-24"),
        ("depuis début mars", "2026-03-01", "2026-11-24"),
        ("les passages prévus en décembre", "2026-12-01", "2026-12-31"),
        ("mon rendez-vous du 5 mars", "2027-03-05", "2027-03-05"),
        ("la facture de la visite de mars", "2026-03-01", "2026-03-31"),
        ("29 février", "2024-02-29", "2024-02-29"),
        ("l'année prochaine", "2027-01-01", "2027-12-31"),
        ("la facture du mois", "2026-11-01", "2026-11-30"),
        ("avant-hier", "2026-11-22", "2026-11-22"),
    ],
)
def test_periods(text: str, start: str, end: str) -> None:
    found = period.find(fold(text), TODAY)
    assert found is not None
    assert (found[0].start.isoformat(), found[0].end.isoformat()) == (start, end)


@pytest.mark.parametrize(
    ("today", "text", "start", "end"),
    [
        ("2026-01-01", "décembre", "2025-12-01", "2025-12-31"),
        ("2026-01-01", "hier", "2025-12-31", "2025-12-31"),
        ("2026-01-01", "le mois dernier", "2025-12-01", "2025-12-31"),
        ("2026-01-01", "dernier trimestre", "2025-10-01", "2025-12-31"),
        ("2026-12-31", "décembre", "2026-12-01", "2026-12-31"),
        ("2026-12-31", "demain", "2027-01-01", "2027-01-01"),
        ("2026-12-31", "next month", "2027-01-01", "2027-01-31"),
        ("2026-12-31", "le mois prochain", "2027-01-01", "2027-01-31"),
        ("2026-03-31", "le mois dernier", "2026-02-01", "2026-02-28"),
        ("2026-03-31", "le dernier mois", "2026-02-01", "2026-02-28"),
        ("2026-05-31", "les 3 derniers mois", "2026-02-28", "2026-05-31"),
        ("2024-02-29", "il y a un an", "2023-02-28", "2023-02-28"),
        ("2024-02-29", "29 février", "2024-02-29", "2024-02-29"),
    ],
)
def test_the_ends_of_months_and_years(today: str, text: str, start: str, end: str) -> None:
    found = period.find(fold(text), date.fromisoformat(today))
    assert found is not None
    assert (found[0].start.isoformat(), found[0].end.isoformat()) == (start, end)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "F-2026-0118",
            "may I see it",
            "marche à suivre",
            "bonjour",
            "31/02/2026",
            "facture 118",
            "1/2",
            "24/7",
        ),
        *("je veux 3 copies", "2050 euros", "sept factures", "les 2 derniers devis", "le dernier reste du"),
        *("12 500 euros", "version 2.10", "payer 1 234,56 €", "combien je dois"),
    ],
)
def test_no_period(text: str) -> None:
    assert period.find(fold(text), TODAY) is None


@pytest.mark.parametrize("locale", ["fr", "fr_CH", "fr_CA", "fr_BE", "en_GB"])
@given(day=st.dates(date(2005, 1, 1), date(2049, 12, 31)))
def test_dates_as_they_are_written_are_read_back(locale: str, day: date) -> None:
    for form in ("full", "long", "medium", "short"):
        found = period.find(fold(f"le {format_date(day, form, locale=locale)}"), TODAY)
        assert found is not None
        assert (found[0].start, found[0].end) == (day, day)
    month = period.find(fold(format_date(day, "MMMM y", locale=locale)), TODAY)
    assert month is not None
    assert month[0] == period.month_of(day.year, day.month)


@given(st.text(max_size=200), st.dates(date(2000, 1, 31), date(2090, 1, 1)))
def test_nothing_people_write_raises(text: str, today: date) -> None:
    found = period.find(fold(text), today)
    assert found is None or (found[0].start <= found[0].end and found[1] in fold(text))


HOSTILE = (
    "x" * 50_000,
    "1" * 10_000,
    "1 " * 5_000,
    "le 1/1 et " * 6_000,
    "du 3 au " * 8_000,
    "mars, " * 10_000,
)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:8])
def test_nothing_is_slow(text: str) -> None:
    started = process_time()
    period.find(fold(text), TODAY)
    assert process_time() - started < 0.2  # 0.02 s on a machine that does nothing else


@given(st.dates(date(2001, 1, 1), date(2090, 1, 1)), st.integers(0, 600))
def test_months_before_is_a_day(day: date, count: int) -> None:
    assert period.months_before(day, count) <= day
