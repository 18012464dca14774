"""A folder with a facteur/1 file and its PDFs, a real database and a real file store."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
from paper_mill import Books, document, pdf
from sqlalchemy import Engine

from storage import migrate
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
        yield from _opened(f"sqlite:///{tmp_path}/books.db")
    else:
        with request.getfixturevalue("postgresql").lent() as url:
            yield from _opened(url)


def _opened(url: str) -> Iterator[Engine]:
    made = connect(url)
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database at head, to copy: migrating anew costs more than most tests."""
    path = tmp_path_factory.mktemp("migrated") / "books.db"
    made = connect(f"sqlite:///{path}")
    migrate.upgrade(made)
    made.dispose()
    return path


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
