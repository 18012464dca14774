"""What became of what was sent, and what clients did: of one document, and of a stretch of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Item:
    """One thing that happened. `what`: a number, an address; `why`: one word for a reason, or ""."""

    client: str  # its name
    what: str = ""
    cents: int | None = None
    currency: str = "EUR"
    until: date | None = None
    why: str = ""


Items = tuple[Item, ...]


@dataclass(frozen=True)
class Happened:
    """What a company may want to know of a stretch of time, both instants UTC, the second excluded."""

    since: datetime
    until: datetime
    announced: int = 0  # documents
    signed: Items = ()
    refused: Items = ()
    paid: Items = ()
    promised: Items = ()
    said_paid: Items = ()
    disagreed: Items = ()
    broken: Items = ()  # promises whose day is over, with something left to pay
    expired: Items = ()  # quotes
    undelivered: Items = ()  # addresses and chats
    locked: Items = ()  # addresses
    seen: Items = ()  # documents asked for by their client

    @property
    def nothing(self) -> bool:
        return not (self.announced or any(isinstance(one, tuple) and one for one in vars(self).values()))


@dataclass(frozen=True)
class Fate:
    """What became of one document. Instants are UTC; None where it did not happen."""

    kind: str
    number: str
    version: int
    client: str  # its number
    name: str
    total_cents: int
    left_cents: int  # of an invoice
    currency: str
    status: str
    email: str = (
        ""  # "", planned, sent, delivered, delayed, bounced, complaint, failed, or why it was not sent
    )
    telegram: str = ""  # "", planned, sent, failed, blocked, or why it was not sent
    announced_at: datetime | None = None
    seen_at: datetime | None = None  # the client asked for it last
    decided_at: datetime | None = None
    paid_on: date | None = None
