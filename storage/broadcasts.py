"""Broadcasts: begun, gone on with where one was cut off, and over once everything left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, bindparam, exists, insert, or_, select, update

from storage import tables as t
from storage.audit import hold
from storage.recipients import Asked

ASKED = ("import", "deposit")  # by whom a broadcast is asked for, that the service writes at once

b, n = t.broadcasts.c, t.notices.c
OPEN = (
    select(b.id, b.company_id, b.kind, b.asked, b.text)
    .where(b.planned_at.is_(None), b.finished_at.is_(None))
    .order_by(b.id)
)
LATELY = (
    select(b.id, b.asked, b.text)
    .where(
        b.company_id == bindparam("at_company"),
        b.kind == "news",
        b.planned_at.is_not(None),
        b.created_at > bindparam("since"),
    )
    .order_by(b.id.desc())
)
PLANNED = update(t.broadcasts).where(b.id == bindparam("broadcast")).values(planned_at=bindparam("now"))
TOLD_BY = select(n.id, n.company_id, n.account_id, n.kind, n.document_id, n.broadcast_id).where(
    n.outbox_id == bindparam("outgoing")
)
NOT_TOLD = (
    update(t.notices)
    .where(n.id == bindparam("notice"), n.state != "sent")
    .values(state="skipped", reason=bindparam("why"))
)
FINISH = (
    update(t.broadcasts)
    .where(
        b.finished_at.is_(None),
        b.planned_at.is_not(None),
        ~exists().where(n.company_id == b.company_id, n.broadcast_id == b.id, n.state == "planned"),
    )
    .values(finished_at=bindparam("now"))
)


@dataclass(frozen=True)
class Broadcast:
    id: int
    company_id: int
    kind: str  # announce, news
    asked: Asked
    text: Mapping[str, str]


@dataclass(frozen=True)
class Told:
    """A notice, as one that did not arrive is looked up."""

    notice: int
    company_id: int
    account_id: int
    kind: str
    document_id: int | None
    broadcast_id: int | None


def begin(
    db: Connection, company_id: int, kind: str, asked: Asked, text: Mapping[str, str], by: str, now: datetime
) -> Broadcast:
    """The one that asked the very same and was cut off, to go on with it; else a new one."""
    for other in unplanned(db):
        if (other.company_id, other.kind, other.asked, other.text) == (company_id, kind, asked, dict(text)):
            return other
    row = {"company_id": company_id, "kind": kind, "asked": asked.as_json(), "text": dict(text)}
    made = db.execute(insert(t.broadcasts).values(**row, asked_by=by, created_at=now).returning(b.id))
    return Broadcast(made.scalar_one(), company_id, kind, asked, dict(text))


def same(
    db: Connection, company_id: int, asked: Asked, text: Mapping[str, str], since: datetime
) -> int | None:
    """The message that says the very same to the same clients, begun since then and written. Whoever else begins one at
    this company waits for the end of this transaction."""
    hold(db, company_id)
    found = db.execute(LATELY, {"at_company": company_id, "since": since})
    return next((row.id for row in found if (Asked.of(row.asked), row.text) == (asked, dict(text))), None)


def unplanned(db: Connection, started_before: datetime | None = None) -> list[Broadcast]:
    """Those whose notices are not all written: what an import asked for, and what was begun before then and cut off."""
    mine = (
        OPEN
        if started_before is None
        else OPEN.where(or_(b.created_at < started_before, b.asked_by.in_(ASKED)))
    )
    return [
        Broadcast(row.id, row.company_id, row.kind, Asked.of(row.asked), row.text) for row in db.execute(mine)
    ]


def told_by(db: Connection, outgoing: int) -> Told | None:
    """The notice that a row of the outbox tells."""
    row = db.execute(TOLD_BY, {"outgoing": outgoing}).first()
    return Told(*row) if row else None


def not_told(db: Connection, notice: int, reason: str) -> None:
    db.execute(NOT_TOLD, {"notice": notice, "why": reason})


def planned(db: Connection, broadcast: Broadcast, now: datetime) -> None:
    db.execute(PLANNED, {"broadcast": broadcast.id, "now": now})


def finish(engine: Engine, now: datetime) -> None:
    """Note of each broadcast of which everything left, or will not, that it is over."""
    with engine.begin() as db:
        db.execute(FINISH, {"now": now})
