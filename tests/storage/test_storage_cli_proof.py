"""facteur proof, ledger check and export audit, as an operator runs them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import delete, update
from storage_seed import DAY, NOW, House
from storage_signing import ledger, signed
from test_storage_anchors import MIDNIGHT, harm, made
from test_storage_sealing import NEWS, SEAL
from typer.testing import CliRunner

from bot.cli import app
from handlers.rules.signing import Decision
from storage import chain
from storage import tables as t
from storage.files import Store
from storage.sealing import Kept, Seal, SealingQueue

# The commands leave their engine to the end of their process; what they ask is tested on both databases elsewhere.
pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
Run = Callable[..., Result]


@pytest.fixture
def run(house: House, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    settings = {"env": "test", "database_url": url, "files_url": f"file:{tmp_path}/files"}
    for name, value in settings.items():
        monkeypatch.setenv(f"FACTEUR_{name.upper()}", value)
    return lambda *words: CliRunner().invoke(app, list(words))


@pytest.fixture
def done(house: House) -> Decision:
    made = signed(house)
    queue = SealingQueue(house.engine, house.keys)
    seal = Seal(chain.sha256(b"%PDF signed"), 11, 3, "B-B", "ab" * 32, "server")
    assert queue.sealed(made.id, NOW, seal)
    assert queue.done(made.id, NOW, chain.sha256(b"%PDF proof"), 10, NEWS)
    return made


def verify(run: Run, tmp_path: Path, data: bytes) -> tuple[int, str]:
    (tmp_path / "file.pdf").write_bytes(data)
    result = run("proof", "verify", "file.pdf")
    return result.exit_code, result.output.strip()


def test_a_proof_is_shown(run: Run, done: Decision) -> None:
    shown = run("proof", "show", done.signature_id, "--json")
    assert shown.exit_code == 0
    assert json.loads(shown.output)["document"]["number"] == "D-1"
    words = run("proof", "show", done.signature_id).output
    assert f"{done.signature_id}  2026-11-24T08:00:00.000000Z  Atelier" in words
    assert "quote      D-1, version 1, 642.00 EUR, D-1.pdf" in words
    assert run("proof", "show", "FCT-20261124-000000000000").exit_code == 2


def test_what_a_file_is_by_its_bytes(run: Run, done: Decision, tmp_path: Path) -> None:
    id = done.signature_id
    assert verify(run, tmp_path, b"%PDF signed") == (0, f"Intact: the quote as it was signed. {id}")
    assert verify(run, tmp_path, b"%PDF proof") == (0, f"Intact: the proof file. {id}")
    changed = b"%PDF signed /Reason (" + id.encode() + b") and more"
    assert verify(run, tmp_path, changed) == (
        1,
        f"Altered: it bears a signature, but it has changed since. {id}",
    )
    assert verify(run, tmp_path, b"%PDF other") == (2, "Unknown: there is no signature for this file.")
    assert verify(run, tmp_path, b"") == (2, "Unknown: there is no signature for this file.")
    assert run("proof", "verify", "nothing.pdf").exit_code == 2


def test_the_quote_as_presented_bears_no_signature(
    run: Run, house: House, done: Decision, tmp_path: Path
) -> None:
    sha256 = chain.sha256(b"%PDF presented")
    with house.engine.begin() as db:
        db.execute(update(t.decisions).values(presented_sha256=sha256))
    code, told = verify(run, tmp_path, b"%PDF presented")
    assert (code, told) == (
        2,
        f"The quote as it was presented, without a signature. {done.signature_id}",
    )


def test_a_file_is_as_good_as_the_ledger(run: Run, house: House, done: Decision, tmp_path: Path) -> None:
    harm(house, "payload")
    code, told = verify(run, tmp_path, b"%PDF signed")
    assert (code, "altered at entry 3" in told) == (1, True)


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("payload", "altered at entry 3: what it holds is not what was written."),
        ("row", "altered at entry 3: the entry that should stand there is missing."),
        ("swap", "altered at entry 3: it does not follow the entry before."),
        ("tail", "altered at entry 6: entries were taken off the end."),
        ("anew", "altered at entry 8: it is not the one that was anchored."),
    ],
)
def test_what_was_done_to_the_ledger_is_named_and_stops_the_seal(
    run: Run, house: House, url: str, how: str, told: str
) -> None:
    signed(house)
    made(house, Path(url.removeprefix("sqlite:///")).parent)(MIDNIGHT)  # where the command looks for them
    queue = SealingQueue(house.engine, house.keys)
    assert run("ledger", "check").output.splitlines() == [
        "atelier: intact, 9 entries.",
        "other: intact, 0 entries.",
    ]
    harm(house, how)
    result = run("ledger", "check", "--company", "atelier")
    assert (result.exit_code, result.output.strip()) == (1, f"atelier: {told}")
    assert queue.claim(MIDNIGHT + DAY) is None


def test_without_a_company_there_is_no_ledger_to_check_and_that_is_said(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FACTEUR_DATABASE_URL", f"sqlite:///{tmp_path}/empty.db")
    said = "No company is set up yet: there is no audit log to check.\n"
    assert run("ledger", "check").output == said


def test_a_ledger_found_intact_lets_sealing_go_on(run: Run, house: House) -> None:
    signed(house)
    with house.engine.begin() as db:
        db.execute(update(t.companies).values(chain_broken_at=NOW))
    assert run("ledger", "check", "--json").exit_code == 0
    assert SealingQueue(house.engine, house.keys).claim(NOW) is not None


def test_a_dispute_and_a_new_try(run: Run, house: House, done: Decision) -> None:
    assert run("proof", "hold", done.signature_id).exit_code == 0
    assert run("proof", "hold", done.signature_id, "--release").exit_code == 0
    assert [entry.kind for entry in ledger(house)[-2:]] == ["proof.held", "proof.released"]
    assert run("proof", "hold", "FCT-20261124-000000000000").exit_code == 2
    assert run("proof", "retry", done.signature_id).exit_code == 2
    waiting = signed(house, "D-2")
    queue = SealingQueue(house.engine, house.keys)
    assert queue.put_aside(waiting.id, NOW, "the press died", ())
    assert run("proof", "retry", waiting.signature_id).exit_code == 0
    with house.engine.begin() as db:
        db.execute(update(t.decisions).values(ready_at=NOW))
    assert queue.claim(NOW) is not None


def test_the_hash_of_an_entry_can_be_worked_out_from_the_export(run: Run, house: House) -> None:
    """As docs/operations.md says, without our program."""
    signed(house)
    lines = [json.loads(line) for line in run("export", "audit", "--company", "atelier").output.splitlines()]
    assert len(lines) == 8
    before = "0" * 64
    for one in lines:
        assert one["prev_hash"] == before
        named = [
            before,
            *(one[name] for name in ("seq", "at", "action", "actor", "role", "subject", "payload_hash")),
        ]
        before = chain.sha256(json.dumps(named, separators=(",", ":"), ensure_ascii=False).encode())
        assert one["hash"] == before


def test_decisions_stand_in_the_clients_file(run: Run, house: House, done: Decision) -> None:
    result = run("client", "show", "C-Anne", "--company", "atelier", "--json")
    assert result.exit_code == 0, result.output
    [told] = json.loads(result.output)["decisions"]
    assert told == {
        "quote": "D-1",
        "version": 1,
        "decision": "accepted",
        "signature_id": done.signature_id,
        "at": told["at"],
        "comment": None,
    }
    assert told["at"].startswith("2026-11-24T08:00:00")


def test_raw_mails_are_files_of_the_company(house: House, tmp_path: Path) -> None:
    waiting = signed(house)
    kept = Kept(Store(f"file:{tmp_path}/files").put(b"raw"), 3, "message/rfc822")
    queue = SealingQueue(house.engine, house.keys)
    assert queue.sealed(waiting.id, NOW, SEAL, [kept])
    with house.engine.begin() as db:
        gone = db.execute(delete(t.files).where(t.files.c.sha256 == kept.sha256))
        assert gone.rowcount == 1
