"""The policy: what may be done with what was understood. Nothing here runs anything.

Act at once on what only reads, when sure; put a question before whatever changes something; when unsure offer up to
three things in plain words; else the menu. The limits were found by cross-validation on the project's own phrases.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Literal

from handlers.core.request import CHANGES, OFFERED, Request

Decision = Literal["act", "confirm", "choose", "menu", "silent"]

ACT = 0.75  # what only reads
CONFIRM = 0.75  # what changes something: the question that names it
COURTESY = 0.55  # a greeting or thanks taken for another do no harm
PERSON = 0.85  # passes the message on, and silences the automatic answers
STRAY = 0.5  # out of scope; under it, what else it may be can be chosen
CHOOSE = 0.25  # the best three together; under it, guesses
FAINT = 0.005  # under it, a choice is only noise
TYPED = frozenset(("logout", "language"))  # done at once where the very words were typed
COURTESIES = frozenset(("greet", "thanks", "yes", "no", "cancel"))
MOST = 3


def decide(requests: Sequence[Request], offered: Collection[str] = OFFERED) -> tuple[Decision, list[str]]:
    """What is done with the first request, and what can be chosen from among `offered`: at most three intents, none
    twice."""
    if not requests:
        return "menu", []
    first = requests[0]
    if first.intent == "out_of_scope":
        return _stray(first, offered)
    if _asked_first(first):
        return ("confirm", [first.intent]) if first.confidence >= CONFIRM else _choose(requests, offered)
    return ("act", []) if first.confidence >= sure(first.intent) else _choose(requests, offered)


def sure(intent: str) -> float:
    """How sure it must be to be done at once."""
    if intent == "human":
        return PERSON
    return COURTESY if intent in COURTESIES else ACT


def _stray(first: Request, offered: Collection[str]) -> tuple[Decision, list[str]]:
    """What a machine sent gets no answer; what is perhaps no stray can be chosen."""
    if first.slots.get("topic") == "machine":
        return "silent", []
    return ("menu", []) if first.confidence >= STRAY else _choose([first], offered)


def _asked_first(first: Request) -> bool:
    if first.intent in TYPED:
        return first.confidence < 1
    return first.intent in CHANGES or first.slots.get("topic") == "condition"


def _choose(requests: Sequence[Request], offered: Collection[str]) -> tuple[Decision, list[str]]:
    likely = {intent: p for intent, p in _likely(requests) if intent in OFFERED and p >= FAINT}
    ranked = sorted(likely, key=lambda intent: -likely[intent])
    best = [intent for intent in ranked if intent in offered][:MOST]
    if "human" in offered:
        best = _with_a_person(requests[0].intent, best)
    if not best or sum(likely[intent] for intent in ranked[:MOST]) < CHOOSE:
        return "menu", []
    return "choose", best


def _with_a_person(first: str, best: list[str]) -> list[str]:
    """A person, next to an act that was perhaps not meant, and where there would be one choice alone."""
    if first not in CHANGES and len(best) != 1:
        return best
    others = [intent for intent in best if intent not in (first, "human")]
    return [*(intent for intent in best if intent == first), "human", *others][:MOST]


def _likely(requests: Sequence[Request]) -> Iterator[tuple[str, float]]:
    """The requests themselves, then what the first may mean as well."""
    yield from requests[0].others
    yield from ((one.intent, one.confidence) for one in reversed(requests))
