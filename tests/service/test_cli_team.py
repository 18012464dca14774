"""Who reads the clients' files, what is written about it, and whether that is as it was written."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from service.warm import Warm

Run = Callable[..., "subprocess.CompletedProcess[str]"]
LEA, TOM = "lea@atelier.example", "Tom@Atelier.example"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Commands on a company that has no team."""
    process = Warm(tmp_path, "smtp://127.0.0.1:1?tls=none")
    added = process.run(
        "company", "add", "atelier", "--name", "Atelier", "--email", "contact@atelier.example"
    )
    assert added.returncode == 0, added.stderr
    return process.run


def team(run: Run) -> Any:
    done = run("staff", "list", "atelier", "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def audit(run: Run, *more: str) -> list[dict[str, Any]]:
    done = run("export", "audit", "--company", "atelier", *more)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def asked(folder: Path, statement: str, *values: Any) -> list[Any]:
    with closing(sqlite3.connect(folder / "facteur.db")) as db, db:
        return db.execute(statement, values).fetchall()


# --- the team


def test_somebody_is_added_listed_changed_and_removed(run: Run) -> None:
    assert run("staff", "list", "atelier").stdout == "Nobody yet: facteur staff add, or facteur import.\n"
    assert run("staff", "add", "atelier", "Léa", LEA, "--role", "sales").stdout == f"{LEA} is added: sales.\n"
    assert run("staff", "add", "atelier", "Tom", TOM, "--role", "manager").returncode == 0
    assert team(run) == [
        {"name": "Léa", "email": LEA, "role": "sales"},
        {"name": "Tom", "email": TOM, "role": "manager"},
    ]
    assert LEA in run("staff", "list", "atelier").stdout
    again = run("staff", "add", "atelier", "Léa", LEA, "--role", "sales")
    assert again.stdout == f"{LEA} was there already: sales.\n"
    changed = run("staff", "add", "atelier", "Léa Roy", LEA, "--role", "admin")
    assert changed.stdout == f"{LEA} is changed: admin.\n"
    removed = run("staff", "remove", "atelier", TOM.lower())  # an address is the same in any case
    assert (removed.returncode, removed.stdout.startswith("tom@atelier.example is removed")) == (0, True)
    assert team(run) == [{"name": "Léa Roy", "email": LEA, "role": "admin"}]
    back = run("staff", "add", "atelier", "Tom", TOM, "--role", "other")
    assert "opens no client's file" in back.stdout
    assert [one["role"] for one in team(run)] == ["admin", "other"]


def test_a_suspended_member_is_let_in_again_and_told(run: Run, tmp_path: Path) -> None:
    run("staff", "add", "atelier", "Léa", LEA, "--role", "sales")
    assert run("staff", "unlock", "atelier", LEA).stdout == "Nothing was suspended.\n"
    asked(
        tmp_path,
        "INSERT INTO tries (company_id, address_key, conversation, account_id, wrong, locked_until, updated_at)"
        " SELECT company_id, 'k', '', id, 3, '2126-01-01 00:00:00', '2026-01-01 00:00:00' FROM accounts",
    )
    assert run("staff", "unlock", "atelier", LEA).stdout == f"Reopened: {LEA}\n"
    assert asked(tmp_path, "SELECT count(*) FROM tries") == [(0,)]
    assert asked(tmp_path, "SELECT address, state FROM outbox") == [(LEA, "due")]
    assert "access.reopened" in [one["action"] for one in audit(run)]
    assert run("staff", "unlock", "atelier", TOM).returncode == 1


def test_who_is_removed_has_nothing_open_any_more(run: Run, tmp_path: Path) -> None:
    run("staff", "add", "atelier", "Léa", LEA, "--role", "sales")
    ((account, of),) = asked(tmp_path, "SELECT id, company_id FROM accounts WHERE address_norm = ?", LEA)
    at = "2126-01-01 00:00:00.000000"
    asked(
        tmp_path,
        "INSERT INTO sessions (company_id, account_id, team, channel, conversation, opened_at, seen_at, expires_at)"
        " VALUES (?, ?, 1, 'telegram', '7', ?, ?, ?)",
        of, account, at, at, at,
    )  # fmt: skip
    asked(
        tmp_path,
        "INSERT INTO chat_links (company_id, account_id, channel, chat, linked_at) VALUES (?, ?, 'telegram', '7', ?)",
        of, account, at,
    )  # fmt: skip
    assert run("staff", "remove", "atelier", LEA).returncode == 0
    assert asked(tmp_path, "SELECT count(*) FROM sessions WHERE ended_at IS NULL") == [(0,)]
    assert asked(tmp_path, "SELECT ended_by FROM sessions") == [("company",)]
    assert asked(tmp_path, "SELECT count(*) FROM chat_links WHERE ended_at IS NULL") == [(0,)]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["add", "nobody", "Léa", LEA, "--role", "sales"], 1, "No company has the slug 'nobody'"),
        (["add", "atelier", "Léa", "lea", "--role", "sales"], 2, "Not an e-mail address: lea"),
        (["add", "atelier", " ", LEA, "--role", "sales"], 2, "The name is empty."),
        (["add", "atelier", "Léa\x1b[2J", LEA, "--role", "sales"], 2, "Not added: name"),
        (["add", "atelier", "Léa", LEA, "--role", "boss"], 2, "boss"),
        (["add", "atelier", "Léa", LEA], 2, "--role"),
        (["remove", "atelier", "zoe@atelier.example"], 1, "zoe@atelier.example"),
        (["remove", "atelier", "zoe"], 2, "Not an e-mail address: zoe"),
        (["list", "nobody"], 1, "No company has the slug 'nobody'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_done_is_a_sentence(run: Run, words: list[str], code: int, said: str) -> None:
    done = run("staff", *words)
    assert (done.returncode, said in done.stderr, "Traceback" in done.stderr) == (code, True, False), done
    assert team(run) == []


# --- what is written about it


def test_the_audit_log_gets_out_a_line_an_entry(run: Run) -> None:
    run("staff", "add", "atelier", "Léa", LEA, "--role", "sales")
    run("staff", "add", "atelier", "Léa", LEA, "--role", "admin")
    run("staff", "remove", "atelier", LEA)
    entries = audit(run)
    assert [one["seq"] for one in entries] == [1, 2, 3]
    assert {one["actor"] for one in entries} == {"operator"}
    assert len({one["action"] for one in entries}) == 3
    assert {one.keys() == entries[0].keys() for one in entries} == {True}
    names = ["seq", "at", "actor", "role", "action", "subject", "payload_hash", "hash", "prev_hash"]
    assert list(entries[0]) == names
    assert entries[0]["at"].endswith("+00:00")
    assert [one["prev_hash"] for one in entries[1:]] == [one["hash"] for one in entries[:-1]]
    assert audit(run, "--since", "3") == entries[2:]
    assert audit(run, "--since", "4") == []


def test_an_altered_log_is_found_out(run: Run, tmp_path: Path) -> None:
    for role in ("sales", "admin", "manager"):
        run("staff", "add", "atelier", "Léa", LEA, "--role", role)
    run("company", "add", "menuiserie", "--name", "Menuiserie", "--email", "c@menuiserie.example")
    intact = run("ledger", "check")
    assert (intact.returncode, intact.stdout) == (
        0,
        "atelier: intact, 3 entries.\nmenuiserie: intact, 0 entries.\n",
    )
    asked(tmp_path, "DROP TRIGGER ledger_update")  # what a person with the database's keys can do
    asked(tmp_path, "UPDATE ledger SET actor = 'nobody' WHERE seq = 2")
    altered = run("ledger", "check")
    assert altered.returncode == 1
    assert altered.stdout.splitlines() == [
        "atelier: altered at entry 2: it is not what was written.",
        "menuiserie: intact, 0 entries.",
    ]
    told = json.loads(run("ledger", "check", "--company", "atelier", "--json").stdout)
    assert told == [{"company": "atelier", "entries": 3, "fault": {"seq": 2, "what": "hash"}}]
    assert run("ledger", "check", "--company", "menuiserie").returncode == 0


def test_an_unknown_company_has_no_log(run: Run) -> None:
    exported, checked = (
        run("export", "audit", "--company", "nobody"),
        run("ledger", "check", "--company", "nobody"),
    )
    assert (exported.returncode, checked.returncode) == (1, 2)
    for done in (exported, checked):
        assert done.stderr == "No company has the slug 'nobody'.\n"
