"""facteur reminders, as an operator runs it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import func, select
from storage_seed import NOW, House
from typer.testing import CliRunner

from bot.cli import app
from storage import tables as t
from storage.engine import reading

# The commands leave their engine to the end of their process; what they ask is tested on both databases elsewhere.
pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
Run = Callable[..., Result]


@pytest.fixture
def run(house: House, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """At 9h in Paris on 24 November 2026, a Tuesday."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clock").write_text(NOW.isoformat())
    settings = {"env": "test", "database_url": url, "clock_file": f"{tmp_path}/clock"}
    for name, value in settings.items():
        monkeypatch.setenv(f"FACTEUR_{name.upper()}", value)
    return lambda *words: CliRunner().invoke(app, ["reminders", *words])


def written(house: House) -> int:
    with reading(house.engine) as db:
        return int(db.execute(select(func.count()).select_from(t.notices)).scalar_one())


def test_the_days_to_come(run: Run, house: House) -> None:
    house.paper(house.anne, "F-2026-0900")  # due on 2 December
    rows = json.loads(run("--company", "atelier", "--dry-run", "--json").stdout)
    assert [(row["on"], row["what"], row["reason"]) for row in rows] == [
        ("2026-11-25", "before", ""),
        ("2026-12-02", "due", ""),
        ("2026-12-05", "late_1", "no_rate"),
        ("2026-12-17", "late_2", "no_rate"),
    ]
    assert rows[0] | {"on": "", "what": ""} == {
        "on": "", "what": "", "reason": "", "client": "C-Anne", "reference": "F-2026-0900", "channel": "email",
        "email": "anne@exemple.example",
    }  # fmt: skip
    said = run("--company", "atelier", "--dry-run", "--days", "12").stdout.splitlines()
    assert said == [
        "2026-11-25  before            F-2026-0900  C-Anne  email  anne@exemple.example",
        "2026-12-02  due               F-2026-0900  C-Anne  email  anne@exemple.example",
        "2026-12-05  late_1            F-2026-0900  C-Anne  email  anne@exemple.example"
        "  not sent: no rate of penalties: facteur company set --late-rate",
    ]
    assert run("--company", "other", "--dry-run").stdout == "Nothing to remind anybody of.\n"
    assert written(house) == 0


def test_what_is_due_now(run: Run, house: House) -> None:
    house.paper(house.anne, "F-2026-0900", due_on=NOW.date())
    assert run("--company", "atelier").stdout.startswith("Written: 1.")
    assert run("--company", "atelier").stdout.startswith("Written: 0.")
    assert written(house) == 1


def test_a_person_ends_a_pause(run: Run, house: House) -> None:
    document = house.paper(house.anne, "F-2026-0900", due_on=date(2026, 11, 24))
    with house.open() as work:
        work.notices.pause(house.anne, document, house.account, "disagree", None, "je conteste", NOW)
    assert run("--company", "atelier").stdout.startswith("Written: 0.")
    said = [run("resume", number, "--company", "atelier") for number in ("f-2026-0900", "F-2026-0900", "F-1")]
    assert [one.stdout for one in said] == ["Its reminders go on.\n", "Nothing paused its reminders.\n", ""]
    assert said[2].exit_code == 1
    assert run("--company", "atelier").stdout.startswith("Written: 1.")
