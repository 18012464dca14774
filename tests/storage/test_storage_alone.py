"""One process reads a mailbox, on PostgreSQL; its tokens are kept, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text
from storage_seed import NOW

from storage.alone import Alone
from storage.keys import Keys
from storage.tokens import MailboxTokens


def test_one_holds_it_and_the_next_takes_over(engine: Engine) -> None:
    first, second, elsewhere = (Alone(engine, name) for name in ("box", "box", "other"))
    assert first.held()
    assert first.held(), "still"
    assert elsewhere.held()
    assert second.held() == (engine.dialect.name == "sqlite")
    first.close()
    assert second.held()
    for one in (second, elsewhere):
        one.close()


def test_what_is_lost_with_its_connection_is_noticed(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite is for one process")
    first, second = Alone(engine, "box"), Alone(engine, "box")
    assert first.held()
    with engine.connect() as db:
        others = text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
        db.execute(others)
    assert second.held()
    assert not first.held()
    for one in (first, second):
        one.close()


def test_tokens_are_kept_sealed_and_replaced(engine: Engine) -> None:
    keys = Keys.of("of this test")
    tokens = MailboxTokens(engine, keys, "imap:a")
    assert tokens.get() is None
    tokens.put({"access": "one"}, NOW)
    tokens.put({"access": "two"}, NOW)
    assert tokens.get() == {"access": "two"}
    assert MailboxTokens(engine, keys, "imap:b").get() is None
    assert MailboxTokens(engine, Keys.of("another"), "imap:a").get() is None
