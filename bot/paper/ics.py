"""Appointments as a calendar file (RFC 5545), to be opened by any calendar program."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any


def calendar(recipe: Mapping[str, Any], stored: Callable[[str], bytes]) -> bytes:
    """A VCALENDAR with one VEVENT an event: instants in UTC, or a whole day, which keeps nobody busy."""
    from icalendar import Calendar, Event  # some MB, only where a calendar is asked for

    made = Calendar()
    made.add("prodid", "-//Facteur//Facteur//FR")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", _plain(recipe["company"]))
    for event in recipe["events"]:
        one = Event()
        one.add("uid", _plain(event["uid"]))
        one.add("dtstamp", _instant(recipe["stamp"]))
        if "on" in event:
            one.add("dtstart", date.fromisoformat(event["on"]))
            one.add("transp", "TRANSPARENT")
        else:
            one.add("dtstart", _instant(event["starts_at"]))
        if event.get("ends_at"):
            one.add("dtend", _instant(event["ends_at"]))
        one.add("summary", _plain(event["title"]))
        if event.get("place"):
            one.add("location", _plain(event["place"]))
        made.add_component(one)
    return bytes(made.to_ical())


def _instant(iso: str) -> datetime:
    return datetime.fromisoformat(iso).astimezone(UTC)


def _plain(text: str) -> str:
    """Line ends as LF; without the control signs and half signs that RFC 5545, 3.1 does not take."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        sign for sign in lines if sign in "\n\t" or not ("\ud800" <= sign <= "\udfff" or _control(sign))
    )


def _control(sign: str) -> bool:
    return sign < " " or "\x7f" <= sign <= "\x9f"
