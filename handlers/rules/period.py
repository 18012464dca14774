"""Periods as people say them, in French and English: "mars", "le mois dernier", "du 3 au 9 juin 2026", "depuis T1".

Works on folded text (rules/text.py). Both ends are included. What is said without its year is the latest one begun,
or the next one where it is said of what is to come: an appointment, the end of a contract.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from handlers.rules import days
from handlers.rules.days import Period as Period
from handlers.rules.days import month_of as month_of
from handlers.rules.days import months_before as months_before
from handlers.rules.time_read import Clock
from handlers.rules.time_said import READINGS
from handlers.rules.time_words import DAYS
from handlers.rules.time_words import MONTHS as MONTHS

FIRST = date(2000, 1, 1)  # nothing recorded is older
AHEAD = re.compile(
    r"\b(?:rendez-?vous|rdv|passages?|visites?|interventions?|prevue?s?|programmee?s?|prochaine?s?|a venir"
    r"|appointments?|visits?|scheduled|planned|upcoming|viendr\w+|passe(?:z|r|rez|ra|ront)|venez|venir|coming"
    r"|rappele[rz]|rappelle[sz]?|call (?:me |us )?back|call me|contrats?|contracts?|abonnements?|subscriptions?"
    r"|renouvel\w+|reconduc\w+|renew\w*|expir\w+|available|disponibles?)\b"
)
BEHIND = re.compile(
    r"\b(?:passee?s? en|derni\w+|precedent\w*|venue?s?|etes[- ]vous passes?|etai\w*|avait|eu lieu|last|past|previous"
    r"|was|were|did|came|happened|had|factures?|invoices?|bills?|avoirs?|credit notes?|releves?|statements?|paiements?"
    r"|payments?)\b"
)
LEAD = re.compile(
    r"\b(?P<word>du|des|de|entre|from|between|le)(?: (?:le|la|the|du|mois de))?(?: [a-z]{5,9})? $"
)
LINK = re.compile(
    r" ?(?:(?P<to>au|to|until|till|through|jusqu'(?:au|a|en)|-|/)|(?P<and>et|and|a|,)) ?(?:(?:le|la|the|l'|fin) ?)?"
)
ONLY_DAY = re.compile(
    r"\b(?:(?P<lead>du|de|from|entre|between|le) )?(?:(?:le|the) )?(?:[a-z]{5,9} )?"
    r"(?<![\w./,-])(?P<d>0?[1-9]|[12][0-9]|3[01])(?:er|st|nd|rd|th)? ?"
    r"(?:(?P<to>au|to|-)|(?P<and>et|and|a)) ?(?:(?:le|the) )?(?:[a-z]{5,9} )?$"
)
SINCE = re.compile(
    r"\b(?:depuis|since|a partir d[eu']|a compter d[eu']|starting(?: from)?)" r"(?: ?(?:le|la|l'|the))? ?$"
)
UP_TO = re.compile(r"\b(?:d')?(?:avant|before|prior to)(?: (?:le|la|l'|the))? ?$")
PAST = re.compile(r"\b(?:d')?(?:apres|after)(?: (?:le|la|l'|the))? ?$")
WEEK = re.compile(r"\b(?:semaine du|week of(?: the)?|week commencing(?: the)?) ?$")
JUST_BEFORE = 40  # characters


@dataclass(frozen=True)
class Span:
    """A period where it stands in a text. Undated, it comes back: "March" each year, "Friday" each week."""

    at: int
    end: int
    period: Period
    rank: int
    undated: bool = False
    weekday: bool = False


class Said(NamedTuple):
    period: Period
    words: str  # those that said it
    undated: bool


def find(folded: str, today: date, ahead: bool = False) -> Said | None:
    """The period that is said, the surest where there are several; None where there is none. `ahead`: what is said is
    to come, whatever the other words."""
    ahead = ahead or (AHEAD.search(folded) is not None and not BEHIND.search(folded))
    clock = Clock(today, ahead)
    spans = list(_together(folded, sorted(_apart(folded, clock), key=lambda one: one.at)))
    best = min(
        (_bounded(folded, one, today) for one in spans), key=lambda one: (one.rank, one.at), default=None
    )
    return Said(best.period, folded[best.at : best.end], best.undated) if best else None


def _apart(folded: str, clock: Clock) -> list[Span]:
    """Each time that is said by itself; no word is read twice."""
    found: list[Span] = []
    for rank, (pattern, reading) in enumerate(READINGS, 1):
        for match in pattern.finditer(folded):
            if any(match.start() < one.end and one.at < match.end() for one in found):
                continue
            if period := reading(match, clock):
                said = match.groupdict()
                undated = "y" in said and not (
                    said["y"] or said.get("rel") or said.get("way") or said.get("pre")
                )
                weekday = match[0] in DAYS
                found.append(Span(match.start(), match.end(), period, rank, undated, weekday))
    return found


def _together(folded: str, spans: list[Span]) -> Iterator[Span]:
    """Two times with a word between them are the ends of one."""
    before: Span | None = None
    for one in spans:
        one = _from_day(folded, one)
        if before is not None and (both := _joined(folded, before, one)):
            before = both
            continue
        if before is not None:
            yield before
        before = one
    if before is not None:
        yield before


def _from_day(folded: str, last: Span) -> Span:
    """ "Du 3 au 9 juin": the first day has neither month nor year."""
    if last.period.start != last.period.end:
        return last
    found = ONLY_DAY.search(folded, max(0, last.at - JUST_BEFORE), last.at)
    if not found or (found["and"] and not found["lead"]) or (found["and"] == "a" and found["lead"] == "le"):
        return last
    end = last.period.end
    if int(found["d"]) >= end.day:
        return last
    return Span(found.start(), last.end, Period(end.replace(day=int(found["d"])), end), 0, last.undated)


def _joined(folded: str, one: Span, other: Span) -> Span | None:
    link = LINK.fullmatch(folded, one.end, other.at)
    if link is None:
        return None
    lead = LEAD.search(folded, max(0, one.at - JUST_BEFORE), one.at)
    start, end = _same_years(one, other)
    apart = link["and"] in ("et", "and", ",") and not (lead and lead["word"] in ("entre", "between"))
    if apart and not _follows(start, end):
        return None
    if end.start < start.start:
        return None
    at = lead.start() if lead else one.at
    return Span(at, other.end, Period(start.start, end.end), 0, one.undated and other.undated)


def _follows(one: Period, other: Period) -> bool:
    """ "March and April" is one period, "March and May" has a hole; two days are two days."""
    return one.start != one.end and other.start == one.end + timedelta(days=1)


def _same_years(one: Span, other: Span) -> tuple[Period, Period]:
    """The end without a year is in the year of the other, or next to it."""
    start, end = one.period, other.period
    if other.weekday and end.start < start.start:
        return start, days.day_of(end.start + timedelta(days=7 * -((end.start - start.start).days // 7)))
    if other.undated:
        end = days.years_later(end, start.start.year - end.start.year)
        return start, days.years_later(end, 1) if end.start < start.start else end
    if one.undated:
        start = days.years_later(start, end.start.year - start.start.year)
        return days.years_later(start, -1) if start.start > end.start else start, end
    return start, end


def _bounded(folded: str, one: Span, today: date) -> Span:
    """Since, before and after a time; the week of a day."""
    start, end = one.period.start, one.period.end
    at = max(0, one.at - JUST_BEFORE)
    for pattern, bounded in (
        (SINCE, Period(start, today)),
        (UP_TO, Period(today if start > today else FIRST, start - timedelta(days=1))),
        (PAST, Period(end + timedelta(days=1), today)),
        (WEEK, days.week_of(start)),
    ):
        found = pattern.search(folded, at, one.at)
        if found and bounded.start <= bounded.end:
            return Span(found.start(), one.end, bounded, 0, one.undated)
    return one
