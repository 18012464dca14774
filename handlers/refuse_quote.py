"""Refuse a quote: a reason and a word, both optional, then a fresh code (mission S50, S51, N18)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from handlers.core import act_codes, deciding, opening, passing, phrases, quotes, which_quote, wording
from handlers.core.deciding import Attempt
from handlers.core.registry import intent, step
from handlers.core.request import Request
from handlers.core.route import run
from handlers.core.talk import Turn
from handlers.core.turn import Reply
from handlers.rules.comment import CLOSING, HELLO
from handlers.rules.decisive import DECLINES, says
from handlers.rules.reasons import REASONS, reason_in
from handlers.rules.signing import Decision, Offer
from handlers.rules.text import words

ACT = "refuse_quote"
LONGEST = 1000  # characters of a comment
COMMENTS = frozenset((ACT, "human"))  # said here, these are part of the comment


@intent(ACT, option="signature", scoped=True, right="sign", team=False)
def refuse_quote(turn: Turn) -> Reply | None:
    if told := turn.slots.get("attempt"):
        return _moved(turn, told)
    offer = which_quote.asked(turn, "refuse")
    if isinstance(offer, Reply):
        return offer
    return quotes.closed(turn, offer) or _begun(turn, offer, str(turn.slots.get("comment", "")))


def _begun(turn: Turn, offer: Offer, comment: str) -> Reply:
    """Nothing is declined unread: the quote goes with the first question, where it was not shown here."""
    if quotes.changed(turn, offer):
        return quotes.present(turn, offer)
    former = deciding.unfinished(turn, "refuse", offer)
    comment = comment[:LONGEST] or (former.comment if former else "")
    attempt = deciding.begin(turn, offer, "refuse", reason=reason_in(comment), comment=comment)
    reply = _word(turn, attempt) if comment else _reason(turn, attempt)
    if quotes.was_shown(turn, offer):
        return reply
    documents, zipped = quotes.attached(turn, offer)
    quotes.went_out(turn, offer)
    return replace(reply, text="\n".join(filter(None, (reply.text, zipped)))).attach(*documents)


def _labels(turn: Turn, key: str) -> tuple[str, ...]:
    return phrases.labels("refuse", key, turn.language)


# --- the reason


def _reason(turn: Turn, attempt: Attempt) -> Reply:
    reply = turn.say("refuse.ask", **quotes.names(turn, attempt.offer))
    for reason, label in zip((*REASONS, ""), _labels(turn, "ask"), strict=True):
        reply = reply.offer(turn.choice(label, ACT, attempt.slots(reason=reason)))
    return turn.then("refuse_quote.reason", reply)


@step("refuse_quote.reason")
def reason(turn: Turn) -> Reply | None:
    """One of the reasons, by its number or its label; other words are a comment."""
    if act_codes.typed(turn):
        return coded(turn)
    attempt = deciding.going_on(turn, "refuse")
    if isinstance(attempt, Reply):
        return attempt
    said = words(deciding.line(turn))
    for n, (name, label) in enumerate(zip((*REASONS, ""), _labels(turn, "ask"), strict=True), 1):
        if said in (str(n), words(label)):
            return _word(turn, replace(attempt, reason=name))
    return deciding.aside(turn, attempt, lambda: _commented(turn, attempt), COMMENTS)


# --- a word, and the act


def _word(turn: Turn, attempt: Attempt) -> Reply:
    """Ask for a comment, or show the one that was said; then « Refuser »."""
    assert turn.account is not None
    deciding.keep(turn, attempt)
    lines = [turn.words("refuse.confirm", adresse_masquée=wording.masked(turn.account.address))]
    if attempt.comment:
        lines.insert(0, turn.words("human.comment", commentaire=attempt.comment))
    decline, cancel = _labels(turn, "confirm")
    reply = Reply("\n".join(lines), language=turn.language).offer(
        turn.choice(decline, ACT, attempt.slots(confirm=True), main=True),
        turn.choice(cancel, "cancel", {}),
    )
    return turn.then("refuse_quote.word", reply)


def _commented(turn: Turn, attempt: Attempt) -> Reply:
    """The message is added to the comment."""
    said = f"{attempt.comment} {_body(turn, turn.text)}".strip()[:LONGEST]
    return _word(turn, replace(attempt, comment=said, reason=attempt.reason or reason_in(said)))


def _body(turn: Turn, text: str) -> str:
    """A mail without its greeting and closing."""
    if turn.chat:
        return text.strip()
    return CLOSING.sub("", "\n" + HELLO.sub("", text, count=1)).strip(" \n,;")


@step("refuse_quote.word")
def word(turn: Turn) -> Reply | None:
    """REFUSER asks for the code, and what stands below it is the comment; other words are one too."""
    if act_codes.typed(turn):
        return coded(turn)
    attempt = deciding.going_on(turn, "refuse")
    if isinstance(attempt, Reply):
        return attempt
    said = deciding.line(turn)
    if says(said, DECLINES) or words(said) in (str(1), _named(turn, attempt)):
        deciding.received(turn, attempt, said)
        below = "" if turn.chat else _body(turn, _below(turn.text))
        deciding.keep(turn, replace(attempt, comment=f"{attempt.comment} {below}".strip()[:LONGEST]))
        return act_codes.ask(turn, attempt)
    if words(said) in (str(2), words(_labels(turn, "confirm")[1])):
        return run(turn, Request("cancel"))
    if deciding.doubtful(turn, lambda one: says(one, DECLINES)):
        return deciding.unsure(turn, phrases.word("decline", turn.language))
    return deciding.aside(turn, attempt, lambda: _commented(turn, attempt), COMMENTS)


def _named(turn: Turn, attempt: Attempt) -> str:
    return words(quotes.word(turn, "decline", attempt.offer.paper.number))


def _below(text: str) -> str:
    """What stands under the line that decides."""
    lines = text.strip().split("\n")
    at = next((n for n, one in enumerate(lines) if "refus" in one.lower() or "declin" in one.lower()), 0)
    return "\n".join(lines[at + 1 :])


def _moved(turn: Turn, told: dict[str, Any]) -> Reply | None:
    """A button of the attempt."""
    attempt = deciding.going_on(turn, "refuse", told["ticket"])
    if isinstance(attempt, Reply):
        return attempt
    if "reason" in told:
        return _word(turn, replace(attempt, reason=told["reason"]))
    return act_codes.ask(turn, attempt)


# --- refused


@step("refuse_quote.code")
def coded(turn: Turn) -> Reply | None:
    return act_codes.coded(turn, "refuse", _refused)


def _refused(turn: Turn, attempt: Attempt, decision: Decision) -> Reply:
    """Recorded, mailed to the company; to a chat's client by e-mail too, for it was done in their name."""
    home = passing.home(turn)
    reason_ = phrases.say("refuse", f"reason_{decision.reason or 'none'}", home)
    said = decision.comment
    comment = phrases.say("refuse", "comment", home, commentaire=said) if said else ""
    passing.record(
        turn, passing.about(turn, "refuse.noted", attempt.offer.paper, raison=reason_, commentaire=comment)
    )
    paper = attempt.offer.paper
    turn.mail(
        turn.company,
        turn.company.email,
        "company.refused",
        home,
        kind="company",
        account=turn.account,
        client=turn.client.name,
        numéro=paper.number,
        total=wording.with_vat(paper.total_cents, home, paper.currency),
        raison=reason_,
        commentaire=comment,
        **opening.moment_in(turn, decision.at, home),
    )
    if turn.chat:
        _mailed(turn, attempt, decision)
    if not said:
        return turn.say("refuse.done", numéro=paper.number)
    return turn.say("refuse.done_comment", numéro=paper.number, commentaire=said)


def _mailed(turn: Turn, attempt: Attempt, decision: Decision) -> None:
    assert turn.account is not None
    said = decision.comment
    turn.mail(
        turn.company,
        turn.account.address,
        "mail.refused",
        turn.language,
        turn.form,
        account=turn.account,
        commentaire=turn.words("human.comment", commentaire=said) if said else "",
        **quotes.names(turn, attempt.offer),
        **turn.moment(decision.at),
    )
