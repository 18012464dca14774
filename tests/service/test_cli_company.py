"""`facteur company`: what turning the signature on says, and the settings of signatures."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from service.warm import Warm

NAMED = ("--name", "Menuiserie Exemple", "--email", "contact@menuiserie.example")
LEVEL = "Ce niveau peut ne pas suffire dans votre métier."


@pytest.fixture
def run(tmp_path: Path) -> Any:
    process = Warm(tmp_path, "smtp://127.0.0.1:1?tls=none")
    assert process.run("company", "add", "menuiserie", *NAMED).returncode == 0
    return process.run


def mails(tmp_path: Path) -> list[tuple[str, str]]:
    (file,) = tmp_path.rglob("facteur.db")
    with closing(sqlite3.connect(file)) as db:
        return list(db.execute("SELECT address, kind FROM outbox"))


def test_turning_the_signature_on_says_what_it_is_and_mails_it_once(run: Any, tmp_path: Path) -> None:
    assert LEVEL in run("company", "set", "menuiserie", "--option", "portal,signature").stdout
    assert LEVEL not in run("company", "set", "menuiserie", "--option", "portal").stdout
    assert LEVEL in run("company", "set", "menuiserie", "--options", "portal,signature").stdout
    assert mails(tmp_path) == [("contact@menuiserie.example", "company")]
    added = run("company", "add", "joinery", *NAMED, "--language", "en", "--option", "signature")
    assert "This level may not suit your trade." in added.stdout
    assert len(mails(tmp_path)) == 2


def test_the_settings_of_signatures(run: Any) -> None:
    done = run("company", "set", "menuiserie", "--no-archive", "--no-withdrawal")
    assert done.stdout.startswith("Changed: archive, withdrawal.")
    shown = json.loads(run("company", "show", "menuiserie", "--json").stdout)
    assert (shown["archive"], shown["withdrawal"]) == (False, False)
    assert "L213-1" in run("company", "set", "--help").stdout


def test_where_transfers_go(run: Any) -> None:
    wrong = run("company", "set", "menuiserie", "--iban", "FR76 3000 6000 0112 3456 7890 188")
    assert wrong.returncode == 2
    assert "is not right" in wrong.stderr
    assert run("company", "set", "menuiserie", "--bic", "AGRI").returncode == 2
    held = ("--account-holder", "Menuiserie Exemple SARL", "--bic", "agrifrpp")
    done = run("company", "set", "menuiserie", "--iban", "fr76 3000 6000 0112 3456 7890 189", *held)
    assert done.stdout.startswith("Changed: account_holder, bic, iban.")
    shown = json.loads(run("company", "show", "menuiserie", "--json").stdout)
    assert (shown["iban"], shown["bic"]) == ("FR7630006000011234567890189", "AGRIFRPP")
    run("company", "set", "menuiserie", "--iban", "")
    assert json.loads(run("company", "show", "menuiserie", "--json").stdout)["iban"] is None


def test_how_it_writes_of_its_own_accord(run: Any) -> None:
    shown = json.loads(run("company", "show", "menuiserie", "--json").stdout)
    assert (shown["quiet"], shown["remind"], shown["auto_broadcast"]) == (
        "20:00-08:00",
        [-7, 0, 3, 15, 30],
        False,
    )
    days = ("--remind=30,3,-7", "--remind-quotes=7,-3", "--late-rate", "12,15 %", "--quiet", "")
    done = run("company", "set", "menuiserie", *days, "--auto-broadcast", "--sundays", "--no-digest")
    assert done.returncode == 0, done.stderr
    shown = json.loads(run("company", "show", "menuiserie", "--json").stdout)
    assert shown["remind"] == [-7, 3, 30]
    assert shown["remind_quotes"] == {"after": [7], "ending": [-3]}
    assert (shown["quiet"], shown["late_rate"], shown["sundays"], shown["digest"]) == (
        "",
        "12,15 %",
        True,
        False,
    )
    for wrong in ("--quiet=8h", "--quiet=08:00-08:00", "--remind=now", "--remind=4000"):
        assert run("company", "set", "menuiserie", wrong).returncode == 2, wrong
    refused = run("company", "set", "menuiserie", "--late-rate=douze")
    assert (refused.returncode, "not 'douze'" in refused.stderr) == (2, True)
    assert run("company", "set", "menuiserie", "--remind", "").returncode == 0
    assert json.loads(run("company", "show", "menuiserie", "--json").stdout)["remind"] == []
