"""handlers/rules/retry.py: when a message is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from handlers.rules.retry import next_try

MADE = datetime(2026, 11, 24, 8, tzinfo=UTC)


def schedule(kind: str, spread: float = 0.5) -> list[timedelta]:
    """Every try after the first, counted from the making, when each fails at once."""
    now, tries, attempt = MADE, [], 1
    while (again := next_try(attempt, MADE, now, kind, spread)) is not None:
        tries.append(again - MADE)
        now, attempt = again, attempt + 1
    return tries


def test_answer_is_tried_for_two_days() -> None:
    tries = schedule("answer")
    minutes = [int(at.total_seconds() // 60) for at in tries]
    assert minutes[:7] == [1, 6, 21, 51, 111, 231, 471]
    assert {b - a for a, b in zip(minutes[6:], minutes[7:], strict=False)} == {240}
    assert timedelta(hours=43) < tries[-1] <= timedelta(hours=48)


def test_greylisting_meets_a_try_after_five_to_ten_minutes() -> None:
    assert any(timedelta(minutes=5) <= at <= timedelta(minutes=10) for at in schedule("answer"))


def test_announcement_is_tried_for_five_days() -> None:
    assert timedelta(hours=115) < schedule("broadcast")[-1] <= timedelta(days=5)


def test_code_is_tried_often_and_never_delivered_dead() -> None:
    tries = schedule("code")
    assert len(tries) >= 5
    assert tries[0] <= timedelta(seconds=20)
    assert tries[-1] <= timedelta(minutes=5)
    assert next_try(9, MADE, MADE + timedelta(minutes=4, seconds=59), "code") is None


@pytest.mark.parametrize("spread", [0.0, 0.25, 1.0])
def test_luck_moves_a_try_by_a_fifth_at_most(spread: float) -> None:
    again = next_try(3, MADE, MADE, "answer", spread)
    assert again is not None
    assert again - MADE == timedelta(minutes=15) * (0.8 + 0.4 * spread)


def test_late_try_is_the_last() -> None:
    assert next_try(20, MADE, MADE + timedelta(hours=47), "answer") is None
    assert next_try(20, MADE, MADE + timedelta(hours=43), "answer") == MADE + timedelta(hours=47)
