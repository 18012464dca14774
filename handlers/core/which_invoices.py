"""Which invoices are to be paid: by number, by place, those shown, everything due; never another in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from handlers.core import context, listing, papers, phrases
from handlers.core.turn import Reply
from handlers.rules.number import read_digits, ways
from handlers.rules.paper import Kind, Page, Paper, Wanted

if TYPE_CHECKING:
    from handlers.core.talk import Turn

INVOICE: tuple[Kind, ...] = ("invoice",)
ANY: tuple[Kind, ...] = ("invoice", "credit_note", "quote")
MOST = 100  # invoices of one payment
NAMED = frozenset(("id", "doc_number", "doc_numbers", "ids", "places", "ordinal", "period", "amount"))


@dataclass(frozen=True)
class Meant:
    """Invoices of one currency, each with something to pay now, the oldest due first; what is said of the others."""

    papers: tuple[Paper, ...]
    said: tuple[str, ...] = ()

    @property
    def cents(self) -> int:
        return sum(now(one) for one in self.papers)

    @property
    def currency(self) -> str:
        return self.papers[0].currency


def now(paper: Paper) -> int:
    """What can be paid of it now, in cents: what is in progress is not asked for again (mission S53)."""
    return max(0, paper.left_cents - paper.in_progress_cents)


def asked(turn: Turn) -> Meant | Reply:
    """The invoices that are meant, or words: why not, which one."""
    slots = turn.slots
    if turn.only is not None or "id" in slots:
        id = turn.only if turn.only is not None else int(slots["id"])
        paper = turn.work.books.by_id(turn.client, id)
        return _one(turn, paper) if paper else turn.say("desk.old_button")
    if numbers := slots.get("doc_numbers"):
        return _numbered(turn, [str(one) for one in numbers])
    if number := slots.get("doc_number"):
        return _of_number(turn, str(number))
    if (ids := slots.get("ids")) and slots.get("status") != "overdue":
        found = [one for id in ids[:MOST] if (one := turn.work.books.by_id(turn.client, int(id)))]
        return _together(turn, found) if slots.get("each") else _among(turn, found)
    if slots.get("all"):
        return everything(turn) or nothing(turn)
    return _described(turn)


def named(turn: Turn) -> bool:
    """Does the request say which ones?"""
    return turn.only is not None or bool(NAMED & turn.slots.keys())


def everything(turn: Turn) -> Meant | None:
    """All that can be paid now; what is in progress is said."""
    found = turn.work.payments.payable(turn.client, turn.today)[:MOST]
    if not found:
        return None
    meant = _one_currency(turn, found)
    running = turn.work.books.balance(turn.client, turn.today)
    if not running.in_progress_cents or running.currency != meant.currency:
        return meant
    return replace(meant, said=(_running(turn, running.in_progress_cents, running.currency), *meant.said))


def nothing(turn: Turn) -> Reply:
    unpaid = _find(turn, Wanted(kinds=INVOICE, state="unpaid"), 0, MOST).items
    running = [one for one in unpaid if one.in_progress_cents]
    if len(running) == 1:
        return Reply(_why_not(turn, running[0]), language=turn.language)
    if running:
        amount = _total(turn, running, lambda one: one.in_progress_cents)
        return turn.say("pay.already_running_all", montant=amount)
    return turn.say("pay.nothing_all", date=turn.day(turn.today))


# --- one that is named


def _one(turn: Turn, paper: Paper) -> Meant | Reply:
    if why := _why_not(turn, paper):
        return Reply(why, language=turn.language)
    running = paper.in_progress_cents
    return Meant((paper,), (_running(turn, running, paper.currency),) if running else ())


def _why_not(turn: Turn, paper: Paper) -> str:
    """In words; "" for an invoice that can be paid now."""
    said = {"numéro": paper.number}
    if paper.kind != "invoice":
        return turn.words(f"pay.{paper.kind}", total=turn.total(paper.total_cents, paper.currency), **said)
    if paper.status == "cancelled":
        return turn.words("pay.cancelled", **said)
    if now(paper):
        return ""
    if paper.left_cents:
        amount = turn.amount(paper.in_progress_cents, paper.currency)
        return turn.words("pay.already_running", montant=amount, **said)
    return turn.words("pay.nothing_invoice", **said)


def _running(turn: Turn, cents: int, currency: str) -> str:
    return turn.words("pay.running_apart", montant=turn.amount(cents, currency))


def _of_number(turn: Turn, written: str) -> Meant | Reply:
    found = _found(turn, written)
    if len(found) == 1:
        return _one(turn, found[0])
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
    return _together(turn, list(found.values()), said)


# --- several


def _together(turn: Turn, found: Sequence[Paper], said: Sequence[str] = ()) -> Meant | Reply:
    """All of these in one payment; why not, of those that cannot be."""
    why_not = [*said, *filter(None, (_why_not(turn, one) for one in found))]
    can = [one for one in found if not _why_not(turn, one)]
    if not can:
        return Reply("\n".join(why_not), language=turn.language) if why_not else nothing(turn)
    meant = _one_currency(turn, can)
    running = sum(one.in_progress_cents for one in meant.papers)
    partly = (_running(turn, running, meant.currency),) if running else ()
    return replace(meant, said=(*why_not, *partly, *meant.said))


def _one_currency(turn: Turn, found: Iterable[Paper]) -> Meant:
    """One payment has one currency: that of the oldest due; the others are said."""
    ordered = sorted(found, key=lambda one: (one.due_on or one.issued_on or turn.today, one.number))
    currency = ordered[0].currency
    same = tuple(one for one in ordered if one.currency == currency)
    others = [one for one in ordered if one.currency != currency]
    if not others:
        return Meant(same)
    words = {"numéro": others[0].number, "n": len(others), "reste": _total(turn, others)}
    return Meant(same, (turn.words(f"pay.currency_{'one' if len(others) == 1 else 'many'}", **words),))


def _total(turn: Turn, found: Iterable[Paper], cents: Callable[[Paper], int] = now) -> str:
    """ "734,56 €", "734,56 € + 200,00 $US": amounts of two currencies are never added up."""
    sums: dict[str, int] = {}
    for one in found:
        sums[one.currency] = sums.get(one.currency, 0) + cents(one)
    return " + ".join(turn.amount(cents, currency) for currency, cents in sums.items())


# --- what is left open


def _described(turn: Turn) -> Meant | Reply:
    """ "The last one", "the one of March", "the overdue ones", or just what is due."""
    said = listing.wanted(turn.slots, INVOICE)
    place = turn.slots.get("ordinal")
    if place in ("last", "previous"):
        page = _find(turn, replace(said, state=""), 1 if place == "previous" else 0, 1)
        return _one(turn, page.items[0]) if page.items else nothing(turn)
    if replace(said, state="") == Wanted(kinds=INVOICE) and said.state != "overdue":
        can = turn.work.payments.payable(turn.client, turn.today)
        return _first_or_one_of(turn, can, place) if can else nothing(turn)
    can = _payable(_find(turn, said if said.state else replace(said, state="unpaid"), 0, MOST).items)
    return _first_or_one_of(turn, can, place) if can else _none_like_it(turn, said)


def _first_or_one_of(turn: Turn, can: Sequence[Paper], place: object) -> Meant | Reply:
    """The oldest is the one that was issued first."""
    if place == "first":
        return _one(turn, min(can, key=lambda one: (one.issued_on or turn.today, one.number)))
    return _choose(turn, can)


def _none_like_it(turn: Turn, said: Wanted) -> Meant | Reply:
    """The only one that fits, which cannot be paid; or the amount of all that is due."""
    page = _find(turn, replace(said, state=""), 0, 2)
    if page.count == 1:
        return _one(turn, page.items[0])
    due = everything(turn)
    if due and said.amount_cents == due.cents:
        return due
    return listing.nothing(turn, "invoices", replace(said, state="unpaid"))


def _among(turn: Turn, found: Sequence[Paper]) -> Meant | Reply:
    """Those that were shown: the one that can be paid, or which of them; of one alone, why not."""
    can = _payable(found)
    if not can and len(found) == 1:
        return _one(turn, found[0])
    return _choose(turn, can) if can else nothing(turn)


def _payable(found: Iterable[Paper]) -> tuple[Paper, ...]:
    return tuple(one for one in found if one.kind == "invoice" and one.status == "issued" and now(one))


def _choose(turn: Turn, can: Sequence[Paper]) -> Meant | Reply:
    """One is paid; of several the client picks, or takes all, where that many were said."""
    if len(can) == 1:
        return _one(turn, can[0])
    if turn.slots.get("count") == len(can):
        return _together(turn, can)
    offset = int(turn.slots.get("offset", 0))
    items = tuple(can[offset : offset + listing.A_PAGE])
    text = turn.words("pay.which", n=len(can), montant=_total(turn, can), liste="{rows}")
    reply = Reply(text, language=turn.language)
    choices = [turn.choice(one.number, "pay", {"id": one.id}) for one in items]
    rows = tuple(
        papers.row(turn, one, choice.id, now(one)) for one, choice in zip(items, choices, strict=True)
    )
    reply = replace(reply.offer(*choices), rows=rows)
    context.remember(turn, [one.id for one in items])
    reply = listing.paged(turn, reply, Page(items, len(can), offset=offset), turn.slots)
    every = _one_currency(turn, can[:MOST])
    if len(every.papers) < 2:
        return reply
    amount = turn.amount(every.cents, every.currency)
    label = phrases.label("pay_everything", turn.language, montant=amount)
    slots = {"ids": [one.id for one in every.papers], "each": True}
    return reply.offer(turn.choice(label, "pay", slots, main=True))


def _find(turn: Turn, wanted: Wanted, offset: int = 0, limit: int = listing.A_PAGE) -> Page[Paper]:
    return turn.work.books.find(turn.client, wanted, turn.today, offset, limit)
