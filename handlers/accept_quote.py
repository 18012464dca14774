"""Sign a quote: it is read, its boxes are ticked one by one, a fresh code is typed (mission S31, S42 to S45)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from handlers.core import act_codes, deciding, passing, phrases, quotes, which_quote, wording
from handlers.core.confirm import question
from handlers.core.deciding import Attempt
from handlers.core.guards import conditional
from handlers.core.registry import intent, step
from handlers.core.request import Request
from handlers.core.strip import strip
from handlers.core.talk import Turn
from handlers.core.turn import Choice, Reply
from handlers.rules.decisive import CONFIRMS, ORDERS, says, ticks
from handlers.rules.offers import boxes, consumer, withdrawable, withdrawal_ends
from handlers.rules.signing import Consent, Decision, Offer

ACT, STEP = "accept_quote", "accept_quote.boxes"


@intent(ACT, option="signature", scoped=True, right="sign", team=False)
def accept_quote(turn: Turn) -> Reply | None:
    if told := turn.slots.get("attempt"):
        return _extended(turn) if told.get("extension") else _moved(turn, told)
    offer = which_quote.asked(turn, "accept")
    if isinstance(offer, Reply):
        return offer
    if reply := quotes.closed(turn, offer):
        return reply
    if quotes.to_be_read(turn, offer):
        return quotes.present(turn, offer)
    return _begun(turn, offer)


def _extended(turn: Turn) -> Reply:
    offer = which_quote.asked(turn, "accept")
    return offer if isinstance(offer, Reply) else quotes.extension(turn, offer)


def _begun(turn: Turn, offer: Offer) -> Reply:
    """Taken up where it was left, else anew."""
    attempt = deciding.unfinished(turn, "accept", offer)
    attempt = attempt or deciding.begin(turn, offer, "accept", _consents(turn, offer))
    turn.expect(STEP)
    if turn.chat:
        return _in_chat(turn, attempt)
    begun = any(one.ticked for one in attempt.ticket.consents)
    return _awaited(turn, attempt) if begun else _by_mail(turn, attempt)


def _consents(turn: Turn, offer: Offer) -> list[Consent]:
    words = quotes.names(turn, offer) | {"n": len(offer.annexes), "client": turn.client.name}
    return [
        Consent(name, turn.words(f"sign.{key}", **words))
        for name, key in boxes(turn.client.kind, len(offer.annexes))
    ]


# --- the boxes


def _listed(consents: Sequence[Consent]) -> str:
    return "\n".join(f"{n}. {one.text}" for n, one in enumerate(consents, 1))


def _in_chat(turn: Turn, attempt: Attempt, missing: bool = False) -> Reply:
    """Their full texts, numbered, and buttons that show their state."""
    consents = attempt.ticket.consents
    lines = [turn.words("sign.boxes", liste=_listed(consents))]
    if not attempt.ticket.missing:
        assert turn.account is not None
        lines.append(turn.words("sign.ticked", adresse_masquée=wording.masked(turn.account.address)))
    elif missing:
        lines.append(_missing(turn, attempt))
    reply = Reply("\n".join(lines), language=turn.language).offer(*_buttons(turn, attempt))
    return reply.note(columns=len(consents))


def _buttons(turn: Turn, attempt: Attempt) -> list[Choice]:
    """The same ids as long as the attempt lives: two boxes may be pressed before the message has changed."""
    key, order = f"t{attempt.ticket.id}", consumer(turn.client.kind)
    made = [
        turn.choice(f"{'☑' if one.ticked else '☐'} {n}", ACT, attempt.slots(box=n), id=f"{key}.{n}")
        for n, one in enumerate(attempt.ticket.consents, 1)
    ]
    label = phrases.label("order" if order else "confirm", turn.language)
    return [*made, turn.choice(label, ACT, attempt.slots(confirm=True), main=True, id=f"{key}.ok")]


def _by_mail(turn: Turn, attempt: Attempt) -> Reply:
    """The quote, its annexes and the boxes in one mail."""
    documents, zipped = quotes.attached(turn, attempt.offer)
    quotes.went_out(turn, attempt.offer)
    paper, consents = attempt.offer.paper, attempt.ticket.consents
    until = {"date": turn.day(paper.valid_until)} if paper.valid_until else {}
    key = f"mail.sign_boxes{'_two' if len(consents) == 2 else ''}{'' if until else '_short'}"
    text = turn.words(key, liste=_listed(consents), **until, **quotes.names(turn, attempt.offer))
    numbers = " ".join(str(n) for n in range(1, len(consents) + 1))
    reply = Reply("\n".join(filter(None, (text, zipped))), language=turn.language).attach(*documents)
    decline = quotes.word(turn, "decline", paper.number)
    return reply.say_next(numbers, decline, *deciding.ways_out(turn))


def _missing(turn: Turn, attempt: Attempt) -> str:
    n = attempt.ticket.missing
    return turn.words("sign.missing_one") if n == 1 else turn.words("sign.missing_many", n=n)


def _awaited(turn: Turn, attempt: Attempt) -> Reply:
    """What is left to do before the code."""
    if turn.chat:
        return _in_chat(turn, attempt, missing=True)
    consents = attempt.ticket.consents
    if attempt.ticket.missing:
        state = [f"{'☑' if one.ticked else '☐'} {n}. {one.text}" for n, one in enumerate(consents, 1)]
        reply = Reply("\n".join([_missing(turn, attempt), *state]), language=turn.language)
        return reply.say_next(_numbers(attempt), *deciding.ways_out(turn))
    word, names = _decisive(turn), quotes.names(turn, attempt.offer)
    if consumer(turn.client.kind):
        reply = turn.say("mail.sign_ticked_order", mot=word, **names)
    else:
        reply = turn.say("mail.sign_ticked", **names)
    return reply.say_next(word, *deciding.ways_out(turn))


def _numbers(attempt: Attempt) -> str:
    """Those that are left, as they can be typed: "2 3"."""
    return " ".join(str(n) for n, one in enumerate(attempt.ticket.consents, 1) if not one.ticked)


def _decisive(turn: Turn) -> str:
    return phrases.word("order" if consumer(turn.client.kind) else "confirm", turn.language)


# --- what moves it on


def _moved(turn: Turn, told: dict[str, Any]) -> Reply | None:
    """A button of the attempt."""
    attempt = deciding.going_on(turn, "accept", told["ticket"])
    if isinstance(attempt, Reply):
        return attempt
    turn.expect(STEP)
    if told.get("code"):
        return act_codes.ask(turn, attempt)
    if told.get("confirm"):
        return _confirmed(turn, attempt)
    ticked = attempt.ticket.consents[told["box"] - 1].ticked
    return replace(_in_chat(turn, _ticked(turn, attempt, (told["box"],), not ticked)), kind="menu")


def _ticked(turn: Turn, attempt: Attempt, numbers: tuple[int, ...], on: bool = True) -> Attempt:
    consents = [
        replace(one, ticked=on) if n in numbers else one for n, one in enumerate(attempt.ticket.consents, 1)
    ]
    return replace(attempt, ticket=turn.work.signing.tick(turn.client, attempt.ticket, consents, turn.now))


def _confirmed(turn: Turn, attempt: Attempt) -> Reply | None:
    if attempt.ticket.missing:
        return replace(_awaited(turn, attempt), kind="menu" if turn.said.pressed else "answer")
    return act_codes.ask(turn, attempt)


@step(STEP)
def boxed(turn: Turn) -> Reply | None:
    """Numbers tick boxes, VALIDER asks for the code; both count on the first line only."""
    attempt = deciding.going_on(turn, "accept")
    if isinstance(attempt, Reply):
        return attempt
    if act_codes.typed(turn) and not attempt.ticket.missing:
        return coded(turn)
    count, said = len(attempt.ticket.consents), deciding.line(turn)
    decisive = ORDERS if consumer(turn.client.kind) else ORDERS | CONFIRMS
    if numbers := ticks(said, count):
        deciding.received(turn, attempt, said)
        return _awaited(turn, _ticked(turn, attempt, numbers))
    if says(said, decisive):
        deciding.received(turn, attempt, said)
        if conditional(strip(turn.text)):
            return question(turn, Request("human", {"topic": "condition"}))
        return _confirmed(turn, attempt)
    if deciding.doubtful(turn, lambda one: bool(ticks(one, count)) or says(one, ORDERS | CONFIRMS)):
        return deciding.unsure(turn, _numbers(attempt) or _decisive(turn))
    return deciding.aside(turn, attempt, lambda: _awaited(turn, attempt))


# --- signed


@step("accept_quote.code")
def coded(turn: Turn) -> Reply | None:
    return act_codes.coded(turn, "accept", _signed)


def _signed(turn: Turn, attempt: Attempt, decision: Decision) -> Reply:
    passing.record(
        turn, passing.about(turn, "sign.noted", attempt.offer.paper, signature=decision.signature_id)
    )
    key = "sign.done_proof_only" if attempt.offer.why_not else "sign.done"
    reply = turn.say(key, numéro=decision.number, signature=decision.signature_id, **turn.moment(decision.at))
    if not withdrawable(turn.company, turn.client):
        return reply
    last = withdrawal_ends(wording.local(decision.at, turn.company.timezone).date())
    back = turn.words("sign.going_back", fin=turn.day(last))
    label, word = phrases.label("withdraw", turn.language), phrases.word("withdraw", turn.language)
    choice = turn.choice(label, "withdraw", {"id": decision.document_id}, word=word)
    return replace(reply, text=f"{reply.text}\n{back}").offer(choice)
