"""A small French company, its clients, a stopped clock and known codes: what the desk's tests play with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from town import Town


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-talks", action="store_true", help="write tests/talks/*.txt anew")


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    made = Town(f"sqlite:///{tmp_path}/town.db")
    yield made
    made.engine.dispose()


# A slow machine is no failure.
settings.register_profile("facteur", deadline=None)
settings.load_profile("facteur")
