"""When something is said again: tables of days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from handlers.rules import reminders
from handlers.rules.notices import Pause, Ways
from handlers.rules.paper import Paper

DUE = date(2026, 12, 2)
USUAL = Ways().remind
D = date.fromisoformat


def said(today: str, told: str | None = None, offsets: tuple[int, ...] = USUAL) -> str:
    levels = reminders.of_invoice(offsets, DUE)
    return reminders.due(levels, D(today), D(told) if told else None)


@pytest.mark.parametrize(
    ("today", "what"),
    [
        ("2026-11-24", ""),  # eight days before: not yet
        ("2026-11-25", "before"),  # seven days *before* the due date
        ("2026-12-01", "before"),
        ("2026-12-02", "due"),
        ("2026-12-03", ""),  # "today" is over, and it is not late enough
        ("2026-12-05", "late_1"),
        ("2026-12-09", "late_1"),  # seven days *after* it
        ("2026-12-12", "late_1"),
        ("2026-12-13", ""),  # the first level is let go, the second has not begun
        ("2026-12-17", "late_2"),
        ("2027-01-01", "late_3"),
        ("2027-01-08", "late_3"),
        ("2027-01-09", ""),  # nobody is reminded for ever
        ("2027-12-02", ""),
    ],
)
def test_the_level_of_each_day(today: str, what: str) -> None:
    assert said(today) == what


def test_before_means_before() -> None:
    """Whatever the settings: no level of before is said on the due date or after it, none of late before it."""
    for offset in range(reminders.EARLIEST, reminders.LATEST + 1):
        for day in range(-70, 110):
            what = reminders.due(reminders.of_invoice((offset,), DUE), DUE + timedelta(days=day), None)
            if what == "before":
                assert offset < 0
                assert offset <= day < 0
            elif what == "due":
                assert offset == day == 0
            elif what:
                assert what == "late_1"
                assert 0 < offset <= day <= offset + 7


def played(days: range, offsets: tuple[int, ...] = USUAL, down: range = range(0)) -> list[tuple[int, str]]:
    """What is said on which day from the due date on, with a memory, where the job runs 100 times a day, but for the
    days when the host is down."""
    told: dict[str, date] = {}
    found = []
    for day in days:
        today = DUE + timedelta(days=day)
        for _ in range(0 if day in down else 100):
            what = reminders.due(
                reminders.of_invoice(offsets, DUE), today, max(told.values()) if told else None
            )
            if what and what not in told:
                told[what] = today
                found.append((day, what))
    return found


def test_a_hundred_runs_a_day_say_each_level_once() -> None:
    assert played(range(-30, 200)) == [
        (-7, "before"),
        (0, "due"),
        (3, "late_1"),
        (15, "late_2"),
        (30, "late_3"),
    ]


@pytest.mark.parametrize(
    ("down", "expected"),
    [
        (range(-8, -5), [(-5, "before"), (0, "due"), (3, "late_1"), (15, "late_2")]),
        (
            range(3),
            [(-7, "before"), (3, "late_1"), (15, "late_2")],
        ),  # three days: the due day is not said late
        (range(2, 16), [(-7, "before"), (0, "due"), (16, "late_2")]),  # the latest level only
        (range(-7, 40), []),
    ],
)
def test_after_a_stop_the_latest_level_alone_is_said(down: range, expected: list[tuple[int, str]]) -> None:
    assert played(range(-30, 29), down=down) == expected


@pytest.mark.parametrize(
    ("told", "what"), [("2026-12-03", ""), ("2026-12-02", "late_1"), (None, "late_1"), ("2026-12-05", "")]
)
def test_three_days_lie_between_two_messages(told: str | None, what: str) -> None:
    assert said("2026-12-05", told) == what


def test_levels_close_to_each_other_are_named_apart() -> None:
    assert [one.what for one in reminders.of_invoice((30, -14, 0, -7, 3), DUE)] == [
        "before",
        "before_2",
        "due",
        "late_1",
        "late_2",
    ]
    assert reminders.of_invoice((), DUE) == ()


@pytest.mark.parametrize(
    ("today", "until", "what"),
    [
        ("2026-11-16", "2026-12-15", ""),
        ("2026-11-17", "2026-12-15", "quote_unanswered"),
        ("2026-11-24", "2026-12-15", "quote_unanswered"),
        ("2026-11-25", "2026-12-15", ""),
        ("2026-12-12", "2026-12-15", "quote_ending"),
        ("2026-12-15", "2026-12-15", "quote_ending"),
        ("2026-12-16", "2026-12-15", ""),
        ("2026-11-17", "2026-11-18", "quote_unanswered"),  # both have begun: the latest
        ("2026-11-17", None, "quote_unanswered"),
        ("2026-12-15", None, ""),
    ],
)
def test_quotes(today: str, until: str | None, what: str) -> None:
    ways = Ways()
    levels = reminders.of_quote(
        ways.quotes_after, ways.quotes_ending, date(2026, 11, 10), D(until) if until else None
    )
    assert reminders.due(levels, D(today), None) == what


def paper(**changes: object) -> Paper:
    values = {
        "id": 1,
        "kind": "invoice",
        "number": "F-1",
        "status": "issued",
        "label": "",
        "issued_on": date(2026, 11, 2),
        "due_on": DUE,
        "valid_until": None,
        "total_cents": 64200,
    }
    return Paper(**(values | changes))


PROMISE = Pause("promise", date(2026, 12, 9), "je paie mercredi", datetime(2026, 12, 4, tzinfo=UTC))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, ""),
        ({"paid_cents": 20000}, ""),  # the rest is still owed
        ({"paid_cents": 64200}, "paid"),
        ({"credited_cents": 64200}, "paid"),
        ({"in_progress_cents": 64200}, "in_progress"),
        ({"in_progress_cents": 100}, "in_progress"),
        ({"status": "cancelled"}, "closed"),
        ({"kind": "credit_note"}, "closed"),
        ({"kind": "quote", "status": "sent", "valid_until": DUE}, ""),
        ({"kind": "quote", "status": "sent", "valid_until": DUE - timedelta(days=1)}, "closed"),
        ({"kind": "quote", "status": "accepted"}, "closed"),
    ],
)
def test_what_stops_reminders(changes: dict[str, object], why: str) -> None:
    assert reminders.why_not(paper(**changes), DUE, False, None) == why


def test_a_dispute_and_the_words_of_a_client_stop_them_too() -> None:
    assert reminders.why_not(paper(), DUE, True, None) == "disputed"
    assert reminders.why_not(paper(), DUE, False, PROMISE) == "promise"


@pytest.mark.parametrize("day", range(-70, 110))
def test_an_invoice_with_a_level_is_among_those_looked_at(day: int) -> None:
    today = DUE + timedelta(days=day)
    span = reminders.first_days(USUAL, today)
    assert span is not None
    if reminders.due(reminders.of_invoice(USUAL, DUE), today, None):
        assert span[0] <= DUE <= span[1]


@pytest.mark.parametrize(
    ("today", "told"),
    [
        ("2026-08-31", False),
        ("2026-09-01", True),  # three months before the last day to refuse
        ("2026-11-01", True),  # one month before it
        ("2026-11-02", False),  # the law calls that too late
        ("2026-12-01", False),
    ],
)
def test_a_renewal_is_told_in_its_legal_window(today: str, told: bool) -> None:
    last = reminders.last_refusal(date(2027, 1, 1), 30)
    assert last == date(2026, 12, 1)
    assert reminders.renewal_due(last, D(today)) is told


def test_months_of_other_lengths() -> None:
    last = date(2027, 5, 31)
    assert [day for day in (date(2027, 2, 27), date(2027, 2, 28)) if reminders.renewal_due(last, day)] == [
        date(2027, 2, 28)
    ]
    assert reminders.renewal_due(last, date(2027, 4, 30))
    assert not reminders.renewal_due(last, date(2027, 5, 1))
    assert reminders.last_refusal(date(2027, 1, 1), 0) == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("day", "today", "sundays", "told"),
    [
        ("2026-11-27", "2026-11-26", False, True),
        ("2026-11-27", "2026-11-25", False, False),
        ("2026-11-27", "2026-11-27", False, False),  # that morning is too late
        ("2026-11-30", "2026-11-28", False, True),  # a Monday: told on Saturday
        ("2026-11-30", "2026-11-28", True, False),
        ("2026-11-30", "2026-11-29", True, True),
    ],
)
def test_an_appointment_is_told_the_day_before(day: str, today: str, sundays: bool, told: bool) -> None:
    assert reminders.appointment_due(D(day), D(today), sundays) is told


@pytest.mark.parametrize(
    ("written", "days"), [("-7, 0,3,15,30", USUAL), ("", ()), ("30,3", (3, 30)), ("0,0", (0,))]
)
def test_offsets_as_written(written: str, days: tuple[int, ...]) -> None:
    assert reminders.offsets(written) == days


@pytest.mark.parametrize("written", ["a week", "0,1", "-61", "91", "1.5", "-14,-10,-6,0,5,10,15"])
def test_offsets_that_are_not_right(written: str) -> None:
    with pytest.raises(ValueError):
        reminders.offsets(written)


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("12,15 %", True),
        ("12.15%", True),
        ("12,15\u00a0% par an", True),
        ("BCE + 10 points, soit 12,15 %", True),
        ("3 fois le taux d'intérêt légal", True),
        ("Trois fois le taux d’intérêt légal", True),
        ("three times the legal interest rate", True),
        ("douze", False),
        ("12,15", False),
        ("%", False),
        ("douze %", False),
        ("12,15 %\nautre chose", False),
        ("taux légal", False),
        ("", False),
    ],
)
def test_a_rate_of_penalties(written: str, right: bool) -> None:
    assert reminders.is_rate(written) is right
