"""Broadcasts: who is to be told, a page at a time, what became of it, and which one to go on with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Engine,
    and_,
    bindparam,
    exists,
    insert,
    or_,
    select,
    update,
)

from handlers.rules.number import normal
from handlers.rules.paper import Annex, Client, Company, Paper
from storage import rows
from storage import tables as t
from storage.books_find import LEFT

AT_ONCE = 200  # recipients' documents of one page, and of one transaction
KINDS = ("invoice", "quote")  # what is announced

b, d, n, v, f, c = (
    t.broadcasts.c,
    t.documents.c,
    t.notices.c,
    t.document_versions.c,
    t.clients.c,
    t.contacts.c,
)
_IDS: BindParameter[list[int]] = bindparam("ids", expanding=True)
_CURRENT = and_(v.document_id == d.id, v.version == d.version)
_TOLD = exists().where(
    n.document_id == d.id, n.version_id == v.id, n.kind == "announce", n.state.in_(("planned", "sent"))
)
_OPEN = or_(
    and_(
        d.kind == "quote",
        d.status == "sent",
        or_(d.valid_until.is_(None), d.valid_until >= bindparam("today")),
    ),
    and_(d.kind == "invoice", d.status == "issued", LEFT > 0),
)
ANNOUNCED = (
    select(d.id, *rows.PAPER[1:], t.files.c.size.label("file_size"), v.id.label("version_id"), *rows.CLIENT)
    .join(t.clients, f.id == d.client_id)
    .outerjoin(t.document_versions, _CURRENT)
    .outerjoin(t.files, and_(t.files.c.company_id == d.company_id, t.files.c.sha256 == d.file_sha256))
    .where(d.id.in_(_IDS), d.company_id + 0 == bindparam("at_company"))
    .order_by(d.id)
)
ANNEXES = (
    select(t.annexes.c.document_version_id, t.annexes.c.name, t.annexes.c.file_sha256, t.files.c.size)
    .outerjoin(
        t.files,
        and_(t.files.c.company_id == t.annexes.c.company_id, t.files.c.sha256 == t.annexes.c.file_sha256),
    )
    .where(t.annexes.c.document_version_id.in_(_IDS))
    .order_by(t.annexes.c.document_version_id, t.annexes.c.position)
)
CLIENTS = (
    select(*rows.CLIENT).where(f.id.in_(_IDS), f.company_id + 0 == bindparam("at_company")).order_by(f.id)
)
OPEN = (
    select(b.id, b.company_id, b.kind, b.asked, b.text)
    .where(b.planned_at.is_(None), b.finished_at.is_(None))
    .order_by(b.id)
)
PLANNED = update(t.broadcasts).where(b.id == bindparam("broadcast")).values(planned_at=bindparam("now"))
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
class Asked:
    """Which documents (of these kinds, numbers, issued since) or, for news, which clients (by their references; none:
    all of them)."""

    kinds: tuple[str, ...] = KINDS
    numbers: tuple[str, ...] = ()
    since: date | None = None
    clients: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        since = self.since.isoformat() if self.since else None
        return {**{k: list(w) for k, w in vars(self).items() if k != "since"}, "since": since}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Asked:
        since = date.fromisoformat(kept["since"]) if kept["since"] else None
        return cls(since=since, **{k: tuple(w) for k, w in kept.items() if k != "since"})


@dataclass(frozen=True)
class Broadcast:
    id: int
    company_id: int
    kind: str  # announce, news
    asked: Asked
    text: Mapping[str, str]


@dataclass(frozen=True)
class Item:
    """A document of a client, in its current version."""

    client: Client
    paper: Paper
    version_id: int | None
    annexes: tuple[Annex, ...]


# --- who is to be told


def documents(db: Connection, company: Company, asked: Asked, today: date) -> list[int]:
    """The documents that are asked for and still to be announced, by id; those named by number whatever their state,
    for it is said why one is not announced."""
    wanted: list[ColumnElement[bool]] = [d.company_id == company.id, d.kind.in_(asked.kinds)]
    if asked.numbers:
        wanted += [d.number_norm.in_([normal(one) for one in asked.numbers]), rows.visible(*asked.kinds)]
    else:
        wanted += [_OPEN, ~_TOLD]
    if asked.since:
        wanted.append(d.issued_on >= asked.since)
    found = select(d.id).outerjoin(t.document_versions, _CURRENT).where(*wanted).order_by(d.id)
    return list(db.execute(found, {} if asked.numbers else {"today": today}).scalars())


def clients(db: Connection, company: Company, asked: Asked) -> list[int]:
    """Those asked for, by id."""
    wanted: list[ColumnElement[bool]] = [f.company_id == company.id]
    if asked.clients:
        wanted.append(f.ref.in_(asked.clients))
    return list(db.execute(select(f.id).where(*wanted).order_by(f.id)).scalars())


def unknown(db: Connection, company: Company, asked: Asked) -> list[str]:
    """The numbers and references that nothing here has."""
    numbers = {normal(one): one for one in asked.numbers}
    visible = (d.company_id == company.id, d.number_norm.in_(numbers), rows.visible(*asked.kinds))
    for known in db.execute(select(d.number_norm).where(*visible)).scalars() if numbers else ():
        numbers.pop(known, None)
    refs = dict.fromkeys(asked.clients)
    there = (f.company_id == company.id, f.ref.in_(asked.clients))
    for known in db.execute(select(f.ref).where(*there)).scalars() if refs else ():
        refs.pop(known, None)
    return [*numbers.values(), *refs]


def pages(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[at : at + AT_ONCE] for at in range(0, len(ids), AT_ONCE))


def items(db: Connection, company: Company, ids: Sequence[int]) -> list[Item]:
    found = db.execute(ANNOUNCED, {"ids": list(ids), "at_company": company.id}).all()
    annexes: dict[int, list[Annex]] = defaultdict(list)
    for version, name, sha256, size in db.execute(ANNEXES, {"ids": [row.version_id for row in found]}):
        annexes[version].append(Annex(name, sha256, size or 0))
    return [
        Item(rows.client(row), rows.paper(row), row.version_id, tuple(annexes[row.version_id]))
        for row in found
    ]


def named(db: Connection, company: Company, ids: Sequence[int]) -> list[Client]:
    return [rows.client(row) for row in db.execute(CLIENTS, {"ids": list(ids), "at_company": company.id})]


# --- one broadcast


def begin(
    db: Connection, company: Company, kind: str, asked: Asked, text: Mapping[str, str], by: str, now: datetime
) -> Broadcast:
    """The one that asked the very same and was cut off, to go on with it; else a new one."""
    for other in unplanned(db):
        if (other.company_id, other.kind, other.asked, other.text) == (company.id, kind, asked, dict(text)):
            return other
    row = {"company_id": company.id, "kind": kind, "asked": asked.as_json(), "text": dict(text)}
    made = db.execute(insert(t.broadcasts).values(**row, asked_by=by, created_at=now).returning(b.id))
    return Broadcast(made.scalar_one(), company.id, kind, asked, dict(text))


def unplanned(db: Connection, before: datetime | None = None) -> list[Broadcast]:
    """Those that were cut off while their notices were written, or still are."""
    found = OPEN if before is None else OPEN.where(b.created_at < before)
    return [
        Broadcast(row.id, row.company_id, row.kind, Asked.of(row.asked), row.text)
        for row in db.execute(found)
    ]


def planned(db: Connection, broadcast: Broadcast, now: datetime) -> None:
    db.execute(PLANNED, {"broadcast": broadcast.id, "now": now})


def finish(engine: Engine, now: datetime) -> None:
    """Note of each broadcast of which everything left, or will not, that it is over."""
    with engine.begin() as db:
        db.execute(FINISH, {"now": now})
