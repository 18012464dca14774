"""SQLite keeps a text that is longer than its column, PostgreSQL refuses it: here SQLite refuses it too."""

from __future__ import annotations

from sqlalchemy import Connection, Table, text

from storage import tables as t

TRIGGER = """CREATE TRIGGER narrow_{table}_{act} BEFORE {act} ON {table} WHEN {longer}
BEGIN SELECT RAISE(ABORT, 'a text longer than its column in {table}'); END"""


def narrow(db: Connection) -> None:
    for table in t.meta.sorted_tables:
        if longer := " OR ".join(_longer(table)):
            for act in ("INSERT", "UPDATE"):
                db.execute(text(TRIGGER.format(table=table.name, act=act, longer=longer)))


def _longer(table: Table) -> list[str]:
    lengths = ((column.name, getattr(column.type, "length", None)) for column in table.columns)
    return [f'length(NEW."{name}") > {length}' for name, length in lengths if length]
