"""facteur import and facteur read, as commands: exit codes, JSON, and no setting needed to read."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from paper_mill import cii, pdf, with_action, with_xml

from service.warm import command
from storage.imports.report import CHANGES

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def facteur(tmp_path: Path) -> Run:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FACTEUR_")}

    def run(*words: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
        env = kept | {f"FACTEUR_{name}": value for name, value in settings.items()}
        return command(tmp_path, env, *map(str, words))

    return run


def company(folder: Path, **more: Any) -> Path:
    folder.mkdir(exist_ok=True)
    data = {
        "schema": "facteur/1",
        "company": {"slug": "atelier", "name": "Atelier", "email": "contact@atelier.example"},
        "clients": [{"ref": "C1", "name": "Client A"}],
        **more,
    }
    (folder / "company.json").write_text(json.dumps(data), "utf-8")
    return folder


def test_import(facteur: Run, tmp_path: Path) -> None:
    folder = company(tmp_path / "in")
    (folder / "F-9.pdf").write_bytes(with_xml(cii()))
    dry = facteur("import", folder, "--dry-run", "--json", ENV="test")
    assert dry.returncode == 0, dry.stderr
    assert json.loads(dry.stdout)["dry_run"] is True
    first = facteur("import", folder, "--json", ENV="test")
    told = json.loads(first.stdout)
    assert told["counts"] == {"created": 3}
    assert {row["ref"]: row["outcome"] for row in told["rows"]} == dict.fromkeys(
        ("atelier", "C1", "F-9"), "created"
    )
    again = json.loads(facteur("import", folder, "--json", ENV="test").stdout)
    assert not set(again["counts"]) & set(CHANGES)
    assert first.stderr == ""  # no bar where nobody looks


def test_import_with_a_bad_row(facteur: Run, tmp_path: Path) -> None:
    folder = company(tmp_path / "in", payments=[{"ref": "P1", "client": "C9"}])
    done = facteur("import", folder, ENV="test")
    assert done.returncode == 1
    assert "error" in done.stdout
    assert "payment P1: received_on" in done.stdout
    assert done.stdout.splitlines()[-1] == "2 created, 1 error"


@pytest.mark.parametrize(
    "words", [("import",), ("import", "nowhere"), ("read",), ("read", "nowhere.pdf"), ("read", ".")]
)
def test_wrong_use(facteur: Run, words: tuple[str, ...]) -> None:
    assert facteur(*words, ENV="test").returncode == 2


def test_read_needs_no_setting(facteur: Run, tmp_path: Path) -> None:
    (tmp_path / "F-9.pdf").write_bytes(with_xml(cii("F-9", siren="987654324")))
    (tmp_path / "js.pdf").write_bytes(with_action("/JavaScript"))
    done = facteur("read", "F-9.pdf", "js.pdf", "--json")
    assert done.returncode == 0, done.stderr
    invoice, script = map(json.loads, done.stdout.splitlines())
    assert invoice == {
        "file": "F-9.pdf",
        "kind": "invoice",
        "number": "F-9",
        "issued_on": "2026-11-02",
        "due_on": None,
        "buyer": {"name": "Client A", "id": "C1", "email": None},
        "net_cents": 1000,
        "vat_cents": 200,
        "total_cents": 1200,
        "due_cents": 1200,
        "currency": "EUR",
        "source": "facturx",
        "signable": True,
        "why_not": None,
    }
    assert (script["file"], script["source"], script["kind"]) == ("js.pdf", "none", "unknown")
    assert (script["signable"], script["why_not"], script["number"], script["total_cents"]) == (
        False,
        "javascript",
        None,
        None,
    )
    assert not (tmp_path / "data").exists()
    assert done.stderr == ""


def test_read_for_people(facteur: Run, tmp_path: Path) -> None:
    (tmp_path / "F-9.pdf").write_bytes(with_xml(cii()))
    (tmp_path / "plain.pdf").write_bytes(pdf())
    lines = [line.strip() for line in facteur("read", "F-9.pdf", "plain.pdf").stdout.splitlines()]
    assert "invoice F-9 (facturx)" in lines
    assert "net €10.00, VAT €2.00, total €12.00, due €12.00" in lines
    assert "no invoice data inside" in lines
