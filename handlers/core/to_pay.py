"""What can be paid now: of one invoice, of several in one payment, of all that is due; else why not, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from handlers.core.turn import Reply
from handlers.rules.paper import Kind, Paper, Wanted
from handlers.rules.paying import limits, takes

if TYPE_CHECKING:
    from handlers.core.talk import Turn

INVOICE: tuple[Kind, ...] = ("invoice",)
MOST = 100  # invoices of one payment


@dataclass(frozen=True)
class Meant:
    """Invoices of one currency, each with something to pay now, the oldest due first; what is said of the others."""

    papers: tuple[Paper, ...]
    said: tuple[str, ...] = ()

    @property
    def cents(self) -> int:
        return sum(map(now, self.papers))

    @property
    def currency(self) -> str:
        return self.papers[0].currency


def now(paper: Paper) -> int:
    """What can be paid of it now, in cents: what is in progress is not asked for again (mission S53)."""
    return max(0, paper.left_cents - paper.in_progress_cents)


def payable(found: Iterable[Paper]) -> tuple[Paper, ...]:
    return tuple(one for one in found if one.kind == "invoice" and one.status == "issued" and now(one))


def oldest_first(turn: Turn, found: Iterable[Paper]) -> list[Paper]:
    """By due date."""
    return sorted(found, key=lambda one: (one.due_on or one.issued_on or turn.today, one.number))


def total(turn: Turn, found: Iterable[Paper], cents: Callable[[Paper], int] = now) -> str:
    """ "734,56 €", "734,56 € + 200,00 $US": amounts of two currencies are never added up."""
    sums: dict[str, int] = {}
    for one in found:
        sums[one.currency] = sums.get(one.currency, 0) + cents(one)
    return " + ".join(turn.amount(sum_, currency) for currency, sum_ in sums.items())


def alone(turn: Turn, paper: Paper) -> Meant | Reply:
    if why := why_not(turn, paper):
        return Reply(why, language=turn.language)
    return Meant((paper,), _apart(turn, paper.in_progress_cents, paper.currency))


def together(turn: Turn, found: Sequence[Paper], said: Sequence[str] = ()) -> Meant | Reply:
    """All of these in one payment; why not, of those that cannot be."""
    reasons = [*said, *filter(None, (why_not(turn, one) for one in found))]
    can = payable(found)
    if not can:
        return Reply("\n".join(reasons), language=turn.language) if reasons else nothing(turn)
    meant = one_currency(turn, can)
    running = sum(one.in_progress_cents for one in meant.papers)
    return replace(meant, said=(*reasons, *_apart(turn, running, meant.currency), *meant.said))


def everything(turn: Turn) -> Meant | None:
    """All that can be paid now; what is in progress is said."""
    found = turn.work.payments.payable(turn.client, turn.today)[:MOST]
    if not found:
        return None
    meant, balance = one_currency(turn, found), turn.work.books.balance(turn.client, turn.today)
    running = balance.in_progress_cents if balance.currency == meant.currency else 0
    return replace(meant, said=(*_apart(turn, running, meant.currency), *meant.said))


def one_currency(turn: Turn, found: Iterable[Paper]) -> Meant:
    """One payment has one currency: that of the oldest due; the others are said."""
    ordered = oldest_first(turn, found)
    same = tuple(one for one in ordered if one.currency == ordered[0].currency)
    others = [one for one in ordered if one.currency != ordered[0].currency]
    if not others:
        return Meant(same)
    words = {"numéro": others[0].number, "n": len(others), "reste": total(turn, others)}
    return Meant(same, (turn.words(f"pay.currency_{'one' if len(others) == 1 else 'many'}", **words),))


def _apart(turn: Turn, running: int, currency: str) -> tuple[str, ...]:
    """That so much is in progress, and no part of this."""
    return (turn.words("pay.running_apart", montant=turn.amount(running, currency)),) if running else ()


def not_online(turn: Turn, due: Sequence[Paper]) -> str:
    """Why these invoices of one currency cannot be paid online, in words; "" where they can."""
    cents, currency = sum(map(now, due)), due[0].currency
    names = {"numéro": due[0].number, "n": len(due)}
    said = {
        "objet": turn.words(f"pay_page.{'one' if len(due) == 1 else 'many'}", **names),
        "reste": turn.amount(cents, currency),
    }
    if not turn.work.payments.online(turn.company):
        return turn.words("pay.off_company", **said)
    if takes(cents, currency):
        return ""
    between = limits(currency)
    if between is None:
        return turn.words("pay.off_currency", **said)
    minimum, maximum = (turn.amount(end, currency) for end in between)
    return turn.words("pay.off_limits", minimum=minimum, maximum=maximum, **said)


# --- why not


def why_not(turn: Turn, paper: Paper) -> str:
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


def nothing(turn: Turn) -> Reply:
    """Nothing is due, or all of it is in progress."""
    wanted = Wanted(kinds=INVOICE, state="unpaid")
    unpaid = turn.work.books.find(turn.client, wanted, turn.today, 0, MOST).items
    running = [one for one in unpaid if one.in_progress_cents]
    if len(running) == 1 and not now(running[0]):
        return Reply(why_not(turn, running[0]), language=turn.language)
    if running:
        amount = total(turn, running, lambda one: one.in_progress_cents)
        return turn.say("pay.already_running_all", montant=amount)
    return turn.say("pay.nothing_all", date=turn.day(turn.today))
