"""Periods as people say them, in French and English: "mars", "le mois dernier", "du 3 au 9 juin 2026", "T1".

Works on folded text (rules/text.py). Both ends are included. A month without a year is the latest one begun.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from handlers.rules.time_words import COUNTS, PARTS, SHORT
from handlers.rules.time_words import MONTHS as MONTHS

M = "(?P<{0}>" + "|".join(sorted(MONTHS, key=len, reverse=True)) + ")"
Y = r"(?P<{0}>20[0-9]{{2}})"
D = r"(?P<{0}>[0-3]?[0-9])(?:er|st|nd|rd|th)?"
COUNT = "(?P<n>[0-9]{1,3}|" + "|".join(COUNTS) + ")"
LAST_YEAR = r"(?:l'an dernier|de l'an dernier|l'annee derniere|last year)"


@dataclass(frozen=True)
class Period:
    start: date
    end: date


def month_of(year: int, month: int) -> Period:
    return Period(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))


def months_before(day: date, count: int) -> date:
    total = day.year * 12 + day.month - 1 - count
    year, month = divmod(total, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _year_of(today: date, month: int, text: str | None, last_year: str | None = None) -> int:
    if text:
        return int(text)
    if last_year:
        return today.year - 1
    return today.year if month <= today.month else today.year - 1


def _day(year: str | None, month: str, day: str, today: date) -> date | None:
    """Day first; swapped only when the second number cannot be a month. Two digits of year are 20yy."""
    m = MONTHS.get(month) or int(month)
    d = int(day)
    if m > 12 >= d:
        m, d = d, m
    y = _year_of(today, m, None) if not year else int(year) + (2000 if len(year) == 2 else 0)
    try:
        return date(y, m, d)
    except ValueError:
        return None


Found = re.Match[str]
Reading = Callable[[Found, date], Period | None]


def _range(found: Found, today: date) -> Period | None:
    m2 = found["m2"] or found["mm2"]
    end = _day(found["y2"], m2, found["d2"], today)
    start = _day(
        found["y1"] or (str(end.year) if end else None), found["m1"] or found["mm1"] or m2, found["d1"], today
    )
    return Period(start, end) if start and end and start <= end else None


def _one_day(found: Found, today: date) -> Period | None:
    on = _day(found["y"], found["m"], found["d"], today)
    return Period(on, on) if on else None


def _months(found: Found, today: date) -> Period:
    last = MONTHS[found["m2"]]
    end = month_of(_year_of(today, last, found["y"]), last)
    first = MONTHS[found["m1"]]
    return Period(date(end.start.year - (first > last), first, 1), end.end)


def _since(found: Found, today: date) -> Period | None:
    """Since a day, a month or a year, up to today."""
    if found["m"] is None:
        start = date(int(found["only"]), 1, 1)
    else:
        year = _year_of(today, MONTHS[found["m"]], found["y"])
        made = _day(str(year), found["m"], found["d"] or "1", today)
        if made is None:
            return None
        start = made
    return Period(start, today) if start <= today else None


def _two_months(found: Found, today: date) -> Period | None:
    """ "March and April": neighbours only, for a period has no hole."""
    first, last = MONTHS[found["m1"]], MONTHS[found["m2"]]
    return _months(found, today) if last - first in (1, -11) else None


def _two_years(found: Found, today: date) -> Period | None:
    first, last = int(found["y1"]), int(found["y2"])
    return Period(date(first, 1, 1), date(last, 12, 31)) if last == first + 1 else None


def _last(found: Found, today: date) -> Period:
    n = COUNTS.get(found["n"]) or int(found["n"])
    unit = found["unit"]
    if unit.startswith(("jour", "day")):
        return Period(today - timedelta(days=n), today)
    if unit.startswith(("semaine", "week")):
        return Period(today - timedelta(weeks=n), today)
    return Period(months_before(today, min(n * (1 if unit[0] == "m" else 12), 1200)), today)


def _part(found: Found, today: date) -> Period:
    """A quarter or a half, the latest begun when no year is given."""
    size = 3 if re.search("^[tq][1-4]|trimestre|quarter", found[0]) else 6
    n = min(PARTS.get(found["n"], 0) or int(found["n"]), 12 // size)
    year = int(found["y"]) if found["y"] else today.year - ((n - 1) * size + 1 > today.month)
    return Period(date(year, (n - 1) * size + 1, 1), month_of(year, n * size).end)


def _month(found: Found, today: date) -> Period | None:
    name = found["m"]
    if name in SHORT and not (found["before"] or found["y"]):
        return None
    month = MONTHS[name]
    return month_of(_year_of(today, month, found["y"], found["ly"]), month)


def _relative(found: Found, today: date) -> Period:
    text = found[0]
    first = today.replace(day=1)
    if re.search(r"mois|month", text):
        if re.search(r"dernier|passe|precedent|last|previous", text):
            return month_of(*((first - timedelta(days=1)).timetuple()[:2]))
        if re.search(r"prochain|next", text):
            return month_of(*((first + timedelta(days=31)).timetuple()[:2]))
        return month_of(today.year, today.month)
    if re.search(r"semaine|week", text):
        shift = -1 if re.search(r"derniere|passee|last", text) else 1 if re.search(r"proch|next", text) else 0
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=shift)
        return Period(monday, monday + timedelta(days=6))
    year = today.year - (1 if re.search(r"dernier|derniere|passee|last|n-1", text) else 0)
    return Period(date(year, 1, 1), date(year, 12, 31))


def _near(found: Found, today: date) -> Period:
    days = {"hier": -1, "yesterday": -1, "demain": 1, "tomorrow": 1}.get(found[0], 0)
    return Period(today + timedelta(days=days), today + timedelta(days=days))


def _year(found: Found, today: date) -> Period:
    year = int(found["y"])
    return Period(date(year, 1, 1), date(year, 12, 31))


def _f(pattern: str, reading: Reading) -> tuple[re.Pattern[str], Reading]:
    return re.compile(pattern), reading


READINGS = (
    _f(
        rf"\b(?:du|from|entre le|between) {D.format('d1')}(?: |/|\.)?(?:{M.format('m1')}|(?P<mm1>[01]?[0-9])\b)?"
        rf"(?: |/|\.)?{Y.format('y1')}? (?:au|to|et le|and) {D.format('d2')}"
        rf"[ /.](?:{M.format('m2')}|(?P<mm2>[01]?[0-9]))(?:[ /.]{Y.format('y2')})?",
        _range,
    ),
    _f(
        rf"\b(?:depuis|since)(?: le| the)?(?: mois de)? "
        rf"(?:(?:{D.format('d')}(?: | of |/))?{M.format('m')}\b(?: {Y.format('y')})?|{Y.format('only')}(?![\w/-]))",
        _since,
    ),
    _f(r"(?<![0-9/.-])(?P<y>20[0-9]{2})-(?P<m>[01][0-9])-(?P<d>[0-3][0-9])(?![0-9-])", _one_day),
    _f(
        r"(?<![0-9/.-])(?P<d>[0-3]?[0-9])[/.](?P<m>[0-3]?[0-9])[/.](?P<y>20[0-9]{2}|[0-9]{2})(?![0-9/.])",
        _one_day,
    ),
    _f(rf"\b{D.format('d')} {M.format('m')}\b(?: {Y.format('y')})?", _one_day),
    _f(rf"\b{M.format('m')} {D.format('d')},? {Y.format('y')}", _one_day),
    _f(
        rf"\b(?:entre|de|between|from) {M.format('m1')} (?:et|a|and|to) {M.format('m2')}\b(?: {Y.format('y')})?",
        _months,
    ),
    _f(rf"\b{M.format('m1')} (?:et|and) {M.format('m2')}\b(?: {Y.format('y')})?", _two_months),
    _f(rf"(?<![\w/.-]){Y.format('y1')} (?:et|and) {Y.format('y2')}(?![\w/-]|\.[0-9])", _two_years),
    _f(
        r"\bdepuis le debut de l'annee|\byear to date|\bsince the beginning of the year",
        lambda found, today: Period(date(today.year, 1, 1), today),
    ),
    _f(rf"\b(?:les |the )?{COUNT} (?:derniers|dernieres) (?P<unit>mois|jours|semaines|ans|annees)", _last),
    _f(rf"\b(?:last|past) {COUNT} (?P<unit>months|days|weeks|years)", _last),
    _f(rf"\b[tqs](?P<n>[1-4])\b(?: (?:de )?{Y.format('y')})?", _part),
    _f(
        r"\b(?P<n>[1-4]|premier|first|deuxieme|second|troisieme|third)(?:er|e|eme|st|nd|rd|th)?"
        rf" (?:trimestre|semestre|quarter|half)\b(?: (?:de |of )?{Y.format('y')})?",
        _part,
    ),
    _f(
        r"\b(?:le |du )?mois (?:dernier|passe|precedent|prochain)|\bce mois(?:-ci)?|\b(?:last|previous|next|this) month"
        r"|\b(?:la |de la )?semaine (?:derniere|passee|prochaine)|\bcette semaine|\b(?:last|next|this) week"
        r"|\bcette annee|\bthis year|\bannee (?:derniere|passee)|\bn-1\b",
        _relative,
    ),
    _f(
        rf"(?P<before>\b(?:de|d'|en|du mois de|pour|mois de|in|for|from|of|fin|mi|debut) ?)?\b{M.format('m')}\b"
        rf"(?: {Y.format('y')}| (?P<ly>{LAST_YEAR}))?",
        _month,
    ),
    _f(rf"\b{LAST_YEAR}", _relative),
    _f(r"\b(?:hier|yesterday|demain|tomorrow)\b", _near),
    _f(rf"(?<![\w/.-]){Y.format('y')}(?![\w/-]|\.[0-9])", _year),
)


def find(folded: str, today: date) -> tuple[Period, str] | None:
    """The first period said, and the words that said it; None when there is none."""
    for found, period in _all(folded, today):
        return period, found
    return None


def _all(folded: str, today: date) -> Iterator[tuple[str, Period]]:
    for pattern, reading in READINGS:
        for match in pattern.finditer(folded):
            if period := reading(match, today):
                yield match[0], period
