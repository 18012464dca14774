"""What a turn asks of the database is found by index, at any size; and it asks the same at any size."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, event, text
from storage_seed import DAY, HOUR, MINUTE, NOW, TODAY, House

from handlers.core.turn import Reply
from handlers.rules.lock import wrong
from handlers.rules.paper import Wanted
from storage.cursors import Cursors
from storage.queue import InboxQueue, OutboxQueue

MANY = 50_000  # documents; 20 a client
SMALL = {"companies", "staff", "cursors", "alembic_version"}  # these do not grow with the clients

# Each grows a table by its own rows: {at} is an instant, {n} how many documents.
GROWTH = {
    "clients": "SELECT 100 + i, 1, 'R' || i, 'N' || i, 'n' || i FROM n WHERE i <= {n} / 20",
    "accounts": "SELECT 100 + i, 1, 'a' || i, 'a' || i || '@x.example', {at} FROM n WHERE i <= {n} / 20",
    "contacts": "SELECT 1, 100 + i, 100 + i FROM n WHERE i <= {n} / 20",
    "documents": "SELECT 100 + i, 1, 101 + i % ({n} / 20), CASE i % 3 WHEN 0 THEN 'quote' ELSE 'invoice' END,"
    " 'F-' || i, 'F' || i, CASE i % 3 WHEN 0 THEN 'sent' ELSE 'issued' END, {day}, {day},"
    " 1000 + i, CASE i % 7 WHEN 0 THEN 0 ELSE 1000 + i END FROM n",
    "document_versions": "SELECT 100 + i, 1, 100 + i, 1, 1000, {at} FROM n",
    "annexes": "SELECT 1, 100 + i, 1, 'plan', 'f' || i FROM n",
    "files": "SELECT 1, 'f' || i, 9, 'application/pdf', {at} FROM n",
    "payments": "SELECT 1, 101 + i % ({n} / 20), 100 + i, 'P' || i, {day}, 1000 + i, {at} FROM n",
    "links": "SELECT 1, 't' || i, 100 + i, {at} FROM n",
    "codes": "SELECT 1, 'k' || i, 'login', 'email', 'c' || i, 'own', {at} FROM n",
    "tries": "SELECT 1, 'k' || i, {at} FROM n",
    "sessions": "SELECT 1, 101 + i % ({n} / 20), 'email', 'c' || i, {at}, {at}, {at}, {at} FROM n",
    "talks": "SELECT 1, 'email', 'c' || i, '{{}}', {at} FROM n",
    "chats": "SELECT 'telegram', 'c' || i, {at} FROM n",
    "chat_links": "SELECT 1, 101 + i % ({n} / 20), 'telegram', 'c' || i, {at} FROM n",
    "inbox": "SELECT 'email', 'k' || i, {at}, 'done', 'lane' || (i % 500), {at} FROM n",
    "outbox": "SELECT 1, 101 + i % ({n} / 20), 'email', 'a' || (i % 2500), 'c' || (i % 2500), 'answer',"
    " 'd' || i, '{{}}', 'sent', {at}, {at} FROM n",
    "ledger": "SELECT 1, 100 + i, {at}, 'read', 'me', 'client:' || (i % 2500), 'h', 'h', 'h' || i FROM n",
    "interactions": "SELECT 1, 101 + i % ({n} / 20), 'note', {at}, 'x' FROM n",
    "contracts": "SELECT 1, 101 + i % ({n} / 20), 'CT' || i, 'x', 'active', {day} FROM n",
    "events": "SELECT 1, 101 + i % ({n} / 20), 'E' || i, 'x', {at} FROM n",
    "client_words": "SELECT 1, 101 + i % ({n} / 20), 'n' || i FROM n",
}
COLUMNS = {
    "clients": "id company_id ref name name_norm",
    "accounts": "id company_id address address_norm created_at",
    "contacts": "company_id client_id account_id",
    "documents": "id company_id client_id kind number number_norm status issued_on due_on total_cents paid_cents",
    "document_versions": "id company_id document_id version total_cents created_at",
    "annexes": "company_id document_version_id position name file_sha256",
    "files": "company_id sha256 size media_type stored_at",
    "payments": "company_id client_id document_id ref received_on amount_cents created_at",
    "links": "company_id token document_id created_at",
    "codes": "company_id address_key purpose channel conversation pool created_at",
    "tries": "company_id address_key updated_at",
    "sessions": "company_id account_id channel conversation opened_at seen_at expires_at ended_at",
    "talks": "company_id channel conversation state updated_at",
    "chats": "channel chat updated_at",
    "chat_links": "company_id account_id channel chat linked_at",
    "inbox": "channel key received_at state lane ready_at",
    "outbox": "company_id account_id channel address conversation kind dedup reply state created_at ready_at",
    "ledger": "company_id seq at kind actor subject payload_hash prev_hash hash",
    "interactions": "company_id client_id type at text",
    "contracts": "company_id client_id ref label status next_due_on",
    "events": "company_id client_id uid title starts_at",
    "client_words": "company_id client_id word",
}


def grow(engine: Engine, count: int) -> None:
    """`count` documents, and all that goes with them."""
    postgresql = engine.dialect.name == "postgresql"
    at, day = "'2026-01-05 08:00:00.000000'", "'2026-01-05'"
    if postgresql:
        at, day = f"TIMESTAMPTZ {at}", f"DATE {day}"
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
    with engine.begin() as db:
        for table, rows in GROWTH.items():
            select = rows.format(n=count, at=at, day=day)
            if postgresql:
                select = select.replace("'{}'", "'{}'::jsonb")
            db.execute(text(f"INSERT INTO {table} ({COLUMNS[table].replace(' ', ', ')}) {numbers} {select}"))
        if postgresql:
            for table in GROWTH:
                db.execute(text(f"SELECT setval('{table}_id_seq', 1000000)"))
    with engine.connect() as db:
        db.execute(text("ANALYZE"))
        db.commit()
    if postgresql:  # what autovacuum does in time: pages known to be visible are not fetched
        with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as db:
            db.execute(text("VACUUM documents, payments"))


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


def test_nothing_that_grows_is_read_from_end_to_end(house: House) -> None:
    house.paper(house.anne, "F-2026-0118", due_on=TODAY - DAY)
    grow(house.engine, MANY)
    with watched(house.engine) as asked:
        turns(house)
    assert len(asked) > 60
    whole = {statement: scans(house.engine, statement, parameters) for statement, parameters in asked}
    whole = {statement: found for statement, found in whole.items() if found}
    assert not whole, "\n\n".join(f"{found}: {statement}" for statement, found in whole.items())
    balance = [plan(house.engine, *one) for one in asked if "GROUP BY documents.kind" in one[0]]
    covering = {"sqlite": "USING COVERING INDEX", "postgresql": "Index Only Scan using"}
    assert len(balance) == 1
    assert f"{covering[house.engine.dialect.name]} ix_documents_balance" in balance[0]


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
