"""What is still due, as days of a calendar: invoices to pay, quotes to answer, contracts (mission N7)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from handlers.core import recipes, rows, wording
from handlers.core.listing import A_PAGE
from handlers.core.request import Request
from handlers.core.route import run
from handlers.core.turn import Reply, Row
from handlers.rules.card import Contract, Day, Looked
from handlers.rules.number import normal, ways
from handlers.rules.paper import Paper, Wanted
from handlers.rules.text import fold

if TYPE_CHECKING:
    from handlers.core.talk import Turn

MOST = 500  # of a kind, in one file
DUE = r"(?:echeances?|due dates?|deadlines?)"
FILE = r"(?:agendas?|calendriers?|calendars?|ics)"
ALL = re.compile(
    rf"\b{DUE}\b.{{0,40}}\b(?:dans|a|au|sur|en|in|into|on|to|as) (?:[a-z]+ )?{FILE}\b"
    rf"|\b{FILE}\b.{{0,15}}\b(?:de|des|d|of|for|with)\b.{{0,20}}\b{DUE}\b"
)
COMING = frozenset(("to_pay", "part_paid", "to_sign"))


def asked(turn: Turn) -> Reply | None:
    """Of the document or contract whose number was said, or of all; None where appointments were asked for."""
    if number := str(turn.slots.get("doc_number", "")):
        return _numbered(turn, number)
    if not ALL.search(fold(turn.text)):
        return None
    waiting = turn.work.books.find(turn.client, Wanted(state="pending"), turn.today, 0, MOST).items
    contracts = turn.work.cards.contracts(
        turn.client, Looked(status="active", start=turn.today), 0, MOST
    ).items
    return _said(turn, [*_of_papers(turn, waiting), *_of_contracts(turn, contracts)])


def _numbered(turn: Turn, written: str) -> Reply | None:
    """What has no day to come is shown as it is."""
    books, cards = turn.work.books, turn.work.cards
    for wanted in ways(written):
        if papers := books.find(turn.client, wanted, turn.today).items:
            days = _of_papers(turn, papers)
            return _said(turn, days) if days else run(turn, Request("get_document", turn.slots))
    found = cards.contracts(turn.client, Looked(words=normal(written).lower())).items
    if not found:
        return None
    days = _of_contracts(turn, found)
    return _said(turn, days) if days else run(turn, Request("contracts", turn.slots))


def _of_papers(turn: Turn, papers: tuple[Paper, ...]) -> list[Day]:
    days = []
    for one in papers:
        on = one.valid_until if one.kind == "quote" else one.due_on
        if on and on >= turn.today and one.state(turn.today) in COMING:
            left = turn.amount(one.left_cents, one.currency)
            title = turn.words(f"calendar.due_{one.kind}", numéro=one.number, reste=left)
            days.append(_day(turn, one.kind, one.number, title, on))
    return days


def _of_contracts(turn: Turn, contracts: tuple[Contract, ...]) -> list[Day]:
    days = []
    for one in contracts:
        if one.status == "active" and one.next_due_on and one.next_due_on >= turn.today:
            label = rows.one_line(one.label)
            named = f"{label} ({one.ref})" if label else one.ref
            title = turn.words("calendar.due_contract", libellé=named)
            days.append(_day(turn, "contract", one.ref, title, one.next_due_on))
    return days


def _day(turn: Turn, kind: str, number: str, title: str, on: date) -> Day:
    """The same UID each time, so that a calendar moves what it holds."""
    return Day(f"{kind}-{number}@{turn.company.slug}", title, on)


def _said(turn: Turn, days: list[Day]) -> Reply:
    turn.state.pop("list", None)
    if not days:
        return turn.say("calendar.deadlines_none")
    days.sort(key=lambda day: day.on)
    if len(days) == 1:
        reply = turn.say("calendar.deadline", quoi=days[0].title, date=turn.day(days[0].on))
    else:
        key = "calendar.deadlines" if len(days) <= A_PAGE else "calendar.deadlines_first"
        reply = turn.say(key, n=len(days), m=A_PAGE, liste="{rows}")
        reply = replace(reply, rows=tuple(_row(turn, day) for day in days[:A_PAGE]))
    named = [replace(day, title=f"{day.title} ({turn.company.name})") for day in days]
    return reply.attach(recipes.calendar(turn.company, turn.language, turn.now, days=named))


def _row(turn: Turn, day: Day) -> Row:
    return Row(wording.short_day(day.on, turn.language), "", "", "", more=day.title)
