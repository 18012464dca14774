"""“My statement of account”: the PDF of a period; “my payments”: the movements looked for (mission S29, S30, N2)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Literal

from handlers.core import recipes, rows, wording
from handlers.core.listing import A_PAGE, amounts, paged
from handlers.core.registry import intent
from handlers.core.rows import Found
from handlers.core.talk import Turn
from handlers.core.turn import Choice, Reply, Row
from handlers.rules.card import Looked, Movement, Moves, Statement
from handlers.rules.number import normal
from handlers.rules.paper import Page, Sum
from handlers.rules.period import months_before

Only = Literal["", "payments", "invoices", "waiting"]
MOST = 2000  # movements in one statement
MONTHS = 12
FILTERS = {"moves", "search", "amount", "doc_number", "offset"}  # a list is asked for, not the statement
SUMMED: dict[str, Callable[[Sum], int]] = {
    "payments": lambda one: -one.total_cents,  # what was received is positive
    "waiting": lambda one: one.left_cents,
}
ONLY: dict[str, Only] = {"payments": "payments", "invoices": "invoices", "waiting": "waiting"}


@intent("statement", option="portal", right="read")
def statement(turn: Turn) -> Reply:
    if FILTERS & turn.slots.keys():
        return _list(turn, _find(turn))
    if turn.slots.get("about") and (found := _find(turn)).looked.words:
        return _list(turn, found)
    return _statement(turn)


def _statement(turn: Turn) -> Reply:
    """The PDF and, below, the newest movements of its period."""
    start, end = _period(turn)
    books = turn.work.books
    found = books.statement(turn.client, start, end, MOST)
    key = "statement.sent" if found.count else "statement.none"
    text = turn.words(key, début=turn.day(start), fin=turn.day(end), solde=_balance(turn, found))
    running = _running(turn, end)
    reply = Reply("\n".join((text, *running)), language=turn.language)
    if found.count or found.opening_cents:
        details = turn.work.cards.details(turn.client)
        reply = reply.attach(recipes.statement(turn, found, details, running))
    newest = books.movements(turn.client, Moves(start=start, end=end), turn.today, 0, A_PAGE)
    if not newest.count:
        turn.state.pop("list", None)
        return reply
    choices, lines = _rows(turn, newest)
    head = turn.words("statement.newest_one" if newest.count == 1 else "statement.newest_many")
    reply = replace(reply, text=f"{reply.text}\n{head}\n{{rows}}", rows=lines).offer(*choices)
    said = {"start": start.isoformat(), "end": end.isoformat()}
    return paged(turn, reply, newest, {"period": said})


def _running(turn: Turn, end: date) -> list[str]:
    """What is being paid is no movement yet: without a word of it, somebody might pay twice."""
    found = turn.work.books.balance(turn.client, turn.today)
    if end < turn.today or not found.in_progress_cents:
        return []
    return [turn.words("statement.running", en_cours=turn.amount(found.in_progress_cents, found.currency))]


def _period(turn: Turn) -> tuple[date, date]:
    """What was said, up to today; else the twelve months up to today, or to the one day that was said."""
    end = turn.today
    if said := turn.slots.get("period"):
        start, last = (date.fromisoformat(said[name]) for name in ("start", "end"))
        if start < last and start <= turn.today:
            return start, min(last, turn.today)
        end = min(last, turn.today)
    return months_before(end, MONTHS).replace(day=1), end


def _balance(turn: Turn, found: Statement) -> str:
    """An amount to pay, "rien à régler", or what is in the client's favour."""
    cents = found.closing_cents
    if cents == 0:
        return turn.words("statement.nothing")
    amount = turn.amount(abs(cents), found.currency)
    return amount if cents > 0 else turn.words("statement.in_favour", faveur=amount)


# --- the movements


def _find(turn: Turn) -> Found[Movement]:
    books, slots = turn.work.books, turn.slots
    number = normal(slots.get("doc_number", "")).lower()
    amount = round(Decimal(slots["amount"]) * 100) if "amount" in slots else None

    def look(looked: Looked, offset: int) -> Page[Movement]:
        sought = " ".join(filter(None, (looked.words, number)))
        moves = Moves(_only(turn), looked.start, looked.end, amount, sought)
        return books.movements(turn.client, moves, turn.today, offset, A_PAGE)

    return rows.find(turn, look)


def _only(turn: Turn) -> Only:
    """The invoices alone; but what concerns one invoice is its payments and credit notes too."""
    only = ONLY.get(turn.slots.get("moves", ""), "")
    return "" if only == "invoices" and "doc_number" in turn.slots else only


def _list(turn: Turn, found: Found[Movement]) -> Reply:
    page, only = found.page, _only(turn)
    if only == "payments" and turn.slots.get("ordinal") == "last" and page.items:
        return _last(turn, page.items[0])
    choices, lines = _rows(turn, page)
    key = f"movements.{only}_" if only else "movements."
    total = amounts(turn, page, SUMMED.get(only, lambda one: one.total_cents))
    reply = rows.answer(turn, key, found, lines, _criterion(turn, found), choices, total=total)
    if choices and not page.offset and page.count > 1:
        reply = replace(reply, text=f"{reply.text}\n{turn.words('movements.open')}")
    return reply


def _last(turn: Turn, move: Movement) -> Reply:
    """ "When did I last pay?": one amount, one date."""
    turn.state.pop("list", None)
    amount = turn.amount(abs(move.amount_cents), move.currency)
    _, lines = _rows(turn, Page((move,), 1))
    assert move.on is not None, "a payment has the day it was received"
    text = turn.words("movements.last", montant=amount, date=turn.day(move.on), ligne="{rows}")
    return Reply(text, rows=lines, language=turn.language)


def _criterion(turn: Turn, found: Found[Movement]) -> str:
    slots = turn.slots
    amount = turn.amount(round(Decimal(slots["amount"]) * 100)) if "amount" in slots else ""
    return rows.criterion(
        turn,
        found,
        turn.words("criterion.amount", montant=amount) if amount else "",
        rows.during(turn, found.looked),
        _about_number(turn),
    )


def _about_number(turn: Turn) -> str:
    """ "pour la facture F-12"; a number that nothing is said of may be that of a payment."""
    number = turn.slots.get("doc_number")
    if number is None:
        return ""
    if turn.slots.get("doc_kind") == "invoice":
        return turn.words("movements.for", **turn.document("invoice", number))
    return turn.words("looked.words", recherche=number)


def _rows(turn: Turn, page: Page[Movement]) -> tuple[list[Choice], tuple[Row, ...]]:
    """A line for each, and a choice for those that are documents.

    The amounts are what they do to the balance; among payments alone, what was paid.
    """
    sign = -1 if _only(turn) == "payments" else 1
    choices, lines = [], []
    for move in page.items:
        choice = None
        if move.document_id is not None:
            choice = turn.choice(move.reference, "get_document", {"id": move.document_id})
            choices.append(choice)
        lines.append(
            Row(
                number=move.reference,
                date=wording.short_day(move.on, turn.language) if move.on else "",
                amount=turn.amount(sign * move.amount_cents, move.currency),
                status=recipes.kind(turn, move),
                choice=choice.id if choice else "",
                more=recipes.paid(turn, move) or rows.cut(move.label, 60),
            )
        )
    return choices, tuple(lines)
