"""Writes quotes, invoices and credit notes, with their versions and annexes.

A document's key is (company, kind, number). Other bytes, another amount or other annexes make a new version; the old
one is kept. A decided quote keeps its decided version: what comes later is kept beside it, and not shown in its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping

from handlers.rules.number import normal
from storage import search
from storage import tables as t
from storage.imports import place, versions
from storage.imports.facturx import Reading
from storage.imports.intake import in_parts
from storage.imports.job import Done, Job, differences
from storage.imports.report import RowError
from storage.imports.shapes import DocumentRow
from storage.imports.versions import Wanted

DECIDED = ("accepted", "refused")
DATES = ("issued_on", "due_on", "valid_until")
ORDER = {"quote": 0, "invoice": 1, "credit_note": 2}
Key = tuple[str, str]


@dataclass
class Shelf:
    """What is already recorded for the numbers of this batch."""

    documents: dict[Key, RowMapping]
    versions: dict[int, RowMapping]  # the latest version of each of them
    annexes: dict[int, list[tuple[str, str]]]  # by version: (name, sha256)
    decided: set[int]  # documents decided in the portal
    replaced: set[str]  # numbers of quotes that a later one replaces


def write_documents(job: Job, rows: list[DocumentRow]) -> None:
    shelf = _shelf(job, rows)
    for row in sorted(rows, key=lambda row: ORDER[row.kind]):
        if row.number is None:
            job.step()
            job.report.add(row.kind, row.label or "draft", "skipped", "a draft without a number is left out")
        else:
            job.row(row.kind, row.number, row, partial(_one, job, row, shelf))


def _shelf(job: Job, rows: list[DocumentRow]) -> Shelf:
    wanted = {row.number for row in rows} | {row.invoice for row in rows} | {row.replaces for row in rows}
    documents = {(row["kind"], row["number"]): row for row in job.named(t.documents, "number", wanted)}
    ids = sorted(row["id"] for row in documents.values())
    versions: dict[int, RowMapping] = {}
    annexes: dict[int, list[tuple[str, str]]] = {}
    decided: set[int] = set()
    for part in in_parts(ids):
        for row in job.of_company(t.document_versions, t.document_versions.c.document_id.in_(part)):
            if row["version"] >= versions.get(row["document_id"], row)["version"]:
                versions[row["document_id"]] = row
        decided.update(
            row["document_id"] for row in job.of_company(t.decisions, t.decisions.c.document_id.in_(part))
        )
    for part in in_parts(sorted(row["id"] for row in versions.values())):
        found = job.of_company(t.annexes, t.annexes.c.document_version_id.in_(part))
        for row in sorted(found, key=lambda row: row["position"]):
            annexes.setdefault(row["document_version_id"], []).append((row["name"], row["file_sha256"]))
    replaced = {row.replaces for row in rows if row.replaces}
    replaced |= {row["replaces"] for row in job.named(t.documents, "replaces", {row.number for row in rows})}
    return Shelf(documents, versions, annexes, decided, replaced)


def _one(job: Job, row: DocumentRow, shelf: Shelf) -> Done:
    assert row.number is not None
    client = job.client(row.client)
    was = shelf.documents.get((row.kind, row.number))
    _same_document(row, client, was)
    notes: list[str] = []
    head = _head(job, row, shelf, client, was, notes)
    wanted = _wanted(job, row, notes)
    if was is None:
        keys = {"kind": row.kind, "number": row.number, "number_norm": normal(row.number)}
        found = search.kept(wanted.values.get("label"), ref=row.number, of=row.invoice)
        id = job.add(t.documents, client_id=client["id"], search=found, **keys, **head, **wanted.values)
        versions.keep(job, id, 1, wanted)
        done = Done("created", id=id)
    else:
        done = _change(job, row, shelf, was, head, wanted)
    if row.replaces:
        _replace(job, row.replaces, shelf, client)
    if done.outcome != "unchanged":
        job.touch(done.id, head.get("invoice_id"), was["invoice_id"] if was else None)
        shelf.documents[row.kind, row.number] = job.of_company(t.documents, t.documents.c.id == done.id)[0]
    done.message = "; ".join(filter(None, [done.message, *notes]))
    return done


def _number(job: Job, was: RowMapping) -> str | None:
    """Of the invoice that a credit note is on."""
    if was["invoice_id"] is None:
        return None
    return str(job.of_company(t.documents, t.documents.c.id == was["invoice_id"])[0]["number"])


def _change(
    job: Job, row: DocumentRow, shelf: Shelf, was: RowMapping, head: dict[str, Any], wanted: Wanted
) -> Done:
    latest = shelf.versions[was["id"]]
    frozen = was["id"] in shelf.decided or was["status"] in DECIDED
    done, copied = versions.change(job, was, latest, shelf.annexes.get(latest["id"], []), wanted, frozen)
    changed = differences(was, head) | copied
    if {"label", "invoice_id"} & changed.keys():
        label = changed.get("label", was["label"])
        changed["search"] = search.kept(label, ref=was["number"], of=row.invoice or _number(job, was))
    if changed:
        job.change(t.documents, was["id"], changed)
        if done.outcome == "unchanged":
            done.outcome = "updated"
    if done.outcome != "unchanged":
        newest = job.of_company(t.document_versions, t.document_versions.c.document_id == was["id"])
        shelf.versions[was["id"]] = max(newest, key=lambda version: version["version"])
        if wanted.annexes is not None:
            shelf.annexes[shelf.versions[was["id"]]["id"]] = wanted.annexes
    return done


def _replace(job: Job, number: str, shelf: Shelf, client: RowMapping) -> None:
    """The former quote is no longer one to sign."""
    former = shelf.documents.get(("quote", number))
    if former is None:
        return
    if former["client_id"] != client["id"]:
        raise RowError(f"replaces: quote {number} belongs to another client")
    if former["status"] in ("sent", "expired") and former["id"] not in shelf.decided:
        job.change(t.documents, former["id"], {"status": "replaced"})
        shelf.documents["quote", number] = job.of_company(t.documents, t.documents.c.id == former["id"])[0]


def _same_document(row: DocumentRow, client: RowMapping, was: RowMapping | None) -> None:
    """The same number for another client or another issue date is an error, never a silent move."""
    if was is None:
        return
    if was["client_id"] != client["id"]:
        raise RowError(f"{row.kind} {row.number} belongs to another client")
    dates = (was["issued_on"], row.issued_on)
    if was["status"] != "draft" and None not in dates and dates[0] != dates[1]:
        raise RowError(f"{row.kind} {row.number} was issued on {dates[0]}, not on {dates[1]}")


def _head(
    job: Job, row: DocumentRow, shelf: Shelf, client: RowMapping, was: RowMapping | None, notes: list[str]
) -> dict[str, Any]:
    """What belongs to the document itself, whatever its version; `notes` takes what the operator should know."""
    head: dict[str, Any] = {"status": row.status, **row.given("decided_on", "replaces")}
    if row.kind == "quote" and row.number in shelf.replaced and row.status in ("sent", "expired"):
        head["status"] = "replaced"
    if was is not None and was["status"] == "cancelled" and job.source != "json":
        del head["status"]  # a PDF found again does not bring a cancelled invoice back
    if was is not None and (was["status"], row.status) == ("expired", "sent") and _is_over(job, row, was):
        del head["status"]
    if was is not None and was["id"] in shelf.decided:
        if row.status not in (was["status"], "sent"):
            notes.append(f"the client {was['status']} it here: that stays")
        head = {name: value for name, value in head.items() if name == "replaces"}
    if row.kind == "credit_note" and "invoice" in row.model_fields_set:
        found = shelf.documents.get(("invoice", row.invoice or ""))
        head["invoice_id"] = invoice_of(found, row.invoice, client)["id"] if row.invoice else None
    return head


def _is_over(job: Job, row: DocumentRow, was: RowMapping) -> bool:
    """Is its last day over, the new one if it has one?"""
    last = row.valid_until if "valid_until" in row.model_fields_set else was["valid_until"]
    return last is not None and last < job.now.astimezone(ZoneInfo(job.company["timezone"])).date()


def invoice_of(found: RowMapping | None, number: str, client: RowMapping) -> RowMapping:
    if found is None:
        raise RowError(f"invoice {number!r} is unknown")
    if found["client_id"] != client["id"]:
        raise RowError(f"invoice {number} belongs to another client")
    return found


def _wanted(job: Job, row: DocumentRow, notes: list[str]) -> Wanted:
    """What this row says of the document's version, its files kept."""
    values = {
        name: value for name, value in row.given("label", *DATES).items() if (name, value) != ("label", None)
    }
    wanted = Wanted({**values, "total_cents": row.total_cents, "currency": row.currency})
    if row.annexes is not None:
        wanted.annexes = [(annex.name, job.keep_file(annex.file).sha256) for annex in row.annexes]
    if row.file is not None:
        kept = job.keep_file(row.file)
        if kept.media_type != place.PDF:
            raise RowError(f"file {row.file!r}: is not a PDF")
        wanted.values |= {"file_sha256": kept.sha256, "file_name": place.base_name(row.file)}
        if kept.reading is None:
            _as_before(job, wanted)
        else:
            _look_into(row, kept.reading, wanted, notes)
    return wanted


def _as_before(job: Job, wanted: Wanted) -> None:
    same = job.of_company(
        t.document_versions, t.document_versions.c.file_sha256 == wanted.values["file_sha256"]
    )
    wanted.read = {name: same[0][name] for name in versions.READ} if same else {}


def _look_into(row: DocumentRow, reading: Reading, wanted: Wanted, notes: list[str]) -> None:
    """A PDF seen for the first time: may it be signed, and does it say the same as the row?"""
    xml = reading.invoice
    wanted.read = {"signable": reading.signable, "why_not": reading.why_not}
    if xml.total_cents is not None and abs(xml.total_cents) == row.total_cents:
        wanted.read |= {"net_cents": xml.net_cents, "vat_cents": xml.vat_cents}
    elif xml.total_cents is not None:
        notes.append(f"the invoice data in the PDF say a total of {xml.total_cents} cents")
    if xml.number and normal(xml.number) != normal(row.number or ""):
        notes.append(f"the invoice data in the PDF say number {xml.number}")
    if row.kind == "quote" and reading.why_not:
        notes.append(f"cannot be signed: {reading.why_not}")
