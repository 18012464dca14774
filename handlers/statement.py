"""“My statement of account”: the PDF of a period; “my payments”: the movements looked for (mission S29, S30, N2)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Literal

from handlers.core import recipes, rows, wording
from handlers.core.listing import A_PAGE
from handlers.core.registry import intent
from handlers.core.rows import Found
from handlers.core.talk import Turn
from handlers.core.turn import Choice, Reply, Row
from handlers.rules.card import Looked, Movement, Moves, Statement
from handlers.rules.paper import Page
from handlers.rules.period import months_before
from handlers.rules.text import words

Only = Literal["", "payments", "invoices", "waiting"]
MOST = 2000  # movements in one statement
MONTHS = 12
FILTERS = {"moves", "search", "amount", "doc_number", "offset"}  # a list is asked for, not the statement
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
    found = turn.work.books.statement(turn.client, start, end, MOST)
    key = "statement.sent" if found.count else "statement.none"
    text = turn.words(key, début=turn.day(start), fin=turn.day(end), solde=_balance(turn, found))
    reply = Reply(text, language=turn.language)
    if found.count or found.opening_cents:
        details = turn.work.cards.details(turn.client)
        reply = reply.attach(recipes.statement(turn, found, details))
    newest = turn.work.books.movements(turn.client, Moves(start=start, end=end), turn.today, 0, A_PAGE)
    if not newest.count:
        turn.state.pop("list", None)
        return reply
    choices, lines = _rows(turn, newest)
    head = turn.words("statement.newest_one" if newest.count == 1 else "statement.newest_many")
    reply = replace(reply, text=f"{text}\n{head}\n{{rows}}", rows=lines).offer(*choices)
    said = {"start": start.isoformat(), "end": end.isoformat()}
    return rows.paged(turn, reply, newest, {"period": said})


def _period(turn: Turn) -> tuple[date, date]:
    """What was said, up to today; else the last twelve months, from the first day of the month."""
    if said := turn.slots.get("period"):
        start, end = (date.fromisoformat(said[name]) for name in ("start", "end"))
        if start <= turn.today:
            return start, min(end, turn.today)
    return months_before(turn.today, MONTHS).replace(day=1), turn.today


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
    number = words(slots.get("doc_number", ""))
    amount = round(Decimal(slots["amount"]) * 100) if "amount" in slots else None

    def look(looked: Looked, offset: int) -> Page[Movement]:
        sought = " ".join(filter(None, (looked.words, number)))
        moves = Moves(ONLY.get(slots.get("moves", ""), ""), looked.start, looked.end, amount, sought)
        return books.movements(turn.client, moves, turn.today, offset, A_PAGE)

    return rows.find(turn, look)


def _list(turn: Turn, found: Found[Movement]) -> Reply:
    page, only = found.page, turn.slots.get("moves", "")
    if only == "payments" and turn.slots.get("ordinal") == "last" and page.items:
        return _last(turn, page.items[0])
    choices, lines = _rows(turn, page)
    key = f"movements.{only}_" if only in ONLY else "movements."
    cents = {"payments": -page.total_cents, "waiting": page.left_cents}.get(only, page.total_cents)
    reply = rows.answer(turn, key, found, lines, _criterion(turn, found), choices, total=turn.amount(cents))
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
    invoice = turn.document("invoice", slots["doc_number"]) if "doc_number" in slots else {}
    return rows.criterion(
        turn,
        found,
        turn.words("criterion.amount", montant=amount) if amount else "",
        rows.during(turn, found.looked),
        turn.words("movements.for", **invoice) if invoice else "",
    )


def _rows(turn: Turn, page: Page[Movement]) -> tuple[list[Choice], tuple[Row, ...]]:
    """A line for each, and a choice for those that are documents."""
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
                amount=turn.amount(move.amount_cents, move.currency),
                status=recipes.kind(turn, move),
                choice=choice.id if choice else "",
                more=recipes.paid(turn, move) or rows.cut(move.label, 60),
            )
        )
    return choices, tuple(lines)
