from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from handlers.rules.notices import Plan, Quiet, Reach, counted, key, leaves_at, plan
from handlers.rules.paper import Account, Client

PARIS = "Europe/Paris"
NIGHT, DAY = Quiet.of("20:00-08:00"), Quiet.of("12:00-14:00", sundays=True)
NEVER = Quiet.of("", sundays=True)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "quiet", "leaves"),
    [
        ("2026-11-24T10:00", NIGHT, "2026-11-24T10:00"),  # a Tuesday, 11:00 in Paris
        ("2026-11-24T06:59", NIGHT, "2026-11-24T07:00"),  # 07:59 in Paris
        ("2026-11-24T07:00", NIGHT, "2026-11-24T07:00"),
        ("2026-11-24T19:00", NIGHT, "2026-11-25T07:00"),
        ("2026-11-24T18:59", NIGHT, "2026-11-24T18:59"),
        ("2026-11-28T19:30", NIGHT, "2026-11-30T07:00"),  # Saturday evening: Sunday is over on Monday at 8
        ("2026-11-29T12:00", NIGHT, "2026-11-30T07:00"),
        ("2026-11-29T12:00", Quiet.of(""), "2026-11-29T23:00"),  # midnight in Paris
        ("2026-11-29T12:00", DAY, "2026-11-29T13:00"),
        ("2026-11-29T12:00", NEVER, "2026-11-29T12:00"),
        ("2026-07-01T05:59", NIGHT, "2026-07-01T06:00"),  # summer time
        (
            "2026-03-28T19:30",
            replace(NIGHT, sundays=True),
            "2026-03-29T06:00",
        ),  # the clock goes forward at night
        ("2026-10-24T18:30", replace(NIGHT, sundays=True), "2026-10-25T07:00"),  # and back
        ("2026-03-28T23:30", Quiet.of("23:00-02:30", sundays=True), "2026-03-29T01:30"),  # there is no 02:30
    ],
)
def test_nothing_leaves_in_quiet_hours(now: str, quiet: Quiet, leaves: str) -> None:
    assert leaves_at(utc(now), PARIS, quiet) == utc(leaves)


def test_quiet_hours_are_those_of_the_place() -> None:
    now = utc("2026-11-24T19:00")
    assert leaves_at(now, "America/New_York", NIGHT) == now


@pytest.mark.parametrize("hours", ["20:00", "20:00-20:00", "25:00-08:00", "-", "20h-8h", "20:00-08:00-09:00"])
def test_hours_that_are_none_are_refused(hours: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Quiet.of(hours)


def test_quiet_hours_as_they_are_written() -> None:
    assert Quiet.of(" 20:00 - 08:30") == Quiet(time(20), time(8, 30))


ANNE = Reach(Client(1, 1, "C1", "Anne"), Account(7, 1, "anne@exemple.example"), "Anne", "fr", "vous")
MAIL = ("email", "anne@exemple.example", "")


def said(plans: tuple[Plan, ...]) -> list[tuple[str, str, str]]:
    return [(one.channel, one.address, one.reason) for one in plans]


@pytest.mark.parametrize(
    ("reach", "kind", "planned"),
    [
        (ANNE, "announce", [MAIL]),
        (replace(ANNE, chats=("42", "41")), "announce", [MAIL, ("telegram", "42", "")]),
        (replace(ANNE, bounced=True), "news", [(*MAIL[:2], "suppressed")]),
        (
            replace(ANNE, bounced=True, chats=("42",)),
            "news",
            [(*MAIL[:2], "suppressed"), ("telegram", "42", "")],
        ),
        (replace(ANNE, stopped=frozenset({("news", "email")})), "news", [(*MAIL[:2], "stopped")]),
        (replace(ANNE, stopped=frozenset({("news", "email")})), "announce", [MAIL]),
        (
            replace(ANNE, chats=("42",), stopped=frozenset({("remind", "telegram")})),
            "remind",
            [MAIL, ("telegram", "", "stopped")],
        ),
        (replace(ANNE, blocked=True), "announce", [MAIL, ("telegram", "", "blocked")]),
    ],
)
def test_on_which_channels(reach: Reach, kind: str, planned: list[tuple[str, str, str]]) -> None:
    assert said(plan(reach, kind)) == planned


def test_a_document_falls_back_to_email_from_a_blocked_chat_and_nothing_else_does() -> None:
    only_chat = frozenset({(kind, "email") for kind in ("announce", "remind", "news")})
    blocked = replace(ANNE, blocked=True, stopped=only_chat)
    assert said(plan(blocked, "announce")) == [MAIL, ("telegram", "", "blocked")]
    assert said(plan(blocked, "news")) == [(*MAIL[:2], "stopped"), ("telegram", "", "blocked")]
    nothing = replace(blocked, stopped=only_chat | {("announce", "telegram")})
    assert said(plan(nothing, "announce")) == [(*MAIL[:2], "stopped"), ("telegram", "", "stopped")]
    gone = replace(blocked, bounced=True)
    assert said(plan(gone, "announce")) == [(*MAIL[:2], "suppressed"), ("telegram", "", "blocked")]


def test_plans_are_counted_by_channel_and_reason() -> None:
    plans = [*plan(ANNE, "news"), *plan(replace(ANNE, blocked=True), "news")]
    assert counted(plans) == {"email": 2, "blocked": 1}


def test_a_key_says_what_is_told() -> None:
    assert key("announce", 12) == "announce:12"
