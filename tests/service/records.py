"""Two companies as facteur/1 files: what the black-box tests look at from outside."""

from __future__ import annotations

import hashlib
from typing import Any

from service.process import RIGHTS

CAMILLE, BOB, PLUMBER = "camille@dupain.example", "bob@harbour.example", "durand@plomberie.example"
CONTACT = "contact@atelier.example"
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40 + b"\n%%EOF\n"
LARGE = b"%PDF-1.7\n" + hashlib.sha256(b"large").digest() * 250_000 + b"\n%%EOF\n"


def atelier() -> dict[str, Any]:
    """Two clients: fourteen invoices, a credit note, payments, quotes of every status for the first."""
    documents: list[dict[str, Any]] = [
        invoice(f"F-2026-{nth:04}", "C0042", f"2026-{1 + nth % 10:02}-{10 + nth}", 10000 + nth)
        for nth in range(1, 15)
    ]
    documents += [
        invoice("F-2026-0900", "C0043", "2026-10-05", 777700),
        {"kind": "credit_note", "number": "AV-2026-001", "client": "C0042", "label": "Avoir", "status": "issued",
         "issued_on": "2026-11-05", "total_cents": 2500, "currency": "EUR", "invoice": "F-2026-0001"},
        _quote("D-2026-0044", "sent"), _quote("D-2026-0031", "accepted"), _quote("D-2026-0099", "draft"),
        {**invoice("F-2026-0666", "C0042", "2026-11-20", 66666), "status": "draft"},
    ]  # fmt: skip
    payments = [
        {"ref": "RG-1", "client": "C0042", "invoice": "F-2026-0002", "received_on": "2026-11-20",
         "amount_cents": 10002, "method": "transfer"},
    ]  # fmt: skip
    clients = [
        _client("C0042", "Boulangerie Dupain", "B2B_FR", "fr", CAMILLE),
        _client("C0043", "Harbour Ltd", "B2B_EU", "en", BOB),
    ]
    staff = [{"name": "Léa", "email": "lea@atelier.example", "role": "sales"}]
    return _file("atelier", "Atelier Exemple", CONTACT, clients, documents, staff=staff) | {
        "payments": payments
    }


def plomberie() -> dict[str, Any]:
    """Camille is a client here too."""
    clients = [_client("C0001", "Camille Petit", "B2C", "fr", CAMILLE)]
    return _file(
        "plomberie",
        "Plomberie Durand",
        PLUMBER,
        clients,
        [invoice("P-2026-0007", "C0001", "2026-10-11", 7700)],
    )


def _file(
    slug: str, name: str, email: str, clients: list[Any], documents: list[Any], **more: Any
) -> dict[str, Any]:
    company = {"slug": slug, "name": name, "email": email, "phone": "01 02 03 04 05", "language": "fr",
               "timezone": "Europe/Paris", "options": ["portal", "signature", "payment"], **more}  # fmt: skip
    as_of = "2026-11-24T08:00:00+01:00"
    return {
        "schema": "facteur/1",
        "as_of": as_of,
        "company": company,
        "clients": clients,
        "documents": documents,
    }


def _client(ref: str, name: str, kind: str, language: str, address: str) -> dict[str, Any]:
    contact = {"email": address, "name": name, "rights": RIGHTS}
    return {"ref": ref, "name": name, "kind": kind, "language": language, "contacts": [contact]}


def invoice(number: str, client: str, issued: str, cents: int) -> dict[str, Any]:
    return {"kind": "invoice", "number": number, "client": client, "label": "Travaux", "status": "issued",
            "issued_on": issued, "due_on": "2026-12-24", "total_cents": cents, "currency": "EUR"}  # fmt: skip


def _quote(number: str, status: str) -> dict[str, Any]:
    dates = {"issued_on": "2026-11-02", "valid_until": "2026-12-15"}
    return {"kind": "quote", "number": number, "client": "C0042", "label": "Verrière", "status": status,
            "total_cents": 480000, "currency": "EUR", **dates}  # fmt: skip
