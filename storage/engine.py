"""The database behind a URL: SQLite in one file, or PostgreSQL.

On SQLite the transaction is opened by us (`BEGIN IMMEDIATE`): the driver's own habit begins too late, so that a
savepoint outlives a rollback and two writers meet half-way.
"""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url

BUSY = 15_000  # milliseconds a writer waits for the one before
PRAGMAS = (
    f"PRAGMA busy_timeout={BUSY}",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # a commit survives a power failure: "250" means stored
    "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-16000",
)


class OneWriter(sqlite3.Connection):
    """The writers of one process wait in line. Left to SQLite they sleep and look again, up to 100 ms each time, while
    the file lies free."""

    line: threading.Lock
    holds = False

    def wait(self) -> None:
        self.holds = self.line.acquire(timeout=BUSY / 1000)  # in vain: SQLite itself then says "locked"

    def commit(self) -> None:
        super().commit()
        self._let_go()

    def rollback(self) -> None:
        super().rollback()
        self._let_go()

    def close(self) -> None:
        super().close()
        self._let_go()

    def _let_go(self) -> None:
        if self.holds:
            self.holds = False
            self.line.release()


def connect(url: str) -> Engine:
    """An engine for `sqlite:///path` or `postgresql+psycopg://...`; the folder of a SQLite file is made."""
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite(url)
    # Four workers, the pump, the writer of raw mails and the command line, with room for bursts.
    return create_engine(
        url, pool_size=8, max_overflow=8, pool_pre_ping=True, pool_recycle=1800, hide_parameters=True
    )


def _sqlite(url: str) -> Engine:
    file = make_url(url).database
    if file and file != ":memory:":
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    return prepare(
        create_engine(url, connect_args={"timeout": BUSY / 1000, "factory": OneWriter}, hide_parameters=True)
    )


def prepare(engine: Engine) -> Engine:
    """The pragmas and the BEGIN of our own, on a SQLite engine."""
    line = threading.Lock()

    @event.listens_for(engine, "connect")
    def _prepare(db: Any, _: Any) -> None:
        db.isolation_level = None
        if isinstance(db, OneWriter):
            db.line = line
        for pragma in PRAGMAS:
            db.execute(pragma)

    @event.listens_for(engine, "begin")
    def _begin(db: Connection) -> None:
        if db.get_execution_options().get("reading"):
            db.exec_driver_sql("BEGIN")
            return
        raw = db.connection.dbapi_connection
        if isinstance(raw, OneWriter):
            raw.wait()
        db.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def reading(engine: Engine) -> Connection:
    """A connection that only reads: on SQLite it waits for no writer and holds none up. Close it (`with`)."""
    return engine.connect().execution_options(reading=True)
