"""A quote that is decided: what is presented, the attempt that is open, what was decided (mission S31 to S51).

Amounts are integer cents, instants UTC. An `Offer` is one version of one quote: a decision is about that very version.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from handlers.rules.paper import Annex, Paper

Verb = Literal["accept", "refuse"]
Outcome = Literal["accepted", "refused"]


class ClockBehind(Exception):
    """The clock stands before the last entry of the ledger: nobody decides until it is right."""

    def __init__(self, now: datetime, last: datetime) -> None:
        super().__init__(f"the clock says {now:%Y-%m-%d %H:%M:%S}, the ledger {last:%Y-%m-%d %H:%M:%S}")


@dataclass(frozen=True)
class Offer:
    """The version of a quote that can be decided now."""

    paper: Paper
    version_id: int
    annexes: tuple[Annex, ...] = ()
    why_not: str = ""  # why its PDF cannot hold a signature (rules/judge): the proof alone records it
    replaced_by: str = ""  # the number of the quote that took its place


@dataclass(frozen=True)
class Consent:
    """A box as it was shown: its text is what the proof holds."""

    name: Literal["read", "accept", "power"]
    text: str
    ticked: bool = False


@dataclass(frozen=True)
class Ticket:
    """One attempt of one account to decide one version, from one conversation, once (S33)."""

    id: int
    version_id: int
    account_id: int
    verb: Verb
    channel: str
    conversation: str
    created_at: datetime
    consents: tuple[Consent, ...] = ()

    @property
    def missing(self) -> int:
        return sum(not one.ticked for one in self.consents)


@dataclass(frozen=True)
class Decision:
    """What was decided, and how far its files are: "decided" until the job has sealed, then "sealed", then "done"."""

    id: int
    document_id: int
    version_id: int
    number: str
    outcome: Outcome
    signature_id: str  # "" for a refusal
    at: datetime
    state: Literal["decided", "sealed", "done"] = "decided"
    reason: str = ""
    comment: str = ""
    presented_sha256: str = ""
    signed_sha256: str = ""  # "" where only the proof records it
    signed_size: int = 0
    proof_sha256: str = ""
    proof_size: int = 0
    withdrawn_at: datetime | None = None  # a consumer's, within 14 days


@dataclass(frozen=True)
class Known:
    """What a file that somebody sends is, by its SHA-256."""

    what: Literal["signed", "presented", "proof"]
    signature_id: str
