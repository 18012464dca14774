"""facteur broadcast, as its operator meets it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service.records import CAMILLE, PDF, atelier
from service.warm import Warm

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Three open documents with a PDF, of two clients; another without one."""
    (tmp_path / "a.pdf").write_bytes(PDF)
    data = atelier()
    wanted = ("F-2026-0001", "D-2026-0044", "F-2026-0900", "F-2026-0003")
    data["documents"] = [row for row in data["documents"] if row["number"] in wanted]
    for row in data["documents"]:
        row.pop("valid_until", None)
        if row["number"] != "F-2026-0003":
            row["file"] = "a.pdf"
    data["payments"] = []
    (tmp_path / "company.json").write_text(json.dumps(data), "utf-8")
    (tmp_path / "clock").write_text("2026-11-24T09:00:00+01:00", "ascii")
    process = Warm(tmp_path, "smtp://127.0.0.1:1?tls=none", clock_file=tmp_path / "clock")
    done = process.run("import", str(tmp_path / "company.json"))
    assert done.returncode == 0, done.stdout + done.stderr
    return process.run


def show(run: Run, id: int = 1) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("broadcast", "show", str(id), "--json").stdout)
    return found


def test_looked_at_asked_sent_and_shown(run: Run) -> None:
    dry = run("broadcast", "--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert dry.stdout.splitlines()[:3] == [
        "Atelier Exemple: 2 invoices, 1 quote",
        "  email      3",
        "  telegram   0",
    ]
    assert "1 without a PDF: F-2026-0003" in dry.stdout
    told = json.loads(run("broadcast", "--dry-run", "--json", "--kind", "quote").stdout)
    assert (told["recipients"], told["documents"], told["missing"]) == (1, {"quote": 1}, [])
    assert run("broadcast", "list").stdout == "No broadcast yet.\n"

    unasked = run("broadcast", "--numbers", "F-2026-0001")
    assert unasked.returncode == 2
    assert "say --yes where nobody can be asked" in unasked.stderr
    unknown = run("broadcast", "--numbers", "F-2026-0001,F-7", "--yes")
    assert (unknown.returncode, unknown.stderr) == (1, "Nothing here has F-7: nothing was sent.\n")

    first = run("broadcast", "--numbers", "F-2026-0001", "--yes")
    assert "Broadcast 1: 1 to tell, 1 waiting." in first.stdout
    rest = json.loads(run("broadcast", "--yes", "--json").stdout)
    assert (rest["id"], rest["recipients"], rest["planned"]) == (2, 2, 2)
    assert {row["document"] for row in rest["rows"]} == {"D-2026-0044", "F-2026-0900"}
    assert "to tell" not in run("broadcast", "--yes").stdout.partition("\n")[2]  # nothing is left
    assert show(run)["rows"] == [
        {
            "client": "C0042",
            "name": "Boulangerie Dupain",
            "email": CAMILLE,
            "channel": "email",
            "document": "F-2026-0001",
            "state": "planned",
            "reason": "",
            "at": "2026-11-24T08:00:00+00:00",
            "became": None,
        }
    ]
    assert [row["id"] for row in json.loads(run("broadcast", "list", "--json").stdout)] == [2, 1]
    assert run("broadcast", "show", "9").returncode == 1


def test_a_message_to_clients(run: Run, tmp_path: Path) -> None:
    (tmp_path / "fr.txt").write_text("Fermeture d'été\n\nNous fermons du 3 au 21 août.\n", "utf-8")
    (tmp_path / "short.txt").write_text("Bonjour", "utf-8")
    (tmp_path / "latin.txt").write_text("Fermeture d'été\nAoût.\n", "latin-1")
    text = ("--text-fr", str(tmp_path / "fr.txt"))
    for wrong in ("message",), ("--kind", "letter"), ("--since", "yesterday"):
        assert run("broadcast", *wrong, "--dry-run").returncode == 2, wrong
    assert (
        "the first line is the subject"
        in run("broadcast", "message", "--text-fr", str(tmp_path / "short.txt")).stderr
    )
    for name, why in (
        ("none.txt", "There is no file"),
        ("latin.txt", "save it as UTF-8"),
        (".", "cannot be read"),
    ):
        refused = run("broadcast", "message", "--text-fr", str(tmp_path / name))
        assert (refused.returncode, why in refused.stderr) == (2, True), name
    assert "Nothing here has C9" in run("broadcast", "message", *text, "--clients", "C9", "--yes").stderr
    assert json.loads(run("broadcast", "message", *text, "--dry-run", "--json").stdout)["recipients"] == 2
    done = run("broadcast", "message", *text, "--clients", "C0043", "--yes", "--json")
    assert [row["client"] for row in json.loads(done.stdout)["rows"]] == ["C0043"]
    twice = run("broadcast", "message", *text, "--clients", "C0043", "--yes")
    assert (twice.returncode, "To say it again: --again" in twice.stderr) == (1, True)
    assert run("broadcast", "message", *text, "--clients", "C0043", "--yes", "--again").returncode == 0


def test_a_client_has_ways_of_their_own(run: Run) -> None:
    def leaves() -> str:
        told = json.loads(run("broadcast", "--numbers", "F-2026-0900", "--dry-run", "--json").stdout)
        return str(told["leaves"])

    assert leaves() == "2026-11-24T08:00:00+00:00"
    assert run("client", "set", "C0043", "--quiet", "08:00-12:30", "--discretion").returncode == 0
    assert leaves() == "2026-11-24T11:30:00+00:00"
    assert run("client", "set", "C0043", "--as-company").returncode == 0
    assert leaves() == "2026-11-24T08:00:00+00:00"
    assert run("client", "set", "C0043").returncode == 2
    assert run("client", "set", "C0043", "--quiet", "late").returncode == 2
    assert run("client", "set", "C9", "--discretion").returncode == 1
