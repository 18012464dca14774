"""What may have to be said again: invoices, quotes, contracts and appointments of a company, a page of clients at a
time, each found by the index of its client."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, and_, bindparam, func, select, update

from handlers.rules.card import Contract, Event
from handlers.rules.paper import Client, Company, Paper
from storage import audit, rows
from storage import tables as t
from storage.books_find import LEFT

AT_ONCE = 200  # clients of one page
EXPIRED = "quote.expired"  # in the ledger

d, f, v, n, k, e = (
    t.documents.c,
    t.clients.c,
    t.document_versions.c,
    t.notices.c,
    t.contracts.c,
    t.events.c,
)
_IDS: BindParameter[list[int]] = bindparam("ids", expanding=True)
_KEYS: BindParameter[list[str]] = bindparam("keys", expanding=True)
CLIENTS = (
    select(f.id, f.ref)
    .where(f.company_id == bindparam("at_company"), f.ref > bindparam("after"))
    .order_by(f.ref)
    .limit(AT_ONCE)
)
NAMED = select(*rows.CLIENT).where(f.id.in_(_IDS))
# The sum keeps the company from being looked up by: see storage/rows.py.
_OPEN = (
    select(*rows.PAPER, t.files.c.size.label("file_size"), v.id.label("version_id"), d.client_id)
    .outerjoin(t.document_versions, and_(v.document_id == d.id, v.version == d.version))
    .outerjoin(t.files, and_(t.files.c.company_id == d.company_id, t.files.c.sha256 == d.file_sha256))
    .where(d.client_id.in_(_IDS), d.company_id + 0 == bindparam("at_company"))
    .order_by(d.id)
)
INVOICES = _OPEN.where(
    d.kind == "invoice",
    d.status == "issued",
    d.due_on.between(bindparam("first"), bindparam("last")),
    LEFT > 0,
)
QUOTES = _OPEN.where(d.kind == "quote", d.status == "sent")
TOLD = (
    select(n.document_id, n.key, n.kind, func.min(n.ready_at), func.max(n.ready_at))
    .where(n.document_id.in_(_IDS), n.state != "skipped")
    .group_by(n.document_id, n.key, n.kind)
)
CONTRACTS = select(
    k.client_id, k.id, k.ref, k.label, k.status, k.starts_on, k.next_due_on, k.tacit_renewal
).where(
    k.client_id.in_(_IDS),
    k.company_id + 0 == bindparam("at_company"),
    k.next_due_on.between(bindparam("first"), bindparam("last")),
    k.status == "active",
    k.tacit_renewal,
)
EVENTS = select(e.client_id, e.id, e.uid, e.title, e.starts_at, e.ends_at, e.place).where(
    e.client_id.in_(_IDS),
    e.company_id + 0 == bindparam("at_company"),
    e.starts_at.between(bindparam("first"), bindparam("last")),
)
KNOWN = select(n.account_id, n.channel, n.key, n.state, n.reason).where(
    n.account_id.in_(_IDS), n.key.in_(_KEYS)
)
_OVER = (d.kind == "quote", d.status == "sent", d.valid_until < bindparam("today"))
OVER = select(d.id).where(d.client_id.in_(_IDS), d.company_id + 0 == bindparam("at_company"), *_OVER)
EXPIRE = update(t.documents).where(d.id.in_(_IDS), *_OVER).values(status="expired").returning(d.number)


@dataclass(frozen=True)
class Open:
    """A document that waits for its client, and when what was told of it of our own accord left, by key."""

    client_id: int
    paper: Paper
    version_id: int | None
    announced_at: datetime | None = None
    told: dict[str, datetime] = field(default_factory=dict)

    def told_before(self, key: str) -> datetime | None:
        """When anything else was told last."""
        return max((at for other, at in self.told.items() if other != key), default=None)


def pages(db: Connection, company: Company) -> Iterator[list[int]]:
    """The ids of the company's clients."""
    after = ""
    while found := db.execute(CLIENTS, {"at_company": company.id, "after": after}).all():
        yield [row.id for row in found]
        after = found[-1].ref


def named(db: Connection, ids: Sequence[int]) -> dict[int, Client]:
    return {row.client_id: rows.client(row) for row in db.execute(NAMED, {"ids": list(ids)})}


def invoices(db: Connection, company: Company, ids: Sequence[int], due: tuple[date, date]) -> list[Open]:
    """Those with something left to pay, due between these days."""
    first, last = due
    return _open(db, INVOICES, ids=list(ids), at_company=company.id, first=first, last=last)


def quotes(db: Connection, company: Company, ids: Sequence[int]) -> list[Open]:
    """Those that were sent and not decided."""
    return _open(db, QUOTES, ids=list(ids), at_company=company.id)


def _open(db: Connection, statement: Any, **values: Any) -> list[Open]:
    found = [Open(row.client_id, rows.paper(row), row.version_id) for row in db.execute(statement, values)]
    told: dict[int, dict[str, datetime]] = {}
    announced: dict[int, datetime] = {}
    for id, key, kind, first, last in db.execute(TOLD, {"ids": [one.paper.id for one in found]}):
        told.setdefault(id, {})[key] = last
        if kind == "announce":
            announced[id] = min(first, announced.get(id, first))
    return [
        Open(
            one.client_id, one.paper, one.version_id, announced.get(one.paper.id), told.get(one.paper.id, {})
        )
        for one in found
    ]


def contracts(
    db: Connection, company: Company, ids: Sequence[int], first: date, last: date
) -> list[tuple[int, Contract]]:
    """Those in force that renew by themselves between these days, each with the id of its client."""
    values = {"ids": list(ids), "at_company": company.id, "first": first, "last": last}
    return [(row[0], Contract(*row[1:])) for row in db.execute(CONTRACTS, values)]


def events(
    db: Connection, company: Company, ids: Sequence[int], first: datetime, last: datetime
) -> list[tuple[int, Event]]:
    """The appointments that start between these instants, each with the id of its client."""
    values = {"ids": list(ids), "at_company": company.id, "first": first, "last": last}
    return [(row[0], Event(*row[1:])) for row in db.execute(EVENTS, values)]


def known(db: Connection, accounts: set[int], keys: set[str]) -> dict[tuple[int, str, str], str]:
    """By account, channel and key: "" where it was told or refused for good, else why it was not told."""
    found = db.execute(KNOWN, {"ids": sorted(accounts), "keys": sorted(keys)})
    return {
        (account, channel, key): "" if state != "skipped" or reason == "failed" else reason
        for account, channel, key, state, reason in found
    }


def over(db: Connection, company: Company, ids: Sequence[int], today: date) -> list[int]:
    """The quotes that nobody decided before their last day went by."""
    values = {"ids": list(ids), "at_company": company.id, "today": today}
    return list(db.execute(OVER, values).scalars())


def expire(db: Connection, company: Company, quotes: Sequence[int], today: date, now: datetime) -> None:
    """Those that were not decided meanwhile are "expired" from now on, and the ledger says so."""
    for number in db.execute(EXPIRE, {"ids": list(quotes), "today": today}).scalars().all():
        audit.append(db, company.id, EXPIRED, "facteur", now, subject=number)
