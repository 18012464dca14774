"""What an import brings is announced by itself, where the company wants it to be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from paper_mill import Books, pdf

from storage import admin
from storage import tables as t
from storage.recipients import Asked

Write = Callable[[dict[str, Any]], Path]


def test_what_is_new_is_asked_for_once(books: Books, write: Write, data: dict[str, Any]) -> None:
    documents = data.pop("documents")
    books.take(write(data))
    admin.set_company(books.engine, "atelier", {"auto_broadcast": True}, books.now)
    data["documents"] = documents
    books.take(write(data), dry_run=True)
    assert books.rows(t.broadcasts) == []
    first = books.now + timedelta(hours=1)
    books.take(write(data), now=first)
    books.take(write(data), now=first + timedelta(hours=1))  # nothing is new
    asked = books.one(t.broadcasts)
    assert (asked.kind, asked.asked_by, asked.planned_at) == ("announce", "import", None)
    assert Asked.of(asked.asked) == Asked(imported=first)

    third = first + timedelta(hours=2)
    (books.folder / "F-1.pdf").write_bytes(pdf("corrected"))
    books.take(write(data), now=third)
    assert Asked.of(books.rows(t.broadcasts)[-1].asked) == Asked(imported=third)


def test_nothing_is_announced_unless_it_is_wanted(books: Books, write: Write, data: dict[str, Any]) -> None:
    books.take(write(data))
    assert books.rows(t.broadcasts) == []
