"""The choices under an answer: those of a "did you mean", and the one that a press or a few words mean."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from handlers.core import phrases, picks
from handlers.core.decide import CONFIRM
from handlers.core.menu import STANDING, company_in, offers, pressed_standing
from handlers.core.request import OFFERED, Request, State
from handlers.core.slots import slots_of
from handlers.core.strip import strip
from handlers.core.talk import Turn
from handlers.core.turn import Choice, Reply
from handlers.rules.place import place_in
from handlers.rules.text import fold, words

LISTED = ("get_document", "file", "client", "company")  # what a line of a list leads to
CODE = re.compile(r"\bcodes?\b")


def offered(turn: Turn) -> frozenset[str]:
    """What can be a choice here. "Something else" leads to help; with an open access a code is of use to those who
    speak of one."""
    of_no_use = {"help"} if CODE.search(fold(turn.text)) else {"help", "login"}
    return frozenset(intent for intent in OFFERED - of_no_use if offers(turn, intent))


def which(turn: Turn, intents: list[str], requests: list[Request]) -> Reply:
    """Did you mean: at most three, and something else."""
    by = {request.intent: request for request in requests}
    reply = turn.say("desk.unclear_choices", liste="")
    for intent in intents:
        slots = by[intent].slots if intent in by else slots_of(strip(turn.text), intent, turn.today)
        slots = {"message": turn.text} if intent == "human" else slots
        if offers(turn, intent):
            label = _doing(turn, intent)
            reply = reply.offer(turn.choice(label[0].upper() + label[1:], intent, slots))
    reply = reply.offer(turn.choice(phrases.label("other", turn.language), "help"))
    picks.asked(turn)
    return reply


def _doing(turn: Turn, intent: str) -> str:
    """ "voir le solde": in action.*.toml, or the intent's own phrases say it under "action"."""
    return turn.words(f"action.{intent}" if phrases.has("action", intent) else f"{intent}.action")


def standing(shown: Iterable[Choice]) -> list[dict[str, Any]]:
    """What the choices under a message that no turn wrote lead to: they are answered by number, label or word too."""
    return [
        {"id": one.id, "label": one.label, "word": one.word, "do": pressed_standing(one.id), "as": ""}
        for one in shown
        if one.id.startswith(STANDING)
    ]


def chosen(turn: Turn) -> dict[str, Any] | None:
    """The choice that is pressed, or that the text names by its number, its label or its word."""
    standing: list[dict[str, Any]] = turn.state.get("offers", [])
    if pressed := turn.said.pressed:
        found = next((one for one in standing if one["id"] == pressed), None)
        here = company_in(pressed) in (None, turn.company.id)
        if found is None and here and pressed.startswith(STANDING):
            return {"id": pressed, "do": pressed_standing(pressed), "as": ""}
        return found
    said = words(turn.text)
    if not said:
        return None
    for nth, one in enumerate(standing, 1):
        if said in (str(nth), words(one["label"]), words(one["word"])):
            return one
    listed = _invoices(standing) or [one for one in standing if one["do"][0] in LISTED]
    place = place_in(said) or 0
    return listed[place - 1] if 0 < place <= len(listed) else None


def _invoices(standing: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of which one is to be paid, where there are several."""
    found = [one for one in standing if one["do"][0] == "pay" and one["do"][1].keys() == {"id"}]
    return found if len(found) > 1 else []


def answered(turn: Turn, requests: list[Request]) -> dict[str, Any] | None:
    """Yes or no, in any words, to the question that is open."""
    if len(requests) != 1 or requests[0].intent not in ("yes", "no", "cancel"):
        return None
    if requests[0].intent == "yes" and requests[0].confidence < CONFIRM:
        return None
    wanted = "yes" if requests[0].intent == "yes" else "no"
    return next((one for one in turn.state.get("offers", []) if one["as"] == wanted), None)


def state_of(turn: Turn) -> State:
    open_now = turn.state.get("offers", [])
    if any(one["as"] for one in open_now):
        return "yes_no"
    return "choice" if open_now else ""
