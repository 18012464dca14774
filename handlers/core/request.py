"""What is asked: a `Request`, the state of the talk in which it is read, and the kinds of intents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

State = Literal["", "code", "yes_no", "choice"]

READ_ONLY = frozenset(
    (
        *("balance", "statement", "list_invoices", "list_quotes", "get_document", "contracts"),
        *("calendar", "interactions", "profile", "proof"),
    )
)
NOTICES = frozenset(("notifications_off", "notifications_on"))
CHANGES = frozenset(("pay", "accept_quote", "refuse_quote")) | NOTICES
MONEY = frozenset(("pay", "accept_quote"))
OFFERED = (
    READ_ONLY | CHANGES | {"logout", "language", "login", "human", "help"}
)  # can be a choice in plain words


class Ear(Protocol):
    """The trained classifier (classifier.py)."""

    def __call__(self, clause: str) -> Sequence[tuple[str, float]]:
        """(intent, probability) of a clause, best first; they sum to 1."""


@dataclass(frozen=True)
class Request:
    intent: str
    slots: dict[str, Any] = field(default_factory=dict)
    confidence: float = 1.0
    others: tuple[tuple[str, float], ...] = ()  # what else it may mean, likeliest first

    def kept(self) -> list[Any]:
        """As JSON, for later."""
        return [self.intent, self.slots, self.confidence, [list(one) for one in self.others]]

    @classmethod
    def again(cls, kept: Sequence[Any]) -> Request:
        intent, slots, confidence, *others = kept
        return cls(intent, slots, confidence, tuple((name, likely) for name, likely in (others or [()])[0]))
