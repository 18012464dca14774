"""Each test gets a fresh database at the newest schema: SQLite in a file, and PostgreSQL from its wheel."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import Engine
from storage_grown import furnish, moved
from storage_seed import House, seed

from databases import Databases
from storage import migrate
from storage.engine import connect

KINDS = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def sqlite_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("sqlite") / "model.db"
    engine = connect(f"sqlite:///{file}")
    migrate.upgrade(engine)
    engine.dispose()
    return file


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database at head that nobody else uses."""
    if request.param == "sqlite":
        model = request.getfixturevalue("sqlite_model")
        folder = model.with_name("data")
        folder.mkdir()
        shutil.copy(model, folder / "facteur.db")
        yield f"sqlite:///{folder}/facteur.db"
        shutil.rmtree(folder)
        return
    with request.getfixturevalue("postgresql").lent() as made:
        yield made


@cache
def known(url: str) -> Engine:
    """It keeps the statements that it has compiled: nobody may leave a listener on it."""
    return connect(url)


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    made = known(url)
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
def grown_postgresql(postgresql: Databases) -> Iterator[tuple[str, House]]:
    with postgresql.copied("model") as url:
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
    with request.getfixturevalue("postgresql").copied(model) as url:
        yield from _moved(house, url)


def _moved(house: House, url: str) -> Iterator[House]:
    engine = connect(url)
    yield moved(house, engine)
    engine.dispose()


@pytest.fixture
def house(engine: Engine) -> House:
    return seed(engine)
