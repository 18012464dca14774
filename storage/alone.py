"""One process at a time for one thing: an advisory lock of PostgreSQL, held as long as its connection lives."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, bindparam, func, select, text
from sqlalchemy.exc import DBAPIError

TAKE = select(func.pg_try_advisory_lock(func.hashtextextended(bindparam("name"), 0)))


class Alone:
    """`name` says for what. On SQLite, which is for one process, it is always held."""

    def __init__(self, engine: Engine, name: str) -> None:
        self.engine, self.name = engine, name
        self._db: Connection | None = None

    def held(self) -> bool:
        """Ours still, or from now on."""
        if self.engine.dialect.name != "postgresql":
            return True
        if self._db is not None and self._lives(self._db):
            return True
        return self._taken()

    def close(self) -> None:
        if self._db is not None:
            self._db.close()
        self._db = None

    def _lives(self, db: Connection) -> bool:
        try:
            db.execute(text("SELECT 1"))
        except DBAPIError:
            self.close()
            return False
        return True

    def _taken(self) -> bool:
        db = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        db.detach()  # it never goes back to the pool: closed, it lets go
        if db.execute(TAKE, {"name": self.name}).scalar_one():
            self._db = db
            return True
        db.close()
        return False
