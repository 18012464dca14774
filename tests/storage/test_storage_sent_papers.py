"""Which documents a signed link may lead to."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update
from storage_seed import NOW, House

from handlers.core.turn import Document, Reply
from storage import tables as t
from storage.queue import sent_documents

PAPERS = (Document("F-1.pdf", "a" * 64, 12), Document("Releve.pdf", recipe={"kind": "statement", "data": {}}))


def put(house: House, state: str, channel: str = "email", **more: Any) -> int:
    with house.open() as work:
        id = work.outbox.put(
            house.atelier,
            channel,
            "anne@exemple.example",
            Reply("x", documents=PAPERS),
            NOW,
            dedup="x",
            **more,
        )
    with house.engine.begin() as db:
        db.execute(update(t.outbox).where(t.outbox.c.id == id).values(state=state))
    return id


@pytest.mark.parametrize(
    ("state", "there"),
    [("taken", True), ("sent", True), ("due", False), ("failed", False), ("dropped", False)],
)
def test_only_those_of_a_mail_that_left(house: House, state: str, there: bool) -> None:
    id = put(house, state, account=house.account)
    assert sent_documents(house.engine, id) == (PAPERS if there else ())
    assert sent_documents(house.engine, id + 1) == ()


def test_none_of_a_chat(house: House) -> None:
    assert sent_documents(house.engine, put(house, "sent", "telegram", account=house.account)) == ()


def test_those_of_a_mail_to_the_company(house: House) -> None:
    assert sent_documents(house.engine, put(house, "sent")) == PAPERS


def test_none_once_the_reader_has_no_access(house: House) -> None:
    id = put(house, "sent", account=house.account)
    with house.engine.begin() as db:
        own = t.contacts.c.account_id == house.account.id
        db.execute(update(t.contacts).where(own).values(ended_at=NOW))
    assert sent_documents(house.engine, id) == ()
