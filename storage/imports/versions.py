"""Writes the versions of a document: what is new, what is corrected in place, what is kept beside a decided one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import RowMapping, delete

from storage import tables as t
from storage.imports.job import Done, Job, differences

READ = ("net_cents", "vat_cents", "signable", "why_not")  # what the PDF itself says
NEW_VERSION = ("total_cents", "currency", "file_sha256", "annexes")  # a change of these is never silent
Annexes = list[tuple[str, str]]  # (name, sha256), in order


@dataclass
class Wanted:
    """What a row says of the document's version: `values` are columns of both tables, `read` of the version alone."""

    values: dict[str, Any]
    read: dict[str, Any] = field(default_factory=dict)
    annexes: Annexes | None = None  # None: not mentioned, those of before stay


def keep(job: Job, document_id: int, version: int, wanted: Wanted) -> None:
    stamp = {"source": job.source, "created_at": job.now}
    values = {**wanted.values, **wanted.read, **stamp}
    made = job.add(t.document_versions, document_id=document_id, version=version, **values)
    _keep_annexes(job, made, wanted.annexes or [])


def change(
    job: Job, was: RowMapping, latest: RowMapping, had: Annexes, wanted: Wanted, frozen: bool
) -> tuple[Done, dict[str, Any]]:
    """What became of the version, and the columns that the document copies from its current one.

    `frozen`: the document is decided; its current version stays, whatever comes.
    """
    moved = differences(latest, wanted.values)
    if wanted.annexes is not None and wanted.annexes != had:
        moved["annexes"] = wanted.annexes
    if not moved:
        return Done("unchanged", id=was["id"]), {}
    shown = latest["file_sha256"] is not None and was["status"] != "draft"
    if frozen or (shown and any(name in moved for name in NEW_VERSION)):
        return _new(job, was, latest, had, wanted, frozen)
    return _in_place(job, was, latest, moved, wanted)


def _new(
    job: Job, was: RowMapping, latest: RowMapping, had: Annexes, wanted: Wanted, frozen: bool
) -> tuple[Done, dict[str, Any]]:
    number = latest["version"] + 1
    before = {name: latest[name] for name in ("label", "issued_on", "due_on", "valid_until", *READ)}
    before |= {name: latest[name] for name in ("file_sha256", "file_name")}
    if wanted.values.get("total_cents") != latest["total_cents"]:
        before |= {"net_cents": None, "vat_cents": None}
    whole = Wanted(before | wanted.values, wanted.read, had if wanted.annexes is None else wanted.annexes)
    keep(job, was["id"], number, whole)
    if frozen:
        kept = f"it is decided: version {was['version']} stays, the new one is kept beside it as {number}"
        return Done("new_version", kept, was["id"]), {}
    return Done("new_version", f"version {number}", was["id"]), {**wanted.values, "version": number}


def _in_place(
    job: Job, was: RowMapping, latest: RowMapping, moved: dict[str, Any], wanted: Wanted
) -> tuple[Done, dict[str, Any]]:
    values = {name: value for name, value in moved.items() if name != "annexes"}
    job.change(
        t.document_versions, latest["id"], {**values, **wanted.read}
    ) if values or wanted.read else None
    if "annexes" in moved:
        job.db.execute(delete(t.annexes).where(t.annexes.c.document_version_id == latest["id"]))
        _keep_annexes(job, latest["id"], wanted.annexes or [])
    return Done("updated", id=was["id"]), values


def _keep_annexes(job: Job, version_id: int, annexes: Annexes) -> None:
    for position, (name, sha256) in enumerate(annexes, 1):
        job.add(t.annexes, document_version_id=version_id, position=position, name=name, file_sha256=sha256)
