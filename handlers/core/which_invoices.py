"""Which invoices are to be paid: by number, by place, those shown, everything due; never another in its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from handlers.core import context, listing, papers, phrases, to_pay
from handlers.core.to_pay import INVOICE, MOST, Meant
from handlers.core.turn import Reply
from handlers.rules.number import read_digits, ways
from handlers.rules.paper import Kind, Page, Paper, Wanted

if TYPE_CHECKING:
    from handlers.core.talk import Turn

ANY: tuple[Kind, ...] = ("invoice", "credit_note", "quote")
NAMED = frozenset(("id", "doc_number", "doc_numbers", "ids", "places", "ordinal", "period", "amount"))


def asked(turn: Turn) -> Meant | Reply:
    """The invoices that are meant, or words: why not, which one."""
    slots = turn.slots
    if turn.only is not None or "id" in slots:
        id = turn.only if turn.only is not None else int(slots["id"])
        paper = turn.work.books.by_id(turn.client, id)
        return to_pay.alone(turn, paper) if paper else turn.say("desk.old_button")
    if numbers := slots.get("doc_numbers"):
        return _numbered(turn, [str(one) for one in numbers])
    if number := slots.get("doc_number"):
        return _of_number(turn, str(number))
    if (ids := slots.get("ids")) and slots.get("status") != "overdue":
        found = [one for id in ids[:MOST] if (one := turn.work.books.by_id(turn.client, int(id)))]
        return to_pay.together(turn, found) if slots.get("each") else _among(turn, found)
    if slots.get("all"):
        return to_pay.everything(turn) or to_pay.nothing(turn)
    return _described(turn)


def named(turn: Turn) -> bool:
    """Does the request say which ones?"""
    return turn.only is not None or bool(NAMED & turn.slots.keys())


# --- one that is named


def _of_number(turn: Turn, written: str) -> Meant | Reply:
    found = _found(turn, written)
    if len(found) == 1:
        return to_pay.alone(turn, found[0])
    if found:
        return _among(turn, found)
    kind = str(turn.slots.get("doc_kind") or "invoice")
    unknown = turn.document(kind, written)
    near = turn.work.books.nearest_number(turn.client, read_digits(written), INVOICE)
    if near is None:
        return turn.say("document.unknown", **unknown)
    reply = turn.say("document.unknown_near", proche=near.number, **unknown)
    return turn.yes_no(reply, ("pay", {"id": near.id}), number=near.number)


def _found(turn: Turn, written: str) -> Sequence[Paper]:
    """The documents of this number: invoices first, unless another kind was said."""
    kinds = tuple(kind for kind in ANY if kind == turn.slots.get("doc_kind")) or INVOICE
    for among in (kinds, ANY):
        for wanted in ways(written):
            page = _find(turn, replace(wanted, kinds=among))
            if page.count:
                return page.items
    return ()


def _numbered(turn: Turn, numbers: Sequence[str]) -> Meant | Reply:
    """Each by its number; what is not found for sure is named, never guessed."""
    found: dict[int, Paper] = {}
    unknown = []
    for number in numbers[:MOST]:
        ones = _found(turn, number)
        if len(ones) == 1:
            found[ones[0].id] = ones[0]
        else:
            unknown.append(number)
    said = [turn.words("files.unknown_many", liste=", ".join(unknown))] if len(unknown) > 1 else []
    said += [turn.words("files.unknown", **turn.document("invoice", one)) for one in unknown[: not said]]
    return to_pay.together(turn, list(found.values()), said)


# --- what is left open


def _described(turn: Turn) -> Meant | Reply:
    """ "The last one", "the one of March", "the overdue ones", or just what is due."""
    said = listing.wanted(turn.slots, INVOICE)
    place = turn.slots.get("ordinal")
    if place in ("last", "previous"):
        page = _find(turn, replace(said, state=""), 1 if place == "previous" else 0, 1)
        return to_pay.alone(turn, page.items[0]) if page.items else to_pay.nothing(turn)
    if replace(said, state="") == Wanted(kinds=INVOICE) and said.state != "overdue":
        can = turn.work.payments.payable(turn.client, turn.today)
        return _first_or_one_of(turn, can, place) if can else to_pay.nothing(turn)
    can = to_pay.payable(_find(turn, said if said.state else replace(said, state="unpaid"), 0, MOST).items)
    return _first_or_one_of(turn, can, place) if can else _none_like_it(turn, said)


def _first_or_one_of(turn: Turn, can: Sequence[Paper], place: object) -> Meant | Reply:
    """The oldest is the one that was issued first."""
    if place == "first":
        return to_pay.alone(turn, min(can, key=lambda one: (one.issued_on or turn.today, one.number)))
    return _choose(turn, can)


def _none_like_it(turn: Turn, said: Wanted) -> Meant | Reply:
    """The only one that fits, which cannot be paid; or the amount of all that is due."""
    page = _find(turn, replace(said, state=""), 0, 2)
    if page.count == 1:
        return to_pay.alone(turn, page.items[0])
    due = to_pay.everything(turn)
    if due and said.amount_cents == due.cents:
        return due
    return listing.nothing(turn, "invoices", replace(said, state="unpaid"))


def _among(turn: Turn, found: Sequence[Paper]) -> Meant | Reply:
    """Those that were shown: the one that can be paid, or which of them; of one alone, why not."""
    can = to_pay.payable(found)
    if not can and len(found) == 1:
        return to_pay.alone(turn, found[0])
    return _choose(turn, can) if can else to_pay.nothing(turn)


def _choose(turn: Turn, can: Sequence[Paper]) -> Meant | Reply:
    """One is paid; of several the client picks, or takes all, where that many were said."""
    if len(can) == 1:
        return to_pay.alone(turn, can[0])
    if turn.slots.get("count") == len(can):
        return to_pay.together(turn, can)
    offset, can = int(turn.slots.get("offset", 0)), to_pay.oldest_first(turn, can)
    items = tuple(can[offset : offset + listing.A_PAGE])
    text = turn.words("pay.which", n=len(can), montant=to_pay.total(turn, can), liste="{rows}")
    reply = Reply(text, language=turn.language)
    choices = [turn.choice(one.number, "pay", {"id": one.id}) for one in items]
    rows = tuple(
        papers.row(turn, one, choice.id, to_pay.now(one)) for one, choice in zip(items, choices, strict=True)
    )
    reply = replace(reply.offer(*choices), rows=rows)
    context.remember(turn, [one.id for one in items])
    reply = listing.paged(turn, reply, Page(items, len(can), offset=offset), turn.slots)
    every = to_pay.one_currency(turn, can[:MOST])
    if len(every.papers) < 2:
        return reply
    amount = turn.amount(every.cents, every.currency)
    label = phrases.label("pay_everything", turn.language, montant=amount)
    slots = {"ids": [one.id for one in every.papers], "each": True}
    return reply.offer(turn.choice(label, "pay", slots, main=True))


def _find(turn: Turn, wanted: Wanted, offset: int = 0, limit: int = listing.A_PAGE) -> Page[Paper]:
    return turn.work.books.find(turn.client, wanted, turn.today, offset, limit)
