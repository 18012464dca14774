"""A backup: a folder that holds all there is, and says of itself whether it is whole.

    data.db       every row, as one SQLite file, whatever database it came from
    files/        the documents, each under its SHA-256
    keys/ ...     small folders beside the database: keys of the seal, anchors, own phrases
    manifest.json versions, when, how many rows of each table, the heads of the ledgers
    SHA256SUMS    of every other file, in the form of coreutils: `sha256sum --check SHA256SUMS`

It is made under another name, read back, then given its own: what bears it is whole. See storage/restore.py.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, exists, func, select

from storage import anchors, audit, chain, migrate
from storage import tables as t
from storage.copying import copy, snapshot
from storage.files import Damaged, Store
from storage.manifest import DATA, FORMAT, MANIFEST, Bar, Manifest, Refused, checked, fingerprint, sum_up


@dataclass(frozen=True)
class Place:
    """Where an installation keeps what it knows."""

    engine: Engine
    files: Store
    folders: Mapping[str, tuple[Path, str]]  # by their name in the backup: the folder, which of its files


def write(place: Place, path: Path, secret: str, version: str, now: datetime, bar: Bar) -> Manifest:
    """Raises Refused, or what disk and database raise; then nothing is left behind."""
    if path.exists() or path.is_symlink():
        raise Refused(f"{path} exists already: nothing is overwritten. Give a new name.")
    if not path.parent.is_dir():
        raise Refused(f"There is no folder {path.parent}: make it first.")
    schema = migrate.current(place.engine)
    if schema is None:
        raise Refused("There is nothing to back up: the database has no tables.")
    with _private():
        draft = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent))
        try:
            held = _fill(place, draft, schema, bar)
            made = Manifest(FORMAT, version, schema, now.isoformat(), fingerprint(secret), **held)
            (draft / MANIFEST).write_text(json.dumps(asdict(made), ensure_ascii=False, indent=1), "utf-8")
            sum_up(draft, bar)
            os.sync()
            checked(draft, bar)
            draft.rename(path)
            _sync(path.parent)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
    return made


def _fill(place: Place, draft: Path, schema: str, bar: Bar) -> dict[str, Any]:
    # Before the rows: an anchor speaks of an entry that is there already.
    for name, (folder, which) in place.folders.items():
        for file in sorted(folder.rglob(which)):
            _put(draft / name / file.relative_to(folder), file.read_bytes())
    engine = lone(draft / DATA)
    migrate.upgrade(engine, schema)
    with snapshot(place.engine) as source, engine.begin() as target, bar("Copying rows") as progress:
        rows = copy(source, target, progress)
    # After the rows: a file is stored before the row that names it.
    with engine.connect() as db:
        files, damaged = _copy_files(place.files, draft, db, bar)
        missing = [sha256 for sha256 in _absent(db, draft) if _is_named(place.engine, sha256)]
        ledgers = [_ledger(db, draft, *company) for company in companies(db)]
    engine.dispose()
    return {
        "database": place.engine.dialect.name,
        "rows": rows,
        "files": files,
        "ledgers": ledgers,
        "missing": sorted({*damaged, *missing}),
    }


def companies(db: Connection) -> list[tuple[int, str]]:
    return [(id, slug) for id, slug in db.execute(select(t.companies.c.id, t.companies.c.slug))]


def _ledger(db: Connection, draft: Path, company_id: int, slug: str) -> dict[str, Any]:
    kept = anchors.kept(draft / "anchors", slug)
    fault: chain.Fault | None = audit.check(db, company_id, kept)
    return {
        "company": slug,
        "entries": audit.last(db, company_id),
        "fault": {"seq": fault.seq, "what": fault.what} if fault else None,
    }


# --- files


def _copy_files(store: Store, draft: Path, db: Connection, bar: Bar) -> tuple[int, list[str]]:
    """How many, and those that are not what their name says."""
    done, damaged = 0, []
    known = db.execute(select(func.count(t.files.c.sha256.distinct()))).scalar_one()
    with bar("Copying files") as progress:
        for sha256 in store.names():
            try:
                _put(file_at(draft, sha256), store.read(sha256))
            except Damaged:
                damaged.append(sha256)
            except KeyError:  # erased since
                continue
            else:
                done += 1
                progress(done, max(done, known))
    return done, damaged


def file_at(folder: Path, sha256: str) -> Path:
    return folder / "files" / sha256[:2] / sha256[2:4] / sha256


def _absent(db: Connection, draft: Path) -> Iterator[str]:
    for (sha256,) in db.execute(select(t.files.c.sha256).distinct()):
        if not file_at(draft, sha256).exists():
            yield sha256


def _is_named(engine: Engine, sha256: str) -> bool:
    """Still: what is erased in its time loses its row too."""
    with snapshot(engine) as db:
        return bool(db.execute(select(exists().where(t.files.c.sha256 == sha256))).scalar())


def _put(file: Path, data: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)


# --- the folder and its parts


def lone(file: Path) -> Engine:
    """A database that is thrown away when something goes wrong: it needs no journal."""
    engine = create_engine(URL.create("sqlite", database=str(file)), hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _plain(db: Any, _: Any) -> None:
        db.execute("PRAGMA journal_mode=OFF")
        db.execute("PRAGMA synchronous=OFF")

    return engine


@contextmanager
def _private() -> Iterator[None]:
    """What is made is for nobody else: files 0600, folders 0700."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
