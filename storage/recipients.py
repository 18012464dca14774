"""Who is to be told: the documents or the clients of a broadcast, a page at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, and_, bindparam, exists, or_, select

from handlers.rules.number import normal
from handlers.rules.paper import Annex, Client, Company, Paper
from storage import rows
from storage import tables as t
from storage.books_find import LEFT

AT_ONCE = 200  # recipients' documents of one page, and of one transaction
KINDS = ("invoice", "quote")  # what is announced

d, n, v, f = t.documents.c, t.notices.c, t.document_versions.c, t.clients.c
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
ALREADY = select(n.account_id, n.channel, n.key).where(
    n.account_id.in_(_IDS), n.key.in_(bindparam("keys", expanding=True)), n.state != "skipped"
)


@dataclass(frozen=True)
class Asked:
    """Which documents (of these kinds, numbers, issued since, brought by the import of that moment) or, for news, which
    clients (by their references; none: all of them)."""

    kinds: tuple[str, ...] = KINDS
    numbers: tuple[str, ...] = ()
    since: date | None = None
    imported: datetime | None = None
    clients: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        since, imported = (moment.isoformat() if moment else None for moment in (self.since, self.imported))
        lists = {"kinds": list(self.kinds), "numbers": list(self.numbers), "clients": list(self.clients)}
        return {**lists, "since": since, "imported": imported}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Asked:
        return cls(
            kinds=tuple(kept["kinds"]),
            numbers=tuple(kept["numbers"]),
            since=date.fromisoformat(kept["since"]) if kept["since"] else None,
            imported=datetime.fromisoformat(kept["imported"]) if kept["imported"] else None,
            clients=tuple(kept["clients"]),
        )


@dataclass(frozen=True)
class Item:
    """A document of a client, in its current version."""

    client: Client
    paper: Paper
    version_id: int | None
    annexes: tuple[Annex, ...]


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
    if asked.imported:
        wanted.append(v.created_at == asked.imported)
    found = select(d.id).outerjoin(t.document_versions, _CURRENT).where(*wanted).order_by(d.id)
    return list(db.execute(found, {} if asked.numbers else {"today": today}).scalars())


def clients(db: Connection, company: Company, asked: Asked, today: date) -> list[int]:
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


def told(db: Connection, accounts: set[int], keys: set[str]) -> set[tuple[int, str, str]]:
    """(account, channel, key) of the notices that are written already."""
    bound = {"ids": list(accounts), "keys": list(keys)}
    return {tuple(row) for row in db.execute(ALREADY, bound)}


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
