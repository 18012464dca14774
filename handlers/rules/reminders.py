"""What is to be said again, and on which day: of an invoice, a quote, a contract, an appointment. Pure.

Each level has its days. The latest one that has begun is said, and only while it is true: after a stop of the service
nobody gets what was missed as well, and an old debt that an import brings is not told of by every level at once.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from handlers.rules.notices import SUNDAY, Pause
from handlers.rules.paper import Paper

DAY = timedelta(days=1)
SPACING = 3 * DAY  # at least, between two messages of our own accord about one document
CATCH_UP = 7 * DAY  # a level whose day is longer ago is let go
EARLIEST, LATEST, MOST = -60, 90, 6  # days from the due date, and how many of them
WHOLE = re.compile(r"-?[0-9]{1,3}")
# As a business may read it in a sentence of the law: a number of per cents, or how the law names it (L441-10).
RATE = re.compile(
    r"[^\n]{0,60}?[0-9]+(?:[.,][0-9]+)?[ \u00a0\u202f]?%[^\n]{0,60}"
    r"|(?:trois|[3-9]) fois le taux d['’]intérêt légal|(?:three|[3-9]) times the (?:French )?legal interest rate",
    re.I,
)
RENEWAL_MONTHS = (3, 1)  # before the last day to refuse: Code de la consommation, L215-1


@dataclass(frozen=True)
class Level:
    """`what`: before, due, late_1, late_2..., quote_unanswered, quote_ending. Both days are included."""

    what: str
    first: date
    last: date


def of_invoice(offsets: Iterable[int], due_on: date) -> tuple[Level, ...]:
    """`offsets`: days from the due date, -7 is a week before it."""
    days = sorted(set(offsets))
    early = [Level("", due_on + n * DAY, due_on - DAY) for n in days if n < 0]
    late = [_within(f"late_{nth}", due_on + n * DAY) for nth, n in enumerate((n for n in days if n > 0), 1)]
    due = [Level("due", due_on, due_on)] if 0 in days else []
    return (*_numbered("before", early), *due, *late)


def of_quote(
    after: Iterable[int], ending: Iterable[int], sent_on: date, valid_until: date | None
) -> tuple[Level, ...]:
    """`after`: days from when it was sent; `ending`: days from its last day, -3 is three days before it."""
    unanswered = [_within("", sent_on + n * DAY) for n in sorted(set(after))]
    ends = [
        Level("", valid_until + n * DAY, valid_until) for n in sorted(set(ending)) if valid_until is not None
    ]
    return (*_numbered("quote_unanswered", unanswered), *_numbered("quote_ending", ends))


def _within(what: str, first: date) -> Level:
    return Level(what, first, first + CATCH_UP)


def _numbered(what: str, levels: Sequence[Level]) -> list[Level]:
    """ "before", "before_2"..."""
    return [
        Level(what if nth == 1 else f"{what}_{nth}", one.first, one.last) for nth, one in enumerate(levels, 1)
    ]


def due(levels: Iterable[Level], today: date, last_told: date | None) -> str:
    """Which level is to be said today, or "". `last_told`: the day of the last message about this document."""
    if last_told is not None and today - last_told < SPACING:
        return ""
    begun = [one for one in levels if one.first <= today]
    latest = max(begun, key=lambda one: one.first, default=None)
    return latest.what if latest is not None and today <= latest.last else ""


def why_not(paper: Paper, today: date, disputed: bool, pause: Pause | None) -> str:
    """What stops every reminder of a document: "paid", "in_progress", "disputed", "promise", "disagree", "closed"
    (cancelled, decided, expired); or ""."""
    if paper.kind == "quote":
        return "" if paper.state(today) == "to_sign" else "closed"
    if paper.kind != "invoice" or paper.status != "issued":
        return "closed"
    if paper.left_cents == 0:
        return "paid"
    if paper.in_progress_cents > 0:
        return "in_progress"
    if disputed:
        return "disputed"
    return pause.kind if pause else ""


def first_days(offsets: Iterable[int], today: date) -> tuple[date, date] | None:
    """Between which due dates an invoice may have a level today; None where there are no levels."""
    days = sorted(offsets)
    if not days:
        return None
    return today - max(0, days[-1]) * DAY - CATCH_UP, today - min(0, days[0]) * DAY


# --- contracts


def last_refusal(renews_on: date, notice: int) -> date:
    """The last day on which a client may refuse; `notice`: days of notice that the contract asks for."""
    return renews_on - (notice + 1) * DAY


def renewal_due(last_day: date, today: date) -> bool:
    """Is it within the window in which the law wants the client told?"""
    earliest, latest = (_months_before(last_day, months) for months in RENEWAL_MONTHS)
    return earliest <= today <= latest


def _months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


# --- appointments


def appointment_due(day: date, today: date, sundays: bool) -> bool:
    """The day before; two days before where that is a Sunday on which nothing leaves."""
    eve = day - DAY
    if eve.weekday() == SUNDAY and not sundays:
        eve -= DAY
    return eve <= today < day


# --- settings


def offsets(written: str, least: int = EARLIEST, most: int = LATEST) -> tuple[int, ...]:
    """ "-7,0,3,15,30" as days; "" is none. Raises ValueError where one is no day, is too far, comes within three days
    of another, or where there are too many."""
    parts = [part.strip() for part in written.split(",") if part.strip()]
    if not all(WHOLE.fullmatch(part) for part in parts):
        raise ValueError("whole days")
    days = sorted({int(part) for part in parts})
    if len(days) > MOST:
        raise ValueError(f"at most {MOST}")
    if any(not least <= day <= most for day in days):
        raise ValueError(f"between {least} and {most} days")
    if any(later - one < SPACING.days for one, later in zip(days, days[1:], strict=False)):
        raise ValueError(f"at least {SPACING.days} days apart")
    return tuple(days)


def is_rate(written: str) -> bool:
    """Of late-payment penalties: "12,15 %", "3 fois le taux d'intérêt légal"."""
    return RATE.fullmatch(written) is not None
