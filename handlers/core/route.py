"""In an open access: from one message to its answer. A step that waits, else a choice, else what the words ask for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from handlers.core import confirm, context, files, phrases, picks, registry, team
from handlers.core.advice import advised
from handlers.core.allowed import Bar, barred, elsewhere
from handlers.core.choices import answered, chosen, offered, state_of, which
from handlers.core.decide import ACT, decide, sure
from handlers.core.follow import follow, points
from handlers.core.menu import offers, with_menu
from handlers.core.request import CHANGES, READ_ONLY, Request
from handlers.core.talk import Turn
from handlers.core.turn import Reply
from handlers.rules import scope
from handlers.rules.text import words

# these end a step that waits for words
LEAVES = ("help", "cancel", "logout", "language", "file", "client", "company")
DATED = READ_ONLY - {"get_document", "profile", "proof"}
SAID = 3  # words: fewer that mean nothing are rather a slip of the keyboard
READS = READ_ONLY | {"more"}  # two of these in one message are answered together


def answer(turn: Turn) -> Reply | None:
    """The answer to a client whose access is open."""
    if team.asks_what_happened(turn):
        return registry.STEPS["report"](turn)
    if turn.access is None:
        return registry.STEPS["no_file"](turn)
    step = turn.state.get("step")
    if (not step or turn.said.pressed) and (found := chosen(turn)):
        return _run_choice(turn, found)
    if turn.said.pressed:
        return _old_button(turn)
    requests = turn.heard(turn.text, state_of(turn)) if step else _followed(turn)
    if step:
        if not (requests and requests[0].intent in LEAVES and requests[0].confidence == 1):
            return registry.STEPS[step["name"]](turn)
        turn.state.pop("step")
    if (first := answered(turn, requests)) is not None:
        return _run_choice(turn, first)
    return act(turn, context.complete(turn, requests))


def _followed(turn: Turn) -> list[Request]:
    """What the words ask for after what was shown, or by themselves; those that only point ask for nothing where
    nothing is shown any more."""
    if followed := follow(turn):
        return [followed]
    state = state_of(turn)
    if state != "yes_no" and points(turn.text):
        return []
    return turn.heard(turn.text, state)


def act(turn: Turn, requests: list[Request]) -> Reply | None:
    """Policy: do it, ask which, or say that it was not understood."""
    decision, intents = decide(requests, offered(turn))
    if decision == "silent":
        return None
    if decision == "menu":
        return _lost(turn, requests)
    if turn.only is None and (reply := _of_another(turn, requests, decision == "choose")):
        return reply
    if turn.team and requests[0].intent in CHANGES:
        return turn.say("staff.read_only")
    turn.state.pop("lost", None)
    if decision == "choose":
        return which(turn, advised(turn, requests, intents), requests)
    reading = [r for r in requests if r.intent in READS and r.confidence >= ACT]
    if decision == "confirm":
        return _confirm(turn, requests[0], reading)
    reply = run(turn, requests[0])
    if reply is not None and requests[0] in reading and len(reading) > 1:
        reply = _both(turn, reply, reading[1])
    return reply


def _confirm(turn: Turn, request: Request, reading: list[Request]) -> Reply | None:
    """A question before a change; what is only read in the same message is answered with it."""
    # The very words: its own step says what it is about, and asks. Bank details change nothing.
    typed = request.confidence == 1 or confirm.printed(turn, request)
    typed = typed or request.slots.get("topic") == "transfer"
    if typed or barred(turn, request.intent) or elsewhere(turn, request.intent, request.slots):
        return run(turn, request)
    asked = confirm.question(turn, request)
    first = run(turn, reading[0]) if reading else None
    if first is None:
        return asked
    joined = asked.after(first)
    return replace(joined, rows=first.rows, choices=first.choices + asked.choices)


def _of_another(turn: Turn, requests: list[Request], unsure: bool) -> Reply | None:
    """What names another file is answered there: "le solde du garage", the number of another client's invoice. What is
    not sure to ask for anything may be a name alone: "dossier Dupain"."""
    other = files.meant(turn, requests[0])
    said = team.elsewhere(turn, requests[0]) if turn.team else ""
    if other is None and not said:
        return _by_name(turn) if unsure else None
    files.keep(turn, [one for one in requests if one.confidence >= sure(one.intent)])
    if other:
        return run(turn, Request("file", {"client": other.client.id}))
    return run(turn, Request("client", {"words": said}))


def _by_name(turn: Turn) -> Reply | None:
    if not files.left_over(turn.text):
        return None
    if turn.team:
        named = files.asks(turn.text) or team.find(turn, turn.text).count
        return run(turn, Request("client", {"words": turn.text})) if named else None
    return run(turn, Request("file")) if files.names_one(turn) else None


def run(turn: Turn, request: Request) -> Reply | None:
    """The answer of one intent, if this company and this access offer it."""
    turn.request = request
    if bar := barred(turn, request.intent):
        return _barred(turn, bar, request.intent)
    if elsewhere(turn, request.intent, request.slots):
        return _barred(turn, "only", request.intent)
    intent = registry.INTENTS[request.intent]
    reply = intent.handle(turn)
    turn.dated |= _recorded(request, reply)
    if reply is not None and turn.request is request:
        context.keep(turn, request)
    # One that called another leaves it to that one.
    if turn.team and turn.access and intent.right == "read" and turn.request is request:
        team.record(turn, request)
    return reply


def _both(turn: Turn, first: Reply, second: Request) -> Reply:
    """Two look-ups in one message are one answer, where only one of them holds a list."""
    more = run(turn, second)
    if more is None or (first.rows and more.rows) or more.text == first.text:
        return first
    joined = more.after(first)
    return replace(joined, rows=first.rows + more.rows, choices=first.choices + more.choices)


def _recorded(request: Request, reply: Reply | None) -> bool:
    """Does this answer sum up what the company recorded? One document, or a further page, is no such answer."""
    if reply is None or request.slots.get("offset"):
        return False
    return request.intent in DATED or (request.intent == "get_document" and bool(reply.rows))


def dated(turn: Turn, reply: Reply) -> Reply:
    """Of when the data are, said once a message, under an answer that sums them up (mission N31)."""
    if not turn.dated or turn.company.as_of is None:
        return reply
    text = reply.text if not reply.rows or "{rows}" in reply.text else f"{reply.text}\n{{rows}}"
    return replace(reply, text=f"{text}\n{turn.words('desk.as_of', **turn.moment(turn.company.as_of))}")


def _barred(turn: Turn, bar: Bar, intent: str) -> Reply:
    """Why not, and whom to ask."""
    one = turn.one()
    if turn.team:
        return team.barred(turn, bar, one)
    if bar == "right":
        act = "refuse" if intent == "refuse_quote" else registry.INTENTS[intent].right
        return turn.say("desk.no_right", action=turn.words(f"action.{act}"))
    if bar != "only" or one is None:
        return not_offered(turn)
    return with_menu(turn, turn.say("desk.only_this", **turn.document(one.kind, one.number)))


def not_offered(turn: Turn) -> Reply:
    reply = turn.say("desk.option_off")
    if not turn.chat:
        return reply.say_next(phrases.word("human", turn.language))
    return reply.offer(turn.choice(phrases.label("person", turn.language), "human"))


def _lost(turn: Turn, requests: list[Request]) -> Reply | None:
    """Never silence; the second time, offer a person. The message is kept for it."""
    if turn.team:
        return run(turn, Request("client", {"words": turn.text}))
    if files.names_one(turn):
        return run(turn, Request("file"))
    if better := advised(turn, requests):
        turn.state.pop("lost", None)
        return which(turn, better, requests)
    kept: tuple[str, dict[str, Any]] = ("human", {"message": turn.text})
    if requests and requests[0].intent == "out_of_scope" and len(words(turn.text).split()) >= SAID:
        return turn.yes_no(turn.say("desk.out_of_scope"), kept, ("help", {}), _labels(turn, "out_of_scope"))
    lost = int(turn.state.get("lost", 0)) + 1
    turn.state["lost"] = lost
    if lost == 1:
        return with_menu(turn, turn.say("desk.unclear" if offers(turn, "balance") else "desk.unclear_short"))
    return turn.yes_no(turn.say("desk.unclear_twice"), kept, ("help", {}), _labels(turn, "unclear_twice"))


def _labels(turn: Turn, key: str) -> tuple[str, ...]:
    return phrases.labels("desk", key, turn.language)


# --- after the code


def resume(turn: Turn, said: str = "code.right") -> Reply | None:
    """Answer what was asked before, else ask what to show; `said` is the text that tells what opened."""
    about = {"client": turn.client.name}
    kept = turn.state.pop("pending", None) or {"requests": [], "text": ""}
    requests = [Request.again(one) for one in kept["requests"]]
    if not requests and turn.only is not None:
        requests = [Request("get_document", {"id": turn.only})]
    if requests:
        no = barred(turn, requests[0].intent) or elsewhere(turn, requests[0].intent, requests[0].slots)
        turn.text = kept["text"]
        answer = act(turn, requests)
        if answer is not None:
            return answer.after(turn.say("code.right_short" if no else f"{said}_pending", **about))
    if turn.only is None and not turn.team and not scope.opens(turn.company.options, None):
        return not_offered(turn)
    return with_menu(turn, turn.say(said, **about))


def _run_choice(turn: Turn, choice: dict[str, Any]) -> Reply | None:
    turn.state.pop("step", None)
    turn.state.pop("lost", None)
    picks.taken(turn, choice)
    intent, slots = choice["do"]
    if intent in CHANGES | {"human"} and "message" in slots:
        turn.text = slots["message"]
    turn.request = Request(intent, dict(slots))
    if (
        not slots and not turn.said.pressed
    ):  # "payer", typed under an older menu, is about what was shown since
        turn.request = context.complete(turn, [turn.request])[0]
    if intent == "no" and choice["as"]:
        return with_menu(turn, turn.say("menu.telegram"))
    return run(turn, turn.request)


def _old_button(turn: Turn) -> Reply:
    """Not an edit: what the button stood under is still good to read."""
    return replace(with_menu(turn, turn.say("desk.old_button")), kind="answer")
