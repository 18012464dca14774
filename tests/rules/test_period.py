"""Periods as people say them; today is Tuesday 24 November 2026."""

from __future__ import annotations

from datetime import date

import pytest
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
    ],
)
def test_periods(text: str, start: str, end: str) -> None:
    found = period.find(fold(text), TODAY)
    assert found is not None
    assert (found[0].start.isoformat(), found[0].end.isoformat()) == (start, end)


@pytest.mark.parametrize("text", ["F-2026-0118", "may I see it", "marche à suivre", "bonjour", "31/02/2026"])
def test_no_period(text: str) -> None:
    assert period.find(fold(text), TODAY) is None


@given(st.text(max_size=200), st.dates(date(2000, 1, 31), date(2090, 1, 1)))
def test_nothing_people_write_raises(text: str, today: date) -> None:
    found = period.find(fold(text), today)
    assert found is None or found[0].start <= found[0].end


@given(st.dates(date(2001, 1, 1), date(2090, 1, 1)), st.integers(0, 600))
def test_months_before_is_a_day(day: date, count: int) -> None:
    assert period.months_before(day, count) <= day
