"""Imports files and folders: first what names clients and documents (JSON), then PDFs that come alone.

One transaction a file, so that one bad file takes nothing else with it; a dry run is one transaction, undone. A new
format is one module with `read(path) -> Batch`, and one line in READERS.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine

from storage.imports import companies, facteur1, papers, place
from storage.imports.guard import Guard
from storage.imports.job import Job, Store
from storage.imports.report import FileError, Progress, Report, RowError
from storage.imports.shapes import Batch
from storage.imports.write import write

READERS: dict[str, Callable[[Path], Batch]] = {".json": facteur1.read}


@dataclass
class Run:
    """One call of `facteur import`."""

    engine: Engine
    store: Store | None
    guard: Guard
    slug: str | None
    now: datetime
    report: Report
    progress: Progress
    dry: Connection | None = None  # the one transaction of a dry run
    done: int = 0
    known: int = 0
    slugs: set[str] = field(default_factory=set)  # the companies that the JSON files were about
    used: set[Path] = field(default_factory=set)  # files that a row named: they do not come alone

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        if self.dry is not None:
            with self.dry.begin_nested():
                yield self.dry
        else:
            with self.engine.begin() as db:
                yield db

    def step(self) -> None:
        self.done += 1
        self.progress(self.done, max(self.done, self.known))


def import_paths(
    engine: Engine,
    store: Store,
    paths: Sequence[Path],
    company: str | None = None,
    dry_run: bool = False,
    *,
    now: datetime,
    progress: Progress = lambda done, known: None,
) -> Report:
    """Take files and folders. The same ones again change nothing. A dry run changes nothing at all.

    Raises FileNotFoundError for a path that is not there; whatever is wrong inside the files is in the report.
    """
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(str(path))
    report = Report(dry_run=dry_run)
    with Guard() as guard:
        run = Run(engine, None if dry_run else store, guard, company, now, report, progress)
        if not dry_run:
            _all(run, paths)
            return report
        with engine.connect() as db, db.begin() as outer:
            run.dry = db
            _all(run, paths)
            outer.rollback()
    return report


def _all(run: Run, paths: Sequence[Path]) -> None:
    files = list(dict.fromkeys(found for path in paths for found in _files(path)))
    run.known = len(files)
    for folder, name in files:
        if _suffix(name) in READERS:
            _structured(run, folder / name)
    for folder, name in files:
        if _suffix(name) == ".pdf":
            _alone(run, folder, name)
        elif _suffix(name) not in READERS:
            run.report.add("file", name, "skipped", "no reader for this kind of file")


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()


def _files(path: Path) -> Iterator[tuple[Path, str]]:
    """(folder, name below it) of a file, or of every file below a folder that a reader takes, in order."""
    if not path.is_dir():
        yield path.parent, path.name
        return
    for folder, below, names in os.walk(path):
        below[:] = sorted(name for name in below if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and _suffix(name) in (*READERS, ".pdf"):
                yield path, os.path.relpath(os.path.join(folder, name), path)


def _structured(run: Run, path: Path) -> None:
    try:
        batch = READERS[path.suffix.lower()](path)
        run.known += len(batch)
        run.used.update(_named(batch))
        run.report.rows.extend(batch.report.rows)
        before = len(run.report.rows)
        try:
            with run.transaction() as db:
                write(db, run.store, run.guard, batch, run.slug, run.now, run.report, run.step)
        except FileError:
            undone = [row for row in run.report.rows[before:] if row.outcome == "error"]
            run.report.rows[before:] = undone
            raise
        run.slugs.update(filter(None, [run.slug or (batch.company and batch.company.slug) or batch.slug]))
    except FileError as error:
        run.report.add("file", path.name, "error", str(error))
    run.step()


def _named(batch: Batch) -> Iterator[Path]:
    """The files that the rows of a batch name, where they are."""
    names = [row.file for row in batch.documents if row.file]
    names += [annex.file for row in batch.documents for annex in row.annexes or ()]
    for name in names:
        try:
            yield place.inside(batch.folder, name)
        except RowError:
            continue  # the row itself will say so


def _alone(run: Run, folder: Path, name: str) -> None:
    path = folder / name
    if path.resolve() in run.used:
        return
    try:
        slug = run.slug or _only(run.slugs)
        with run.transaction() as db:
            company = companies.find(db, slug)
            if company is None:
                raise FileError(f"company {slug!r} does not exist")
            job = Job(db, run.store, run.guard, company, folder, "facturx", run.now, run.report)
            batch = papers.read(job, name)
            if batch is not None:
                write(db, run.store, run.guard, batch, slug, run.now, run.report, lambda: None)
    except FileError as error:
        run.report.add("file", name, "error", str(error))
    run.step()


def _only(slugs: Iterable[str]) -> str:
    found = sorted(slugs)
    if len(found) != 1:
        raise FileError("a PDF alone does not say which company it is for: use --company SLUG")
    return found[0]
