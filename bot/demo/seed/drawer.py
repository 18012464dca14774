"""The papers of Atelier Exemple: five months of quotes, invoices and a credit note, for three clients."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from babel.dates import format_date

from bot.demo.seed.people import A, B, C, Person
from bot.demo.seed.sheet import Line, Sheet

NO_VAT, REDUCED = Decimal(0), Decimal(10)


@dataclass(frozen=True)
class Drawer:
    """Sheets whose dates are so many days before `today`; a number holds the year of its own issue date."""

    today: date

    def ago(self, days: int) -> date:
        return self.today - timedelta(days=days)

    def number(self, letter: str, count: int, issued_on: date) -> str:
        return f"{letter}-{issued_on.year}-{count:04}"

    def month(self, days: int, language: str = "fr") -> str:
        return format_date(self.ago(days), "MMMM y", locale=language)

    def invoice(
        self, count: int, client: Person, days: int, label: str, *lines: Line, term: int = 30
    ) -> Sheet:
        issued, done = self.ago(days), self.ago(days + 2)
        number = self.number("F", count, issued)
        due = issued + timedelta(days=term)
        return Sheet("invoice", number, client, label, issued, lines, "issued", due_on=due, delivered_on=done)

    def quote(
        self, count: int, client: Person, days: int, label: str, status: str, *lines: Line, **more: Any
    ) -> Sheet:
        issued = self.ago(days)
        until = issued + timedelta(days=more.pop("term", 45))
        number = self.number("D", count, issued)
        return Sheet("quote", number, client, label, issued, lines, status, valid_until=until, **more)

    def sheets(self) -> list[Sheet]:
        return [
            *self._invoices_of_a(),
            *self._quotes_of_a(),
            *self._invoices_of_b(),
            *self._quotes_of_b(),
            *self._papers_of_c(),
            *self._quotes_of_c(),
        ]

    def _invoices_of_a(self) -> list[Sheet]:
        trip = Line("Déplacement", 4647)
        return [
            self.invoice(
                47,
                A,
                144,
                "Fabrication d'un plan de travail",
                Line("Plan de travail en hêtre, 3,2 m", 90000),
                term=20,
            ),
            self.invoice(
                64,
                A,
                104,
                "Remplacement d'un vitrage",
                Line("Vitrage isolant 4/16/4", 29537),
                Line("Dépose et pose", 4500),
                term=20,
            ),
            self.invoice(
                81,
                A,
                70,
                "Rayonnages de la réserve",
                Line("Rayonnage sur mesure", 8500, Decimal(6), "MTR"),
                term=20,
            ),
            self.invoice(
                98,
                A,
                52,
                "Remplacement d'une serrure",
                Line("Serrure trois points, fournie et posée", 14900),
                trip,
            ),
            self.invoice(
                123,
                A,
                0,
                f"Entretien annuel, {self.month(0)}",
                Line("Entretien des portes et agencements", 5350, Decimal(10), "HUR"),
            ),
        ]

    def _quotes_of_a(self) -> list[Sheet]:
        shelves = (
            Line("Bibliothèque murale, chêne massif, 360 × 250 cm", 285000),
            Line("Portes basses laquées, charnières à frein", 14500, Decimal(4), "C62"),
            Line("Pose et finitions sur place", 5700, Decimal(10), "HUR"),
        )
        return [
            self.quote(
                31,
                A,
                120,
                "Porte coupe-feu du local technique",
                "expired",
                Line("Porte coupe-feu EI30", 112000),
                term=30,
            ),
            self.quote(
                44,
                A,
                12,
                "Bibliothèque murale",
                "sent",
                *shelves,
                annexes=("Plan.pdf", "Conditions.pdf"),
                notes=("Fabrication dans notre atelier de Paris, pose en deux jours.",),
            ),
        ]

    def _invoices_of_b(self) -> list[Sheet]:
        return [
            self.invoice(
                52, B, 135, "Reception desk, design", _untaxed("Design and drawings", 62000, 2, "DAY")
            ),
            self.invoice(
                77,
                B,
                78,
                "Reception desk",
                _untaxed("Oak reception desk", 318000),
                _untaxed("Delivery to Dublin", 24000),
            ),
            self.invoice(95, B, 58, "Wall panels, samples", _untaxed("Acoustic panel, sample", 9500, 4)),
            self.invoice(
                112, B, 24, "Wall panels", _untaxed("Acoustic panels, oak veneer", 12500, 10, "MTK"), term=45
            ),
            self.invoice(
                121, B, 4, f"Maintenance, {self.month(4, 'en')}", _untaxed("Maintenance visit", 48000)
            ),
        ]

    def _quotes_of_b(self) -> list[Sheet]:
        return [
            self.quote(
                39,
                B,
                41,
                "Meeting room, folding wall",
                "refused",
                _untaxed("Folding wall", 740000),
                decided_on=self.ago(30),
            ),
            self.quote(
                45,
                B,
                9,
                "Meeting table for twelve",
                "sent",
                _untaxed("Oak table, 4.2 m", 386000),
                _untaxed("Delivery and assembly", 42000),
                annexes=("Terms.pdf",),
            ),
        ]

    def _papers_of_c(self) -> list[Sheet]:
        stairs = self.invoice(
            88,
            C,
            62,
            "Réfection de l'escalier",
            _reduced("Marches en chêne", 8600, 12),
            _reduced("Main courante", 9800, 4, "MTR"),
        )
        issued = self.ago(48)
        credit = Sheet(
            "credit_note",
            self.number("A", 9, issued),
            C,
            "Deux marches non posées",
            issued,
            (_reduced("Marches en chêne", 8600, 2),),
            "issued",
            invoice=stairs.number,
            invoice_date=stairs.issued_on,
        )
        return [
            self.invoice(60, C, 112, "Porte d'entrée, acompte", _reduced("Acompte de 30 %", 57000), term=0),
            stairs,
            self.invoice(
                104, C, 45, "Porte d'entrée, solde", _reduced("Porte d'entrée en chêne, solde", 133000)
            ),
            self.invoice(119, C, 6, "Réglage des volets", _reduced("Réglage, quatre volets", 4500, 4)),
            credit,
        ]

    def _quotes_of_c(self) -> list[Sheet]:
        return [
            self.quote(
                41,
                C,
                118,
                "Porte d'entrée en chêne",
                "accepted",
                _reduced("Porte d'entrée en chêne", 190000),
                decided_on=self.ago(114),
            ),
            self.quote(
                46,
                C,
                5,
                "Placard sous l'escalier",
                "sent",
                _reduced("Placard sur mesure", 124000),
                _reduced("Pose", 5200, 6, "HUR"),
                annexes=("Conditions.pdf",),
            ),
        ]


def _untaxed(label: str, cents: int, quantity: int = 1, unit: str = "C62") -> Line:
    return Line(label, cents, Decimal(quantity), unit, NO_VAT)


def _reduced(label: str, cents: int, quantity: int = 1, unit: str = "C62") -> Line:
    return Line(label, cents, Decimal(quantity), unit, REDUCED)
