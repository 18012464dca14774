"""What is left behind: the client's file, the company's audit, and nothing for a stranger, whatever is typed."""

from __future__ import annotations

import random
from typing import Any

from sqlalchemy import select

from handlers.core.phrases import files, load
from storage import tables as t
from town import Town

CAMILLE = "camille@dupain.example"


def rows(town: Town, statement: Any) -> list[Any]:
    with town.engine.begin() as db:
        return list(db.execute(statement).all())


def test_a_message_for_the_company_is_on_the_clients_file(town: Town) -> None:
    town.play(
        f"> telegram 42: /start atelier\n> telegram 42: {CAMILLE}\n> telegram 42: 482913\n> telegram 42: HUMAIN"
    )
    town.play("> telegram 42: La livraison est en retard.\n> telegram 42: Merci de rappeler.")
    kept = select(t.interactions.c.client_id, t.interactions.c.text).where(
        t.interactions.c.source == "portal"
    )
    assert rows(town, kept) == [(1, "La livraison est en retard."), (1, "Merci de rappeler.")]


def test_the_audit_names_acts_and_no_text_nor_code(town: Town) -> None:
    town.play(
        f"> telegram 42: /start atelier\n> telegram 42: {CAMILLE}\n> telegram 42: 111111\n> telegram 42: 482913"
    )
    town.play("> telegram 42: DÉCONNEXION\n+ 2 minutes\n> telegram 42: solde")
    town.play("> telegram 42: 111111\n> telegram 42: 111111\n> telegram 42: 111111")
    entries = rows(town, select(t.ledger).order_by(t.ledger.c.seq))
    assert [entry.kind for entry in entries] == ["access.opened", "access.closed", "access.locked"]
    written = repr(entries)
    assert "482913" not in written
    assert CAMILLE not in written


def test_no_code_is_kept_in_clear(town: Town) -> None:
    town.play(f"> telegram 42: /start atelier\n> telegram 42: {CAMILLE}\n> email {CAMILLE}: solde")
    for table in (t.codes, t.outbox, t.talks, t.inbox, t.ledger):
        assert "482913" not in repr(rows(town, select(table))), table.name


def test_whatever_a_stranger_types_nothing_of_a_file_comes_out(town: Town) -> None:
    """400 messages at random, pressed and typed, on both channels, without a right code."""
    luck = random.Random(20261124)
    said = [phrase for file in files() for phrase in load(file, "fr").get("ask", {}).get("phrases", ())]
    said += [
        "/start atelier",
        "/start D-2026-0044",
        CAMILLE,
        "personne@ailleurs.example",
        "111111",
        "F-2026-0118",
        "1",
        "OUI",
    ]
    for _ in range(400):
        words = luck.choice(said)
        if luck.random() < 0.3:
            town.say(f"email {luck.choice((CAMILLE, 'x@ailleurs.example'))}: {words}")
        else:
            town.say(f"telegram {luck.choice('12')}: {words}")
        if luck.random() < 0.1:
            town.passes("20 minutes")
    town.out()
    texts = [got.reply for got in town.got if got.reply.kind != "company"]
    assert len(texts) > 100
    assert rows(town, select(t.sessions)) == []
    for reply in texts:
        assert "€" not in reply.text
        assert not reply.documents
        assert not reply.rows
