"""A PDF that came alone: its invoice data make a row; what cannot be matched waits for a person, shown to no client."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import update

from storage import tables as t
from storage.imports import matching, place
from storage.imports.facturx import NOTHING, Reading
from storage.imports.intake import Kept
from storage.imports.invoice_xml import Invoice
from storage.imports.job import Job
from storage.imports.report import FileError, RowError
from storage.imports.shapes import Batch, DocumentRow, checked


def batch_of(job: Job, folder: Path, name: str) -> Batch | None:
    """The batch of one document, or None: the file was put aside, and reported. Raises FileError."""
    try:
        kept = job.keep_file(name)
    except RowError as error:
        raise FileError(str(error)) from error
    reading = kept.reading or Reading(NOTHING, "malformed", "not a PDF")
    reason = _why_not(job, reading)
    row = None if reason else _row(job, reading, name)
    if isinstance(row, DocumentRow):
        _found(job, kept)
        return Batch(name, folder, source=reading.invoice.source, documents=[row])
    _put_aside(job, kept, reading, reason or str(row))
    return None


def _why_not(job: Job, reading: Reading) -> str | None:
    reason = matching.missing(reading.invoice)
    if reason:
        return f"{reason} ({reading.note})" if reading.note else reason
    return "issued by another company" if matching.foreign(reading.invoice, job.company) else None


def _row(job: Job, reading: Reading, name: str) -> DocumentRow | str:
    """The row, or why there is none."""
    ref, reason = matching.client_of(job.db, job.company_id, reading.invoice)
    if ref is None:
        return reason
    try:
        return row_of(reading.invoice, ref, name)
    except RowError as error:
        return str(error)


def row_of(xml: Invoice, client: str, name: str) -> DocumentRow:
    """What the data of an issued document say of it; `name` is its file. Raises RowError."""
    told = {
        "issued_on": xml.issued_on.isoformat() if xml.issued_on else None,
        "due_on": xml.due_on.isoformat() if xml.due_on else None,
        "currency": xml.currency,
    }
    values = {"kind": xml.kind, "number": xml.number, "total_cents": xml.total_cents, "client": client}
    known = {field: value for field, value in told.items() if value is not None}
    return checked(DocumentRow, {**values, **known, "status": "issued", "file": name})


def _put_aside(job: Job, kept: Kept, reading: Reading, reason: str) -> None:
    known = job.of_company(t.to_check, t.to_check.c.file_sha256 == kept.sha256)
    if known and known[0]["done_at"]:
        job.report.add(
            "document", kept.name, "skipped", "a person already decided about this file", known[0]["id"]
        )
        return
    values = {"name": place.base_name(kept.name), "reason": reason, "read": reading.as_json()}
    if known:
        id = known[0]["id"]
        job.change(t.to_check, id, values)
    else:
        id = job.add(t.to_check, file_sha256=kept.sha256, created_at=job.now, **values)
    job.report.add("document", kept.name, "held", f"to check, shown to no client: {reason}", id)


def _found(job: Job, kept: Kept) -> None:
    """A file that waited for a person has found its client by itself."""
    c = t.to_check.c
    waits = (c.company_id == job.company_id, c.file_sha256 == kept.sha256, c.done_at.is_(None))
    job.db.execute(update(t.to_check).where(*waits).values(done_at=job.now))
