"""What imports write beside the rows: words to search by, words of clients, one entry in the audit log."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from paper_mill import Books, document
from sqlalchemy import select

from storage import audit
from storage import tables as t
from storage.engine import reading

Write = Callable[[dict[str, Any]], Path]
Data = dict[str, Any]


@pytest.fixture
def full(data: Data) -> Data:
    """A row of each kind that can be searched."""
    data["documents"] = [
        document("quote", "D-1", status="sent", label="Pose d'une Clôture"),
        document("invoice", "F-2026-0118", client="C1", label=None),
    ]
    data["payments"] = [
        {"ref": "P 1", "client": "C1", "invoice": "F-2026-0118", "received_on": "2026-11-20", "amount_cents": 3},
        {"ref": "P2", "client": "C1", "received_on": "2026-11-20", "amount_cents": 4},
    ]  # fmt: skip
    data["contracts"] = [{"ref": "CT-9", "client": "C1", "label": "Entretien", "status": "active"}]
    data["events"] = [
        {"uid": "e1", "client": "C1", "title": "Visite", "starts_at": "2026-12-01T09:00", "place": "Lyon 3e"}
    ]
    data["interactions"] = [
        {"ref": "i1", "client": "C1", "type": "call", "at": "2026-11-01T09:00", "text": "Rappel\npromis"},
        {"ref": "i2", "client": "C1", "type": "note", "at": "2026-11-01T09:00", "text": "long " * 4000},
    ]
    return data


def found(books: Books, table: Any, key: str) -> dict[str, str]:
    return {getattr(row, key): row.search for row in books.rows(table)}


def words(books: Books, ref: str) -> set[str]:
    id = books.one(t.clients, ref=ref).id
    return {row.word for row in books.rows(t.client_words, client_id=id)}


def entries(books: Books) -> list[Any]:
    with books.engine.connect() as db:
        of = db.execute(select(t.companies.c.id)).scalar_one()
        return list(audit.entries(db, of))


def test_each_row_holds_its_words(books: Books, write: Write, full: Data) -> None:
    assert not books.take(write(full)).errors
    assert found(books, t.documents, "number") == {
        "D-1": "pose d une cloture d 1 d1",
        "F-2026-0118": "f 2026 0118 f20260118",
    }
    assert found(books, t.payments, "ref") == {"P 1": "p 1 f 2026 0118 p1 f20260118", "P2": "p2"}
    assert found(books, t.contracts, "ref") == {"CT-9": "entretien ct 9 ct9"}
    assert found(books, t.events, "uid") == {"e1": "visite lyon 3e"}
    texts = found(books, t.interactions, "ref")
    assert texts["i1"] == "rappel promis"
    assert 1990 < len(texts["i2"]) <= 2000


def test_a_change_changes_the_words(books: Books, write: Write, full: Data) -> None:
    books.take(write(full))
    full["documents"][0]["label"] = "Portail"
    full["documents"][0]["total_cents"] = 7
    full["payments"][1]["invoice"] = "F-2026-0118"
    full["contracts"][0]["label"] = "Location"
    full["events"][0] = {**full["events"][0], "title": "Réunion"}
    del full["events"][0]["place"]
    full["interactions"][0]["text"] = "Autre"
    books.take(write(full))
    assert found(books, t.documents, "number")["D-1"] == "portail d 1 d1"
    assert found(books, t.payments, "ref")["P2"] == "p2 f 2026 0118 f20260118"
    assert found(books, t.contracts, "ref") == {"CT-9": "location ct 9 ct9"}
    assert found(books, t.events, "uid") == {"e1": "reunion lyon 3e"}  # a place that is not mentioned is kept
    assert found(books, t.interactions, "ref")["i1"] == "autre"


def test_a_decided_quote_keeps_the_words_of_its_version(books: Books, write: Write, full: Data) -> None:
    full["documents"][0]["status"] = "accepted"
    books.take(write(full))
    full["documents"][0]["label"] = "Portail"
    books.take(write(full))
    assert found(books, t.documents, "number")["D-1"] == "pose d une cloture d 1 d1"


def test_the_words_of_a_client_follow_what_is_recorded(books: Books, write: Write, data: Data) -> None:
    data["clients"][0]["ref"] = "C-1"
    data["clients"][0]["name"] = "Société Émile & Fils"
    data["clients"][0]["contacts"][0]["name"] = "Zoé Martin"
    for row in data["documents"] + data["payments"]:
        row["client"] = {"C1": "C-1"}.get(row["client"], row["client"])
    books.take(write(data))
    name, ref, siren = {"societe", "emile", "fils"}, {"c", "1", "c1"}, {"987654324"}
    one, two = {"a@client.example", "a", "client", "example", "zoe", "martin"}, {"b@client.example", "b"}
    assert words(books, "C-1") == name | ref | siren | one | two
    assert words(books, "C2") == {"client", "b", "c2"}
    data["clients"][0]["contacts"] = data["clients"][0]["contacts"][:1]
    data["clients"][0]["name"] = "Émile"
    books.take(write(data))
    assert words(books, "C-1") == {"emile"} | ref | siren | one
    del data["clients"][0]["contacts"]  # not mentioned: they are kept, and so are their words
    books.take(write(data))
    assert words(books, "C-1") == {"emile"} | ref | siren | one


def test_a_very_long_address_is_found_by_its_words(books: Books, write: Write, data: Data) -> None:
    address = f"{'x' * 50}@{'y' * 40}.example"
    data["clients"][0]["contacts"] = [{"email": address}]
    books.take(write(data))
    assert {"x" * 50, "y" * 40} <= words(books, "C1")
    assert address not in words(books, "C1")


def test_an_import_that_changed_something_is_in_the_audit_log(books: Books, write: Write, data: Data) -> None:
    path = write(data)
    report = books.take(path)
    (entry,) = entries(books)
    assert (entry.kind, entry.actor, entry.role, entry.subject) == ("import.done", "operator", None, None)
    assert entry.payload == {"rows": report.counts}
    assert books.take(path).changes == 0
    data["clients"][1]["name"] = "Client Z"
    data["payments"].append({"ref": "P9", "client": "C404", "received_on": "2026-11-20", "amount_cents": 1})
    books.take(write(data))
    assert len(entries(books)) == 2
    assert entries(books)[1].payload["rows"]["updated"] == 1
    assert entries(books)[1].payload["rows"]["error"] == 1
    assert "Client Z" not in str(entries(books))
    data["clients"][1]["name"] = "Client Y"
    assert books.take(write(data), dry_run=True).changes == 1
    assert len(entries(books)) == 2
    with books.engine.connect() as db:
        assert audit.check(db, books.one(t.companies).id) is None


def test_a_run_that_breaks_off_still_says_what_it_wrote(books: Books, write: Write, data: Data) -> None:
    first = write(data)
    second = books.folder / "z.json"
    second.write_text('{"schema": "facteur/1", "company": {"slug": "atelier", "name": "Z"}}')

    def stop(done: int, known: int) -> None:
        with reading(books.engine) as db:
            if db.execute(select(t.companies)).first():  # the first file is in
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        books.take(first, second, progress=stop)
    (entry,) = entries(books)
    assert entry.payload["rows"]["created"] > 8
