"""What became of a broadcast: counts, and a row for each person and channel, in the shapes of
`facteur broadcast list --json` and `show`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Engine, Select, bindparam, func, select

from handlers.rules.paper import Company
from storage import rows
from storage import tables as t
from storage.books_find import LEFT
from storage.engine import reading

b, d, n, f = t.broadcasts.c, t.documents.c, t.notices.c, t.clients.c
_IDS: BindParameter[list[int]] = bindparam("ids", expanding=True)
_PEOPLE = (
    select(
        *(f.ref, f.name, t.accounts.c.address, n.channel, d.number, n.state, n.reason, n.ready_at, n.outcome),
        *(t.outbox.c.sent_at, d.kind, d.status, LEFT.label("left")),
    )
    .select_from(t.notices)
    .join(t.clients, f.id == n.client_id)
    .join(t.accounts, t.accounts.c.id == n.account_id)
    .outerjoin(t.documents, d.id == n.document_id)
    .outerjoin(t.outbox, t.outbox.c.id == n.outbox_id)
    .where(n.company_id == bindparam("at_company"), n.broadcast_id == bindparam("broadcast"))
    .order_by(n.id)
)
COUNTS: Select[*tuple[Any, ...]] = (
    select(n.broadcast_id, n.state, n.reason, n.outcome, func.count())
    .where(n.company_id == bindparam("at_company"), n.broadcast_id.in_(_IDS))
    .group_by(n.broadcast_id, n.state, n.reason, n.outcome)
)
LATEST = (
    select(b.id, b.kind, b.asked, b.asked_by, b.created_at, b.finished_at, b.planned_at)
    .where(b.company_id == bindparam("at_company"))
    .order_by(b.id.desc())
)


def listed(engine: Engine, company: Company, most: int = 50) -> list[dict[str, Any]]:
    """The newest first, in the shape of `facteur broadcast list --json`."""
    with reading(engine) as db:
        found = db.execute(LATEST.limit(most), {"at_company": company.id}).all()
        counts = _counts(db, company, [row.id for row in found])
    return [_shape(row, counts[row.id]) for row in found]


def shown(engine: Engine, company: Company, id: int) -> dict[str, Any] | None:
    """One of this company, with a row for each person and channel."""
    with reading(engine) as db:
        row = db.execute(LATEST.where(b.id == id), {"at_company": company.id}).first()
        if row is None:
            return None
        at = {"at_company": company.id, "broadcast": id}
        people = [_person(one) for one in db.execute(_PEOPLE, at)]
        return {**_shape(row, _counts(db, company, [id])[id]), "rows": people}


def left(engine: Engine, company: Company, id: int, now: datetime) -> tuple[int, int]:
    """How many of those that may leave by now have left or will not, and how many there are."""
    with reading(engine) as db:
        mine = (n.company_id == company.id, n.broadcast_id == id, n.ready_at <= now)
        waiting = db.execute(select(func.count()).where(*mine, n.state == "planned")).scalar_one()
        return db.execute(select(func.count()).where(*mine)).scalar_one() - waiting, waiting


def _counts(db: Connection, company: Company, ids: list[int]) -> dict[int, dict[str, int]]:
    counts: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for id, state, reason, outcome, count in db.execute(COUNTS, {"at_company": company.id, "ids": ids}):
        mine = counts[id]
        mine["recipients"] += count
        mine["bounced"] += count if outcome == "bounced" else 0
        mine["blocked" if reason == "blocked" else state] += count
    return counts


def _shape(row: rows.Found, counts: Mapping[str, int]) -> dict[str, Any]:
    names = ("recipients", "sent", "bounced", "blocked", "skipped", "planned")
    return {
        "id": row.id,
        "kind": row.kind,
        "started_at": row.created_at.isoformat(),
        "finished_at": row.finished_at.isoformat() if row.finished_at else None,
        "asked_by": row.asked_by,
        **{name: counts.get(name, 0) for name in names},
    }


def _person(row: rows.Found) -> dict[str, Any]:
    paid, signed = row.kind == "invoice" and row.left <= 0, row.kind == "quote" and row.status == "accepted"
    at = row.sent_at or row.ready_at
    return {
        "client": row.ref,
        "name": row.name,
        "email": row.address,
        "channel": row.channel,
        "document": row.number,
        "state": row.outcome or row.state,
        "reason": row.reason,
        "at": at.isoformat(),
        "became": "paid" if paid else "signed" if signed else None,
    }
