"""Whose invoice is it: by the company's own reference or SIREN, else by the exact name. Never a guess."""

from __future__ import annotations

import re

from sqlalchemy import Connection, RowMapping, select

from handlers.rules.text import searchable
from storage import tables as t
from storage.imports.invoice_xml import Invoice

SEVERAL = "several clients could be the buyer"
OTHER_SIREN = "the client found has another SIREN"
VAT = re.compile(r"FR[0-9A-Z]{2}(\d{9})")


def sirens(ids: tuple[str, ...]) -> set[str]:
    """The SIREN in what may be a SIREN, a SIRET or a French VAT number."""
    found = set()
    for text in ids:
        plain = re.sub(r"[\s.-]", "", text).upper()
        vat = VAT.fullmatch(plain)
        if vat:
            found.add(vat[1])
        elif plain.isascii() and plain.isdigit() and len(plain) in (9, 14):
            found.add(plain[:9])
    return found


def missing(invoice: Invoice) -> str | None:
    """Why the data of this invoice are not enough to record it."""
    if invoice.source == "none":
        return "no invoice data inside"
    for name, value in (
        ("number", invoice.number),
        ("date", invoice.issued_on),
        ("total", invoice.total_cents),
    ):
        if value is None:
            return f"the invoice data hold no {name}"
    if invoice.kind == "unknown":
        return "neither an invoice nor a credit note"
    if invoice.total_cents is not None and invoice.total_cents < 0:
        return "the total is negative"
    return None


def foreign(invoice: Invoice, company: RowMapping) -> bool:
    """Issued by somebody else: both SIREN are known and they differ."""
    theirs, ours = sirens(invoice.seller_ids), sirens((company["siren"] or "",))
    return bool(theirs and ours and not theirs & ours)


def client_of(db: Connection, company_id: int, invoice: Invoice) -> tuple[str | None, str]:
    """The client's ref, or None and why."""
    c = t.clients.c
    columns = select(c.ref, c.siren, c.name_norm).where(c.company_id == company_id)
    by_ref = db.execute(columns.where(c.ref.in_(invoice.buyer_ids))).all()
    theirs = sirens(invoice.buyer_ids)
    by_siren = db.execute(columns.where(c.siren.in_(theirs))).all() if theirs else []
    name = searchable(invoice.buyer_name or "")
    by_name = db.execute(columns.where(c.name_norm == name)).all() if name else []
    for found in (by_ref, by_siren, by_name):
        if not found:
            continue
        if found is by_siren and len(found) > 1:
            found = [row for row in found if row in by_name] or found
        if len(found) > 1 or (found is by_ref and by_siren and found[0] not in by_siren):
            return None, SEVERAL
        if theirs and found[0].siren and found[0].siren not in theirs:
            return None, OTHER_SIREN
        return found[0].ref, ""
    return None, f"no client is known as {invoice.buyer_name or 'this buyer'}"
