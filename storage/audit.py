"""The ledger: one chain a company, append only. How an entry is hashed: storage/chain.py."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

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
LAST = (
    select(e.seq, e.hash, e.at).where(e.company_id == bindparam("company_id")).order_by(e.seq.desc()).limit(1)
)
WRITE = insert(t.ledger)
ENTRY = (
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
    select(*ENTRY)
    .where(e.company_id == bindparam("company_id"), e.seq > bindparam("after"))
    .order_by(e.seq)
    .limit(500)
)
_MARK = update(t.companies).where(t.companies.c.id == bindparam("of_company"))
BROKEN = _MARK.where(t.companies.c.chain_broken_at.is_(None)).values(chain_broken_at=bindparam("now"))
MARKED = select(t.companies.c.chain_broken_at).where(t.companies.c.id == bindparam("company_id"))
WHOLE = _MARK.where(t.companies.c.chain_broken_at.is_not(None)).values(chain_broken_at=None)


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
        append(self.db, company.id, kind, actor, at, subject, role, payload)


def hold(db: Connection, company_id: int) -> None:
    """Whoever writes to this company's chain waits for the end of this transaction. On SQLite one writer is all."""
    if db.dialect.name == "postgresql":
        db.execute(LOCK, {"company_id": company_id})


def append(
    db: Connection,
    company_id: int,
    kind: str,
    actor: str,
    at: datetime,
    subject: str | None = None,
    role: str | None = None,
    payload: Mapping[str, Any] | None = None,
) -> None:
    """The next entry of a company's chain, in the transaction it is given."""
    hold(db, company_id)
    before = db.execute(LAST, {"company_id": company_id}).first()
    seq, prev = (before.seq + 1, before.hash) if before else (1, chain.GENESIS)
    told: dict[str, Any] = {
        "seq": seq,
        "at": at,
        "kind": kind,
        "actor": actor,
        "role": role,
        "subject": subject,
    }
    salt, kept = secrets.token_hex(16), dict(payload) if payload is not None else None
    of_payload = chain.payload_hash(salt, kept)
    hashes = {"payload_hash": of_payload, "prev_hash": prev}
    hashes["hash"] = chain.entry_hash(prev, payload_hash=of_payload, **told)
    db.execute(WRITE, {"company_id": company_id, "payload": kept, "salt": salt} | told | hashes)


def entries(db: Connection, company_id: int, after: int = 0) -> Iterator[chain.Entry]:
    """The chain of a company from the entry after this one on, in order, read in parts as it is asked for."""
    while found := db.execute(CHAIN, {"company_id": company_id, "after": after}).all():
        yield from (chain.Entry(*row) for row in found)
        after = found[-1].seq


def last(db: Connection, company_id: int) -> int:
    """The number of the newest entry; 0 where there is none."""
    newest = db.execute(LAST, {"company_id": company_id}).first()
    return int(newest.seq) if newest else 0


def last_at(db: Connection, company_id: int) -> datetime | None:
    """When the newest entry was written."""
    newest = db.execute(LAST, {"company_id": company_id}).first()
    return newest.at if newest else None


def check(db: Connection, company_id: int, anchors: Mapping[int, str] = chain.NONE) -> chain.Fault | None:
    return chain.check(entries(db, company_id), anchors)


def mark(db: Connection, company_id: int, fault: chain.Fault | None, now: datetime) -> None:
    """Nothing is sealed for a company whose chain was found altered, until it is found whole again."""
    if fault:
        db.execute(BROKEN, {"of_company": company_id, "now": now})
    else:
        db.execute(WHOLE, {"of_company": company_id})


def is_broken(db: Connection, company_id: int) -> bool:
    return db.execute(MARKED, {"company_id": company_id}).scalar() is not None
