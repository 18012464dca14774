"""What the provider told and nothing here explains: kept for a person, once each, and never lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, update

from storage import audit
from storage import tables as t
from storage.shelf import insert_once

o = t.payments_to_check.c
KEEP = insert_once(t.payments_to_check).on_conflict_do_nothing(index_elements=["company_id", "key"])
NEW = KEEP.returning(o.id)
DONE = (
    update(t.payments_to_check)
    .where(o.company_id == bindparam("of_company"), o.key == bindparam("about"), o.done_at.is_(None))
    .values(done_at=bindparam("now"))
)


def keep(
    db: Connection,
    company_id: int,
    key: str,
    why: str,
    told: Mapping[str, Any],
    now: datetime,
    request_id: int | None = None,
) -> bool:
    """False where it is kept already."""
    values = {"company_id": company_id, "key": key, "why": why, "told": dict(told), "created_at": now}
    if db.execute(NEW, {**values, "payment_request_id": request_id}).scalar() is None:
        return False
    audit.append(db, company_id, "payment.to_check", "stripe", now, key, payload={"why": why, **told})
    return True


def explained(db: Connection, company_id: int, key: str, now: datetime) -> None:
    db.execute(DONE, {"of_company": company_id, "about": key, "now": now})
