"""Two clients of Atelier Exemple with labels, annexes and every state of a document: what lists and searches show."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, insert

from handlers.rules import number
from storage import client_words, search
from storage import tables as t
from storage.books import settle

DAY = date.fromisoformat
MADE = datetime(2026, 11, 24, 13, 5, tzinfo=UTC)
GUESTS = (  # id, ref, name, kind, language, contact
    (50, "C0050", "Hôtel du Lac", "B2B_FR", "fr", "marie@hotel.example"),
    (51, "C0051", "Willow Cottage Ltd", "B2B_EU", "en", "anna@willow.example"),
)
INVOICES = (  # client, number, label, issued, due, total, paid, status, file
    (
        50,
        "F-2025-0311",
        "Entretien annuel de la chaudière",
        "2025-11-12",
        "2025-12-12",
        144000,
        144000,
        "issued",
        1,
    ),
    (50, "F-2025-0350", "Peinture du hall d'entrée", "2025-12-05", "2026-01-04", 56000, 56000, "issued", 1),
    (
        50,
        "F-2026-0201",
        "Carrelage de la salle de bain",
        "2026-01-15",
        "2026-02-14",
        230000,
        230000,
        "issued",
        1,
    ),
    (50, "F-2026-0202", "Peinture de la cuisine", "2026-02-10", "2026-03-12", 118000, 118000, "issued", 1),
    (50, "F-2026-0203", "Peinture du couloir", "2026-03-04", "2026-04-03", 97500, 0, "cancelled", 1),
    (50, "F-2026-0204", "Peinture du couloir", "2026-03-20", "2026-04-19", 87500, 50000, "issued", 1),
    (50, "F-2026-0205", "Rénovation de la cuisine", "2026-06-02", "2026-07-02", 349000, 300000, "issued", 1),
    (50, "F-2026-0206", "Remplacement du chauffe-eau", "2026-09-10", "2026-10-10", 62000, 0, "issued", 1),
    (
        50,
        "F-2026-0207",
        "Acompte sur la véranda du restaurant",
        "2026-10-01",
        "2026-12-31",
        99000,
        40000,
        "issued",
        1,
    ),
    (50, "F-2026-0208", "Dépannage électrique", "2026-11-05", "2026-12-05", 45000, 0, "issued", 0),
    (51, "F-2026-0301", "Kitchen painting", "2026-03-02", "2026-04-01", 118000, 118000, "issued", 1),
    (51, "F-2026-0302", "Bathroom tiling", "2026-03-18", "2026-04-17", 230000, 200000, "issued", 1),
    (51, "F-2026-0303", "Boiler service", "2026-09-10", "2026-10-10", 14400, 0, "issued", 1),
    (51, "F-2026-0304", "Kitchen worktop", "2026-11-03", "2026-12-03", 62000, 0, "issued", 1),
)
CREDITS = (  # client, number, label, issued, total, invoice
    (50, "AV-2026-0021", "Remise sur la cuisine", "2026-06-20", 49000, "F-2026-0205"),
    (50, "AV-2026-0022", "Geste commercial", "2026-07-03", 10000, None),
    (51, "AV-2026-0031", "Goodwill", "2026-05-04", 5000, None),
)
QUOTES = (  # client, number, label, status, issued, valid until, total, annexes
    (50, "D-2026-0211", "Rénovation de la cuisine", "accepted", "2026-05-02", "2026-06-02", 349000, ("Plan.pdf",)),
    (50, "D-2026-0212", "Peinture de la façade", "sent", "2026-09-01", "2026-10-01", 120000, ()),
    (50, "D-2026-0213", "Clôture du jardin", "refused", "2026-09-20", "2026-10-20", 210000, ()),
    (50, "D-2026-0214", "Véranda du restaurant", "accepted", "2026-09-25", "2026-10-25", 990000,
     tuple(f"Véranda {nth}.pdf" for nth in range(1, 8))),
    (50, "D-2026-0215", "Peinture de la piscine", "draft", "2026-11-20", "2026-12-20", 80000, ()),
    (50, "D-2026-0216", "Cuisine du restaurant", "sent", "2026-11-12", "2026-12-12", 780000,
     ("Plan de la cuisine.pdf", "Conditions générales.pdf")),
    (51, "D-2026-0311", "Kitchen refit", "sent", "2026-11-10", "2026-12-10", 480000,
     ("Kitchen plan.pdf", "Terms.pdf")),
    (51, "D-2026-0312", "Garden fence", "sent", "2026-11-15", "2026-12-15", 90000, ()),
)  # fmt: skip


def settle_guests(db: Connection) -> None:
    for guest in GUESTS:
        _guest(db, *guest)
    client_words.keep(db, 1, [guest[0] for guest in GUESTS])
    made: dict[str, int] = {}
    for client, number_, label, issued, due, total, _, status, file in INVOICES:
        dates = {"issued_on": DAY(issued), "due_on": DAY(due)}
        made[number_] = _paper(db, client, "invoice", number_, label, status, total, bool(file), **dates)
    for client, number_, label, issued, total, invoice in CREDITS:
        more = {"issued_on": DAY(issued), "invoice_id": made.get(invoice or "")}
        _paper(db, client, "credit_note", number_, label, "issued", total, True, **more)
    for client, number_, label, status, issued, until, total, annexes in QUOTES:
        dates = {"issued_on": DAY(issued), "valid_until": DAY(until)}
        _paper(db, client, "quote", number_, label, status, total, True, annexes, **dates)
    for nth, (client, number_, _, issued, _, _, paid, _, _) in enumerate(INVOICES, 1):
        if paid:
            _payment(db, client, made[number_], f"VIR-{nth}", DAY(issued), paid)
    settle(db, made.values())


def _guest(db: Connection, id: int, ref: str, name: str, kind: str, language: str, contact: str) -> None:
    client = {"id": id, "company_id": 1, "ref": ref, "name": name, "name_norm": name.lower(), "kind": kind}
    db.execute(insert(t.clients).values(client | {"language": language, "settings": {}}))
    account = {"company_id": 1, "address": contact, "address_norm": contact, "created_at": MADE}
    made = db.execute(insert(t.accounts).values(account).returning(t.accounts.c.id)).scalar_one()
    db.execute(insert(t.contacts).values(company_id=1, client_id=id, account_id=made, name=name))


def _paper(
    db: Connection,
    client: int,
    kind: str,
    number_: str,
    label: str,
    status: str,
    total: int,
    file: bool,
    annexes: tuple[str, ...] = (),
    **more: Any,
) -> int:
    sha = f"{kind}-{number_}".ljust(64, "0") if file else None
    dated = {name: value for name, value in more.items() if name != "invoice_id"}
    both = {"company_id": 1, "label": label, "total_cents": total, "file_sha256": sha} | dated
    own = {"client_id": client, "kind": kind, "number": number_, "number_norm": number.normal(number_)}
    own |= {"status": status, "search": search.kept(label, ref=number_)}
    values = both | own | {"invoice_id": more.get("invoice_id")}
    id = int(db.execute(insert(t.documents).values(values).returning(t.documents.c.id)).scalar_one())
    version = both | {"document_id": id, "version": 1, "created_at": MADE}
    v = int(
        db.execute(
            insert(t.document_versions).values(version).returning(t.document_versions.c.id)
        ).scalar_one()
    )
    for position, name in enumerate(annexes):
        annex = {"company_id": 1, "document_version_id": v, "position": position, "name": name}
        db.execute(insert(t.annexes).values(annex | {"file_sha256": f"{name}-{id}".ljust(64, "0")}))
    return id


def _payment(db: Connection, client: int, invoice: int, ref: str, on: date, cents: int) -> None:
    values = {"company_id": 1, "client_id": client, "document_id": invoice, "ref": ref, "received_on": on}
    db.execute(
        insert(t.payments).values(values | {"amount_cents": cents, "state": "received", "created_at": MADE})
    )
