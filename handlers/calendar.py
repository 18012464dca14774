"""“My next appointment”: what the company planned, past and to come, with a file for calendars (mission S17, N7)."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Literal

from handlers.core import deadlines, recipes, rows, wording
from handlers.core.listing import A_PAGE
from handlers.core.registry import intent
from handlers.core.rows import Found
from handlers.core.talk import Turn
from handlers.core.turn import Document, Reply, Row
from handlers.rules.card import Event, Looked
from handlers.rules.paper import Page
from handlers.rules.text import fold

When = Literal["", "upcoming", "past"]
MOST = 500  # appointments in one file
ONE = re.compile(
    r"\b(?:prochaine?|next) (?!appointments|visits)|\b(?:quand|when)\b"
)  # "the next one", not a list


@intent("calendar", option="portal", right="read")
def calendar(turn: Turn) -> Reply:
    if (due := deadlines.asked(turn)) is not None:
        return due
    last, when = turn.slots.get("ordinal") == "last", _asked(turn)
    found = rows.find(turn, partial(_look, turn), ahead=when != "past", when=when)
    page, plain = found.page, found.looked == Looked(when="upcoming")
    if plain and not page.count:
        return _none(turn)
    if last and page.items:
        return turn.say(_key("calendar.last", page.items[0]), **_facts(turn, page.items[0]))
    one = (plain and page.count == 1) or ONE.search(fold(turn.text))
    if one and when == "upcoming" and page.items and not page.offset:
        return _next(turn, page.items[0], page.count)
    return _list(turn, found)


def _asked(turn: Turn) -> When:
    """Past or to come; a period or a search alone may be of both."""
    slots = turn.slots
    if slots.get("ordinal") == "last" or slots.get("when") == "past":
        return "past"
    return "" if not slots.get("when") and {"period", "search"} & slots.keys() else "upcoming"


def _look(turn: Turn, looked: Looked, offset: int, limit: int = A_PAGE) -> Page[Event]:
    """A period that is all to come begins with the next appointment."""
    if looked.start and looked.start > turn.today:
        looked = replace(looked, when="upcoming")
    return turn.work.cards.events(turn.client, looked, turn.now, turn.company.timezone, offset, limit)


def _next(turn: Turn, event: Event, count: int) -> Reply:
    """The answer to "when do you come?"; the others are one tap away."""
    turn.state.pop("list", None)
    simple = event.ends_at is None and _local(turn, event.starts_at).time() != time()
    key = _key("calendar.next" if simple else "calendar.next_over", event)
    reply = turn.say(key, **_facts(turn, event)).attach(_file(turn, [event]))
    if count == 1:
        return reply
    return reply.offer(turn.choice(turn.words("label.calendar"), "calendar", {"when": "upcoming"}))


def _none(turn: Turn) -> Reply:
    turn.state.pop("list", None)
    reply = turn.say("calendar.none")
    if not _look(turn, Looked(when="past"), 0, 1).count:
        return reply
    return reply.offer(turn.choice(turn.words("calendar.past_label"), "calendar", {"when": "past"}))


def _list(turn: Turn, found: Found[Event]) -> Reply:
    lines = [
        Row(_when(turn, event, wording.short_day), "", "", "", more=_what(event))
        for event in found.page.items
    ]
    when, many = found.looked.when, "_many" if found.page.count > 1 else ""
    criterion = rows.criterion(
        turn,
        found,
        turn.words(f"calendar.{when}{many}") if when else "",
        rows.during(turn, found.looked),
    )
    if not found.page.count and not found.sought:
        turn.state.pop("list", None)
        return turn.say("calendar.none_such", critère=criterion)
    return _with_file(turn, found, rows.answer(turn, "calendar.", found, lines, criterion))


def _with_file(turn: Turn, found: Found[Event], reply: Reply) -> Reply:
    """One file with all that is still to come, beside the first page."""
    if found.page.offset or not reply.rows:
        return reply
    events = found.page.items
    if found.page.count > len(events):
        events = _look(turn, found.looked, 0, MOST).items
    coming = [event for event in events if (event.ends_at or event.starts_at) >= turn.now]
    if not coming:
        return reply
    key = "calendar.file_one" if len(coming) == 1 else "calendar.file_many"
    said = replace(reply, text=f"{reply.text}\n{turn.words(key)}")
    return said.attach(_file(turn, coming))


def _file(turn: Turn, events: Sequence[Event]) -> Document:
    return recipes.calendar(turn.company, turn.language, turn.now, events)


# --- one appointment in words


def _key(key: str, event: Event) -> str:
    return key if event.place else f"{key}_short"


def _facts(turn: Turn, event: Event) -> dict[str, str]:
    starts = _local(turn, event.starts_at)
    return {
        "date": _when(turn, event, wording.named_day),
        "jour": wording.named_day(starts.date(), turn.language),
        "heure": _hour(turn, event.starts_at),
        "titre": rows.one_line(event.title),
        "lieu": rows.one_line(event.place or ""),
    }


def _what(event: Event) -> str:
    return ", ".join(filter(None, (rows.one_line(event.title), rows.one_line(event.place or ""))))


def _when(turn: Turn, event: Event, written: Callable[[date, str], str]) -> str:
    """ "27/11/2026 à 9h00", "... de 9h00 à 10h30", "..., toute la journée", "du ... au ...".

    Midnight to midnight are whole days; midnight without an end is a day whose hour nobody recorded.
    """

    def day(on: date) -> str:
        return written(on, turn.language)

    def at(moment: datetime) -> str:
        return turn.words("calendar.at", jour=day(moment.date()), heure=_hour(turn, moment))

    starts = _local(turn, event.starts_at)
    ends = _local(turn, event.ends_at) if event.ends_at and event.ends_at > event.starts_at else None
    if ends is None:
        return at(starts) if starts.time() != time() else day(starts.date())
    if starts.time() == ends.time() == time():
        return _days(turn, day, starts.date(), ends.date() - timedelta(days=1))
    if starts.date() == ends.date():
        hours = {"début": _hour(turn, starts), "fin": _hour(turn, ends)}
        return turn.words("calendar.hours", jour=day(starts.date()), **hours)
    return turn.words("calendar.over", début=at(starts), fin=at(ends))


def _days(turn: Turn, day: Callable[[date], str], first: date, last: date) -> str:
    if first == last:
        return turn.words("calendar.whole", jour=day(first))
    return turn.words("calendar.over", début=day(first), fin=day(last))


def _hour(turn: Turn, at: datetime) -> str:
    return wording.hour(at, turn.language, turn.company.timezone)


def _local(turn: Turn, at: datetime) -> datetime:
    return wording.local(at, turn.company.timezone)
