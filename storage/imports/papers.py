"""A PDF that came alone: its invoice data make a row; what cannot be matched waits for a person, shown to no client."""

from __future__ import annotations

from sqlalchemy import update

from storage import tables as t
from storage.imports import matching, place
from storage.imports.facturx import Reading
from storage.imports.job import Job
from storage.imports.report import FileError, RowError
from storage.imports.shapes import Batch, DocumentRow, checked


def read(job: Job, name: str) -> Batch | None:
    """The batch of one document, or None: the file was put aside, and reported. Raises FileError."""
    try:
        data = place.content(job.folder, name)
    except RowError as error:
        raise FileError(str(error)) from error
    reading = job.guard.read(data)
    reason = _why_not(job, reading)
    row = None if reason else _row(job, reading, name)
    if isinstance(row, DocumentRow):
        _settled(job, name, data)
        return Batch(name, job.folder, source=reading.invoice.source, documents=[row])
    _put_aside(job, name, data, reading, reason or str(row))
    return None


def _why_not(job: Job, reading: Reading) -> str | None:
    reason = matching.missing(reading.invoice)
    if reason:
        return f"{reason} ({reading.note})" if reading.note else reason
    return "issued by another company" if matching.foreign(reading.invoice, job.company) else None


def _row(job: Job, reading: Reading, name: str) -> DocumentRow | str:
    xml = reading.invoice
    ref, reason = matching.client_of(job.db, job.company_id, xml)
    if ref is None:
        return reason
    values = {
        "kind": xml.kind,
        "number": xml.number,
        "client": ref,
        "status": "issued",
        "issued_on": xml.issued_on.isoformat() if xml.issued_on else None,
        "total_cents": xml.total_cents,
        "file": name,
    }
    if xml.due_on:
        values["due_on"] = xml.due_on.isoformat()
    if xml.currency:
        values["currency"] = xml.currency
    try:
        return checked(DocumentRow, values)
    except RowError as error:
        return str(error)


def _put_aside(job: Job, name: str, data: bytes, reading: Reading, reason: str) -> None:
    sha256 = job.keep_file(name, data)
    known = job.of_company(t.to_check, t.to_check.c.file_sha256 == sha256)
    if known and known[0]["done_at"]:
        job.report.add(
            "document", name, "skipped", "a person already decided about this file", known[0]["id"]
        )
        return
    values = {"name": place.base_name(name), "reason": reason, "read": reading.as_json()}
    if known:
        job.change(t.to_check, known[0]["id"], values)
        id = known[0]["id"]
    else:
        id = job.add(t.to_check, file_sha256=sha256, created_at=job.now, **values)
    job.report.add("document", name, "held", f"to check, shown to no client: {reason}", id)


def _settled(job: Job, name: str, data: bytes) -> None:
    """A file that waited for a person has found its client by itself."""
    c = t.to_check.c
    waits = (c.company_id == job.company_id, c.file_sha256 == job.keep_file(name, data), c.done_at.is_(None))
    job.db.execute(update(t.to_check).where(*waits).values(done_at=job.now))
