"""Before the code: an address, a code, or a request that is kept. The same steps on a chat and by e-mail."""

from __future__ import annotations

from handlers.core import files, opening, prove
from handlers.core.choices import chosen
from handlers.core.decide import decide, sure
from handlers.core.request import NOTICES, Request
from handlers.core.route import not_offered, run
from handlers.core.talk import Turn
from handlers.core.turn import Reply
from handlers.rules import address as addresses
from handlers.rules import mention, scope

COURTESY = frozenset(("greet", "thanks", "help", "yes", "no", "cancel", "more", "done"))
WAY_IN = frozenset(("login", "code", "language", "logout", "address", "company"))
ALONE = 6  # words: a longer sentence with an address in it asks for something else
HERE = frozenset(("language", "logout", "thanks", "company"))  # answered without a code


def answer(turn: Turn) -> Reply | None:
    """The answer while the access is closed."""
    awaiting = turn.state.get("await") == "code"
    if awaiting and (codes := mention.codes_in(turn.text)):
        return opening.erasing(turn, prove.check(turn, codes[0]) if len(codes) == 1 else _which_code(turn))
    requests = _pressed(turn) or _asked(turn)
    if turn.said.pressed and not requests:
        return turn.say("desk.old_button")
    if decide(requests)[0] == "silent":
        return None
    intent = _sure(requests)
    if intent == "cancel" and (awaiting or "pending" in turn.state):
        turn.state.pop("await", None)
        turn.state.pop("pending", None)
        return turn.say("desk.cancelled")
    if requests and _at_once(turn, requests[0]):
        return run(turn, requests[0])
    if not _for_a_person(turn, intent) and (closed := shut(turn)):
        return closed
    if turn.chat and (reply := _address(turn, requests)):
        return reply
    return _code(turn, requests, awaiting)


def _sure(requests: list[Request]) -> str:
    """The intent of the first, where it is no mere guess."""
    return next((one.intent for one in requests[:1] if one.confidence >= sure(one.intent)), "")


def _at_once(turn: Turn, request: Request) -> bool:
    """Answered without a code. To close more than this conversation takes an answer to a mail of ours; to see what is
    open, a code."""
    if _wide(request):
        return turn.marked and request.slots.get("topic") != "list"
    if request.intent in NOTICES and not (turn.marked or _linked(turn)):
        return False
    return request.intent in HERE | NOTICES and request.confidence >= sure(request.intent)


def _linked(turn: Turn) -> bool:
    """In a chat that a code has linked with this address, its messages can be stopped: that shows nothing."""
    if not turn.chat or turn.talk.address is None:
        return False
    account = turn.work.accounts.at(turn.company, addresses.normal(turn.talk.address))
    if account is None or not turn.work.chats.linked(account, turn.said.channel, turn.said.address):
        return False
    turn.account = account
    return True


def _wide(request: Request) -> bool:
    return request.intent == "logout" and bool({"everywhere", "topic"} & request.slots.keys())


def _for_a_person(turn: Turn, intent: str) -> bool:
    """Where a document's link opens nothing any more, a person can still be reached, after a code."""
    waiting = turn.state.get("pending", {}).get("requests", [])
    return turn.scope is not None and "human" in (intent, *(one[0] for one in waiting))


def shut(turn: Turn) -> Reply | None:
    """What is said where this link opens nothing: the company's own without the portal, a document's without the option
    that opens it (mission S9)."""
    options = turn.company.options
    if scope.opens(options, None):
        return None
    if turn.scope is None:
        return turn.say("desk.link_broken")
    kind = turn.work.companies.kind(turn.company, turn.scope)
    return None if scope.opens(options, kind) else not_offered(turn)


def _pressed(turn: Turn) -> list[Request]:
    found = chosen(turn)
    return [Request(found["do"][0], found["do"][1])] if found else []


def _asked(turn: Turn, but: str = "") -> list[Request]:
    """What the words ask for, the address they give left out."""
    text = turn.text.replace(but, " ") if but else turn.text
    return turn.heard(text)


def _address(turn: Turn, requests: list[Request]) -> Reply | None:
    """On a chat the address is typed; None where this message gives none, and there is one already."""
    if requests and requests[0].intent == "address":
        turn.talk.address = None
        turn.state.pop("await", None)
        return turn.say("desk.ask_address")
    typed = addresses.found_in(turn.text)
    if typed and (turn.talk.address is None or len(turn.text.split()) <= ALONE):
        try:
            addresses.normal(typed)
        except addresses.BadAddress:
            return turn.say("desk.address_odd")
        if turn.talk.address != typed:
            turn.state.pop("await", None)
        turn.talk.address = typed
        return prove.ask(turn, _kept(_asked(turn, but=typed)))
    if turn.talk.address is None:
        return _no_address(turn, requests)
    return None


def _no_address(turn: Turn, requests: list[Request]) -> Reply:
    intent = _sure(requests)
    if "@" in turn.text:
        return turn.say("desk.address_odd")
    if intent in ("greet", "help") or (not intent and not turn.text.strip()):
        return greet(turn)
    files.keep(turn, _kept(requests))
    return turn.say("desk.ask_address")


def greet(turn: Turn) -> Reply:
    """The first hello: who answers, and what to type."""
    return turn.say("desk.greet_company" if turn.scope is None else "desk.greet_document")


def _code(turn: Turn, requests: list[Request], awaiting: bool) -> Reply | None:
    kept = _kept(requests)
    if not awaiting:
        return prove.ask(turn, kept or _aside(turn, requests))
    if _sure(requests) == "login":
        return prove.ask(turn)
    if prove.over(turn):
        return prove.ask(turn, kept)
    files.keep(turn, kept)
    return turn.say("code.awaited")


def _which_code(turn: Turn) -> Reply:
    """Several numbers came: none is tried."""
    return turn.say("code.over" if prove.over(turn) else "code.awaited")


def _aside(turn: Turn, requests: list[Request]) -> list[Request]:
    """AIDE, and SUITE under a list that was shown here, where nothing else waits for the code."""
    intent = _sure(requests)
    waits = intent == "help" or (intent == "more" and "list" in turn.state)
    return requests[:1] if waits and "pending" not in turn.state else []


def _kept(requests: list[Request]) -> list[Request]:
    passing = COURTESY | WAY_IN | {"out_of_scope"}
    return [one for one in requests if one.intent not in passing or _wide(one)]
