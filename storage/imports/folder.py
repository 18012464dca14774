"""Imports files and folders: first what names clients and documents (JSON), then PDFs that come alone.

Each file is read, looked into and stored first, then written in one transaction, so that one bad file takes nothing
else with it. A large one is written client by client, some at a time: the service goes on answering meanwhile, and no
client sees an invoice without its payments. A dry run writes all in one transaction, and undoes it. A new format is
one module with `read(path) -> Batch`, and one line in READERS.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, Engine

from storage.audit import append
from storage.imports import companies, facteur1, papers, place
from storage.imports.aside import aside
from storage.imports.guard import Guard
from storage.imports.intake import Intake, Store, all_files, known_versions, take_in
from storage.imports.job import Job
from storage.imports.report import FileError, Progress, Report, RowError, changes, counted
from storage.imports.shapes import Batch
from storage.imports.write import write

AT_ONCE = 500  # rows a transaction: about a second, while others wait to write (SQLite)
READERS: dict[str, Callable[[Path], Batch]] = {".json": facteur1.read}


@dataclass
class Run:
    """One call of `facteur import`."""

    engine: Engine
    store: Store | None  # None: a dry run, nothing is kept
    guard: Guard
    slug: str | None
    now: datetime
    report: Report
    progress: Progress
    done: int = 0
    known: int = 0
    slugs: set[str] = field(default_factory=set)  # the companies that the structured files were about
    used: set[Path] = field(default_factory=set)  # files that a row named: they do not come alone
    written: dict[int, Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )  # by company: outcomes

    def step(self) -> None:
        self.done += 1
        self.progress(self.done, max(self.done, self.known))


@dataclass(frozen=True)
class Ready:
    """A file that only remains to be written: each part takes an open transaction of its own, and raises FileError."""

    name: str
    parts: Sequence[Callable[[Connection], int | None]]  # of which company something was written


def import_paths(
    engine: Engine,
    store: Store,
    paths: Sequence[Path],
    company: str | None = None,
    dry_run: bool = False,
    *,
    now: datetime,
    progress: Progress = lambda done, known: None,
    guard: Guard | None = None,
) -> Report:
    """Take files and folders. The same ones again change nothing. A dry run changes nothing at all.

    `guard` is one that the caller keeps warm; without it the call has its own.
    Raises FileNotFoundError for a path that is not there; whatever is wrong inside the files is in the report.
    """
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(str(path))
    report = Report(dry_run=dry_run)
    with nullcontext(guard) if guard else Guard() as child:
        run = Run(engine, None if dry_run else store, child, company, now, report, progress)
        if dry_run:
            items = list(_all(run, paths))
            with aside(engine) as db:
                for item in items:
                    _write(run, item, partial(_savepoint, db))
        else:
            try:
                for item in _all(run, paths):
                    _write(run, item, engine.begin)
            finally:
                _note(run)
    return report


def _note(run: Run) -> None:
    """One entry in the audit log of each company of which something changed: how many rows, and no name."""
    for company_id, counts in run.written.items():
        if changes(counts):
            with run.engine.begin() as db:
                append(db, company_id, "import.done", "operator", run.now, payload={"rows": dict(counts)})


@contextmanager
def _savepoint(db: Connection) -> Iterator[Connection]:
    with db.begin_nested():
        yield db


def _write(run: Run, item: Ready, transaction: Callable[[], AbstractContextManager[Connection]]) -> None:
    for part in item.parts:
        before = len(run.report.rows)
        try:
            with transaction() as db:
                company_id = part(db)
        except FileError as error:
            run.report.rows[before:] = [row for row in run.report.rows[before:] if row.outcome == "error"]
            run.report.add("file", item.name, "error", str(error))
            break
        if company_id is not None:
            run.written[company_id].update(counted(run.report.rows[before:]))
    run.step()


def _all(run: Run, paths: Sequence[Path]) -> Iterator[Ready]:
    files = list(dict.fromkeys(found for path in paths for found in _files(path)))
    run.known = len(files)
    for folder, name in files:
        if _suffix(name) in READERS:
            yield from _structured(run, folder / name)
    for folder, name in files:
        if _suffix(name) == ".pdf":
            yield from _alone(run, folder, name)
        elif _suffix(name) not in READERS:
            run.report.add("file", name, "skipped", "no reader for this kind of file")
            run.step()


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


def _structured(run: Run, path: Path) -> Iterator[Ready]:
    try:
        batch = READERS[_suffix(path.name)](path)
    except FileError as error:
        run.report.add("file", path.name, "error", str(error))
        run.step()
        return
    run.known += len(batch)
    run.report.rows.extend(batch.report.rows)
    slug = run.slug or batch.slug
    if slug:
        run.slugs.add(slug)
    names = all_files(batch)
    run.used.update(_real(batch.folder, names))
    with run.engine.connect() as db:
        known = known_versions(db, slug, batch)
    files = take_in(batch.folder, names, run.store, run.guard, known)
    yield Ready(path.name, [partial(_rows, run, part, files, run.slug) for part in batch.parts(AT_ONCE)])


def _rows(run: Run, batch: Batch, files: Intake, slug: str | None, db: Connection) -> int:
    return write(db, batch, files, slug, run.now, run.report, run.step)


def _real(folder: Path, names: Iterable[str]) -> Iterator[Path]:
    for name in names:
        try:
            yield place.inside(folder, name)
        except RowError:
            continue  # the row itself will say so


def _alone(run: Run, folder: Path, name: str) -> Iterator[Ready]:
    if (folder / name).resolve() not in run.used:
        files = take_in(folder, [name], run.store, run.guard)
        yield Ready(name, [partial(_paper, run, folder, name, files)])


def _paper(run: Run, folder: Path, name: str, files: Intake, db: Connection) -> int | None:
    slug = run.slug or _only(run.slugs)
    company = companies.find(db, slug)
    if company is None:
        raise FileError(f"company {slug!r} does not exist")
    batch = papers.batch_of(Job(db, company, "facturx", files, run.now, run.report), folder, name)
    if batch is None:
        return None
    return write(db, batch, files, slug, run.now, run.report, lambda: None)


def _only(slugs: Iterable[str]) -> str:
    found = sorted(slugs)
    if len(found) != 1:
        raise FileError("a PDF alone does not say which company it is for: use --company SLUG")
    return found[0]
