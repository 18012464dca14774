"""In an open access: from one message to its answer. A step that waits, else a choice, else what the words ask for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from handlers.core import phrases, registry
from handlers.core.menu import STANDING, offers, with_menu
from handlers.core.talk import Turn
from handlers.core.turn import Reply
from handlers.core.understand import ACT, CHANGES, READ_ONLY, Request, State, decide, understand
from handlers.rules.paper import Access
from handlers.rules.text import words

LEAVES = ("help", "cancel", "logout", "language")  # these end a step that waits for words
READS = READ_ONLY | {"more"}  # two of these in one message are answered together


def answer(turn: Turn) -> Reply | None:
    """The answer to a client whose access is open."""
    if turn.access is None:
        return _choose_file(turn)
    step = turn.state.get("step")
    if (not step or turn.said.pressed) and (found := chosen(turn)):
        return _run_choice(turn, found)
    if turn.said.pressed:
        return _old_button(turn)
    requests = understand(turn.text, _state(turn), turn.language, turn.today)
    if step:
        if not (requests and requests[0].intent in LEAVES and requests[0].confidence == 1):
            return registry.STEPS[step["name"]](turn)
        turn.state.pop("step")
    if (first := _answered(turn, requests)) is not None:
        return _run_choice(turn, first)
    return act(turn, requests)


def act(turn: Turn, requests: list[Request]) -> Reply | None:
    """Policy: do it, ask which, or say that it was not understood."""
    decision, intents = decide(requests)
    if decision == "menu":
        return _lost(turn, requests)
    turn.state.pop("lost", None)
    if decision == "choose":
        return _which(turn, intents, requests)
    reading = [r for r in requests if r.intent in READS and r.confidence >= ACT]
    reply = run(turn, requests[0])
    if reply is not None and requests[0] in reading and len(reading) > 1:
        reply = _both(turn, reply, reading[1])
    return reply


def run(turn: Turn, request: Request) -> Reply | None:
    """The answer of one intent, if this company and this access offer it."""
    turn.request = request
    intent = registry.INTENTS.get(request.intent)
    if turn.team and (request.intent in CHANGES or (intent and not intent.team)):
        return turn.say("staff.read_only")
    if intent is None or (intent.option and intent.option not in turn.company.options):
        return _not_here(turn)
    if turn.only is not None and not intent.scoped:
        return _not_here(turn)
    if intent.right and turn.access and intent.right not in turn.access.rights:
        return turn.say("desk.no_right", action=turn.words(f"action.{intent.right}"))
    return intent.handle(turn)


def _both(turn: Turn, first: Reply, second: Request) -> Reply:
    """Two look-ups in one message are one answer, where only one of them holds a list."""
    more = run(turn, second)
    if more is None or (first.rows and more.rows):
        return first
    joined = more.after(first)
    return replace(joined, rows=first.rows + more.rows, choices=first.choices + more.choices)


def _not_here(turn: Turn) -> Reply:
    reply = turn.say("desk.option_off")
    if not turn.chat:
        return reply.say_next(phrases.word("human", turn.language))
    return reply.offer(turn.choice(phrases.label("person", turn.language), "human"))


def _lost(turn: Turn, requests: list[Request]) -> Reply:
    """Never silence; the second time, offer a person. The message is kept for it."""
    kept: tuple[str, dict[str, Any]] = ("human", {"message": turn.text})
    if requests:
        return turn.yes_no(turn.say("desk.out_of_scope"), kept, ("help", {}), _labels(turn, "out_of_scope"))
    lost = int(turn.state.get("lost", 0)) + 1
    turn.state["lost"] = lost
    if lost == 1:
        return with_menu(turn, turn.say("desk.unclear"))
    return turn.yes_no(turn.say("desk.unclear_twice"), kept, ("help", {}), _labels(turn, "unclear_twice"))


def _labels(turn: Turn, key: str) -> tuple[str, ...]:
    return phrases.labels("desk", key, turn.language)


def _which(turn: Turn, intents: list[str], requests: list[Request]) -> Reply:
    """Did you mean: at most three, and something else."""
    by = {request.intent: request for request in requests}
    reply = turn.say("desk.unclear_choices", liste="")
    for intent in intents:
        slots = {"message": turn.text} if intent == "human" else by[intent].slots if intent in by else {}
        if intent == "human" or offers(turn, intent):
            label = _doing(turn, intent)
            reply = reply.offer(turn.choice(label[0].upper() + label[1:], intent, slots))
    return reply.offer(turn.choice(phrases.label("other", turn.language), "help"))


def _doing(turn: Turn, intent: str) -> str:
    """ "voir le solde": in action.*.toml, or the intent's own phrases say it under "action"."""
    return turn.words(f"action.{intent}" if phrases.has("action", intent) else f"{intent}.action")


# --- after the code


def which_file(turn: Turn, files: tuple[Access, ...]) -> Reply:
    """Several files on one mailbox: ask, the request still waits."""
    reply = turn.say("desk.which_account", n=len(files), liste="")
    return reply.offer(*(turn.choice(one.client.name, "file", {"client": one.client.id}) for one in files))


def resume(turn: Turn) -> Reply | None:
    """Answer what was asked before the code, else ask what to show."""
    kept = turn.state.pop("pending", None) or {"requests": [], "text": ""}
    requests = [Request(*one) for one in kept["requests"]]
    if not requests and turn.only is not None:
        requests = [Request("get_document", {"id": turn.only})]
    if requests:
        turn.text = kept["text"]
        answer = act(turn, requests)
        if answer is not None:
            return answer.after(turn.say("code.right_pending"))
    return with_menu(turn, turn.say("code.right"))


# --- choices


def chosen(turn: Turn) -> dict[str, Any] | None:
    """The choice that is pressed, or that the text names by its number, its label or its word."""
    standing: list[dict[str, Any]] = turn.state.get("offers", [])
    if pressed := turn.said.pressed:
        found = next((one for one in standing if one["id"] == pressed), None)
        if found is None and pressed.startswith(STANDING):
            return {"id": pressed, "do": [pressed.removeprefix(STANDING), {}], "as": ""}
        return found
    said = words(turn.text)
    if not said:
        return None
    for nth, one in enumerate(standing, 1):
        if said in (str(nth), words(one["label"]), words(one["word"])):
            return one
    return None


def _answered(turn: Turn, requests: list[Request]) -> dict[str, Any] | None:
    """Yes or no, in any words, to the question that is open."""
    if len(requests) != 1 or requests[0].intent not in ("yes", "no", "cancel"):
        return None
    wanted = "yes" if requests[0].intent == "yes" else "no"
    return next((one for one in turn.state.get("offers", []) if one["as"] == wanted), None)


def _run_choice(turn: Turn, choice: dict[str, Any]) -> Reply | None:
    turn.state.pop("step", None)
    turn.state.pop("lost", None)
    intent, slots = choice["do"]
    if intent in CHANGES | {"human"} and "message" in slots:
        turn.text = slots["message"]
    turn.request = Request(intent, dict(slots))
    if intent == "no" and choice["as"]:
        return with_menu(turn, turn.say("menu.telegram"))
    return run(turn, turn.request)


def _old_button(turn: Turn) -> Reply:
    """Not an edit: what the button stood under is still good to read."""
    return replace(with_menu(turn, turn.say("desk.old_button")), kind="answer")


def _choose_file(turn: Turn) -> Reply | None:
    """The code is right, the file not yet chosen."""
    assert turn.session is not None
    assert turn.account is not None
    files = turn.files(turn.account)
    found = chosen(turn)
    picked = next((f for f in files if found and f.client.id == found["do"][1].get("client")), None)
    if picked is None:
        return which_file(turn, files)
    turn.session = turn.work.sessions.choose(turn.session, picked.client)
    turn.access = picked
    return resume(turn)


def _state(turn: Turn) -> State:
    open_now = turn.state.get("offers", [])
    if any(one["as"] for one in open_now):
        return "yes_no"
    return "choice" if open_now else ""
