"""The schema, from any version to the newest. Works from an installed package: there is no alembic.ini."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from storage.engine import reading

if TYPE_CHECKING:
    from alembic.config import Config

ALONE = 0x666163  # the advisory lock of whoever migrates
FOLDER = Path(__file__).parent / "migrations"


def upgrade(engine: Engine, to: str = "head") -> None:
    """Where nothing is to be done, alembic is not even loaded: it would stay in memory for the life of the service."""
    if to == "head" and current(engine) == newest():
        return
    from alembic import command

    with _alone(engine) as db:
        command.upgrade(config(db), to)


def downgrade(engine: Engine, to: str = "base") -> None:
    from alembic import command

    with _alone(engine) as db:
        command.downgrade(config(db), to)


def current(engine: Engine) -> str | None:
    """The version the database is at; None for an empty one."""
    with reading(engine) as db:
        if not inspect(db).has_table("alembic_version"):
            return None
        return db.execute(text("SELECT version_num FROM alembic_version")).scalar()


def newest() -> str:
    """The version of this program: its files are numbered."""
    return max(path.name.split("_")[0] for path in (FOLDER / "versions").glob("[0-9]*.py"))


def config(db: Connection) -> Config:
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    made.attributes["db"] = db
    return made


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """One transaction for all steps; two processes that start at once take turns."""
    with engine.connect() as db, _foreign_keys_off(db), db.begin():
        if engine.dialect.name == "postgresql":
            db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ALONE})
        yield db


@contextmanager
def _foreign_keys_off(db: Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew: rows that point at it must not notice. Only outside a transaction."""
    if db.dialect.name != "sqlite":
        yield
        return
    raw = db.connection.dbapi_connection
    assert raw is not None
    run: Callable[[str], object] = raw.execute
    run("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        run("PRAGMA foreign_keys=ON")
