"""Any interleaving of what clients, the provider and the books do: money is recorded once, never asked for twice."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from payment_model import Payments

from databases import Databases

NUMBERS = itertools.count(1)
SHORT = settings(
    max_examples=25,
    stateful_step_count=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
LONG = settings(SHORT, max_examples=1500, stateful_step_count=80, derandomize=False, phases=list(Phase))


def run(fresh: Any, how: settings) -> None:
    machine = type("Payments", (Payments,), {"fresh": staticmethod(fresh)})
    run_state_machine_as_test(machine, settings=how)


@pytest.fixture
def sqlite(sqlite_model: Path, tmp_path: Path) -> Any:
    def fresh() -> str:
        file = tmp_path / f"{next(NUMBERS)}.db"
        shutil.copy(sqlite_model, file)
        return f"sqlite:///{file}"

    return fresh


@pytest.fixture
def servers(postgresql: Databases) -> Iterator[Any]:
    with ExitStack() as lent:

        def fresh() -> str:
            lent.close()
            return lent.enter_context(postgresql.lent())

        yield fresh


def test_whatever_happens_in_whatever_order(sqlite: Any) -> None:
    run(sqlite, SHORT)


def test_whatever_happens_on_postgresql(servers: Any) -> None:
    run(servers, settings(SHORT, max_examples=6))


@pytest.mark.soak
def test_whatever_happens_for_long(sqlite: Any) -> None:
    run(sqlite, LONG)


@pytest.mark.soak
def test_whatever_happens_for_long_on_postgresql(servers: Any) -> None:
    run(servers, settings(LONG, max_examples=300))
