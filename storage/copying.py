"""Every row of one database written into another, SQLite or PostgreSQL, as it is: ids, instants, JSON and nulls.

The tables are those the database has, not those of this program: any version of the schema can be copied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    JSON,
    Connection,
    DateTime,
    Engine,
    LargeBinary,
    MetaData,
    Table,
    Text,
    cast,
    event,
    func,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

from storage.engine import reading
from storage.types import Instant

# Rows at a time. A row with bytes may hold a whole mail of 25 MB.
BATCH, WIDE = 500, 4

Progress = Callable[[int, int], None]  # so many are done, of so many


class _JsonText(TypeDecorator[str]):
    """JSON as it is written, never parsed: SQL's NULL and JSON's null stay what they are."""

    impl = Text
    cache_ok = True

    def column_expression(self, column: Any) -> Any:
        return cast(column, Text)


class _JsonbText(_JsonText):
    cache_ok = True

    def bind_expression(self, bindvalue: Any) -> Any:
        return cast(bindvalue, JSONB)


_JSON = _JsonText().with_variant(_JsonbText(), "postgresql")


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """The database as it is at one moment, whoever writes meanwhile; writers are not held up."""
    if engine.dialect.name == "sqlite":
        with reading(engine) as db, db.begin():
            yield db
        return
    options: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as db, db.begin():
        yield db


def tables(db: Connection) -> list[Table]:
    meta = MetaData()
    event.listen(meta, "column_reflect", _plain)
    meta.reflect(db, only=lambda name, _: name != "alembic_version")
    return list(meta.tables.values())


def count(db: Connection, table: Table) -> int:
    return int(db.execute(select(func.count()).select_from(table)).scalar_one())


def copy(source: Connection, target: Connection, progress: Progress) -> dict[str, int]:
    """In the transaction of `target`, which has the same tables, without rows. How many rows of each were written."""
    found = tables(source)
    total, done = sum(count(source, table) for table in found), dict.fromkeys((one.name for one in found), 0)
    with _references_later(target):
        for table in found:
            for rows in _batches(source, table):
                target.execute(insert(table), [dict(row) for row in rows])
                done[table.name] += len(rows)
                progress(sum(done.values()), total)
    if target.dialect.name == "postgresql":
        _count_on(target, found)
    return done


def _plain(_: Any, __: Any, column: Any) -> None:
    """Two types are not the same on both databases."""
    if isinstance(column["type"], JSON):
        column["type"] = _JSON
    elif isinstance(column["type"], DateTime):
        column["type"] = Instant()


def _batches(source: Connection, table: Table) -> Iterator[Any]:
    wide = any(isinstance(column.type, LargeBinary) for column in table.columns)
    options = {"yield_per": WIDE if wide else BATCH}
    yield from source.execute(select(table), execution_options=options).mappings().partitions()


@contextmanager
def _references_later(db: Connection) -> Iterator[None]:
    """Rows may come before those that they refer to; at the end all must be there."""
    if db.dialect.name == "sqlite":
        db.exec_driver_sql("PRAGMA defer_foreign_keys=ON")  # until the commit
        yield
        return
    _alter_references(db, "DEFERRABLE INITIALLY DEFERRED")
    yield
    db.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    _alter_references(db, "NOT DEFERRABLE")


def _alter_references(db: Connection, how: str) -> None:
    quote = db.dialect.identifier_preparer.quote
    for (_, table), keys in inspect(db).get_multi_foreign_keys().items():
        for key in keys:
            assert key["name"] is not None, "PostgreSQL names each"
            db.execute(text(f"ALTER TABLE {quote(table)} ALTER CONSTRAINT {quote(key['name'])} {how}"))


def _count_on(db: Connection, found: list[Table]) -> None:
    """The next id follows the highest."""
    for table in found:
        if "id" in table.c and table.c.id.autoincrement:
            highest = select(func.max(table.c.id)).scalar_subquery()
            sequence = func.pg_get_serial_sequence(table.name, "id")
            # Of an empty table: the next one is 1.
            following = func.setval(sequence, func.coalesce(highest, 1), highest.is_not(None))
            db.execute(select(following))
