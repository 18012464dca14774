"""Accounts made for people who are listed, and everything of theirs closed when they no longer are."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, exists, insert, or_, select, update

from handlers.rules.address import normal
from storage import tables as t

a, n, m, s = t.accounts.c, t.contacts.c, t.staff.c, t.sessions.c
o, x = t.outbox.c, t.notices.c


def account_at(db: Connection, company_id: int, address: str, now: datetime) -> int:
    """The account of this address, made if need be; mail goes to the address as it was last recorded.

    Raises BadAddress.
    """
    norm = normal(address)
    found = db.execute(
        select(a.id, a.address).where(a.company_id == company_id, a.address_norm == norm)
    ).first()
    if found is None:
        row = {"company_id": company_id, "address": address, "address_norm": norm, "created_at": now}
        return int(db.execute(insert(t.accounts).values(row).returning(a.id)).scalar_one())
    if found.address != address:
        db.execute(update(t.accounts).where(a.id == found.id).values(address=address))
    return int(found.id)


def close(
    db: Connection, company_id: int, account_id: int, now: datetime, client_id: int | None = None
) -> None:
    """End what this account has open: in one client's file, or all of it; its codes and chats if nothing is left. What
    waits to be told to it about that client is not told."""
    live = [s.company_id == company_id, s.account_id == account_id, s.ended_at.is_(None)]
    if client_id is not None:
        live.append(or_(s.client_id == client_id, s.client_id.is_(None)))
        _untold(db, company_id, account_id, client_id)
    db.execute(update(t.sessions).where(*live).values(ended_at=now, ended_by="company"))
    if not _listed(db, company_id, account_id):
        for table in (t.codes, t.chat_links):
            mine = (table.c.account_id == account_id, table.c.ended_at.is_(None))
            db.execute(update(table).where(*mine).values(ended_at=now))


def _untold(db: Connection, company_id: int, account_id: int, client_id: int) -> None:
    waiting = select(o.id).where(
        x.outbox_id == o.id,
        x.company_id == company_id,
        x.account_id == account_id,
        x.client_id == client_id,
        x.state == "planned",
        o.state == "due",
    )
    ids = list(db.execute(waiting).scalars())
    db.execute(
        update(t.outbox).where(o.id.in_(ids)).values(state="dropped", last_error="no contact any more")
    )
    db.execute(update(t.notices).where(x.outbox_id.in_(ids)).values(state="skipped", reason="stopped"))


def _listed(db: Connection, company_id: int, account_id: int) -> bool:
    """Is it still a contact of a client, or on the team?"""
    contact = exists().where(n.account_id == a.id, n.company_id == a.company_id, n.ended_at.is_(None))
    team = exists().where(
        m.company_id == a.company_id, m.address_norm == a.address_norm, m.ended_at.is_(None)
    )
    mine = select(a.id).where(a.id == account_id, a.company_id == company_id, or_(contact, team))
    return db.execute(mine).first() is not None
