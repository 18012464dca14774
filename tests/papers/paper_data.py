"""Recipes as the inside makes them, finished in each language."""

from __future__ import annotations

from typing import Any

FRENCH: dict[str, Any] = {
    "language": "fr",
    "company": {"name": "Atelier Exemple", "lines": ["01 02 03 04 05", "contact@atelier-exemple.example"]},
    "client": {"name": "Łódź & Œuvre SARL", "lines": ["3 place de l'Église", "35000 Rennes", "Client C0042"]},
    "title": "Relevé de compte",
    "period": "Du 1er octobre 2026 au 24 novembre 2026",
    "made": "Établi le 24 novembre 2026 à 14h05 (heure de Paris)",
    "date": "2026-11-24",
    "columns": ["Date", "Mouvement", "Facturé", "Reçu", "Solde"],
    "opening": {"label": "Solde avant le 1er octobre 2026", "amount": "1\u202f234,56\u00a0€"},
    "rows": [
        {
            "date": "03/10/2026",
            "kind": "Facture",
            "reference": "F-2026-0098",
            "label": "Menuiserie extérieure, remplacement de trois fenêtres et d'une porte-fenêtre à l'étage",
            "invoiced": "234,56\u00a0€",
            "received": "",
            "balance": "1\u202f469,12\u00a0€",
        },
        {
            "date": "05/11/2026",
            "kind": "Paiement",
            "reference": "",
            "label": "virement, pour la facture F-2026-0098",
            "invoiced": "",
            "received": "1\u202f500,00\u00a0€",
            "balance": "-30,88\u00a0€",
        },
        {
            "date": "06/11/2026",
            "kind": "Avoir",
            "reference": "A-7",
            "label": "",
            "invoiced": "-10,00\u00a0€",
            "received": "",
            "balance": "-40,88\u00a0€",
        },
    ],
    "totals": [
        {"label": "Facturé", "amount": "234,56\u00a0€"},
        {"label": "Reçu", "amount": "1\u202f500,00\u00a0€"},
    ],
    "closing": {"label": "Solde au 24 novembre 2026, en votre faveur", "amount": "40,88\u00a0€"},
    "notes": ["Données du 24 novembre 2026 à 8h00."],
}
ENGLISH: dict[str, Any] = FRENCH | {
    "language": "en",
    "title": "Statement of account",
    "period": "From 1 October 2026 to 24 November 2026",
    "made": "Made on 24 November 2026 at 14:05 (Paris time)",
    "columns": ["Date", "Transaction", "Invoiced", "Received", "Balance"],
    "opening": {"label": "Balance before 1 October 2026", "amount": "€1,234.56"},
    "rows": [
        {
            "date": "3 Oct 2026",
            "kind": "Invoice",
            "reference": "F-2026-0098",
            "label": "Three windows",
            "invoiced": "€234.56",
            "received": "",
            "balance": "€1,469.12",
        }
    ],
    "totals": [{"label": "Invoiced", "amount": "€234.56"}],
    "closing": {"label": "Balance on 24 November 2026, to pay", "amount": "€1,469.12"},
    "notes": ["Data as of 24 November 2026 at 08:00."],
}


def long(rows: int) -> dict[str, Any]:
    return FRENCH | {
        "rows": [FRENCH["rows"][nth % 3] | {"reference": f"N-{nth:04}"} for nth in range(rows)],
    }


def no_file(sha256: str) -> bytes:
    raise KeyError(sha256)
