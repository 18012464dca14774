"""Each row is a sentence of the rule (mission S11, S12)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.rules import lock
from handlers.rules.lock import Tries

NOW = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)


def after(wrongs: int, was: Tries | None = None) -> Tries:
    tries = was or Tries()
    for _ in range(wrongs):
        tries = lock.wrong(tries, "here", NOW)
    return tries


@pytest.mark.parametrize(
    ("wrongs", "left", "locked"), [(0, 3, False), (1, 2, False), (2, 1, False), (3, 0, True)]
)
def test_the_third_wrong_code_suspends(wrongs: int, left: int, locked: bool) -> None:
    assert (lock.left(after(wrongs)), after(wrongs).locked(NOW)) == (left, locked)


@pytest.mark.parametrize(
    ("later", "locked"),
    [
        (timedelta(hours=119, minutes=59), True),
        (timedelta(hours=120) - timedelta(microseconds=1), True),
        (timedelta(hours=120), False),
    ],
)
def test_for_five_days_and_no_longer(later: timedelta, locked: bool) -> None:
    assert after(3).locked(NOW + later) is locked


def test_it_says_which_conversation_caused_it() -> None:
    assert after(3).locked_in == "here"


def test_after_a_lock_the_count_starts_anew() -> None:
    later = NOW + timedelta(days=6)
    again = lock.wrong(after(3), "there", later)
    assert (again.wrong, again.locked(later)) == (1, False)


@pytest.mark.parametrize(
    ("minutes_ago", "verdict"),
    [
        ((), "yes"),
        ((2,), "yes"),
        ((1,), "yes"),
        ((0.9,), "too_soon"),
        ((5, 10, 20), "yes"),
        ((5, 10, 20, 30), "last"),
        ((5, 10, 20, 30, 40), "no"),
        ((5, 10, 20, 30, 60), "last"),
        ((0, 5, 10, 20, 30), "no"),
    ],
)
def test_code_mails_a_minute_apart_and_five_an_hour(minutes_ago: tuple[float, ...], verdict: str) -> None:
    assert lock.may_mail([NOW - timedelta(minutes=m) for m in minutes_ago], NOW) == verdict


@given(st.lists(st.timedeltas(min_value=timedelta(0), max_value=timedelta(hours=3)), max_size=30))
def test_never_more_than_five_in_any_hour(waits: list[timedelta]) -> None:
    now, sent = NOW, []
    for wait in waits:
        now += wait
        if lock.may_mail(sent, now) in ("yes", "last"):
            sent.append(now)
    assert all(sum(at - timedelta(hours=1) < other <= at for other in sent) <= 5 for at in sent)
