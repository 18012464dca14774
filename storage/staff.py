"""The team of a company, as the command line changes it. Each change is in the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, RowMapping, insert, select, update

from handlers.rules.address import normal
from storage import people
from storage import tables as t
from storage.audit import append
from storage.imports.shapes import StaffRow, checked

m = t.staff.c
Outcome = Literal["created", "updated", "unchanged"]


def listed(db: Connection, company_id: int) -> list[dict[str, Any]]:
    """Rows of name, email and role, by name."""
    members = select(m.name, m.address.label("email"), m.role).where(m.company_id == company_id)
    found = db.execute(members.where(m.ended_at.is_(None)).order_by(m.name, m.id))
    return [dict(row) for row in found.mappings()]


def add(db: Connection, company_id: int, name: str, address: str, role: str, now: datetime) -> Outcome:
    """A member, with an account for codes; one who is there gets this name and role. Another role ends what is open.

    Raises BadAddress, or RowError for a value that the import would refuse.
    """
    row = checked(StaffRow, {"name": name, "email": address, "role": role})
    wanted = {"name": row.name, "address": row.email, "role": row.role, "ended_at": None}
    was = _member(db, company_id, row.email)
    if was is not None and all(was[field] == value for field, value in wanted.items()):
        return "unchanged"
    account = people.account_at(db, company_id, row.email, now)
    _keep(db, company_id, was, wanted | {"address_norm": normal(row.email)})
    if was is not None and was["role"] != row.role:
        people.close(db, company_id, account, now)
    fresh = was is None or was["ended_at"] is not None
    kind = "staff.added" if fresh else "staff.changed"
    append(db, company_id, kind, "operator", now, f"account:{account}", payload={"role": row.role})
    return "created" if fresh else "updated"


def remove(db: Connection, company_id: int, address: str, now: datetime) -> bool:
    """Their sessions end at once; codes and chats too, where nothing else is theirs. False: nobody has this address.

    Raises BadAddress.
    """
    was = _member(db, company_id, address)
    if was is None or was["ended_at"] is not None:
        return False
    db.execute(update(t.staff).where(m.id == was["id"]).values(ended_at=now))
    account = people.account_at(db, company_id, was["address"], now)
    people.close(db, company_id, account, now)
    append(db, company_id, "staff.removed", "operator", now, f"account:{account}")
    return True


def _member(db: Connection, company_id: int, address: str) -> RowMapping | None:
    mine = select(t.staff).where(m.company_id == company_id, m.address_norm == normal(address))
    return db.execute(mine).mappings().first()


def _keep(db: Connection, company_id: int, was: RowMapping | None, values: dict[str, Any]) -> None:
    if was is None:
        db.execute(insert(t.staff).values(company_id=company_id, **values))
    else:
        db.execute(update(t.staff).where(m.id == was["id"]).values(**values))
