"""Where a dry run writes, and what becomes of it: nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, Engine

from storage.engine import connect


@contextmanager
def aside(engine: Engine) -> Iterator[Connection]:
    """A transaction that is always undone. On SQLite it is one of a copy: a long one would keep every other writer
    waiting, and the service with them."""
    if engine.dialect.name != "sqlite":
        with _undone(engine) as db:
            yield db
        return
    with TemporaryDirectory(prefix="facteur-dry-run-") as folder:
        file = Path(folder, "copy.db")
        _copy(engine, file)
        copy = connect(f"sqlite:///{file}")
        try:
            with _undone(copy) as db:
                yield db
        finally:
            copy.dispose()


@contextmanager
def _undone(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as db, db.begin() as whole:
        yield db
        whole.rollback()


def _copy(engine: Engine, file: Path) -> None:
    with closing(engine.raw_connection()) as live, closing(sqlite3.connect(file)) as copy:
        source = live.driver_connection
        assert isinstance(source, sqlite3.Connection)
        source.backup(copy)
