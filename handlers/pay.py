"""Pay an invoice, several, or all that is due, at the payment provider: one link, one button (mission S52 to S57, N1).

Nothing is paid here: a request is kept, and the link to its page is made when the answer leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from handlers.core import by_transfer, phrases, several, to_pay, which_invoices
from handlers.core.registry import intent
from handlers.core.talk import Turn
from handlers.core.to_pay import Meant, now
from handlers.core.turn import Choice, Link, Reply
from handlers.rules.paper import Paper
from handlers.rules.paying import PayRequest, spread

LIFE = timedelta(hours=24)
LISTED = 8  # invoices of one payment that are named


@intent("pay", option="payment", scoped=True, right="pay", team=False)
def pay(turn: Turn) -> Reply:
    if turn.slots.get("topic") == "transfer":
        return by_transfer.details(turn)
    meant = which_invoices.asked(turn)
    return meant if isinstance(meant, Reply) else _proposed(turn, meant)


def _proposed(turn: Turn, meant: Meant) -> Reply:
    """The invoices, what is to pay of them, and the one link."""
    ids = [one.id for one in meant.papers]
    due = turn.work.payments.payable(turn.client, turn.today, ids)
    if not due:  # another message of the same client came first
        return to_pay.nothing(turn)
    if why := to_pay.not_online(turn, due):
        return _said_why(turn, due, why)
    request = _requested(turn, due)
    amount = turn.amount(request.amount_cents, request.currency)
    files, of_files = several.enclosed(turn, due)
    text = _one(turn, request, due[0]) if len(due) == 1 else _many(turn, request, due)
    reply = Reply("\n".join([text, *meant.said, *of_files]), language=turn.language, kind="pay")
    label = phrases.label("pay_amount", turn.language, montant=amount)
    reply = reply.attach(*files).link(Link(label, f"pay:{request.id}")).offer(*_otherwise(turn, due))
    turn.state["paper"] = due[0].id
    return reply.note(down=_down(turn))


def _said_why(turn: Turn, due: Sequence[Paper], why: str) -> Reply:
    """Not online; another way is told of."""
    ways = _otherwise(turn, due)[:1]
    if not turn.work.payments.bank(turn.company):
        why, ways = "\n".join((why, turn.words("pay.otherwise"))), []
    return Reply(why, language=turn.language).offer(*ways)


def _requested(turn: Turn, due: Sequence[Paper]) -> PayRequest:
    assert turn.account is not None, "who may pay is known"
    return turn.work.payments.request(
        turn.client,
        turn.account,
        spread(due, turn.today),
        due[0].currency,
        turn.said.channel,
        turn.conversation,
        turn.now,
        turn.now + LIFE,
    )


def _one(turn: Turn, request: PayRequest, paper: Paper) -> str:
    """What is left of it, and of what: credit notes and payments that came are named apart."""
    credited, paid = paper.credited_cents > 0, paper.paid_cents > 0
    key = {(False, False): "proposal", (False, True): "partial", (True, False): "credited"}
    words = {
        "numéro": paper.number,
        "total": turn.total(paper.total_cents, paper.currency),
        "avoirs": turn.amount(paper.credited_cents, paper.currency),
        "reçu": turn.amount(paper.paid_cents, paper.currency),
        "reste": turn.amount(request.amount_cents, request.currency),
    }
    return _said(turn, request, key.get((credited, paid), "partial_credited"), words)


def _many(turn: Turn, request: PayRequest, due: Sequence[Paper]) -> str:
    words = {
        "montant": turn.amount(request.amount_cents, request.currency),
        "n": len(due),
        "liste": "\n".join(_listed(turn, due)),
    }
    return _said(turn, request, "all", words)


def _listed(turn: Turn, due: Sequence[Paper]) -> list[str]:
    """Each with its amount; of many the oldest, and what the others add up to."""
    shown, others = due[:LISTED], due[LISTED:]
    lines = [f"{one.number} · {turn.amount(now(one), one.currency)}" for one in shown]
    if others:
        rest = turn.amount(sum(map(now, others)), others[0].currency)
        key = "pay.all_more_one" if len(others) == 1 else "pay.all_more_many"
        lines.append(turn.words(key, n=len(others), montant=rest))
    return lines


def _said(turn: Turn, request: PayRequest, key: str, words: dict[str, Any]) -> str:
    """A mail is read days later: its link shows the amount of that day. In a chat the link has its end."""
    if turn.chat:
        return turn.words(f"pay.{key}", **turn.moment(request.expires_at), **words)
    return turn.words(f"pay.{key}_mail", lien="{lien}", **words)


def _otherwise(turn: Turn, due: Sequence[Paper]) -> list[Choice]:
    """By transfer, where the company gave its bank details; several in one can be left."""
    choices = []
    if turn.work.payments.bank(turn.company):
        ids = [one.id for one in due]
        slots = {"id": ids[0]} if len(ids) == 1 else {"ids": ids, "each": True}
        label, word = phrases.label("transfer", turn.language), phrases.word("transfer", turn.language)
        choices.append(turn.choice(label, "pay", {"topic": "transfer"} | slots, word=word))
    if len(due) > 1:
        choices.append(turn.choice(phrases.label("cancel", turn.language), "cancel"))
    return choices


def _down(turn: Turn) -> str:
    """Said in place of the link, where the provider does not answer."""
    known = turn.work.payments.bank(turn.company) is not None
    return turn.words("pay.stripe_down" if known else "pay.stripe_down_short")
