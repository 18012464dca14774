"""A company's bank details: since when they are these, and who is still to be told that they changed (mission N8).

`companies.iban_told` is null when nobody waits for the news; else the id of the last account that was told, 0 at first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, or_, select, update

from handlers.rules.paper import Account, Company
from storage import rows
from storage import tables as t
from storage.audit import append
from storage.engine import reading

c, n, a = t.companies.c, t.contacts.c, t.accounts.c


@dataclass(frozen=True)
class ToTell:
    """Some of those who are to be told of one change. `last`: the id to go on after; None when these are the last."""

    company: Company
    changed_at: datetime
    accounts: tuple[Account, ...]
    first: int
    last: int | None


def follows(was: RowMapping | None, iban: str | None, now: datetime) -> dict[str, Any]:
    """The columns that go with another IBAN. One that comes after an earlier one is news, even where that one was
    taken away in between."""
    if not iban:
        return {}
    replaces = was is not None and (was["iban"] or was["iban_changed_at"])
    return {"iban_changed_at": now} | ({"iban_replaced_at": now, "iban_told": 0} if replaces else {})


def record(db: Connection, company_id: int, iban: str | None, by: str, now: datetime) -> None:
    """In the audit log: who changed it, to what end."""
    append(db, company_id, "bank.changed", by, now, payload={"iban_ends": (iban or "")[-4:]})


def to_tell(engine: Engine, limit: int = 100) -> ToTell | None:
    """The next ones, of any company."""
    with reading(engine) as db:
        waiting = (
            select(c.id, c.iban_told, c.iban_replaced_at)
            .where(c.iban_told.is_not(None))
            .order_by(c.id)
            .limit(1)
        )
        found = db.execute(waiting).first()
        if found is None:
            return None
        listed = (
            select(a.id, a.company_id, a.address)
            .where(a.company_id == found.id, a.id > found.iban_told)
            .where(a.id.in_(select(n.account_id).where(n.ended_at.is_(None), or_(n.can_notify, n.can_pay))))
            .order_by(a.id)
            .limit(limit)
        )
        accounts = tuple(Account(*row) for row in db.execute(listed))
        company = rows.company(db.execute(select(*rows.COMPANY).where(c.id == found.id)).one())
    last = accounts[-1].id if len(accounts) == limit else None
    return ToTell(company, found.iban_replaced_at, accounts, found.iban_told, last)


def told(engine: Engine, some: ToTell) -> None:
    """Unless it changed once more meanwhile: then all are told anew."""
    same = (c.id == some.company.id) & (c.iban_replaced_at == some.changed_at) & (c.iban_told == some.first)
    with engine.begin() as db:
        db.execute(update(t.companies).where(same).values(iban_told=some.last))
