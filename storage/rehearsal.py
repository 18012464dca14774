"""A company's data copied into a database in memory, for a rehearsal: nothing said there changes or sends anything."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, Select, StaticPool, Table, create_engine, insert, select

from storage import tables as t
from storage.engine import prepare, reading

BATCH = 1000
# Codes, tries, open accesses and what is in transit stay behind: a rehearsal begins at the door.
LEFT_OUT = {
    "codes",
    "tries",
    "sessions",
    "talks",
    "chats",
    "chat_links",
    "inbox",
    "outbox",
    "cursors",
    "mailbox_tokens",
    "picks",
    "telegram_files",
    "broadcasts",
    "notices",
    "deposits",
    "document_views",
}


def copy(engine: Engine, company_id: int) -> Engine:
    """An engine on the copy; its schema is whole, its rows are those of this company."""
    made = prepare(
        create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    )
    t.meta.create_all(made)
    with reading(engine) as source, made.begin() as target:
        target.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        for table in t.meta.sorted_tables:
            if table.name in LEFT_OUT:
                continue
            rows = source.execute(_of(table, company_id)).mappings()
            for batch in rows.partitions(BATCH):
                target.execute(insert(table), [dict(row) for row in batch])
    return made


def _of(table: Table, company_id: int) -> Select[Any]:
    mine = table.c.id if table is t.companies else table.c.company_id
    return select(table).where(mine == company_id)
