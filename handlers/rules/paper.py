"""What the company recorded, as values: who, documents, amounts. Amounts are integer cents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Generic, Literal, TypeVar

T = TypeVar("T")

Kind = Literal["quote", "invoice", "credit_note"]
Status = Literal["draft", "sent", "accepted", "refused", "expired", "replaced", "issued", "cancelled"]


@dataclass(frozen=True)
class Company:
    id: int
    slug: str
    name: str
    email: str
    phone: str | None = None
    language: str = "fr"
    timezone: str = "Europe/Paris"
    options: frozenset[str] = frozenset({"portal"})
    form_of_address: str = "vous"
    as_of: datetime | None = None  # the data are those of this moment
    siren: str | None = None
    phrases: Mapping[str, str] = field(
        default_factory=dict, compare=False
    )  # its own: "fr:balance.due" -> text
    learning: bool = True  # what is picked of a "did you mean" is kept, masked
    archive: bool = True  # signed PDFs are kept; else only the copies that were e-mailed exist
    withdrawal: bool = True  # consumers can go back on what they signed, for 14 days

    @property
    def contact(self) -> str:
        """How to reach people there: "01 02 03 04 05 ou contact@..." is put together by the phrases."""
        return self.phone or self.email


@dataclass(frozen=True)
class Account:
    """One e-mail address at one company."""

    id: int
    company_id: int
    address: str  # as recorded: answers go there


@dataclass(frozen=True)
class Client:
    """A client's file."""

    id: int
    company_id: int
    ref: str
    name: str
    kind: str = "B2B_FR"
    language: str | None = None
    form_of_address: str | None = None


@dataclass(frozen=True)
class Access:
    """What one account may do in one file."""

    client: Client
    name: str | None = None
    can_read: bool = True
    can_pay: bool = False
    can_sign: bool = False
    can_notify: bool = True
    role: str = ""  # of the team: admin, accountant, manager or sales, which reads and changes nothing

    @property
    def rights(self) -> frozenset[str]:
        named = {"read": self.can_read, "pay": self.can_pay, "sign": self.can_sign, "notify": self.can_notify}
        return frozenset(name for name, may in named.items() if may)


@dataclass(frozen=True)
class Paper:
    """A quote, an invoice or a credit note, in its current version."""

    id: int
    kind: Kind
    number: str
    status: Status
    label: str
    issued_on: date | None
    due_on: date | None
    valid_until: date | None
    total_cents: int
    currency: str = "EUR"
    paid_cents: int = 0
    credited_cents: int = 0
    in_progress_cents: int = 0
    paid_on: date | None = None
    version: int = 1
    file_sha256: str | None = None
    file_name: str | None = None
    file_size: int = 0

    @property
    def left_cents(self) -> int:
        """What is left on an invoice: total less payments and credit notes; never below zero."""
        return max(0, self.total_cents - self.paid_cents - self.credited_cents)

    def state(self, today: date) -> str:
        """One word for what a client asks: to_pay, late, in_progress, paid, part_paid, to_sign, accepted..."""
        if self.kind == "quote":
            if self.status == "sent":
                over = self.valid_until is not None and self.valid_until < today
                return "expired" if over else "to_sign"
            return self.status
        if self.status == "cancelled" or self.kind == "credit_note":
            return "cancelled" if self.status == "cancelled" else "credit"
        if self.left_cents == 0:
            return "paid"
        if self.in_progress_cents >= self.left_cents:
            return "in_progress"
        if self.due_on is not None and self.due_on < today:
            return "late"
        return "part_paid" if self.paid_cents or self.credited_cents else "to_pay"


@dataclass(frozen=True)
class Annex:
    name: str
    sha256: str
    size: int = 0


@dataclass(frozen=True)
class Balance:
    """balance = invoiced - credited - received; what is in progress is not taken off (design, section 5)."""

    invoiced_cents: int = 0
    credited_cents: int = 0
    received_cents: int = 0
    in_progress_cents: int = 0
    waiting: int = 0  # invoices with something left to pay
    late: int = 0  # of these, past their due date
    oldest_late: Paper | None = None
    currency: str = "EUR"

    @property
    def balance_cents(self) -> int:
        return self.invoiced_cents - self.credited_cents - self.received_cents


@dataclass(frozen=True)
class Wanted:
    """What a client looks for among their own documents. Empty means: everything."""

    kinds: tuple[Kind, ...] = ()
    number: str = ""  # normalised, whole: digits must match exactly
    number_part: str = (
        ""  # its last groups of digits ("2026-118"), after its letters if any: rules/number.py, grouped
    )
    start: date | None = None  # on the issue date, both included
    end: date | None = None
    amount_cents: int | None = None  # of the total, or of what is left
    words: str = (
        ""  # folded; each of them in the label or the number, one letter off where none fits (not digits)
    )
    state: Literal[
        "", "unpaid", "overdue", "paid", "cancelled", "to_sign", "accepted", "refused", "expired", "pending"
    ] = ""


@dataclass(frozen=True)
class Sum:
    """What all that was found adds up to, in one currency."""

    currency: str
    total_cents: int
    left_cents: int = 0


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some of what was found. `words` are those found in place of the ones asked for, where one was mistyped."""

    items: tuple[T, ...]
    count: int  # of all that was found
    sums: tuple[Sum, ...] = ()  # of documents or movements, a currency each, the commonest first
    offset: int = 0
    words: str = ""
