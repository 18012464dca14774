"""How far a source was read, a thing was told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Engine, bindparam, select

from storage import tables as t
from storage.shelf import insert_once

c = t.cursors.c
GET = select(c.value).where(c.source == bindparam("of"))
_PUT = insert_once(t.cursors)
PUT = _PUT.on_conflict_do_update(
    index_elements=["source"], set_={name: _PUT.excluded[name] for name in ("value", "updated_at")}
)


def get(db: Connection, source: str) -> str | None:
    found: str | None = db.execute(GET, {"of": source}).scalar()
    return found


def put(db: Connection, source: str, value: str, now: datetime) -> None:
    db.execute(PUT, {"source": source, "value": value, "updated_at": now})


class Cursors:
    """`source` names what is read: "imap:<digest of user, host, folder>" has "<UIDVALIDITY>:<UID>". Each call is a
    transaction of its own."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def get(self, source: str) -> str | None:
        with self.engine.connect() as db:
            return get(db, source)

    def put(self, source: str, value: str, now: datetime) -> None:
        with self.engine.begin() as db:
            put(db, source, value, now)
