"""Paying invoices: what is to pay, one request for it, and what the payment provider tells (payments-and-law 11).

Amounts are integer cents, instants UTC. What the provider tells is neutral data: bot/payments translates Stripe's
objects into it, from a webhook or from a look of its own, and the same listener takes both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from handlers.rules.paper import Client, Paper

What = Literal[
    "",
    "paid",
    "in_progress",
    "failed",
    "expired",
    "refunded",
    "refund_failed",
    "disputed",
    "dispute_over",
    "odd",
]
RequestState = Literal["open", "in_progress", "paid", "expired", "failed"]
# What a card payment takes: docs.stripe.com/currencies (minimum and maximum charge amounts, currencies without cents).
SMALLEST = {"GBP": 30, "CZK": 1500, "HUF": 17500, "MXN": 1000, "THB": 1000, "HKD": 400, "NOK": 300, "SEK": 300} | {
    "DKK": 250, "AED": 200, "MYR": 200, "PLN": 200, "RON": 200, "BGN": 100
}  # fmt: skip
USUAL_SMALLEST, LARGEST = 50, 999_999_99
NOT_IN_CENTS = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "UGX", "VND", "VUV"} | {
    "XAF", "XOF", "XPF", "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One invoice of a request, and how much of it: the allocation is stored, never computed again."""

    document_id: int
    number: str
    amount_cents: int


@dataclass(frozen=True)
class PayRequest:
    """One row, one checkout session at the provider."""

    id: int
    client_id: int
    account_id: int | None
    lines: tuple[Line, ...]
    amount_cents: int
    currency: str
    state: RequestState
    created_at: datetime
    expires_at: datetime
    channel: str = ""  # where it was asked for: news of it go there too
    conversation: str = ""
    url: str = ""  # of the checkout session; "" until one is made, when the answer leaves
    session_id: str = ""

    @property
    def reference(self) -> str:
        """What it is called at the provider. With its second: an id alone names another request in another database
        that is paid through the same account, or after a backup came back."""
        return f"{self.id}-{self.created_at:%Y%m%dT%H%M%S}"


@dataclass(frozen=True)
class Bank:
    """Where a transfer goes, as the company recorded it."""

    holder: str
    iban: str
    bic: str = ""
    since: datetime | None = None  # when it was recorded
    replaced_at: datetime | None = None  # the same moment, where another was known before


@dataclass(frozen=True)
class CheckoutSeen:
    """What a checkout session is now. `reference` is that of our request."""

    session_id: str
    status: Literal["open", "complete", "expired"]
    payment: Literal["paid", "unpaid", "failed"]
    amount_cents: int
    currency: str
    at: datetime
    payment_id: str = ""  # the provider's payment intent
    reference: str = ""
    method: str = "card"


@dataclass(frozen=True)
class RefundSeen:
    refund_id: str
    payment_id: str
    amount_cents: int
    currency: str
    status: Literal["succeeded", "pending", "failed"]
    at: datetime


@dataclass(frozen=True)
class DisputeSeen:
    dispute_id: str
    payment_id: str
    amount_cents: int
    currency: str
    stage: Literal["opened", "withdrawn", "reinstated", "lost", "won"]
    at: datetime


@dataclass(frozen=True)
class PaymentNews:
    """One thing that a provider told about one company: what the desk's listener takes."""

    company_id: int
    seen: CheckoutSeen | RefundSeen | DisputeSeen


@dataclass(frozen=True)
class Settled:
    """What such news changed in the books; `what` is "" where it changed nothing (it was known, or is older)."""

    what: What
    client: Client | None = None
    request: PayRequest | None = None  # None for money that no request of ours asked for
    papers: tuple[Paper, ...] = ()  # as they are after it
    amount_cents: int = 0
    currency: str = "EUR"
    over_cents: int = 0  # received beyond what was left: in the client's favour
    debit: bool = False  # a direct debit: its confirmation takes days
    why: str = ""  # of "odd": unknown_session, unknown_payment, amount, currency


def limits(currency: str) -> tuple[int, int] | None:
    """The least and the most that is paid online, in cents; None for a currency that has no cents, or more than 100."""
    return None if currency in NOT_IN_CENTS else (SMALLEST.get(currency, USUAL_SMALLEST), LARGEST)


def takes(cents: int, currency: str) -> bool:
    """Can this be paid online?"""
    between = limits(currency)
    return between is not None and between[0] <= cents <= between[1]


def spread(papers: Sequence[Paper], today: date) -> tuple[Line, ...]:
    """What is left on each invoice that can be paid now, oldest due first; what is in progress is not offered again."""
    payable = [
        one
        for one in papers
        if one.kind == "invoice" and one.status == "issued" and one.left_cents > one.in_progress_cents
    ]
    ordered = sorted(payable, key=lambda one: (one.due_on or one.issued_on or today, one.number))
    return tuple(Line(one.id, one.number, one.left_cents - one.in_progress_cents) for one in ordered)
