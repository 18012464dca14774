"""Before the code: an address, a code, or a request that is kept. The same steps on a chat and by e-mail."""

from __future__ import annotations

from handlers.core import prove
from handlers.core.route import chosen, run
from handlers.core.talk import Turn
from handlers.core.turn import Reply
from handlers.core.understand import Request, understand
from handlers.rules import address as addresses
from handlers.rules import mention

COURTESY = frozenset(("greet", "thanks", "help", "yes", "no", "cancel", "more", "done"))
WAY_IN = frozenset(("login", "code", "language", "logout", "address", "company", "file"))
HERE = frozenset(("language", "logout", "thanks"))  # answered without a code


def answer(turn: Turn) -> Reply | None:
    """The answer while the access is closed."""
    awaiting = turn.state.get("await") == "code"
    if awaiting and (codes := mention.codes_in(turn.text)):
        return prove.check(turn, codes[0]) if len(codes) == 1 else turn.say("code.awaited")
    request = _pressed(turn) or _asked(turn)
    if turn.said.pressed and request is None:
        return turn.say("desk.old_button")
    intent = request.intent if request else ""
    if intent == "cancel" and (awaiting or "pending" in turn.state):
        turn.state.pop("await", None)
        turn.state.pop("pending", None)
        return turn.say("desk.cancelled")
    if request and intent in HERE:
        return run(turn, request)
    if turn.chat and (reply := _address(turn, intent)):
        return reply
    return _code(turn, request, awaiting)


def _pressed(turn: Turn) -> Request | None:
    if found := chosen(turn):
        return Request(found["do"][0], found["do"][1])
    return None


def _asked(turn: Turn) -> Request | None:
    requests = understand(turn.text, "", turn.language, turn.today)
    return requests[0] if requests else None


def _address(turn: Turn, intent: str) -> Reply | None:
    """On a chat the address is typed; None once there is one."""
    if intent == "address":
        turn.talk.address = None
        turn.state.pop("await", None)
        return turn.say("desk.ask_address")
    if typed := addresses.found_in(turn.text):
        try:
            addresses.normal(typed)
        except addresses.BadAddress:
            return turn.say("desk.address_odd")
        turn.talk.address = typed
        turn.state.pop("walk", None)
        return prove.ask(turn)
    if turn.talk.address is None:
        return _no_address(turn, intent)
    return None


def _no_address(turn: Turn, intent: str) -> Reply:
    if "@" in turn.text:
        return turn.say("desk.address_odd")
    if intent in ("greet", "help") or (not intent and not turn.text.strip()):
        return greet(turn)
    prove.keep(turn, _kept(turn, _asked(turn)))
    return turn.say("desk.ask_address")


def greet(turn: Turn) -> Reply:
    """The first hello: who answers, and what to type."""
    return turn.say("desk.greet_company" if turn.scope is None else "desk.greet_document")


def _code(turn: Turn, request: Request | None, awaiting: bool) -> Reply | None:
    kept = _kept(turn, request)
    if not awaiting:
        return prove.ask(turn, kept)
    if request and request.intent == "login":
        return prove.ask(turn)
    if prove.over(turn):
        return prove.ask(turn, kept)
    prove.keep(turn, kept)
    return turn.say("code.awaited")


def _kept(turn: Turn, request: Request | None) -> Request | None:
    if request is None or request.intent in COURTESY | WAY_IN | {"out_of_scope"}:
        return None
    return request
