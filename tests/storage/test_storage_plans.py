"""What a turn asks of the database is found by index, at any size; and it asks the same at any size."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, event
from storage_grown import grow
from storage_seed import DAY, HOUR, MINUTE, NOW, TODAY, House

from handlers.core.turn import Reply
from handlers.rules.lock import wrong
from handlers.rules.paper import Wanted
from storage.cursors import Cursors
from storage.queue import InboxQueue, OutboxQueue

SMALL = {"companies", "staff", "cursors", "alembic_version"}  # these do not grow with the clients

Asked = list[tuple[str, Any]]


@contextmanager
def watched(engine: Engine) -> Iterator[Asked]:
    """Every statement sent meanwhile, with its parameters."""
    seen: Asked = []

    def note(_db: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.split()[0] in ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH"):
            seen.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def turns(house: House) -> None:
    """A code asked and typed, then what a client asks for, then the answer on its way: every shelf, both queues."""
    address, chat = "anne@exemple.example", "chat"
    with house.open() as work:
        company = work.companies.by_slug("atelier")
        assert company is not None
        work.companies.by_link(work.companies.link(company))
        work.inbox.accept("telegram", "u1", NOW, company.id)
        work.inbox.answered(address, NOW - HOUR)
        work.accounts.role(company, address)
        account, key = work.accounts.at(company, address), work.accounts.key(company, address)
        assert account is not None
        talk = work.talks.load(company, "telegram", chat)
        work.talks.save(company, "telegram", chat, talk, NOW)
        work.chats.save("telegram", chat, company, None, "fr", NOW)
        work.chats.load("telegram", chat)
        tries = work.codes.tries(key)
        work.codes.mailed(key, "login", "own", NOW - HOUR)
        code = work.codes.issue(company, key, account, "login", "telegram", chat, "own", "482913", NOW)
        work.codes.live(key, "login", chat)
        work.codes.right(code, key, "login", "482914")
        work.codes.keep_tries(company, key, account, wrong(tries, chat, NOW), NOW)
        work.codes.end(code, NOW)
        work.sessions.find(company, "telegram", chat)
        session = work.sessions.open(account, "telegram", chat, None, None, None, NOW, NOW + HOUR)
        work.sessions.choose(session, house.anne)
        work.sessions.touch(session, NOW, NOW + HOUR)
        work.sessions.expired(NOW - DAY)
        work.chats.link(account, "telegram", chat, NOW)
        work.chats.linked(account, "telegram", chat)
        work.chats.companies("telegram", chat)
        access = work.accounts.files(account)[0]
        work.accounts.remember_language(access, "fr")
        ask_the_books(work, access.client)
        work.interactions.record(access.client, "note", "x", NOW, "telegram")
        work.audit.write(company, "read", "anne", NOW)
        reply = Reply("{code}", kind="code")
        id = work.outbox.put(
            company,
            "email",
            address,
            reply,
            NOW,
            dedup="u1:0",
            conversation=chat,
            secret="482913",
            code_id=code,
        )
        work.outbox.origin(id)
        work.outbox.last_sent(company, "email", chat, "menu")
        work.outbox.count(company, address, "code", NOW - HOUR)
        work.inbox.done(1, {}, NOW)
        work.sessions.end(session, "client", NOW)
        work.sessions.end_all(account, "all", NOW)
        work.chats.move("telegram", chat, "moved")
        work.chats.block("telegram", "moved", NOW)
    leave(house)


def ask_the_books(work: Any, client: Any) -> None:
    books = work.books
    books.balance(client, TODAY)
    books.annexes(client, 1)
    books.by_id(client, 1)
    books.nearest_number(client, "F20260117")
    for wanted in (
        Wanted(),
        Wanted(kinds=("invoice",)),
        Wanted(number="F20260118"),
        Wanted(number_part="118"),
        Wanted(start=TODAY - timedelta(days=30), end=TODAY),
        Wanted(amount_cents=64200),
        *(Wanted(state=state) for state in ("unpaid", "overdue", "paid", "to_sign", "expired", "pending")),
    ):
        books.find(client, wanted, TODAY)


def leave(house: House) -> None:
    pump = OutboxQueue(house.engine, house.keys, lambda: NOW)
    (due,) = pump.claim(NOW, 10)
    pump.retry(due.id, "busy", NOW, NOW)
    (due,) = pump.claim(NOW, 10)
    pump.sent(due.id, "250", NOW)
    pump.failed(due.id, "", NOW)
    pump.dropped(due.id, "", NOW)
    queue = InboxQueue(house.engine)
    queue.claim(NOW, 10)
    queue.fail(1, "x", NOW, NOW + MINUTE)
    queue.quarantine(1, {}, NOW)
    Cursors(house.engine).put("imap", "1", NOW)


def scans(engine: Engine, statement: str, parameters: Any) -> list[str]:
    """The growing tables that this statement reads from end to end."""
    with engine.begin() as db:
        if engine.dialect.name == "sqlite":
            plan = [row[3] for row in db.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            read = [match[1] for line in plan if (match := re.match(r"SCAN (\w+)", line))]
            return [name for name in read if name not in SMALL | {"CONSTANT", "picked", "excluded"}]
        found = db.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar()
    return [name for name in _sequential(found) if name not in SMALL]


def _sequential(plan: Any) -> Iterator[str]:
    if isinstance(plan, list):
        for part in plan:
            yield from _sequential(part)
    elif isinstance(plan, dict):
        if plan.get("Node Type") == "Seq Scan":
            yield plan["Relation Name"]
        for part in plan.values():
            yield from _sequential(part)


def plan(engine: Engine, statement: str, parameters: Any) -> str:
    explain = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
    with engine.begin() as db:
        return "\n".join(str(row) for row in db.exec_driver_sql(f"{explain} {statement}", parameters))


def test_nothing_that_grows_is_read_from_end_to_end(grown: House) -> None:
    with watched(grown.engine) as asked:
        turns(grown)
    assert len(asked) > 60
    whole = {statement: scans(grown.engine, statement, parameters) for statement, parameters in asked}
    whole = {statement: found for statement, found in whole.items() if found}
    assert not whole, "\n\n".join(f"{found}: {statement}" for statement, found in whole.items())
    balance = [plan(grown.engine, *one) for one in asked if "GROUP BY documents.kind" in one[0]]
    covering = {"sqlite": "USING COVERING INDEX", "postgresql": "Index Only Scan using"}
    assert len(balance) == 1
    assert f"{covering[grown.engine.dialect.name]} ix_documents_balance" in balance[0]


def test_a_turn_asks_as_much_of_many_documents_as_of_few(house: House) -> None:
    def count(sender: str) -> list[str]:
        with watched(house.engine) as asked, house.open() as work:
            company = work.companies.by_slug("atelier")
            assert company is not None
            assert work.inbox.accept("telegram", sender, NOW)
            session = work.sessions.find(company, "telegram", "chat")
            assert session is not None
            talk = work.talks.load(company, "telegram", "chat")
            access = work.accounts.files(session.account)[0]
            work.books.balance(access.client, TODAY)
            work.books.find(access.client, Wanted(state="unpaid"), TODAY)
            work.outbox.put(company, "telegram", "chat", Reply("x"), NOW, dedup=sender)
            work.talks.save(company, "telegram", "chat", talk, NOW)
            work.sessions.touch(session, NOW, NOW + HOUR)
        return [statement for statement, _ in asked]

    with house.open() as work:
        work.sessions.open(house.account, "telegram", "chat", None, None, house.anne.id, NOW, NOW + HOUR)
    house.paper(house.anne, "X-0", due_on=TODAY - DAY)
    few = count("u1")
    for number in range(1, 20):
        house.paper(house.anne, f"X-{number}", due_on=TODAY - DAY)
    grow(house.engine, 2_000)
    many = count("u2")
    assert few == many
    assert len(few) <= 14
