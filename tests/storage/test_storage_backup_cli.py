"""facteur backup and restore, as an operator runs them: a process, its words and its exit code."""

from __future__ import annotations

import json
import resource
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.process import Process, company
from service.records import PDF
from service.warm import Warm

KEYS = ("root.pem", "leaf.pem")


@pytest.fixture
def here(tmp_path: Path) -> Process:
    """A company with a client and a document, its keys and its ledger."""
    folder = tmp_path / "here"
    folder.mkdir()
    process = installation(folder)
    data = json.loads(company(folder, 2).read_text("utf-8"))
    (folder / "f.pdf").write_bytes(PDF)
    data["documents"][0]["file"] = "f.pdf"
    (folder / "company.json").write_text(json.dumps(data), "utf-8")
    run(process, "import", "company.json")
    run(process, "staff", "add", "atelier", "Lea Roy", "lea@atelier.example", "--role", "sales")
    return process


def installation(folder: Path, **settings: str) -> Process:
    return Warm(folder, "smtp://127.0.0.1:1?tls=none", **settings)


def run(process: Process, *words: str, code: int = 0) -> str:
    done = process.run(*words)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def read(process: Process, *words: str) -> Any:
    return json.loads(run(process, *words, "--json"))


def test_a_backup_is_made_checked_and_put_back(here: Process, tmp_path: Path, other: dict[str, str]) -> None:
    there = installation(tmp_path / "there", **other)
    there.folder.mkdir()
    backup = str(tmp_path / "backup")
    assert run(here, "backup", backup).startswith(f"Written and read back: {backup}, ")
    assert "documents: 1" in run(there, "restore", "--check", backup)
    assert run(there, "restore", backup).startswith(f"Restored: {backup}, ")
    assert run(there, "ledger", "check") == run(here, "ledger", "check")
    assert read(there, "client", "show", "C0") == read(here, "client", "show", "C0")
    assert read(there, "company", "link", "atelier") == read(here, "company", "link", "atelier")
    assert "is not empty" in run(there, "restore", backup, code=1)


@pytest.fixture(params=["sqlite", "postgresql"])
def other(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """The settings of another installation."""
    if request.param == "sqlite":
        yield {}
        return
    with request.getfixturevalue("postgresql").copied("template1") as url:
        yield {"database_url": url}


def test_another_secret_is_told(here: Process, tmp_path: Path) -> None:
    run(here, "backup", "../backup")
    there = installation(tmp_path / "there", secret_key="another")
    there.folder.mkdir()
    assert "another SECRET_KEY" in run(there, "restore", "../backup")
    assert "another SECRET_KEY" not in run(here, "restore", "--check", "../backup")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["backup", "company.json"], "company.json exists already"),
        (["backup", "nowhere/backup"], "There is no folder nowhere"),
        (["restore", "nowhere"], "There is no backup in nowhere"),
        (["restore", "files"], "is no backup, or was never finished"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(here: Process, words: list[str], told: str) -> None:
    assert told in run(here, *words, code=1)


def test_a_document_that_is_gone_is_told_and_the_rest_is_kept(here: Process, tmp_path: Path) -> None:
    [file] = [path for path in (here.folder / "files").rglob("*") if path.is_file()]
    file.unlink()
    told = run(here, "backup", "../backup", code=1)
    assert f"A document is missing or damaged: {file.name}" in told
    assert "Keep the ones before it" in told
    assert "Whole" in run(here, "restore", "--check", "../backup", code=1)


def test_a_full_disk_leaves_no_half_made_backup(here: Process, tmp_path: Path) -> None:
    """Here a limit on the size of a file stands in for the disk."""

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    command = [sys.executable, "-m", "bot", "backup", "../backup"]
    how: Any = {
        "cwd": here.folder,
        "env": here.env,
        "capture_output": True,
        "text": True,
        "preexec_fn": small,
    }
    done = subprocess.run(command, **how, timeout=60, check=False)
    assert done.returncode == 1
    assert "cannot be read or written" in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["here"]


def test_the_keys_of_the_seal_come_along(here: Process, tmp_path: Path) -> None:
    from bot.clock import now
    from bot.paper import keys

    made = keys.install(here.folder / "keys", now())
    run(here, "backup", "../backup")
    there = installation(tmp_path / "there")
    there.folder.mkdir()
    run(there, "restore", "../backup")
    assert keys.load(there.folder / "keys") == made
    assert not keys.faults(there.folder / "keys", now())
    assert {stat.S_IMODE((there.folder / "keys" / name).stat().st_mode) for name in KEYS} == {0o600}
