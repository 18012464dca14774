"""One pair of keys for all tests, and the press in this process: the child has tests of its own."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from papers.seal_data import RECIPE

from bot.paper import keys as keeping
from bot.paper.child import Child
from bot.paper.sealing import Sealed, seal

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class Here(Child):
    """Does the work at once."""

    def run(self, work: str, *args: object) -> Any:
        module, _, function = work.partition(":")
        return getattr(importlib.import_module(module), function)(*args)


@pytest.fixture(scope="session")
def key_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("press") / "keys"
    keeping.install(folder, NOW)
    return folder


@pytest.fixture(scope="session")
def keys(key_folder: Path) -> keeping.Keys:
    return keeping.load(key_folder)


@pytest.fixture(scope="session")
def here() -> Child:
    return Here()


@pytest.fixture(scope="session")
def sealed(keys: keeping.Keys, here: Child) -> Callable[..., Sealed]:
    """sealed(original) -> Sealed."""

    def made(original: bytes, recipe: dict[str, Any] = RECIPE, **more: Any) -> Sealed:
        return seal(original, recipe, keys, at=NOW, child=here, **more)

    return made
