"""The databases of towns are copies: what one holds is written once in a process, then only its bytes.

An engine that was given back serves the next town of its URL, since it knows the statements that it compiled.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, make_url

from narrow import narrow
from storage import tables as t
from storage.engine import connect

MEMORY = "sqlite://"
IDLE: dict[str, list[Engine]] = defaultdict(list)


def take(url: str, fill: Callable[..., None], *given: Any) -> Engine:
    """An engine over a database with the schema and what `fill(db, *given)` writes. A PostgreSQL has its schema."""
    engine = IDLE[url].pop() if IDLE[url] else _opened(url)
    if engine.dialect.name == "sqlite":
        _put(_held(fill, *given), engine)
    else:
        _write(engine, fill, *given)
    return engine


def give_back(engine: Engine) -> None:
    """Nothing may hold a connection of it any more."""
    engine.dispose()
    IDLE[engine.url.render_as_string(hide_password=False)].append(engine)


def _opened(url: str) -> Engine:
    engine = connect(url)
    if make_url(url).database and engine.dialect.name == "sqlite":
        # Nobody cuts the power here, and a disk takes milliseconds to be sure of each commit.
        event.listen(engine, "connect", lambda db, _: db.execute("PRAGMA synchronous=OFF"))
    return engine


@lru_cache(maxsize=64)
def _held(fill: Callable[..., None], *given: Any) -> bytes:
    """The bytes of such a database."""
    engine = connect(MEMORY) if fill is _schema else take(MEMORY, _schema)
    _write(engine, fill, *given)
    raw = engine.raw_connection()
    held: bytes = raw.serialize()
    raw.close()
    give_back(engine)
    return held


def _schema(db: Connection) -> None:
    t.meta.create_all(db)
    narrow(db)


def _write(engine: Engine, fill: Callable[..., None], *given: Any) -> None:
    with engine.begin() as db:
        fill(db, *given)


def _put(held: bytes, engine: Engine) -> None:
    if file := engine.url.database:
        Path(file).write_bytes(held)
        return
    raw = engine.raw_connection()
    raw.deserialize(held)
    raw.close()
