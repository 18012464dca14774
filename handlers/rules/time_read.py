"""What the words of a time mean on a given day: one reading for each way of saying one (rules/time_said.py).

A reading gives the period, or None where the words are no time after all.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from handlers.rules import days
from handlers.rules.days import Period
from handlers.rules.time_words import COUNTS, DAYS, MONTHS, NTH, SHORT, THIRDS

Found = re.Match[str]


@dataclass(frozen=True)
class Clock:
    """`ahead`: what has no year is to come, as appointments are; else it is the latest one begun."""

    today: date
    ahead: bool = False


Reading = Callable[[Found, Clock], Period | None]


def _year(found: Found, clock: Clock, latest: Callable[[int], Period]) -> Period:
    """Which year's: the one that is said, else the latest begun, or the next to come."""
    said = found.groupdict()
    today = clock.today
    if said.get("y"):
        return latest(int(said["y"]) % 100 + 2000)
    if rel := said.get("rel"):
        back = -2 if rel == "n-2" else 0 if re.match("this|cette", rel) else 1 if "xt" in rel else -1
        return latest(today.year + (1 if "proch" in rel else back))
    if way := said.get("way") or said.get("pre"):
        if way in ("this", "ce"):
            return latest(today.year)
        ahead = way.startswith(("proch", "next"))
        near = [latest(today.year + shift) for shift in (-1, 0, 1)]
        fits = [one for one in near if (one.start > today if ahead else one.end < today)]
        return fits[0] if ahead else fits[-1]
    this = latest(today.year)
    if clock.ahead:
        return this if this.end >= today else latest(today.year + 1)
    begun = (this.start.year, this.start.month) <= (today.year, today.month)
    return this if begun else latest(today.year - 1)


def one_day(found: Found, clock: Clock) -> Period | None:
    """Day first; swapped only where the second number can be no month."""
    named = found["m"]
    day = 1 if found["d"] == "premier" else int(found["d"])
    month = MONTHS.get(named) or int(named)
    if month > 12 >= day and found["y"]:
        day, month = month, day
    leap = (month, day) == (2, 29) and not (found["y"] or found.groupdict().get("rel"))
    try:
        return _year(
            found, clock, lambda year: days.day_of(date(_leap(year, clock) if leap else year, month, day))
        )
    except ValueError:  # there is no such day
        return None


def _leap(year: int, clock: Clock) -> int:
    """29 February, said without its year."""
    step = 1 if clock.ahead else -1
    return next(one for one in range(year, year + 9 * step, step) if calendar.isleap(one))


def month(found: Found, clock: Clock) -> Period | None:
    name = found["m"]
    surer = any(found.groupdict().get(group) is not None for group in ("b", "y", "rel", "way", "pre", "of"))
    if name in SHORT and not surer:
        return None
    return _year(found, clock, lambda year: days.month_of(year, MONTHS.get(name) or int(name)))


def third(found: Found, clock: Clock) -> Period | None:
    whole = month(found, clock) if found.groupdict().get("m") else days.year_of(int(found["y"]))
    return whole and days.third_of(whole, THIRDS[found["third"]])


def half_month(found: Found, clock: Clock) -> Period | None:
    whole = month(found, clock)
    if whole is None or NTH[found["n"]] > 2:
        return None
    first = NTH[found["n"]] == 1
    return Period(
        whole.start if first else whole.start.replace(day=16),
        whole.start.replace(day=15) if first else whole.end,
    )


def part(found: Found, clock: Clock) -> Period | None:
    """A quarter or a half."""
    size = 3 if found["u"][0] in "tq" else 6
    nth = NTH[found["n"]]
    said = found.groupdict()
    if nth * size > 12:
        return None
    if not nth and not (said.get("y") or said.get("rel")):
        return _piece(clock.today, size, -1)
    return _year(found, clock, lambda year: days.part_of(year, size, nth))


def _piece(today: date, size: int, shift: int) -> Period:
    """The quarter or half of today, or one before or after."""
    there = days.months_before(today.replace(day=1), -shift * size)
    return days.part_of(there.year, size, (there.month - 1) // size + 1)


def week_number(found: Found, clock: Clock) -> Period | None:
    try:
        return _year(found, clock, lambda year: days.week_of(date.fromisocalendar(year, int(found["n"]), 1)))
    except ValueError:
        return None


def _shift(text: str) -> int:
    """Before, after, or the present one."""
    if re.search(r"derni|passe|precedent|ecoule|\blast|previous|\bpast", text):
        return -1
    return 1 if re.search(r"proch|\bnext|suivant|coming|a venir", text) else 0


def relative(found: Found, clock: Clock) -> Period:
    text, today = found[0], clock.today
    shift = _shift(text)
    if "quinzaine" in text or "fortnight" in text:
        return _span("day", 14, today, shift)
    if "week-end" in text or "weekend" in text:
        saturday = days.week_of(today).start + timedelta(days=5 + 7 * shift)
        return Period(saturday, saturday + timedelta(days=1))
    if "semaine" in text or "week" in text:
        return days.week_of(today + timedelta(weeks=shift))
    if "mois" in text or "month" in text:
        there = days.months_before(today.replace(day=1), -shift)
        return days.month_of(there.year, there.month)
    if size := 3 if re.search("trim|quarter", text) else 6 if re.search("semes|half", text) else 0:
        return _piece(today, size, shift)
    back = re.search(r"n-([12])", text)
    return days.year_of(today.year + (-int(back[1]) if back else shift))


def third_relative(found: Found, clock: Clock) -> Period:
    return days.third_of(relative(found, clock), THIRDS[found["third"]])


def _count(found: Found) -> int:
    return COUNTS.get(found["n"]) or int(found["n"])


def _moved(unit: str, count: int, today: date) -> date:
    if unit[0] in "jd":
        return today + timedelta(days=count)
    if unit[0] in "swqf":
        return today + timedelta(weeks=count * (2 if unit[0] in "qf" else 1))
    return days.months_before(today, -max(-1200, min(count * (1 if unit[0] == "m" else 12), 1200)))


def _span(unit: str, count: int, today: date, way: int) -> Period:
    there = _moved(unit, count * (way or -1), today)
    return Period(min(there, today), max(there, today))


def over(found: Found, clock: Clock) -> Period:
    return _span(found["unit"], _count(found), clock.today, -1)


def coming(found: Found, clock: Clock) -> Period:
    return _span(found["unit"], _count(found), clock.today, 1)


def ago(found: Found, clock: Clock) -> Period:
    return days.day_of(_moved(found["unit"], -_count(found), clock.today))


def later(found: Found, clock: Clock) -> Period:
    return days.day_of(_moved(found["unit"], _count(found), clock.today))


def weekday(found: Found, clock: Clock) -> Period:
    """ "Last Friday" is before today, "next Friday" after it; "of last week" says which."""
    today, text = clock.today, found[0]
    wanted = DAYS[found["w"]]
    if week := found["week"]:
        return days.day_of(days.week_of(today + timedelta(weeks=_shift(week))).start + timedelta(days=wanted))
    shift = _shift(text)
    on = today + timedelta(days=(wanted - today.weekday()) % 7)  # today, or the one to come
    if "en huit" in text:
        return days.day_of(on + timedelta(weeks=1))
    if shift > 0 and on == today:
        on += timedelta(weeks=1)
    if shift < 0 or (not shift and not clock.ahead and not re.match("ce |this ", text) and on > today):
        on -= timedelta(weeks=1)
    return days.day_of(on)


def weekday_nth(found: Found, clock: Clock) -> Period | None:
    """ "Friday the 27th": the one nearest to today."""
    first = clock.today.replace(day=1)
    near: list[date] = []
    for shift in range(-6, 7):
        there = days.months_before(first, shift)
        on = there + timedelta(days=int(found["d"]) - 1)
        if on.month == there.month and on.weekday() == DAYS[found["w"]]:
            near.append(on)
    on = min(near, key=lambda day: abs(day - clock.today), default=clock.today)
    return days.day_of(on) if near else None


NEAR = {
    "avant hier": -2,
    "the day before yesterday": -2,
    "hier": -1,
    "yesterday": -1,
    "aujourd'hui": 0,
    "today": 0,
    "demain": 1,
    "tomorrow": 1,
    "apres demain": 2,
    "the day after tomorrow": 2,
}


def near(found: Found, clock: Clock) -> Period:
    return days.day_of(clock.today + timedelta(days=NEAR[found[0].replace("-", " ")]))


def to_date(found: Found, clock: Clock) -> Period:
    return Period(clock.today.replace(month=1, day=1), clock.today)


def year(found: Found, clock: Clock) -> Period:
    return days.year_of(int(found["y"]))
