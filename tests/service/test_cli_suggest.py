"""facteur understand --suggest, and the switch of a company: as their user meets them."""

from __future__ import annotations

import json
import subprocess
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.warm import Warm
from storage.engine import connect
from storage.keys import Keys
from storage.work import opener

AT = datetime(2026, 11, 24, tzinfo=UTC)
OFFERED = ("balance", "pay")
ADD = ("--name", "Menuiserie", "--email", "contact@menuiserie.example")
KEPT = [
    ("fr", "ou en sont mes sous chez vous", "balance"),
    ("fr", "ou en sont mes sous chez vous", "balance"),
    ("en", 'is " xdoc " fine', "balance"),
    ("fr", "combien je dois", "pay"),  # a phrase of balance
    ("fr", "le truc", "other"),
]

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    process = Warm(tmp_path, "smtp://127.0.0.1:1?tls=none")
    for slug in ("menuiserie", "plomberie"):
        assert process.run("company", "add", slug, *ADD).returncode == 0
    return process.run


@pytest.fixture
def filled(run: Run, tmp_path: Path) -> Run:
    engine = connect(f"sqlite:///{tmp_path}/facteur.db")
    with opener(engine, Keys.of("picks"))() as work:
        here = work.companies.by_slug("menuiserie")
        assert here is not None
        for language, text, taken in KEPT:
            work.picks.keep(here, language, text, OFFERED, taken, AT)
    engine.dispose()
    return run


def test_nothing_yet_is_said(run: Run) -> None:
    assert run("understand", "--suggest").stdout.startswith("Nothing yet: ")
    assert run("understand", "--suggest", "--json").stdout == "[]\n"
    assert run("understand", "--suggest", "--toml").stdout == "# Nothing new.\n"


def test_the_list_is_by_intent_most_often_first(filled: Run) -> None:
    lines = filled("understand", "--suggest").stdout.splitlines()
    assert lines[:7] == [
        "balance (3)",
        "     2  fr  ou en sont mes sous chez vous",
        '     1  en  is " xdoc " fine',
        "pay (1)",
        "     1  fr  combien je dois  (known as balance)",
        "something else (1)",
        "     1  fr  le truc",
    ]
    assert "phrases/<intent>.<fr|en>.toml" in lines[-2]


def test_json_has_a_row_a_phrase(filled: Run) -> None:
    rows = json.loads(filled("understand", "--suggest", "--json", "--company", "menuiserie").stdout)
    assert rows[0] == {
        "taken": "balance",
        "language": "fr",
        "text": "ou en sont mes sous chez vous",
        "times": 2,
        "known_as": "",
    }
    assert [row["known_as"] for row in rows] == ["", "", "balance", ""]
    assert filled("understand", "--suggest", "--json", "--company", "plomberie").stdout == "[]\n"


def test_what_is_new_is_pasted_and_known_from_then_on(filled: Run, tmp_path: Path) -> None:
    printed = filled("understand", "--suggest", "--toml").stdout
    assert "combien je dois" not in printed
    assert "le truc" not in printed
    for file in printed.strip().split("\n\n"):
        place = tmp_path / file.splitlines()[0].removeprefix("# ")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(file, "utf-8")
    pasted = tomllib.loads((tmp_path / "phrases/balance.en.toml").read_text("utf-8"))
    assert pasted == {"ask": {"phrases": ['is " xdoc " fine']}}
    rows = json.loads(filled("understand", "--suggest", "--json").stdout)
    assert [row["known_as"] for row in rows] == ["balance", "balance", "balance", ""]


def test_an_unknown_company_and_a_lone_option_are_refused(run: Run) -> None:
    assert run("understand", "--suggest", "--company", "nobody").returncode == 1
    assert run("understand", "--toml").returncode == 2


def test_a_company_turns_it_off_and_on(filled: Run) -> None:
    assert json.loads(filled("company", "show", "menuiserie", "--json").stdout)["learning"] is True
    assert filled("company", "set", "menuiserie", "--no-learning").stdout == "Changed: learning.\n"
    assert json.loads(filled("company", "show", "menuiserie", "--json").stdout)["learning"] is False
    assert filled("understand", "--suggest", "--json").stdout == "[]\n"
    assert filled("company", "set", "menuiserie", "--learning").stdout == "Changed: learning.\n"
