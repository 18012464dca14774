"""When an address is left alone: the table of facts and the forgetting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from handlers.rules.bounces import MEMORY, Standing, bounced, complained

NOW = datetime(2026, 11, 24, 13, 5, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize("status", ["5.1.1", "5.1.10", "5.2.1"])
def test_no_such_mailbox_counts_at_once_and_for_good(status: str) -> None:
    found = bounced(Standing(), status, NOW)
    assert (found.reason, found.since, found.until) == ("hard", NOW, None)
    assert found.suppressed(NOW + 3650 * DAY)


@pytest.mark.parametrize(
    ("statuses", "suppressed"),
    [
        (["5.7.1"], False),
        (["5.7.1", "5.7.1"], True),
        (["", "5.0.0"], True),
        (["5.2.2", "5.2.2", "5.2.2"], False),
        (["5.2.2", "5.2.2", "5.2.2", "5.2.2"], True),
        (["4.4.7", "5.2.2", "5.7.1"], True),
        (["5.3.4"] * 9, False),
    ],
)
def test_others_add_up(statuses: list[str], suppressed: bool) -> None:
    standing = Standing()
    for day, status in enumerate(statuses):
        standing = bounced(standing, status, NOW + day * DAY)
    at = NOW + len(statuses) * DAY
    assert standing.suppressed(at) is suppressed
    assert not standing.suppressed(at + MEMORY)


def test_thirty_days_without_a_bounce_forget_the_points() -> None:
    one = bounced(Standing(), "5.7.1", NOW)
    assert bounced(one, "5.7.1", NOW + MEMORY - DAY).reason == "soft"
    assert bounced(one, "5.7.1", NOW + MEMORY).reason == ""


def test_a_suppression_that_ended_begins_anew() -> None:
    soft = bounced(bounced(Standing(), "5.7.1", NOW), "5.7.1", NOW)
    later = bounced(soft, "5.7.1", NOW + MEMORY)
    assert (later.points, later.suppressed(NOW + MEMORY)) == (2, False)


def test_what_a_person_asks_for_is_tried_once_a_day() -> None:
    hard = bounced(Standing(), "5.1.1", NOW)
    assert hard.stops(announcement=False, now=NOW + DAY / 2)
    assert not hard.stops(announcement=False, now=NOW + DAY)
    assert hard.stops(announcement=True, now=NOW + DAY)


def test_a_complaint_stops_announcements_alone() -> None:
    cross = complained(Standing(), NOW)
    assert cross.stops(announcement=True, now=NOW + 999 * DAY)
    assert not cross.stops(announcement=False, now=NOW)


def test_a_complaint_does_not_open_an_address_that_is_none() -> None:
    assert complained(bounced(Standing(), "5.1.1", NOW), NOW).reason == "hard"


def test_a_full_mailbox_does_not_end_a_complaint() -> None:
    cross = complained(Standing(), NOW)
    for _ in range(4):
        cross = bounced(cross, "5.2.2", NOW)
    assert cross.suppressed(NOW + 2 * MEMORY)
