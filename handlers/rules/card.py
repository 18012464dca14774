"""What hangs on a client's file beside its documents: movements, contracts, appointments, exchanges, people.

Amounts are integer cents, instants are aware and UTC, dates are dates.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

# What came beyond what was left is an overpayment; a refund that failed and a dispute that was won come back.
MoveKind = Literal[
    "invoice", "credit_note", "payment", "overpayment", "refund", "refund_back", "dispute", "dispute_back"
]
ContractStatus = Literal["active", "suspended", "ended"]
InteractionType = Literal["note", "email", "call", "meeting", "other"]


@dataclass(frozen=True)
class Movement:
    """One line of the account. `amount_cents` is what it does to the balance: an invoice and what goes back raise it, a
    payment and a credit note lower it; the balance is the sum of all of them (design, section 5).
    """

    on: date | None
    kind: MoveKind
    reference: str  # the number of a document, the company's reference of a payment
    amount_cents: int
    currency: str = "EUR"
    label: str = ""  # of a document
    document_id: int | None = None  # the document itself, where it is one
    invoice: str | None = None  # the invoice that a payment, refund or credit note is for
    method: str = ""  # transfer, card, cheque, cash, direct_debit


@dataclass(frozen=True)
class Moves:
    """Which movements. Empty means: all of them."""

    only: Literal["", "payments", "invoices", "waiting"] = (
        ""  # payments and refunds; invoices; those not paid
    )
    start: date | None = None  # both included
    end: date | None = None
    amount_cents: int | None = None  # whatever its sign
    words: str = ""  # folded; in a reference, a label or the number of the invoice paid


@dataclass(frozen=True)
class Statement:
    """The account over a period, both ends included, in one currency. Oldest first.

    `opening_cents` is the balance before the first day, `closing_cents` that at the end of the last one.
    """

    start: date
    end: date
    opening_cents: int
    closing_cents: int
    movements: tuple[Movement, ...]
    count: int  # of the period; more than `movements` holds where it was cut to the newest
    currency: str = "EUR"


@dataclass(frozen=True)
class Contract:
    id: int
    ref: str
    label: str
    status: ContractStatus
    starts_on: date | None = None
    next_due_on: date | None = None
    tacit_renewal: bool = False


@dataclass(frozen=True)
class Event:
    """An appointment that the company planned. `uid` names it in calendars (RFC 5545, 3.8.4.7)."""

    id: int
    uid: str
    title: str
    starts_at: datetime
    ends_at: datetime | None = None
    place: str | None = None


@dataclass(frozen=True)
class Day:
    """A day on which something is due, as a calendar holds it. `uid`: as of an appointment."""

    uid: str
    title: str
    on: date


@dataclass(frozen=True)
class Interaction:
    """One entry of the contact history."""

    id: int
    type: InteractionType
    at: datetime
    text: str
    channel: str | None = None
    by_portal: bool = False  # recorded by this service, else by the company


@dataclass(frozen=True)
class Looked:
    """What is looked for among contracts, appointments or exchanges. Empty means: everything."""

    words: str = ""  # folded
    start: date | None = None  # both included, in the company's time zone
    end: date | None = None
    status: str = ""  # of a contract
    type: str = ""  # of an exchange
    when: Literal["", "upcoming", "past"] = ""  # of an appointment


@dataclass(frozen=True)
class Contact:
    """A person of a client's file. What only the team sees: the lock, and whether Telegram is linked."""

    address: str
    name: str | None = None
    rights: tuple[str, ...] = ()  # of read, pay, sign, notify
    locked_until: datetime | None = None
    telegram: Literal["", "linked", "blocked"] = ""


@dataclass(frozen=True)
class Details:
    """What the company recorded about a client."""

    ref: str
    name: str
    kind: str
    siren: str | None = None
    address: str | None = None
    phone: str | None = None
    contacts: tuple[Contact, ...] = ()


@dataclass(frozen=True)
class Delivery:
    """One message that carried a document to the people of a file."""

    channel: str
    address: str
    state: str  # due, taken, sent, failed, dropped; once heard of: delivered, delayed, bounced, complaint
    at: datetime  # when it left, else when it was written
