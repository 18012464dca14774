"""Spans of days and the arithmetic of the calendar. Both ends of a period are included."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Period:
    start: date
    end: date


def day_of(day: date) -> Period:
    return Period(day, day)


def month_of(year: int, month: int) -> Period:
    return Period(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))


def week_of(day: date) -> Period:
    """Monday to Sunday."""
    monday = day - timedelta(days=day.weekday())
    return Period(monday, monday + timedelta(days=6))


def year_of(year: int) -> Period:
    return Period(date(year, 1, 1), date(year, 12, 31))


def part_of(year: int, size: int, nth: int) -> Period:
    """The nth piece of a year cut in pieces of `size` months; 0 is the last one."""
    last = (nth or 12 // size) * size
    return Period(date(year, last - size + 1, 1), month_of(year, last).end)


def third_of(whole: Period, third: int) -> Period:
    """Early, mid or late: four months of a year; of a month the days to the 10th, to the 20th and the rest."""
    if whole.start.month != whole.end.month:
        return part_of(whole.start.year, 4, third + 1)
    end = whole.end if third == 2 else whole.start.replace(day=10 * third + 10)
    return Period(whole.start.replace(day=10 * third + 1), end)


def months_before(day: date, count: int) -> date:
    """The same day `count` months before, or the last one of that month; `count` below zero is after."""
    year, month = divmod(day.year * 12 + day.month - 1 - count, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def years_later(whole: Period, count: int) -> Period:
    """The end of a month stays one: the year after February 2027 it is the 29th."""
    start, end = (months_before(day, -12 * count) for day in (whole.start, whole.end))
    ends_month = month_of(whole.end.year, whole.end.month).end == whole.end
    return Period(start, month_of(end.year, end.month).end if ends_month and start != end else end)
