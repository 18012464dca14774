"""A quote that expired here stays so while the company's own program still calls it sent, until it gets a later day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from paper_mill import Books, document
from sqlalchemy import update

from storage import tables as t

MIDNIGHT = datetime(2027, 1, 1, 0, 0, tzinfo=UTC)  # 1h in Paris: the last day, 31 December, is over


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"valid_until": "2026-12-31"}, "expired"),
        ({}, "expired"),
        ({"valid_until": "2027-01-31"}, "sent"),
        ({"valid_until": None}, "sent"),
        ({"valid_until": "2026-12-31", "status": "accepted"}, "accepted"),
    ],
)
def test_an_import_after_its_last_day(
    books: Books, write: Callable[[Any], Path], data: dict[str, Any], more: dict[str, Any], status: str
) -> None:
    books.take(write(data))
    with books.engine.begin() as db:
        db.execute(update(t.documents).where(t.documents.c.number == "D-1").values(status="expired"))
    data["documents"] = [document("quote", "D-1", **{"file": "D-1.pdf", **more})]
    books.now = MIDNIGHT
    books.take(write(data))
    assert books.document("D-1").status == status
