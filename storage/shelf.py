"""What every shelf stands on: the connection of one transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Executable

# PostgreSQL's form of INSERT ... ON CONFLICT compiles for SQLite too: one statement serves both databases.
from sqlalchemy.dialects.postgresql import insert as insert_once

from storage.rows import Found

__all__ = ["Shelf", "insert_once"]


class Shelf:
    def __init__(self, db: Connection) -> None:
        self.db = db

    def _first(self, statement: Executable, **values: Any) -> Found | None:
        return self.db.execute(statement, values).first()

    def _all(self, statement: Executable, **values: Any) -> list[Found]:
        return list(self.db.execute(statement, values).all())

    def _value(self, statement: Executable, **values: Any) -> Any:
        return self.db.execute(statement, values).scalar()

    def _run(self, statement: Executable, **values: Any) -> int:
        """How many rows it touched."""
        return self.db.execute(statement, values).rowcount
