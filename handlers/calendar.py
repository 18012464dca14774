"""“My next appointment”: what the company planned, past and to come, with a file for calendars (mission S17, N7)."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Literal

from handlers.core import recipes, rows, wording
from handlers.core.listing import A_PAGE
from handlers.core.registry import intent
from handlers.core.rows import Found
from handlers.core.talk import Turn
from handlers.core.turn import Reply, Row
from handlers.rules.card import Event, Looked
from handlers.rules.text import fold

When = Literal["", "upcoming", "past"]
MOST = 500  # appointments in one file
ONE = re.compile(
    r"\b(?:prochaine?|next) (?!appointments|visits)|\b(?:quand|when)\b"
)  # "the next one", not a list


@intent("calendar", option="portal", right="read")
def calendar(turn: Turn) -> Reply:
    cards, zone = turn.work.cards, turn.company.timezone
    last = turn.slots.get("ordinal") == "last"
    when = _asked(turn, last)
    found = rows.find(
        turn,
        lambda looked, offset: cards.events(turn.client, looked, turn.now, zone, offset, A_PAGE),
        ahead=when != "past",
        when=when,
    )
    events = found.page.items
    if last and events:
        return turn.say(_key("calendar.last", events[0]), **_facts(turn, events[0]))
    if when == "upcoming" and events and not found.page.offset:
        plain = found.looked == Looked(when=when)
        if found.page.count == 1 and plain or ONE.search(fold(turn.text)):
            return _next(turn, events[0], found.page.count)
    if when == "upcoming" and not found.page.count and found.looked == Looked(when=when):
        return _none(turn)
    return _list(turn, found)


def _asked(turn: Turn, last: bool) -> When:
    """Past or to come; a period alone may hold both."""
    if last or turn.slots.get("when") == "past":
        return "past"
    return "upcoming" if turn.slots.get("when") == "upcoming" or "period" not in turn.slots else ""


def _next(turn: Turn, event: Event, count: int) -> Reply:
    """The answer to "when do you come?"; the others are one tap away."""
    turn.state.pop("list", None)
    simple = event.ends_at is None and _local(turn, event.starts_at).time() != time()
    key = _key("calendar.next" if simple else "calendar.next_over", event)
    reply = turn.say(key, **_facts(turn, event)).attach(recipes.calendar(turn, [event]))
    if count == 1:
        return reply
    return reply.offer(turn.choice(turn.words("label.calendar"), "calendar", {"when": "upcoming"}))


def _none(turn: Turn) -> Reply:
    turn.state.pop("list", None)
    reply = turn.say("calendar.none")
    looked = Looked(when="past")
    past = turn.work.cards.events(turn.client, looked, turn.now, turn.company.timezone, 0, 1)
    if not past.count:
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
    if not found.page.count and not found.looked.words:
        turn.state.pop("list", None)
        return turn.say("calendar.none_such", critère=criterion)
    return _with_file(turn, found, rows.answer(turn, "calendar.", found, lines, criterion))


def _with_file(turn: Turn, found: Found[Event], reply: Reply) -> Reply:
    """One file with all that is still to come, beside the first page."""
    if found.page.offset or not reply.rows:
        return reply
    events = found.page.items
    if found.page.count > len(events):
        zone = turn.company.timezone
        events = turn.work.cards.events(turn.client, found.looked, turn.now, zone, 0, MOST).items
    coming = [event for event in events if (event.ends_at or event.starts_at) >= turn.now]
    if not coming:
        return reply
    key = "calendar.file_one" if len(coming) == 1 else "calendar.file_many"
    said = replace(reply, text=f"{reply.text}\n{turn.words(key)}")
    return said.attach(recipes.calendar(turn, coming))


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
