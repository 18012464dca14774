"""The rows of an import, whatever file they come from: the shape of `facteur/1` (design, section 5).

A reader is one module that turns a file into a `Batch` of these rows. The writer takes a batch and knows no format.
A field that a row does not mention keeps what is recorded: `given` says what was mentioned.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path as Folder
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from handlers.rules.paper import Kind
from storage.imports import fields as f
from storage.imports.report import Report, RowError

Right = Literal["read", "pay", "sign", "notify"]
Option = Literal["portal", "signature", "payment"]
QUOTE_STATUS = frozenset({"draft", "sent", "accepted", "refused", "expired", "cancelled"})
INVOICE_STATUS = frozenset({"draft", "issued", "cancelled"})


class Row(BaseModel):
    model_config = ConfigDict(strict=True, extra="allow", frozen=True)

    def given(self, *names: str) -> dict[str, Any]:
        """What this row mentions among `names`."""
        return {name: getattr(self, name) for name in names if name in self.model_fields_set}

    def warning(self) -> str:
        """The keys nobody knows: the row is kept, and they are named."""
        unknown = ", ".join(sorted(self.model_extra or {})[:10])
        return f"unknown keys ignored: {unknown}" if unknown else ""


R = TypeVar("R", bound=Row)


def checked(shape: type[R], data: Any) -> R:
    """The row, or RowError that says which field is wrong and how."""
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        raise RowError(in_words(error)) from None


def in_words(error: ValidationError) -> str:
    said = []
    for item in error.errors(include_url=False, include_context=False)[:5]:
        where = ".".join(map(str, item["loc"]))
        what = item["msg"].removeprefix("Value error, ").removeprefix("Input ")
        said.append(f"{where}: {what[:1].lower()}{what[1:]}" if where else what)
    return "; ".join(said)


class StaffRow(Row):
    name: f.Name
    email: f.Email
    role: Literal["admin", "accountant", "manager", "sales", "other"]


class ContactRow(Row):
    email: f.Email
    name: Annotated[f.Name | None, f.Blank] = None
    rights: list[Right] = ["read", "notify"]  # pydantic copies it for each row


class CompanyRow(Row):
    slug: Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?$")] | None = None
    name: f.Name | None = None
    email: f.Email | None = None
    phone: Annotated[f.Name | None, f.Blank] = None
    language: Literal["fr", "en"] | None = None
    timezone: f.Zone | None = None
    siren: Annotated[f.Siren | None, f.Blank] = None
    iban: Annotated[f.Compact | None, f.Blank] = None
    bic: Annotated[f.Compact | None, f.Blank] = None
    account_holder: Annotated[f.Name | None, f.Blank] = None
    options: list[Option] | None = None
    form_of_address: Literal["vous", "tu"] | None = None
    staff: list[Any] | None = None


class ClientRow(Row):
    ref: f.Ref
    name: f.Name | None = None
    kind: Literal["B2B_FR", "B2C", "B2B_EU", "NON_EU", "PUBLIC"] | None = None
    siren: Annotated[f.Siren | None, f.Blank] = None
    address: Annotated[f.Prose | None, f.Blank] = None
    phone: Annotated[f.Name | None, f.Blank] = None
    language: Literal["fr", "en"] | None = None
    form_of_address: Literal["vous", "tu"] | None = None
    contacts: list[Any] | None = None


class AnnexRow(Row):
    name: f.Name
    file: f.Path


class DocumentRow(Row):
    kind: Kind
    number: Annotated[f.Number | None, f.Blank] = None
    client: f.Ref
    label: f.Label | None = None
    status: Literal["draft", "sent", "accepted", "refused", "expired", "issued", "cancelled"]
    decided_on: f.Day | None = None
    replaces: Annotated[f.Number | None, f.Blank] = None
    invoice: Annotated[f.Number | None, f.Blank] = None
    issued_on: f.Day | None = None
    due_on: f.Day | None = None
    valid_until: f.Day | None = None
    total_cents: f.Total
    currency: f.Currency = "EUR"
    file: Annotated[f.Path | None, f.Blank] = None
    annexes: list[AnnexRow] | None = None

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        allowed = QUOTE_STATUS if self.kind == "quote" else INVOICE_STATUS
        if self.status not in allowed:
            raise ValueError(f"status: a {self.kind} is never {self.status} ({', '.join(sorted(allowed))})")
        if self.number is None and self.status != "draft":
            raise ValueError("number: only a draft has none")
        if self.status != "draft" and self.issued_on is None:
            raise ValueError(f"issued_on: a {self.kind} that is {self.status} has a date")
        if self.invoice and self.kind != "credit_note":
            raise ValueError("invoice: only a credit note names one")
        if (self.replaces or self.decided_on) and self.kind != "quote":
            raise ValueError("replaces, decided_on: only for quotes")
        return self


class PaymentRow(Row):
    ref: f.Ref
    client: f.Ref
    invoice: Annotated[f.Number | None, f.Blank] = None
    received_on: f.Day
    amount_cents: f.Cents
    currency: f.Currency | None = None
    method: Literal["transfer", "card", "cheque", "cash", "direct_debit"] = "transfer"
    stripe_id: Annotated[f.Ref | None, f.Blank] = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.amount_cents == 0:
            raise ValueError("amount_cents: nothing was paid")
        return self


class ContractRow(Row):
    ref: f.Ref
    client: f.Ref
    label: f.Name
    status: Literal["active", "ended", "suspended"]
    starts_on: f.Day | None = None
    next_due_on: f.Day | None = None
    tacit_renewal: bool = False


class EventRow(Row):
    uid: f.Ref
    client: f.Ref
    title: f.Name
    starts_at: f.Moment
    ends_at: f.Moment | None = None
    place: Annotated[f.Name | None, f.Blank] = None


class InteractionRow(Row):
    ref: Annotated[f.Ref | None, f.Blank] = None
    client: f.Ref
    type: Literal["note", "email", "call", "meeting", "other"]
    at: f.Moment
    text: f.Prose


SECTIONS = ("clients", "documents", "payments", "contracts", "events", "interactions")


@dataclass
class Batch:
    """All that one file said. `report` holds the rows that could not be read; `folder` is where its files lie."""

    name: str
    folder: Folder
    source: str = "json"
    as_of: datetime | None = None
    slug: str | None = None  # the company it names, even where the rest of that row is wrong
    company: CompanyRow | None = None
    clients: list[ClientRow] = field(default_factory=list)
    documents: list[DocumentRow] = field(default_factory=list)
    payments: list[PaymentRow] = field(default_factory=list)
    contracts: list[ContractRow] = field(default_factory=list)
    events: list[EventRow] = field(default_factory=list)
    interactions: list[InteractionRow] = field(default_factory=list)
    report: Report = field(default_factory=Report)

    def __len__(self) -> int:
        return sum(len(getattr(self, section)) for section in SECTIONS) + (self.company is not None)

    def parts(self, most: int) -> list[Batch]:
        """The same rows, about `most` a part, all rows of one client in the same part.

        The company comes with the first part, `as_of` with the last: data are not called fresh before they are in.
        """
        if len(self) <= most:
            return [self]
        by_client: dict[str, list[tuple[str, Row]]] = {}
        for section in SECTIONS:
            for row in getattr(self, section):
                by_client.setdefault(getattr(row, "client", None) or row.ref, []).append((section, row))
        parts = [self._empty(self.company)]
        for rows in by_client.values():
            if len(parts[-1]) >= most:
                parts.append(self._empty(None))
            for section, row in rows:
                getattr(parts[-1], section).append(row)
        parts[-1].as_of = self.as_of
        return parts

    def _empty(self, company: CompanyRow | None) -> Batch:
        return Batch(self.name, self.folder, self.source, slug=self.slug, company=company)
