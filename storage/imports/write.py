"""Writes one batch, in the transaction it is given. It knows rows, and no file format."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from storage import broadcasts, client_words, receipts
from storage import tables as t
from storage.imports import companies, diary, documents, money, parties
from storage.imports.intake import Intake
from storage.imports.job import Job
from storage.imports.report import Report
from storage.imports.shapes import Batch
from storage.recipients import KINDS, Asked
from storage.ways import ways

NEW = ("created", "new_version")


def write(
    db: Connection,
    batch: Batch,
    files: Intake,
    slug: str | None,
    now: datetime,
    report: Report,
    step: Callable[[], None],
) -> int:
    """The company's id. Raises FileError, before anything is written, when the batch is about no company that we know
    or can make."""
    company = companies.write(db, batch, slug, now, report)
    job = Job(db, company, batch.source, files, now, report, step)
    if batch.company is not None:
        step()
        if batch.company.staff is not None:
            parties.write_staff(job, batch.company.staff)
    job.clients = {row["ref"]: row for row in job.named(t.clients, "ref", _refs(batch))}
    parties.write_clients(job, batch.clients)
    client_words.keep(db, job.company_id, job.told)
    before = len(report.rows)
    documents.write_documents(job, batch.documents)
    if any(row.kind in KINDS and row.outcome in NEW for row in report.rows[before:]):
        _announce(job)
    money.write_payments(job, batch.payments)
    diary.write_contracts(job, batch.contracts)
    diary.write_events(job, batch.events)
    diary.write_interactions(job, batch.interactions)
    if job.touched:
        receipts.touched(db, job.company_id, sorted(job.touched), now)
    return job.company_id


def _announce(job: Job) -> None:
    """The service tells the clients of what is new, where the company wants it to."""
    if ways(job.company["settings"]).auto_broadcast:
        asked = Asked(imported=job.now)
        broadcasts.begin(job.db, job.company_id, "announce", asked, {}, "import", job.now)


def _refs(batch: Batch) -> set[str]:
    rows = (batch.documents, batch.payments, batch.contracts, batch.events, batch.interactions)
    return {row.ref for row in batch.clients} | {row.client for part in rows for row in part}
