"""What a backup says of itself, and whether it is as it was made: storage/backup.py shows its parts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Engine, create_engine

from storage import migrate
from storage.copying import Progress, count, tables
from storage.keys import derive

FORMAT = "facteur-backup/1"
DATA, MANIFEST, SUMS = "data.db", "manifest.json", "SHA256SUMS"
CURSOR = "backup"  # the row of the cursors that says when and where the last one was made

Bar = Callable[[str], AbstractContextManager[Progress]]


class Refused(Exception):
    """The message says why, and what to do."""


@dataclass(frozen=True)
class Manifest:
    format: str
    facteur: str  # the version of the program
    schema: str
    made_at: str
    secret: str  # fingerprint of the SECRET_KEY
    database: str  # sqlite, postgresql
    rows: dict[str, int]  # by table
    files: int
    ledgers: list[dict[str, Any]]  # company, entries, fault: {"seq", "what"} or null
    missing: list[str]  # files that were damaged or not there any more

    @property
    def is_sound(self) -> bool:
        return not self.missing and not any(one["fault"] for one in self.ledgers)


def fingerprint(secret: str) -> str:
    """Tells one SECRET_KEY from another, and nothing of it."""
    return derive(secret, "backup").hex()[:16]


def checked(folder: Path, bar: Bar) -> Manifest:
    """Every byte is read. Raises Refused for what is no backup, or not as it was made."""
    sums = _sums(folder)
    there = dict(_hashed(folder, len(sums), bar))
    for name in sorted(there.keys() | sums.keys()):
        if sums.get(name) != there.get(name):
            what = "is missing" if name not in there else "is not what was written"
            raise Refused(f"This backup is damaged: {name} {what}. Nothing was restored: take another one.")
    made = _manifest(folder)
    engine = kept(folder / DATA)
    with engine.connect() as db:
        sound = db.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        loose = db.exec_driver_sql("PRAGMA foreign_key_check").first()
        rows = {table.name: count(db, table) for table in tables(db)}
    engine.dispose()
    if not sound or loose or rows != made.rows:
        raise Refused(f"This backup is damaged: {DATA} does not hold the rows that were written.")
    return made


def sum_up(folder: Path, bar: Bar) -> None:
    known = sum(1 for _ in _paths(folder))
    with (folder / SUMS).open("w", encoding="utf-8") as out:
        out.writelines(f"{sha256}  {name}\n" for name, sha256 in _hashed(folder, known, bar))


def _hashed(folder: Path, known: int, bar: Bar) -> Iterator[tuple[str, str]]:
    with bar("Reading back") as progress:
        for nth, path in enumerate(_paths(folder), 1):
            with path.open("rb") as file:
                yield path.relative_to(folder).as_posix(), hashlib.file_digest(file, "sha256").hexdigest()
            progress(nth, known)


def _paths(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and path != folder / SUMS)


def _sums(folder: Path) -> dict[str, str]:
    if not folder.is_dir():
        raise Refused(f"There is no backup in {folder}.")
    try:
        lines = (folder / SUMS).read_text("utf-8").splitlines()
        return {name: sha256 for sha256, name in (line.split("  ", 1) for line in lines)}
    except FileNotFoundError:
        raise Refused(f"{folder} is no backup, or was never finished: it has no {SUMS}.") from None
    except ValueError:
        raise Refused(f"This backup is damaged: {SUMS} cannot be read.") from None


def _manifest(folder: Path) -> Manifest:
    made = json.loads((folder / MANIFEST).read_text("utf-8"))
    if made.get("format") != FORMAT or made["schema"] > migrate.newest():
        raise Refused(
            f"This backup was made by a newer Facteur ({made.get('facteur')}): install that version first."
        )
    return Manifest(**made)


def kept(file: Path) -> Engine:
    """The rows of a backup, only read: nothing is written beside it."""
    query = {"mode": "ro", "immutable": "1", "uri": "true"}
    return create_engine(URL.create("sqlite", database=f"file:{quote(str(file.resolve()))}", query=query))
