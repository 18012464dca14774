"""The files that a batch names: read, looked into and stored before the transaction that names them opens.

Reading a PDF takes a moment, and on SQLite a transaction that writes keeps all others waiting: nothing slow is done
inside it. What is stored and then not named by any row is harmless: the store knows files by their content.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, select

from storage import tables as t
from storage.imports import place
from storage.imports.facturx import Reading
from storage.imports.guard import Guard
from storage.imports.report import RowError
from storage.imports.shapes import Batch

AT_ONCE = 500
NONE: Mapping[str, set[str]] = {}


class Store(Protocol):
    """Where the bytes go: storage/files.py."""

    def put(self, data: bytes) -> str:
        """Keep them for good, durably; returns their SHA-256. The same bytes twice are kept once."""
        ...


@dataclass(frozen=True)
class Kept:
    """A file that is safe in the store. `reading` is None for what is no PDF, or was looked into before."""

    name: str
    sha256: str
    size: int
    media_type: str
    reading: Reading | None = None


Intake = dict[str, Kept | RowError]  # by the name that the batch gives it


def main_files(batch: Batch) -> set[str]:
    return {row.file for row in batch.documents if row.file}


def all_files(batch: Batch) -> set[str]:
    return main_files(batch) | {annex.file for row in batch.documents for annex in row.annexes or ()}


def take_in(
    folder: Path,
    names: Iterable[str],
    store: Store | None,
    guard: Guard,
    known: Mapping[str, set[str]] = NONE,
) -> Intake:
    """Every file of these names. `store` is None in a dry run; what is `known` (see below) is not looked into again."""
    return {name: _one(folder, name, store, guard, known) for name in sorted(names)}


def _one(
    folder: Path, name: str, store: Store | None, guard: Guard, known: Mapping[str, set[str]]
) -> Kept | RowError:
    try:
        data = place.content(folder, name)
    except RowError as error:
        return error
    sha256 = hashlib.sha256(data).hexdigest()
    fresh = place.is_pdf(data) and sha256 not in known.get(name, ())
    reading = guard.read(data) if fresh else None
    if store is not None:
        store.put(data)
    return Kept(name, sha256, len(data), place.media_type(name, data), reading)


def known_versions(db: Connection, slug: str | None, batch: Batch) -> dict[str, set[str]]:
    """For each main file of the batch, the SHA-256 of the versions that its document has already."""
    v, d = t.document_versions.c, t.documents.c
    names = {row.number: row.file for row in batch.documents if row.number and row.file}
    versions = select(d.number, v.file_sha256).join(t.documents, d.id == v.document_id)
    mine = versions.join(t.companies, t.companies.c.id == v.company_id).where(t.companies.c.slug == slug)
    found: dict[str, set[str]] = {}
    for part in in_parts(sorted(names)):
        for number, sha256 in db.execute(mine.where(d.number.in_(part))):
            found.setdefault(names[number], set()).add(sha256)
    return found


def in_parts(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Some at a time, for an IN list: SQLite takes 32,766 variables, older builds 999."""
    for start in range(0, len(values), AT_ONCE):
        yield values[start : start + AT_ONCE]
