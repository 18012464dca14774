"""One PDF into one client's file: recorded where nothing about it is in doubt, else why not. Never a guess."""

from __future__ import annotations

import re
from pathlib import Path, PurePath
from typing import Any

from sqlalchemy import Connection, RowMapping

from handlers.core.deposited import Pdf, Seen
from handlers.rules.number import normal
from handlers.rules.paper import Company
from storage import recipients
from storage import tables as t
from storage.imports import companies, matching, papers, place
from storage.imports.facturx import Reading
from storage.imports.intake import Kept
from storage.imports.invoice_xml import Invoice
from storage.imports.job import Job
from storage.imports.report import Report, RowError
from storage.imports.shapes import Batch, DocumentRow, checked
from storage.imports.write import write

NEVER = ("encrypted", "too_large", "malformed", "javascript")  # what is wrong with a PDF that no client gets
UNSURE = {matching.SEVERAL: "several", matching.OTHER_SIREN: "other_siren"}
NEEDED = {"number": "no_number", "issued_on": "no_date", "total_cents": "no_total"}
MOST = 200  # characters of a name
KIND_FIRST = re.compile(r"(?:facture|devis|avoir|invoice|quote|credit[ _-]note)[ _-]+", re.IGNORECASE)


class Unsure(Exception):
    """It waits for a person."""

    def __init__(self, why: str, *, number: str = "", buyer: str = "", note: str = "") -> None:
        super().__init__(why)
        self.seen = Seen(why, number, buyer, note=note)


def record(db: Connection, company: Company, pdf: Pdf, now: Any) -> Seen:
    """Nothing is written where `why` is not "", but for a `why` of "refused": undo what this did."""
    try:
        return _record(db, company, pdf, now)
    except Unsure as unsure:
        return unsure.seen


def _record(db: Connection, company: Company, pdf: Pdf, now: Any) -> Seen:
    reading = pdf.reading
    if not isinstance(reading, Reading):
        raise Unsure("not_pdf")
    if reading.why_not in NEVER:
        raise Unsure(reading.why_not)
    here = companies.find(db, company.slug)
    assert here is not None
    kept = Kept(pdf.name, pdf.sha256, pdf.size, place.PDF, reading)
    job = Job(db, here, reading.invoice.source, {pdf.name: kept}, now, Report())
    by_name = reading.invoice.source == "none"
    row, was = _of_number(job, pdf.name) if by_name else _of_data(job, reading.invoice, pdf.name)
    batch = Batch(pdf.name, Path(), source="mail" if by_name else job.source, documents=[row])
    write(db, batch, job.files, company.slug, now, job.report, job.step)
    done = job.report.rows[-1]
    if done.id is None:
        raise Unsure("refused", number=row.number or "", note=done.message)
    item = recipients.items(db, company, [done.id])[0]
    return Seen(
        number=item.paper.number,
        client=item.client,
        paper=item.paper,
        outcome=done.outcome,
        former_cents=was["total_cents"] if was else None,
        by_name=by_name,
        signable=reading.signable,
        note=done.message,
    )


# --- by what the PDF says


def _of_data(job: Job, invoice: Invoice, name: str) -> tuple[DocumentRow, RowMapping | None]:
    told = {"number": _line(invoice.number), "buyer": _line(invoice.buyer_name)}
    if why := _lacking(invoice) or ("foreign" if matching.foreign(invoice, job.company) else ""):
        raise Unsure(why, **told)
    ref, reason = matching.client_of(job.db, job.company_id, invoice)
    if ref is None:
        raise Unsure(UNSURE.get(reason, "no_client"), note=reason, **told)
    try:
        row = papers.row_of(invoice, ref, name)
    except RowError as error:
        raise Unsure("refused", note=str(error), **told) from error
    was = _recorded(job, row)
    if why := _conflict(job, row, was) or ("paid" if invoice.total_cents and not _due(invoice) else ""):
        raise Unsure(why, **told)
    return row, was


def _line(text: str | None) -> str:
    """As it can be told."""
    return " ".join((text or "").split())[:MOST]


def _lacking(invoice: Invoice) -> str:
    for name, why in NEEDED.items():
        if getattr(invoice, name) is None:
            return why
    if invoice.kind == "unknown":
        return "no_kind"
    return "negative" if invoice.total_cents is not None and invoice.total_cents < 0 else ""


def _due(invoice: Invoice) -> bool:
    return invoice.kind != "invoice" or invoice.due_cents is None or invoice.due_cents > 0


def _recorded(job: Job, row: DocumentRow) -> RowMapping | None:
    """The document that has this number, however it is written."""
    d = t.documents.c
    found = job.of_company(t.documents, d.kind == row.kind, d.number_norm == normal(row.number or ""))
    return next((one for one in found if one["number"] == row.number), found[0] if found else None)


def _conflict(job: Job, row: DocumentRow, was: RowMapping | None) -> str:
    if was is None:
        return ""
    (client,) = job.of_company(t.clients, t.clients.c.ref == row.client)
    if was["client_id"] != client["id"]:
        return "other_client"
    if was["number"] != row.number:
        return "alike"
    if was["status"] == "cancelled":
        return "closed"
    moved = was["issued_on"] is not None and was["issued_on"] != row.issued_on
    return "other_date" if moved and was["status"] != "draft" else ""


# --- by its name alone


def _of_number(job: Job, name: str) -> tuple[DocumentRow, RowMapping]:
    """A PDF without data is the file of the document whose number it is named after."""
    stem = PurePath(name).stem
    numbers = {normal(stem), normal(KIND_FIRST.sub("", stem, count=1))} - {""}
    d = t.documents.c
    found = job.of_company(t.documents, d.number_norm.in_(numbers), d.status != "draft")
    if len(found) != 1:
        raise Unsure("several_numbers" if found else "no_data", number=stem if found else "")
    was = found[0]
    if was["status"] not in ("sent", "issued"):
        raise Unsure("closed", number=was["number"])
    (client,) = job.of_company(t.clients, t.clients.c.id == was["client_id"])
    kept = {column: was[column] for column in ("kind", "number", "status", "total_cents", "currency")}
    day = was["issued_on"].isoformat() if was["issued_on"] else None
    try:
        row = checked(DocumentRow, {**kept, "client": client["ref"], "issued_on": day, "file": name})
    except RowError as error:
        raise Unsure("refused", number=was["number"], note=str(error)) from error
    return row, was
