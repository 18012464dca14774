"""A backup and its way back, on both databases and from each to the other."""

from __future__ import annotations

import json
import os
import random
import shutil
import stat
import subprocess
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, func, insert, null, select, text, update
from sqlalchemy.exc import DBAPIError
from storage_seed import NOW, House, add
from storage_signing import signed
from test_storage_anchors import MIDNIGHT, harm, made

from storage import anchors, audit, migrate
from storage import tables as t
from storage.backup import Place, write
from storage.copying import snapshot
from storage.engine import connect
from storage.files import Store
from storage.manifest import Manifest, Refused, checked
from storage.restore import restore

SECRET = "the tests only"
KINDS = ("sqlite", "postgresql")


@contextmanager
def quiet(title: str) -> Iterator[Callable[[int, int], None]]:
    yield lambda done, known: None


def place(engine: Engine, folder: Path) -> Place:
    folders = {"keys": (folder / "keys", "*.pem"), "anchors": (folder / "anchors", "*.jsonl")}
    return Place(engine, Store(f"file:{folder}/files"), folders)


def backed_up(where: Place, path: Path) -> Manifest:
    return write(where, path, SECRET, "0.1.0", NOW, quiet)


def filled(house: House, folder: Path) -> Place:
    """Signed, anchored, sealed with keys; with a mail of bytes, both nulls of JSON, and every sign in a name."""
    here = place(house.engine, folder)
    signed(house)
    (folder / "keys/old").mkdir(parents=True)
    for name in ("root", "leaf", "old/ab"):
        (folder / f"keys/{name}.pem").write_text(f"-- {name}", "ascii")
    (folder / "keys/.lock").touch()
    made(house, folder)(MIDNIGHT)
    sha256 = here.files.put(b"%PDF of the house")
    with house.engine.begin() as db:
        db.execute(delete(t.files))
        add(db, t.files, company_id=1, sha256=sha256, size=17, media_type="application/pdf", stored_at=NOW)
        db.execute(
            update(t.clients).where(t.clients.c.id == house.anne.id).values(name="Zoë « 'é' » \\ % ∑ 𝄞")
        )
        mail = {"channel": "email", "received_at": NOW.replace(microsecond=7), "raw": bytes(range(256))}
        db.execute(insert(t.inbox).values(**mail, key="1", verdict=None))
        db.execute(insert(t.inbox).values(**mail, key="2", verdict=null()))
        db.execute(insert(t.inbox).values(**mail, key="3", verdict={"a": [1, 1.5, True, None, "é"]}))
        # A credit note whose invoice has a higher number, for references that point forward.
        first = db.execute(select(func.min(t.documents.c.id))).scalar_one()
        second = invoice(db, house)
        db.execute(update(t.documents).where(t.documents.c.id == first).values(invoice_id=second))
    return here


def invoice(db: Any, house: House, number: str = "F-9") -> int:
    row = {"company_id": 1, "client_id": house.anne.id, "number": number, "number_norm": number}
    return add(db, t.documents, **row, kind="invoice", status="issued", total_cents=1)


def rows(engine: Engine) -> dict[str, list[Any]]:
    """Every row of every table, and of JSON the kind of its null."""
    with engine.connect() as db:
        found = {
            table.name: list(db.execute(select(table).order_by(*table.primary_key)))
            for table in t.meta.sorted_tables
        }
        nulls = select(t.inbox.c.id, t.inbox.c.verdict.is_(None)).order_by(t.inbox.c.id)
        return {**found, "nulls": list(db.execute(nulls))}


CROSSED = pytest.mark.parametrize(
    ("url", "empty"), [("sqlite", "postgresql"), ("postgresql", "sqlite")], indirect=True
)


@pytest.fixture(params=KINDS)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Another installation: its database, at head."""
    if request.param == "sqlite":
        file = tmp_path / "there" / "facteur.db"
        file.parent.mkdir()
        shutil.copy(request.getfixturevalue("sqlite_model"), file)
        yield from _opened(f"sqlite:///{file}")
    else:
        with request.getfixturevalue("postgresql").lent() as url:
            yield from _opened(url)


def _opened(url: str) -> Iterator[Engine]:
    engine = connect(url)
    yield engine
    engine.dispose()


def test_all_of_it_comes_back_into_either_database(house: House, empty: Engine, tmp_path: Path) -> None:
    here, there = filled(house, tmp_path / "here"), place(empty, tmp_path / "there")
    done = backed_up(here, tmp_path / "backup")
    assert done.is_sound
    assert (done.files, done.database) == (1, house.engine.dialect.name)
    assert restore(tmp_path / "backup", there, quiet) == done
    assert rows(empty) == rows(house.engine)
    assert there.files.read(next(there.files.names())) == b"%PDF of the house"
    for name in ("keys/root.pem", "keys/old/ab.pem", "anchors/2026.jsonl"):
        assert (tmp_path / "there" / name).read_bytes() == (tmp_path / "here" / name).read_bytes()
        assert stat.S_IMODE((tmp_path / "there" / name).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "there/keys").stat().st_mode) == 0o700


@CROSSED
def test_the_ledger_stays_a_chain_that_cannot_be_changed_and_goes_on(
    house: House, empty: Engine, tmp_path: Path
) -> None:
    backed_up(filled(house, tmp_path / "here"), tmp_path / "backup")
    restore(tmp_path / "backup", place(empty, tmp_path / "there"), quiet)
    with empty.begin() as db:
        assert audit.last(db, 1) > 5
        assert audit.check(db, 1, anchors.kept(tmp_path / "there/anchors", "atelier")) is None
        audit.append(db, 1, "read", "anne", NOW)
        assert audit.check(db, 1) is None
    for change in (update(t.ledger).values(kind="other"), delete(t.ledger)):
        with pytest.raises(DBAPIError, match="append only"), empty.begin() as db:
            db.execute(change)
    with (
        empty.connect() as db,
        pytest.raises(DBAPIError),
    ):  # references are checked at once again, not at the end
        db.execute(update(t.documents).values(client_id=999))


@CROSSED
def test_new_rows_get_new_numbers(house: House, empty: Engine, tmp_path: Path) -> None:
    here = filled(house, tmp_path / "here")
    backed_up(here, tmp_path / "backup")
    restore(tmp_path / "backup", place(empty, tmp_path / "there"), quiet)
    with empty.begin() as db:
        highest = db.execute(select(func.max(t.documents.c.id))).scalar_one()
        assert invoice(db, house, "F-10") == highest + 1
        note = {"company_id": 1, "at": NOW, "language": "fr", "text": "x", "offered": [], "taken": "other"}
        assert add(db, t.picks, **note) == 1, "of a table without rows"


# --- while others write


def test_it_is_the_state_of_one_moment_while_the_service_runs(house: House, tmp_path: Path) -> None:
    here = filled(house, tmp_path / "here")
    with snapshot(house.engine) as db:
        before = db.execute(select(func.count()).select_from(t.clients)).scalar_one()
        writer = threading.Thread(target=house_client, args=[house])
        writer.start()
        writer.join(timeout=10)
        assert not writer.is_alive(), "whoever writes is not held up"
        assert db.execute(select(func.count()).select_from(t.clients)).scalar_one() == before
    assert backed_up(here, tmp_path / "backup").rows["clients"] == before + 1


def house_client(house: House) -> None:
    with house.engine.begin() as db:
        add(db, t.clients, company_id=1, ref="C-New", name="New", name_norm="new")


def test_memory_does_not_grow_with_the_rows(house: House, tmp_path: Path) -> None:
    here, many = place(house.engine, tmp_path / "here"), 16
    talk = {"company_id": 1, "client_id": house.anne.id, "type": "note", "at": NOW}
    for part in range(many):
        texts = [talk | {"text": f"{part} {nth} " + "x" * 1000} for nth in range(1000)]
        with house.engine.begin() as db:
            db.execute(insert(t.interactions), texts)
    tracemalloc.start()
    done = backed_up(here, tmp_path / "backup")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert done.rows["interactions"] == many * 1000
    assert peak < 12_000_000, f"{peak / 1e6:.0f} MB for {many} MB of rows"


# --- whole or not


def test_it_is_for_nobody_else_and_checked_by_coreutils_too(house: House, tmp_path: Path) -> None:
    backed_up(filled(house, tmp_path / "here"), tmp_path / "backup")
    for path in (tmp_path / "backup", *(tmp_path / "backup").rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    assert {path.name for path in tmp_path.iterdir() if "backup" in path.name} == {"backup"}
    names = {path.name for path in (tmp_path / "backup").iterdir()}
    assert names == {"data.db", "files", "keys", "anchors", "manifest.json", "SHA256SUMS"}
    check = ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"]
    subprocess.run(check, cwd=tmp_path / "backup", check=True)
    assert json.loads((tmp_path / "backup/manifest.json").read_text())["secret"] != SECRET


ONE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


@ONE
def test_a_flipped_byte_anywhere_is_noticed(house: House, tmp_path: Path) -> None:
    backed_up(filled(house, tmp_path / "here"), tmp_path / "backup")
    dice = random.Random(20261124)
    files = [path for path in sorted((tmp_path / "backup").rglob("*")) if path.is_file()]
    for path in files * 8:
        data = path.read_bytes()
        at = dice.randrange(len(data))
        path.write_bytes(data[:at] + bytes([data[at] ^ (1 << dice.randrange(8))]) + data[at + 1 :])
        with pytest.raises(Refused, match="damaged|no backup"):
            checked(tmp_path / "backup", quiet)
        path.write_bytes(data)
    checked(tmp_path / "backup", quiet)


@ONE
@pytest.mark.parametrize("name", ["data.db", "manifest.json", "SHA256SUMS", "keys/leaf.pem"])
def test_a_part_that_is_gone_or_new_is_noticed(house: House, tmp_path: Path, name: str) -> None:
    backed_up(filled(house, tmp_path / "here"), tmp_path / "backup")
    extra = tmp_path / "backup" / f"{name}.2"
    extra.write_text("?")
    with pytest.raises(Refused, match="damaged"):
        checked(tmp_path / "backup", quiet)
    extra.unlink()
    (tmp_path / "backup" / name).unlink()
    with pytest.raises(Refused, match=r"damaged|never finished"):
        checked(tmp_path / "backup", quiet)


@ONE
def test_a_damaged_backup_restores_nothing(house: House, empty: Engine, tmp_path: Path) -> None:
    backed_up(filled(house, tmp_path / "here"), tmp_path / "backup")
    (tmp_path / "backup/keys/leaf.pem").write_text("other")
    with pytest.raises(Refused, match=r"keys/leaf\.pem is not what was written"):
        restore(tmp_path / "backup", place(empty, tmp_path / "there"), quiet)
    assert not (tmp_path / "there/keys").exists()
    with empty.connect() as db:
        assert not db.execute(select(t.companies)).first()


@CROSSED
def test_nothing_is_overwritten(house: House, empty: Engine, tmp_path: Path) -> None:
    here, there = filled(house, tmp_path / "here"), place(empty, tmp_path / "there")
    backed_up(here, tmp_path / "backup")
    with pytest.raises(Refused, match="exists already"):
        backed_up(here, tmp_path / "backup")
    with pytest.raises(Refused, match="make it first"):
        backed_up(here, tmp_path / "nowhere/backup")
    with pytest.raises(Refused, match="not empty"):
        restore(tmp_path / "backup", here, quiet)
    (tmp_path / "there/keys").mkdir()
    (tmp_path / "there/keys/root.pem").write_text("of somebody else")
    with pytest.raises(Refused, match="move that folder away"):
        restore(tmp_path / "backup", there, quiet)
    (tmp_path / "there/keys/root.pem").unlink()
    restore(tmp_path / "backup", there, quiet)


@ONE
def test_what_fails_leaves_nothing_behind(house: House, tmp_path: Path) -> None:
    here = filled(house, tmp_path / "here")

    def full(store: Store) -> Iterator[str]:
        raise OSError(28, "No space left on device")

    class Full(Store):
        names = full

    with pytest.raises(OSError, match="No space"):
        backed_up(replace(here, files=Full(f"file:{tmp_path}/here/files")), tmp_path / "backup")
    assert not [path for path in tmp_path.iterdir() if "backup" in path.name]


# --- what is not sound is said


def test_a_damaged_and_a_missing_document_are_named(house: House, tmp_path: Path) -> None:
    here = filled(house, tmp_path / "here")
    sha256 = next(here.files.names())
    gone = "ab" * 32
    with house.engine.begin() as db:
        add(db, t.files, company_id=1, sha256=gone, size=1, media_type="application/pdf", stored_at=NOW)
    path = tmp_path / "here/files" / sha256[:2] / sha256[2:4] / sha256
    path.write_bytes(b"%PDF of another")
    done = backed_up(here, tmp_path / "backup")
    assert done.missing == sorted([sha256, gone])
    assert not done.is_sound
    assert checked(tmp_path / "backup", quiet) == done, "of what there is, it is whole"


def test_an_altered_ledger_is_named(house: House, tmp_path: Path) -> None:
    here = filled(house, tmp_path / "here")
    harm(house, "payload")
    done = backed_up(here, tmp_path / "backup")
    assert done.ledgers[0]["fault"] == {"seq": 3, "what": "payload"}
    assert not done.is_sound


# --- other versions


@CROSSED
def test_an_older_one_is_brought_to_this_version(house: House, empty: Engine, tmp_path: Path) -> None:
    migrate.downgrade(house.engine, "0003")
    older = place(house.engine, tmp_path / "here")
    assert backed_up(older, tmp_path / "backup").schema == "0003"
    restore(tmp_path / "backup", place(empty, tmp_path / "there"), quiet)
    migrate.upgrade(house.engine)
    assert migrate.current(empty) == migrate.newest()
    assert rows(empty) == rows(house.engine)


@ONE
def test_a_newer_one_is_refused(
    house: House, empty: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backed_up(filled(house, tmp_path / "here"), tmp_path / "backup")
    monkeypatch.setattr(migrate, "newest", lambda: "0001")
    with pytest.raises(Refused, match=r"newer Facteur \(0\.1\.0\)"):
        restore(tmp_path / "backup", place(empty, tmp_path / "there"), quiet)


def test_without_tables_there_is_nothing_to_back_up(engine: Engine, tmp_path: Path) -> None:
    migrate.downgrade(engine)
    with engine.begin() as db:
        db.execute(text("DROP TABLE alembic_version"))
    with pytest.raises(Refused, match="nothing to back up"):
        backed_up(place(engine, tmp_path), tmp_path / "backup")
    assert os.listdir(tmp_path / "files") == []
