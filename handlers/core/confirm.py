"""The question before an act that was understood from free words: it names the document and the amount on record."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from handlers.core import phrases, stopping, which_invoices
from handlers.core.request import NOTICES, Request
from handlers.core.turn import Language, Reply
from handlers.rules.decisive import first_line
from handlers.rules.number import normal
from handlers.rules.paper import Paper, Wanted
from handlers.rules.text import words

if TYPE_CHECKING:
    from handlers.core.talk import Turn

ON = {
    "accept_quote": "quote",
    "refuse_quote": "quote",
}  # the kind of document each is about
PRINTED = {"pay": "pay", "accept_quote": "sign", "refuse_quote": "decline"}  # the word of each, word.*.toml
LANGUAGES: dict[str, Language] = {"fr": "fr", "en": "en"}


def printed(turn: Turn, request: Request) -> bool:
    """ "SIGNER D-12": the very words that we print, alone on the first line. Its own steps ask."""
    if request.intent not in PRINTED:
        return False
    number = words(str(request.slots.get("doc_number", "")))
    typed = (phrases.word(PRINTED[request.intent], language) for language in ("fr", "en"))
    return words(first_line(turn.text)) in {f"{words(word)} {number}".strip() for word in typed}


def question(turn: Turn, request: Request) -> Reply:
    """Yes leads to the act, no to nothing. A yes with a condition is a matter for a person."""
    if request.slots.get("topic") == "condition":
        asked, leads = turn.say("desk.conditional"), (request.intent, {"message": turn.text})
        return turn.yes_no(asked, leads, labels=phrases.labels("desk", "conditional", turn.language))
    if request.intent == "pay":
        return _payment(turn, request)
    if request.intent in NOTICES:
        what, where = stopping.what(turn), stopping.where(turn)
        named = {"quoi": turn.words(f"notify.back_{what or 'both'}"), "où": stopping.place(turn, where)}
        action = turn.words(f"action.{request.intent}_of", **named)
        return _asked(turn, request.intent, {"what": what, "where": where}, action, turn.language)
    paper = _paper(turn, request)
    slots = request.slots | ({"id": paper.id} if paper else {})
    # Who cannot read this language is asked in the one that was asked for.
    language = LANGUAGES.get(str(request.slots.get("language", "")), turn.language)
    action = phrases.say("action", request.intent, language) if paper is None else _on(turn, request, paper)
    return _asked(turn, request.intent, slots, action, language)


def _asked(turn: Turn, intent: str, slots: dict[str, Any], action: str, language: Language) -> Reply:
    text = phrases.say("desk", "confirm", language, turn.form, turn.company.phrases, action=action)
    labels = phrases.labels("desk", "confirm", language)
    return replace(turn.yes_no(Reply(text), (intent, slots), labels=labels), language=language)


def _payment(turn: Turn, request: Request) -> Reply:
    """How much, for what; where that is open, or cannot be, the words that say so are the answer."""
    turn.request = request
    meant = which_invoices.asked(turn)
    if isinstance(meant, Reply):
        return meant
    amount = turn.amount(meant.cents, meant.currency)
    ids, first = [one.id for one in meant.papers], meant.papers[0]
    if len(ids) > 1:
        action = turn.words("action.pay_many", n=len(ids), montant=amount)
        return _asked(turn, "pay", {"ids": ids, "each": True}, action, turn.language)
    action = turn.words("action.pay_one", montant=amount, **turn.document("invoice", first.number))
    return _asked(turn, "pay", {"id": first.id}, action, turn.language)


def _on(turn: Turn, request: Request, paper: Paper) -> str:
    amount = turn.total(paper.total_cents, paper.currency)
    return turn.words(
        f"action.{request.intent}_one", montant=amount, **turn.document(paper.kind, paper.number)
    )


def _paper(turn: Turn, request: Request) -> Paper | None:
    """The one document that is named, among the client's own and of the kind the act is for."""
    kind, slots = ON.get(request.intent), request.slots
    if kind is None or turn.access is None:
        return None
    if "id" in slots:
        found = turn.work.books.by_id(turn.client, int(slots["id"]))
        return found if found and found.kind == kind else None
    number = normal(str(slots.get("doc_number", "")))
    page = turn.work.books.find(turn.client, Wanted(number=number), turn.today, 0, 2) if number else None
    papers = [one for one in page.items if one.kind == kind] if page else []
    return papers[0] if len(papers) == 1 else None
