"""Why no reminder is needed, as a client says it: a day on which it will pay, a payment that left, an invoice that it
does not agree with (mission N4). Kept with the invoices, told to the company; a person's answer ends the last two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from handlers.core import passing, phrases, to_pay, wording
from handlers.core.promised import PROMISES
from handlers.core.strip import strip
from handlers.core.to_pay import INVOICE, MOST, now
from handlers.core.turn import Reply
from handlers.rules import promise, scope
from handlers.rules.number import ways
from handlers.rules.paper import Paper, Wanted
from handlers.rules.text import fold

if TYPE_CHECKING:
    from handlers.core.talk import Turn

KINDS = {"promise": "promise", "already_paid": "paid", "disagree": "disagree"}
LISTED = 5


def topic(turn: Turn, text: str) -> str:
    """What is said of a debt: one of KINDS, or "" where it is something else."""
    said = str(turn.slots.get("topic", ""))
    if said in KINDS or not text:
        return said if said in KINDS else ""
    folded = strip(text)
    return next((rule.ruling.topic for rule in PROMISES if rule.holds(folded)), "")


def taken(turn: Turn, topic: str, text: str, day: date | None = None) -> Reply | None:
    """Keep it and say so; ask for the day, or which invoice. None where it is for a person to answer: nothing is owed,
    the day is too far, or this access opens another document (mission S9)."""
    if _elsewhere(turn):
        return None
    owed = _named(turn) or (() if turn.only is not None else _open(turn))
    if isinstance(owed, Reply):
        return owed
    if not owed:
        return None
    if topic == "promise":
        day = day or promise.day(fold(text), turn.today)
        if day is None:
            slots = {name: turn.slots[name] for name in ("id", "ids", "doc_number") if name in turn.slots}
            return turn.then("promise.day", turn.say("promise.ask_date"), text=text, slots=slots)
        if not turn.today <= day <= turn.today + promise.FARTHEST:
            return None
    if len(owed) > 1 and not turn.slots.get("each"):
        return _which(turn, topic, owed, text, day)
    return _kept(turn, topic, owed, text, day)


def _elsewhere(turn: Turn) -> bool:
    one = turn.one()
    return one is not None and not all(scope.names(one, {"doc_number": number}) for number in _numbers(turn))


def _numbers(turn: Turn) -> list[str]:
    return turn.slots.get("doc_numbers") or _listed(turn.slots, "doc_number")


def _named(turn: Turn) -> Sequence[Paper] | Reply:
    """Those that are named; why not, where nothing is to be paid of the only one."""
    slots, books = turn.slots, turn.work.books
    ids = [turn.only] if turn.only is not None else slots.get("ids") or _listed(slots, "id")
    numbers = _numbers(turn) if turn.only is None else []
    if not ids and not numbers:
        ids = _listed(turn.state, "about")  # of the reminder that is answered
    found = [one for id in ids[:MOST] if (one := books.by_id(turn.client, int(id)))]
    found += [one for number in numbers[:MOST] if (one := _of_number(turn, number))]
    owed = to_pay.payable(found)
    if found and not owed and (why := to_pay.why_not(turn, found[0])):
        return Reply(why, language=turn.language)
    return owed


def _listed(slots: Mapping[str, Any], name: str) -> list[Any]:
    return [slots[name]] if name in slots else []


def _of_number(turn: Turn, written: str) -> Paper | None:
    for wanted in ways(written):
        page = turn.work.books.find(turn.client, replace(wanted, kinds=INVOICE), turn.today, 0, 2)
        if page.count == 1:
            return page.items[0]
    return None


def _open(turn: Turn) -> Sequence[Paper]:
    """What is late; where nothing is, what is left to pay."""
    unpaid = turn.work.books.find(turn.client, Wanted(kinds=INVOICE, state="unpaid"), turn.today, 0, MOST)
    owed = to_pay.oldest_first(turn, to_pay.payable(unpaid.items))
    return [one for one in owed if one.state(turn.today) == "late"] or owed


def _which(turn: Turn, topic: str, owed: Sequence[Paper], text: str, day: date | None) -> Reply:
    def leads(papers: Sequence[Paper]) -> dict[str, Any]:
        ids = [one.id for one in papers]
        return {"topic": topic, "ids": ids, "each": True, "message": text} | (
            {"day": day.isoformat()} if day else {}
        )

    ones = [turn.choice(one.number, "human", leads([one])) for one in owed[:LISTED]]
    every = turn.choice(phrases.label("all_of_them", turn.language), "human", leads(owed))
    return turn.say("promise.which", n=len(owed), montant=to_pay.total(turn, owed)).offer(*ones, every)


def _kept(turn: Turn, topic: str, owed: Sequence[Paper], text: str, day: date | None) -> Reply:
    assert turn.account is not None, "whose file it is is known"
    for one in owed:
        turn.work.notices.pause(turn.client, one.id, turn.account, KINDS[topic], day, text, turn.now)
    passing.pass_on(turn, text, _told(turn, topic, owed, day))
    words = {"jour": turn.day(day)} if day else {}
    if len(owed) == 1:
        left = turn.amount(now(owed[0]), owed[0].currency)
        return turn.say(f"promise.{_TEXTS[topic]}", numéro=owed[0].number, reste=left, **words)
    return turn.say(f"promise.{_TEXTS[topic]}_many", n=len(owed), montant=to_pay.total(turn, owed), **words)


_TEXTS = {"promise": "noted", "already_paid": "already_paid", "disagree": "disagree"}


def _told(turn: Turn, topic: str, owed: Sequence[Paper], day: date | None) -> str:
    """For the company, in its own language: of which invoices, and that their reminders wait."""
    language = passing.home(turn)
    shown = [f"{one.number} ({wording.amount(now(one), language, one.currency)})" for one in owed]
    on = wording.day(day, language) if day else ""
    return phrases.say("company", f"noted_{topic}", language, liste=", ".join(shown), jour=on)


def answered(turn: Turn) -> None:
    """A person took it up: reminders of what this account said it had paid, or disagreed with, go on."""
    for access in turn.files(turn.account) if turn.account else ():
        for document_id, pause in turn.work.notices.paused(access.client, turn.today).items():
            if pause.until is None and pause.account == turn.account:
                turn.work.notices.unpause(access.client, document_id, turn.now)
