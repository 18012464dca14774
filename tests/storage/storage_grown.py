"""A house of 50,000 documents and all that goes with them: what the tests of plans read."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection, Engine, text
from storage_seed import DAY, NOW, TODAY, House, add, seed
from storage_signing import quote

from storage import client_words
from storage import tables as t
from storage.work import opener

MANY = 50_000  # documents; 20 a client

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
    "tickets": "SELECT 100 + i, 1, 100 + i, 101 + i % {n} / 20, 'email', 'c' || i, {at}, {at} FROM n",
    "decisions": "SELECT 1, 100 + i, 100 + i, 101 + i % ({n} / 20), 101 + i % {n} / 20, 100 + i, 'accepted',"
    " 'FCT-' || i, {at}, 'done', 'f' || i, 's' || i, 'p' || i FROM n",
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
    "tickets": "id company_id document_version_id account_id channel conversation created_at used_at",
    "decisions": "company_id document_id document_version_id client_id account_id ticket_id decision signature_id at"
    " state presented_sha256 signed_sha256 proof_sha256",
}


def furnish(engine: Engine) -> House:
    """Anne's invoice and her quote, the people of the company, then the many."""
    house = seed(engine)
    address = "lea@x.example"
    of = {"company_id": house.atelier.id, "address": address, "address_norm": address}
    label, file = "Portail", "a" * 64
    paper = house.paper(house.anne, "F-2026-0118", label=label, due_on=TODAY - DAY, file_sha256=file)
    version = {"company_id": house.atelier.id, "document_id": paper, "version": 1, "file_sha256": file}
    with engine.begin() as db:
        add(db, t.staff, **of, name="Léa", role="sales")
        add(db, t.accounts, **of, created_at=NOW)
        client_words.keep(db, house.atelier.id, [house.anne.id, house.bob.id])
        add(db, t.document_versions, **version, total_cents=1, created_at=NOW)
    house.pay(house.anne, None, 100)
    quote(house, house.anne, replaces="D-0")
    grow(engine, MANY)
    return house


def moved(house: House, engine: Engine) -> House:
    """The same house, in a copy of its database."""
    return replace(house, engine=engine, open=opener(engine, house.keys, clock=lambda: NOW))


def grow(engine: Engine, count: int) -> None:
    """`count` documents, and all that goes with them."""
    postgresql = engine.dialect.name == "postgresql"
    at, day = "'2026-01-05 08:00:00.000000'", "'2026-01-05'"
    if postgresql:
        at, day = f"TIMESTAMPTZ {at}", f"DATE {day}"
    with engine.begin() as db:
        if (
            postgresql
        ):  # a row whose key points nowhere is no matter here, and to look for each costs most of the time
            db.execute(text("SET LOCAL session_replication_role = replica"))
        for table in GROWTH:
            _fill(db, table, count, at, day)
    with engine.connect() as db:
        db.execute(text("ANALYZE"))
        db.commit()
    if postgresql:  # what autovacuum does in time: pages known to be visible are not fetched
        with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as db:
            db.execute(text("VACUUM documents, payments"))


def _fill(db: Connection, table: str, count: int, at: str, day: str) -> None:
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
    select = GROWTH[table].format(n=count, at=at, day=day)
    postgresql = db.dialect.name == "postgresql"
    if postgresql:
        select = select.replace("'{}'", "'{}'::jsonb")
    db.execute(text(f"INSERT INTO {table} ({COLUMNS[table].replace(' ', ', ')}) {numbers} {select}"))
    if postgresql:
        db.execute(text(f"SELECT setval('{table}_id_seq', 1000000)"))
