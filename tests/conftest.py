"""A small French company, its clients, a stopped clock and known codes: what the desk's tests play with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from databases import Databases, started
from town import Town


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-talks", action="store_true", help="write tests/talks/*.txt anew")


@pytest.fixture(scope="session")
def town_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('town')}/town.db"


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    with started(tmp_path_factory.mktemp("run")) as made:
        yield made


@pytest.fixture
def town(town_url: str) -> Iterator[Town]:
    made = Town(town_url)
    yield made
    made.close()


# A slow machine is no failure.
settings.register_profile("facteur", deadline=None)
settings.load_profile("facteur")
