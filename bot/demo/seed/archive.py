"""Client D and Client E, two files at one mailbox: a maintenance contract with an invoice a month, for years."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from babel.dates import format_date

from bot.demo.seed.drawer import Drawer
from bot.demo.seed.people import D, E
from bot.demo.seed.sheet import Line, Sheet

MONTHS = 32
SERIES = 200  # added to the month: maintenance has numbers of its own
CREDITED, TWICE = 8, 5  # months ago: a visit that did not take place, a payment that came twice


@dataclass(frozen=True)
class Archive(Drawer):
    def sheets(self) -> list[Sheet]:
        monthly = [self._monthly(back) for back in reversed(range(MONTHS))]
        return [*super().sheets(), *monthly, self._credit(), *self._others()]

    def first(self, back: int) -> date:
        """The first day of the month, so many months ago."""
        months = self.today.year * 12 + self.today.month - 1 - back
        return date(months // 12, months % 12 + 1, 1)

    def _monthly(self, back: int) -> Sheet:
        issued = self.first(back)
        visits = Decimal(2 if issued.month % 3 == 0 else 1)
        visit = Line("Visite d'entretien", 14000 + 500 * (issued.year % 10), visits)
        label = f"Entretien, {format_date(issued - timedelta(days=1), 'MMMM y', locale='fr')}"
        number, due = self.number("F", SERIES + issued.month, issued), issued + timedelta(days=30)
        done = issued - timedelta(days=4)
        return Sheet("invoice", number, D, label, issued, (visit,), "issued", due_on=due, delivered_on=done)

    def _credit(self) -> Sheet:
        invoice, issued = self._monthly(CREDITED), self.first(CREDITED) + timedelta(days=12)
        line = Line("Visite écourtée", 6000)
        number = self.number("A", 4, issued)
        of: dict[str, Any] = {"invoice": invoice.number, "invoice_date": invoice.issued_on}
        return Sheet("credit_note", number, D, "Visite écourtée", issued, (line,), "issued", **of)

    def _others(self) -> list[Sheet]:
        gate = Line("Portail coulissant, motorisé", 312000)
        shop = Line("Vitrine et enseigne en bois", 146000)
        return [
            self.quote(29, D, 200, "Portail de la cour", "accepted", gate, decided_on=self.ago(190)),
            self.quote(43, D, 20, "Auvent de l'entrée", "sent", Line("Auvent en mélèze", 118000)),
            self.invoice(83, E, 68, "Vitrine et enseigne", shop),
            self.invoice(116, E, 12, "Réglage de la vitrine", Line("Réglage", 9500)),
        ]

    def monthly_payments(self) -> Iterator[dict[str, Any]]:
        """All but the last two are paid; what came twice was given back."""
        for back in range(2, MONTHS):
            sheet = self._monthly(back)
            cents = sheet.total_cents - (self._credit().total_cents if back == CREDITED else 0)
            yield self._paid(sheet, "", 28, cents)
            if back == TWICE:
                yield self._paid(sheet, "-B", 29, cents)
                yield self._paid(sheet, "-R", 36, -cents)

    def _paid(self, sheet: Sheet, mark: str, days: int, cents: int) -> dict[str, Any]:
        return {
            "ref": f"RG-{sheet.number.removeprefix('F-')}{mark}",
            "client": D.ref,
            "invoice": sheet.number,
            "received_on": (sheet.issued_on + timedelta(days=days)).isoformat(),
            "amount_cents": cents,
            "method": "transfer" if cents < 0 else "direct_debit",
        }
