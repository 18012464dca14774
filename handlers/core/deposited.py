"""A PDF that the team sent to the company's deposit address: what was read in it, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from handlers.rules.paper import Client, Paper

LIFE = timedelta(days=7)  # as long as the mail that asks proves anything (rules/lock.py: MARK_LIFE)


@dataclass(frozen=True)
class Pdf:
    """`reading` is what the guarded reader made of the bytes, for the shelf alone; None: they are no PDF."""

    name: str
    sha256: str
    size: int
    reading: object = field(compare=False)


@dataclass(frozen=True)
class Seen:
    """What recording it would do: the document as it would be, in its client's file. Or `why` it would not be right:
    a word that has its text in phrases/deposit."""

    why: str = ""
    number: str = ""  # as read, where nothing would be recorded
    buyer: str = ""
    client: Client | None = None
    paper: Paper | None = None
    outcome: str = ""  # created, updated, new_version, unchanged
    former_cents: int | None = None  # the total of the version before
    by_name: bool = False  # client and total are not in the PDF, but recorded under its number
    signable: bool = True
    note: str = ""  # for the operator

    @property
    def facts(self) -> dict[str, Any]:
        """What is told of it, and must still be so when it is recorded (JSON)."""
        if self.paper is None or self.client is None:
            return {"number": self.number}
        paper, client = self.paper, self.client
        named = {"kind": paper.kind, "number": paper.number, "client": client.id, "name": client.name}
        return {**named, "total_cents": paper.total_cents, "currency": paper.currency}


@dataclass(frozen=True)
class Deposit:
    """`state`: asked (it waits for a yes), announced (recorded, and its client told), aside (for a person), refused."""

    id: int
    pdf: Pdf
    sender: str
    state: str
    why: str
    facts: Mapping[str, Any]
    inbox: int | None  # the mail that it came with last
    asked_at: datetime
    done_at: datetime | None
    puzzled: bool  # an answer that was neither yes nor no was answered once

    @property
    def about(self) -> str:
        """The conversation of the mails about it: an answer to one of an earlier coming decides nothing."""
        return f"deposit:{self.id}:{self.inbox}"

    def over(self, now: datetime) -> bool:
        return self.state == "asked" and now >= self.asked_at + LIFE
