"""A backup put back into an installation that is empty: files and folders first, then every row in one transaction."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from storage import migrate
from storage.backup import Place, lone
from storage.copying import copy, tables
from storage.manifest import DATA, Bar, Manifest, Refused, checked, kept

FILES = "files"


def restore(folder: Path, place: Place, bar: Bar) -> Manifest:
    """Into a database at the newest schema. Raises Refused, before anything is written. What is cut short can be
    begun again."""
    made = checked(folder, bar)
    with place.engine.connect() as db:
        _is_empty(db)
    for name, (to, which) in place.folders.items():
        _is_free(folder / name, to, which)
    _put_files(folder / FILES, place, made.files, bar)
    for name, (to, _) in place.folders.items():
        _put_folder(folder / name, to)
    with _newest(folder / DATA, made.schema) as source, place.engine.begin() as target:
        _is_empty(target)
        with bar("Restoring rows") as progress:
            copy(source, target, progress)
    return made


def _is_empty(db: Connection) -> None:
    for table in tables(db):
        if db.execute(select(table.primary_key.columns[0]).limit(1)).first():
            raise Refused(
                f"The database is not empty (there are rows in {table.name}), and nothing is overwritten. Stop the"
                f" service, then {_way(db.engine)}."
            )


def _way(engine: Engine) -> str:
    if engine.dialect.name == "sqlite":
        return f"move {engine.url.database} away, with its -wal and -shm if there are any"
    return "make a new database (createdb) and name it in DATABASE_URL"


def _is_free(source: Path, to: Path, which: str) -> None:
    if not _held(to, which).items() <= _held(source, "*").items():
        raise Refused(f"{to} holds something else than the backup: move that folder away first.")


def _held(folder: Path, which: str) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob(which) if path.is_file()}


def _put_files(source: Path, place: Place, known: int, bar: Bar) -> None:
    with bar("Restoring files") as progress:
        for nth, path in enumerate((path for path in source.rglob("*") if path.is_file()), 1):
            if place.files.put(path.read_bytes()) != path.name:
                raise Refused(f"This backup is damaged: {path} is not what its name says.")
            progress(nth, known)


def _put_folder(source: Path, to: Path) -> None:
    """For nobody else: keys are among them."""
    for path, data in _held(source, "*").items():
        file = to / path
        for folder in (to, file.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(os.open(file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())


@contextmanager
def _newest(data: Path, schema: str) -> Iterator[Connection]:
    """The rows of a backup at the schema of this program; an older one is brought up to it in a copy."""
    with tempfile.TemporaryDirectory(prefix="facteur-restore-") as beside:
        if schema == migrate.newest():
            engine = kept(data)
        else:
            file = Path(beside) / DATA
            shutil.copyfile(data, file)
            engine = lone(file)
            migrate.upgrade(engine)
        try:
            with engine.connect() as db:
                yield db
        finally:
            engine.dispose()
