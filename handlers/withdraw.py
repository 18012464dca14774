"""A consumer goes back on an order within 14 days: asked, confirmed, and answered with a dated receipt (design 6)."""

from __future__ import annotations

from datetime import date
from typing import Any

from handlers.core import deciding, listing, opening, passing, phrases, which_quote, wording
from handlers.core.registry import intent, step
from handlers.core.talk import Turn
from handlers.core.turn import Reply
from handlers.rules.decisive import WITHDRAWS, says
from handlers.rules.number import normal
from handlers.rules.offers import withdrawable, withdrawal_ends
from handlers.rules.paper import Page, Paper
from handlers.rules.signing import Decision

ACT, STEP = "withdraw", "withdraw.confirm"


@intent(ACT, option="signature", scoped=True, right="sign", team=False)
def withdraw(turn: Turn) -> Reply | None:
    if not withdrawable(turn.company, turn.client):
        return turn.say("withdraw.none")
    if id := turn.slots.get("confirmed"):
        return _withdrawn(turn, int(id))
    signed = [one for one in turn.work.signing.decisions(turn.client) if one.outcome == "accepted"]
    if named := _named(turn, signed):
        return _asked(turn, named)
    within = [one for one in signed if one.withdrawn_at is None and turn.today <= _last_day(turn, one)]
    if len(within) > 1:
        return _which(turn, within)
    if within or signed:
        return _asked(turn, (within or signed)[0])
    return turn.say("withdraw.none")


def _named(turn: Turn, signed: list[Decision]) -> Decision | None:
    id = turn.only if turn.only is not None else turn.slots.get("id")
    number = normal(str(turn.slots.get("doc_number", "")))
    fits = (one for one in signed if one.document_id == id or (number and normal(one.number) == number))
    return next(fits, None)


def _signed_on(turn: Turn, decision: Decision) -> date:
    return wording.local(decision.at, turn.company.timezone).date()


def _last_day(turn: Turn, decision: Decision) -> date:
    return withdrawal_ends(_signed_on(turn, decision))


def _which(turn: Turn, within: list[Decision]) -> Reply:
    found = (turn.work.books.by_id(turn.client, one.document_id) for one in within)
    papers = tuple(paper for paper in found if paper)[: listing.A_PAGE]
    text = turn.words("withdraw.which", n=len(papers), liste="{rows}")
    return which_quote.chosen_from(turn, text, Page(papers, len(papers)), ACT)


# --- the step


def _asked(turn: Turn, decision: Decision) -> Reply:
    """What would be withdrawn from and until when; then « confirmer la rétractation » (Code de la consommation,
    L221-21)."""
    paper = turn.work.books.by_id(turn.client, decision.document_id)
    if paper is None:
        return turn.say("desk.old_button")
    if decision.withdrawn_at:
        return turn.say("withdraw.already", numéro=paper.number, **turn.moment(decision.withdrawn_at))
    last = _last_day(turn, decision)
    if turn.today > last:
        return turn.say("withdraw.over", numéro=paper.number, fin=turn.day(last))
    label = phrases.label("withdraw_confirm", turn.language)
    word = phrases.word("withdraw_confirm", turn.language)
    words = {"numéro": paper.number, "total": turn.total(paper.total_cents, paper.currency)}
    lines = [turn.words("withdraw.ask", date=turn.moment(decision.at)["date"], fin=turn.day(last), **words)]
    if not turn.chat:
        lines.append(turn.words("withdraw.ask_mail", mot=word))
    slots = {"id": paper.id, "confirmed": paper.id}
    reply = Reply("\n".join(lines), language=turn.language)
    if turn.chat:
        reply = reply.offer(turn.choice(label, ACT, slots, main=True, word=word))
    else:
        reply = reply.say_next(word, *deciding.ways_out(turn))
    return turn.then(STEP, reply, id=paper.id)


@step(STEP)
def confirm(turn: Turn) -> Reply | None:
    id = int(turn.data["id"])
    if says(deciding.line(turn), WITHDRAWS):
        turn.state.pop("step")
        return _withdrawn(turn, id)
    if deciding.doubtful(turn, lambda one: says(one, WITHDRAWS)):
        return deciding.unsure(turn, phrases.word("withdraw_confirm", turn.language))
    turn.state.pop("step")
    return deciding.otherwise(turn)


def _withdrawn(turn: Turn, id: int) -> Reply:
    decision = turn.work.signing.decision(turn.client, id)
    paper = turn.work.books.by_id(turn.client, id)
    if decision is None or paper is None or decision.outcome != "accepted":
        return turn.say("desk.old_button")
    if turn.today > _last_day(turn, decision) or not turn.work.signing.withdraw(
        turn.client, decision, turn.now
    ):
        return _asked(turn, turn.work.signing.decision(turn.client, id) or decision)
    turn.state.pop("offers", None)
    _told(turn, paper, decision)
    return turn.say("withdraw.done", numéro=paper.number, **turn.moment(turn.now))


def _told(turn: Turn, paper: Paper, decision: Decision) -> None:
    """On the client's file; a receipt to the client on a durable medium, and the news to the company."""
    home, account = passing.home(turn), deciding.account(turn)
    total = wording.with_vat(paper.total_cents, home, paper.currency)
    named: dict[str, Any] = {"numéro": paper.number, "total": total, "signature": decision.signature_id}
    passing.record(turn, phrases.say("withdraw", "noted", home, own=turn.company.phrases, **named))
    turn.mail(
        turn.company,
        account.address,
        "mail.withdrawn",
        turn.language,
        turn.form,
        account=account,
        numéro=paper.number,
        total=turn.total(paper.total_cents, paper.currency),
        signé_le=turn.day(_signed_on(turn, decision)),
        **turn.moment(turn.now),
    )
    turn.mail(
        turn.company,
        turn.company.email,
        "company.withdrawn",
        home,
        kind="company",
        account=account,
        client=turn.client.name,
        signé_le=wording.day(_signed_on(turn, decision), home),
        **named,
        **opening.moment_in(turn, turn.now, home),
    )
