"""What else happened at Atelier Exemple: drafts, payments, contracts, events, interactions."""

from __future__ import annotations

from datetime import datetime, timedelta
from datetime import time as clock_time
from typing import Any
from zoneinfo import ZoneInfo

from bot.demo.seed.archive import Archive
from bot.demo.seed.people import COMPANY, A, B, C, D, E
from bot.demo.seed.sheet import Sheet

PARIS = ZoneInfo(COMPANY["timezone"])


class Story(Archive):
    def at(self, days: int, hour: int, minute: int = 0) -> str:
        """An instant, `days` from today (before it when negative), on the company's clock."""
        day = self.today + timedelta(days=days)
        return datetime.combine(day, clock_time(hour, minute), PARIS).isoformat()

    def drafts(self) -> list[dict[str, Any]]:
        """Never shown to a client: one has a number, the other has none yet."""
        issued = self.today.isoformat()
        common = {"client": A.ref, "status": "draft", "currency": "EUR"}
        quote = self.number("D", 47, self.today)
        return [
            {
                "kind": "quote",
                "number": quote,
                "label": "Vitrine",
                "issued_on": issued,
                "total_cents": 258000,
                **common,
            },
            {"kind": "invoice", "number": None, "label": "Brouillon", "total_cents": 9600, **common},
        ]

    # --- money

    def payments(self, sheets: list[Sheet]) -> list[dict[str, Any]]:
        """Some invoices wait, two are late, one is paid in part; a refund gives back what was paid twice."""
        once = [sheet for sheet in sheets if sheet.kind == "invoice" and sheet.client != D]
        by_count = {sheet.number[-4:]: sheet for sheet in once}
        received = [  # receipt, invoice, days ago, cents or None for its total, method
            (51, "0047", 127, None, "transfer"), (55, "0060", 112, None, "card"), (58, "0052", 110, None, "transfer"),
            (63, "0064", 88, None, "transfer"), (70, "0081", 54, None, "card"), (72, "0077", 50, None, "transfer"),
            (74, "0088", 40, 137720, "cheque"), (75, "0088", 38, 137720, "cheque"),
            (76, "0088", 33, -137720, "transfer"),
            (79, "0095", 31, None, "transfer"), (84, "0112", 6, 50000, "transfer"), (69, "0083", 40, None, "transfer"),
        ]  # fmt: skip
        rows = []
        for count, invoice, days, cents, method in received:
            sheet, on = by_count[invoice], self.ago(days)
            amount = sheet.total_cents if cents is None else cents
            ref = f"RG-{count}"
            row = {
                "ref": ref,
                "client": sheet.client.ref,
                "invoice": sheet.number,
                "received_on": on.isoformat(),
            }
            rows.append({**row, "amount_cents": amount, "method": method})
        return [*rows, *self.monthly_payments()]

    # --- the rest of the card

    def contracts(self) -> list[dict[str, Any]]:
        def day(days: int) -> str:
            return (self.today + timedelta(days=days)).isoformat()

        rows = [
            ("CT-9", A, "Entretien annuel des portes et agencements", "active", -327, 38, True),
            ("CT-12", A, "Dépannage sous 48 h", "suspended", -500, 60, False),
            ("CT-2", A, "Location d'un échafaudage", "ended", -420, -60, False),
            ("CT-14", B, "Maintenance, two visits a year", "active", -140, 225, True),
            ("CT-3", C, "Garantie de la porte d'entrée", "active", -45, 320, False),
            ("CT-6", D, "Entretien mensuel du bâtiment", "active", -980, 115, True),
            ("CT-15", E, "Garantie de la vitrine", "active", -68, 297, False),
        ]
        names = ("ref", "client", "label", "status", "starts_on", "next_due_on", "tacit_renewal")
        return [
            dict(zip(names, (ref, who.ref, label, status, day(start), day(due), tacit), strict=True))
            for ref, who, label, status, start, due, tacit in rows
        ]

    def events(self) -> list[dict[str, Any]]:
        rows = [
            ("rdv-204", A, "Prise de cotes, bibliothèque", -14, 9, 10, "8 place du Marché, Montreuil"),
            ("rdv-211", A, "Visite d'entretien", -1, 14, 16, "8 place du Marché, Montreuil"),
            ("rdv-217", A, "Pose de la bibliothèque", 16, 8, 17, "8 place du Marché, Montreuil"),
            ("rdv-219", B, "Video call: meeting table", 3, 11, 12, "Online"),
            ("rdv-222", B, "Delivery of the wall panels", 9, 10, 12, "5 Harbour Street, Dublin"),
            ("rdv-225", C, "Prise de cotes, placard", 6, 9, 10, "3 allée des Tilleuls, Vincennes"),
            ("rdv-189", D, "Visite d'entretien", -60, 9, 11, "27 quai des Charpentiers, Lagny-sur-Marne"),
            ("rdv-202", D, "Visite d'entretien", -29, 9, 11, "27 quai des Charpentiers, Lagny-sur-Marne"),
            ("rdv-228", D, "Visite d'entretien", 2, 9, 11, "27 quai des Charpentiers, Lagny-sur-Marne"),
            ("rdv-231", D, "Prise de cotes, auvent", 13, 14, 15, "27 quai des Charpentiers, Lagny-sur-Marne"),
            ("rdv-229", E, "Contrôle de la vitrine", 8, 10, 11, "2 rue de la Scierie, Lagny-sur-Marne"),
        ]
        return [
            {
                "uid": uid,
                "client": who.ref,
                "title": title,
                "starts_at": self.at(days, start),
                "ends_at": self.at(days, end),
                "place": place,
            }
            for uid, who, title, days, start, end, place in rows
        ]

    def interactions(self) -> list[dict[str, Any]]:
        rows = [
            ("int-1", A, "call", -53, 10, "Serrure forcée : intervention demandée pour le lendemain."),
            ("int-2", A, "meeting", -14, 9, "Cotes prises sur place. Le client préfère le chêne clair."),
            ("int-3", A, "email", -12, 17, "Devis de la bibliothèque envoyé, avec le plan."),
            ("int-4", A, "note", -10, 11, "Pose possible avant la fin de l'année."),
            ("int-9", A, "other", -6, 16, "Échantillon de chêne clair déposé à l'accueil."),
            ("int-5", B, "call", -42, 15, "Budget for the folding wall is not confirmed."),
            ("int-6", B, "email", -9, 12, "Sent the quote for the meeting table."),
            ("int-7", C, "meeting", -48, 18, "Deux marches gardées : avoir convenu."),
            ("int-8", C, "other", -33, 9, "Chèque reçu deux fois : trop-perçu rendu par virement."),
            ("int-10", D, "email", -200, 9, "Devis du portail envoyé."),
            ("int-11", D, "call", -190, 10, "Accord donné pour le portail."),
            ("int-12", D, "meeting", -29, 9, "Visite d'entretien : gonds de la porte du fond à changer."),
            ("int-13", D, "note", -20, 15, "Auvent : mélèze plutôt que chêne."),
            ("int-14", E, "other", -12, 8, "Clé de la vitrine remise en main propre."),
        ]
        return [
            {"ref": ref, "client": who.ref, "type": kind, "at": self.at(days, hour, 15), "text": text}
            for ref, who, kind, days, hour, text in rows
        ]
