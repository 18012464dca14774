"""The ledger: one chain a company, append only. How an entry is hashed: storage/chain.py."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from handlers.rules.paper import Company
from storage import chain
from storage import tables as t
from storage.shelf import Shelf

e = t.ledger.c
# One writer a chain. The weaker lock (FOR NO KEY UPDATE) leaves room for rows that point at the company.
LOCK = (
    select(t.companies.c.id)
    .where(t.companies.c.id == bindparam("company_id"))
    .with_for_update(key_share=True)
)
LAST = select(e.seq, e.hash).where(e.company_id == bindparam("company_id")).order_by(e.seq.desc()).limit(1)
WRITE = insert(t.ledger)
_ENTRY = (
    e.seq,
    e.at,
    e.kind,
    e.actor,
    e.role,
    e.subject,
    e.payload,
    e.salt,
    e.payload_hash,
    e.prev_hash,
    e.hash,
)
CHAIN = (
    select(*_ENTRY)
    .where(e.company_id == bindparam("company_id"), e.seq > bindparam("after"))
    .order_by(e.seq)
    .limit(500)
)


class SqlAudit(Shelf):
    def write(
        self,
        company: Company,
        kind: str,
        actor: str,
        at: datetime,
        subject: str | None = None,
        role: str | None = None,
        payload: Mapping[str, Any] | None = None,
    ) -> None:
        if self.db.dialect.name == "postgresql":
            self._run(LOCK, company_id=company.id)
        last = self._first(LAST, company_id=company.id)
        seq, prev = (last.seq + 1, last.hash) if last else (1, chain.GENESIS)
        salt = secrets.token_hex(16)
        kept = dict(payload) if payload is not None else None
        of_payload = chain.payload_hash(salt, kept)
        self._run(
            WRITE,
            company_id=company.id,
            seq=seq,
            at=at,
            kind=kind,
            actor=actor,
            role=role,
            subject=subject,
            payload=kept,
            salt=salt,
            payload_hash=of_payload,
            prev_hash=prev,
            hash=chain.entry_hash(prev, seq, at, kind, actor, role, subject, of_payload),
        )


def entries(db: Connection, company_id: int) -> Iterator[chain.Entry]:
    """The whole chain of a company, in order, read in parts as it is asked for."""
    after = -1
    while found := db.execute(CHAIN, {"company_id": company_id, "after": after}).all():
        yield from (chain.Entry(*row) for row in found)
        after = found[-1].seq


def check(db: Connection, company_id: int) -> chain.Fault | None:
    return chain.check(entries(db, company_id))
