"""How far a source was read. Each call is a transaction of its own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, bindparam, select

from storage import tables as t
from storage.shelf import insert_once

c = t.cursors.c
GET = select(c.value).where(c.source == bindparam("of"))
_PUT = insert_once(t.cursors)
PUT = _PUT.on_conflict_do_update(
    index_elements=["source"], set_={name: _PUT.excluded[name] for name in ("value", "updated_at")}
)


class Cursors:
    """`source` names what is read: "imap:<digest of user, host, folder>" has "<UIDVALIDITY>:<UID>"."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def get(self, source: str) -> str | None:
        with self.engine.connect() as db:
            found: str | None = db.execute(GET, {"of": source}).scalar()
            return found

    def put(self, source: str, value: str, now: datetime) -> None:
        with self.engine.begin() as db:
            db.execute(PUT, {"source": source, "value": value, "updated_at": now})
