"""The database behind a URL: SQLite in one file, or PostgreSQL.

On SQLite the transaction is opened by us (`BEGIN IMMEDIATE`): the driver's own habit begins too late, so that a
savepoint outlives a rollback and two writers meet half-way.
"""

from __future__ import annotations

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
    return prepare(create_engine(url, connect_args={"timeout": BUSY / 1000}, hide_parameters=True))


def prepare(engine: Engine) -> Engine:
    """The pragmas and the BEGIN of our own, on a SQLite engine."""

    @event.listens_for(engine, "connect")
    def _prepare(db: Any, _: Any) -> None:
        db.isolation_level = None
        for pragma in PRAGMAS:
            db.execute(pragma)

    @event.listens_for(engine, "begin")
    def _begin(db: Connection) -> None:
        db.exec_driver_sql("BEGIN" if db.get_execution_options().get("reading") else "BEGIN IMMEDIATE")

    return engine


def reading(engine: Engine) -> Connection:
    """A connection that only reads: on SQLite it waits for no writer and holds none up. Close it (`with`)."""
    return engine.connect().execution_options(reading=True)
