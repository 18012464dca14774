"""A document of the demonstration: its lines, its sums, its dates; as an import row and as what the paper prints."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from bot.demo.seed.people import COMPANY, HOUSE, Person


@dataclass(frozen=True)
class Line:
    label: str
    unit_cents: int  # net
    quantity: Decimal = Decimal(1)
    unit: str = "C62"  # UN/ECE Recommendation 20: C62 one, HUR hour, MTK square metre, MTR metre, DAY day
    rate: Decimal = Decimal(20)

    @property
    def net_cents(self) -> int:
        return _whole(self.unit_cents * self.quantity)


@dataclass(frozen=True)
class Sheet:
    kind: str  # invoice, credit_note, quote
    number: str
    client: Person
    label: str
    issued_on: date
    lines: tuple[Line, ...]
    status: str
    due_on: date | None = None
    valid_until: date | None = None
    decided_on: date | None = None
    invoice: str | None = None  # the one a credit note is on
    invoice_date: date | None = None
    delivered_on: date | None = None
    annexes: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def taxes(self) -> list[tuple[Decimal, int, int]]:
        """(rate, net, VAT) for each rate, the VAT of a rate rounded once (EN 16931, BR-CO-17)."""
        found = []
        for rate in sorted({line.rate for line in self.lines}):
            net = sum(line.net_cents for line in self.lines if line.rate == rate)
            found.append((rate, net, _whole(net * rate / 100)))
        return found

    @property
    def net_cents(self) -> int:
        return sum(net for _, net, _ in self.taxes)

    @property
    def vat_cents(self) -> int:
        return sum(vat for _, _, vat in self.taxes)

    @property
    def total_cents(self) -> int:
        return self.net_cents + self.vat_cents

    @property
    def reverse_charge(self) -> bool:
        return self.client.kind == "B2B_EU"

    @property
    def file(self) -> str:
        return f"{self.number}.pdf"

    def as_row(self) -> dict[str, Any]:
        """The row of facteur/1."""
        row: dict[str, Any] = {
            "kind": self.kind,
            "number": self.number,
            "client": self.client.ref,
            "label": self.label,
            "status": self.status,
            "issued_on": self.issued_on.isoformat(),
            "total_cents": self.total_cents,
            "currency": "EUR",
            "file": self.file,
        }
        for name in ("due_on", "valid_until", "decided_on"):
            day = getattr(self, name)
            if day:
                row[name] = day.isoformat()
        if self.invoice:
            row["invoice"] = self.invoice
        if self.annexes:
            row["annexes"] = [{"name": name, "file": f"{self.number}/{name}"} for name in self.annexes]
        return row

    def as_print(self) -> dict[str, Any]:
        """What the template prints: JSON only, amounts in cents, dates in ISO."""
        client: dict[str, Any] = {
            "name": self.client.name,
            "address": self.client.address,
            "kind": self.client.kind,
        }
        client |= {"siren": self.client.siren, "vat": self.client.vat, "ref": self.client.ref}
        house = {
            **HOUSE,
            **{name: COMPANY[name] for name in ("name", "email", "phone", "iban", "bic", "siren")},
        }
        days = ("issued_on", "due_on", "valid_until", "invoice_date", "delivered_on")
        return {
            "kind": self.kind,
            "number": self.number,
            "label": self.label,
            "language": self.client.language,
            "house": house,
            "client": client,
            "lines": [_printed(line) for line in self.lines],
            "taxes": [{"rate": _plain(rate), "net": net, "vat": vat} for rate, net, vat in self.taxes],
            "net": self.net_cents,
            "vat": self.vat_cents,
            "total": self.total_cents,
            "reverse_charge": self.reverse_charge,
            "invoice": self.invoice,
            "annexes": self.annexes,
            "notes": self.notes,
            **{name: day.isoformat() if (day := getattr(self, name)) else None for name in days},
        }


def _printed(line: Line) -> dict[str, Any]:
    amounts = {"price": line.unit_cents, "net": line.net_cents}
    return {
        "label": line.label,
        "quantity": _plain(line.quantity),
        "unit": line.unit,
        "rate": _plain(line.rate),
        **amounts,
    }


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _whole(cents: Decimal) -> int:
    return int(cents.to_integral_value(ROUND_HALF_UP))
