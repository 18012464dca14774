"""A second opinion on what was not understood for sure, where the operator named an adviser.

It is asked outside any transaction: the turn raises `Unsure`, nothing of it is kept, the desk asks, and the message is
taken again with the answer. All that an answer can do is to put first one of the intents that were heard here anyway.
Nothing is done by it, and what changes something is never added by it, only moved among the choices that stand anyway.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from handlers.core.decide import MOST
from handlers.core.masking import masked
from handlers.core.menu import offers
from handlers.core.request import READ_ONLY, Request
from handlers.core.strip import strip
from handlers.core.understand import SHORT, clauses, understand

if TYPE_CHECKING:
    from handlers.core.talk import Turn

ADDED = READ_ONLY | {"human"}


class Adviser(Protocol):
    def __call__(self, clause: str, intents: Sequence[str]) -> str:
        """Which of these is meant; "" where that is unknown or nobody could be asked. Never raises.

        `clause` is masked (masking.py). What comes back is checked again by who uses it.
        """


class Unsure(Exception):
    """Not an error: the turn is to be taken again once the adviser was asked."""

    def __init__(self, clause: str, intents: Sequence[str]) -> None:
        super().__init__("the adviser is to be asked")
        self.clause, self.intents = clause, intents


def advised(turn: Turn, requests: Sequence[Request], shown: Sequence[str] = ()) -> list[str]:
    """The intents to choose from, at most three: `shown`, or another order of it. Without one, [] is still the menu.

    Raises Unsure where an adviser is there and was not asked yet.
    """
    if turn.advice == "" or turn.team:
        return list(shown)
    likely = list(dict.fromkeys((*shown, *_heard(turn, requests))))
    if turn.advice is None and len(likely) > 1:
        raise Unsure(clause(turn, likely), likely)
    if turn.advice not in likely:
        return list(shown)
    best = [turn.advice, *(intent for intent in shown or likely if intent != turn.advice)][:MOST]
    if "human" in shown and "human" not in best:
        best[-1] = "human"
    return best


def _heard(turn: Turn, requests: Sequence[Request]) -> Iterator[str]:
    """What else the message may mean, likeliest first, and what of it an adviser may bring up."""
    found = requests or understand(turn.text, "", turn.language, turn.today, turn.ear)
    for request in found:
        for intent in (request.intent, *(other for other, _ in request.others)):
            if intent in ADDED and offers(turn, intent):
                yield intent


def clause(turn: Turn, intents: Sequence[str]) -> str:
    """A short message, or the clause of a longer one that speaks most of these intents; masked."""
    said = strip(turn.text)
    if len(said) > SHORT and turn.ear is not None:
        ear = turn.ear
        said = max(clauses(turn.text), key=lambda one: sum(p for intent, p in ear(one) if intent in intents))
    return masked(turn.text, _names(turn), said[:SHORT])


def _names(turn: Turn) -> Iterator[str]:
    """Those on file: of the client, the contact and the company."""
    yield from (turn.client.name, turn.company.name)
    if turn.access and turn.access.name:
        yield turn.access.name
    if turn.account:
        yield turn.account.address
