"""What hangs on a client's file beside its documents. Every look-up names the client in the query itself."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Column, Select, Table, case, func, select

from handlers.rules.card import Contact, Contract, Details, Event, Interaction, Looked
from handlers.rules.paper import Client, Page
from storage import tables as t
from storage.shelf import Shelf

c, e, i, n = t.contracts.c, t.events.c, t.interactions.c, t.contacts.c
FIRST = case((c.status == "active", 0), (c.status == "suspended", 1), else_=2)
OVER = func.coalesce(e.ends_at, e.starts_at)


class SqlCards(Shelf):
    def details(self, client: Client) -> Details:
        f = t.clients.c
        recorded = select(f.ref, f.name, f.kind, f.siren, f.address, f.phone)
        row = self._first(recorded.where(f.id == client.id, f.company_id == client.company_id))
        if row is None:
            raise LookupError(f"no client {client.id} at company {client.company_id}")
        return Details(**row._mapping, contacts=self._people(client))

    def _people(self, client: Client) -> tuple[Contact, ...]:
        found = (
            select(t.accounts.c.address, n.name, n.can_read, n.can_pay, n.can_sign, n.can_notify)
            .join(t.accounts, t.accounts.c.id == n.account_id)
            .where(n.client_id == client.id, n.company_id == client.company_id, n.ended_at.is_(None))
            .order_by(n.id)
        )
        return tuple(Contact(address, name, rights(*may)) for address, name, *may in self._all(found))

    def contracts(self, client: Client, looked: Looked, offset: int = 0, limit: int = 5) -> Page[Contract]:
        found = _mine(t.contracts, client, looked)
        if looked.status:
            found.append(c.status == looked.status)
        if looked.start:
            found.append(c.next_due_on >= looked.start)
        if looked.end:
            found.append(c.next_due_on <= looked.end)
        rows = select(c.id, c.ref, c.label, c.status, c.starts_on, c.next_due_on, c.tacit_renewal)
        rows = rows.order_by(FIRST, c.next_due_on.is_(None), c.next_due_on, c.id)
        return self._page(rows, found, offset, limit, Contract)

    def events(
        self, client: Client, looked: Looked, now: datetime, zone: str, offset: int = 0, limit: int = 5
    ) -> Page[Event]:
        found = _mine(t.events, client, looked) + _between(e.starts_at, looked, zone)
        if looked.when == "upcoming":
            found.append(now <= OVER)
        elif looked.when == "past":
            found.append(now > OVER)
        rows = select(e.id, e.uid, e.title, e.starts_at, e.ends_at, e.place)
        rows = rows.order_by(
            *((e.starts_at, e.id) if looked.when == "upcoming" else (e.starts_at.desc(), e.id.desc()))
        )
        return self._page(rows, found, offset, limit, Event)

    def interactions(
        self, client: Client, looked: Looked, zone: str, offset: int = 0, limit: int = 5
    ) -> Page[Interaction]:
        found = _mine(t.interactions, client, looked) + _between(i.at, looked, zone)
        if looked.type:
            found.append(i.type == looked.type)
        rows = select(i.id, i.type, i.at, i.text, i.channel, i.source == "portal")
        return self._page(rows.order_by(i.at.desc(), i.id.desc()), found, offset, limit, Interaction)

    def _page(self, rows: Select[Any], found: list[Any], offset: int, limit: int, made: Any) -> Page[Any]:
        count = self._value(rows.with_only_columns(func.count()).order_by(None).where(*found))
        items = self._all(rows.where(*found).offset(offset).limit(limit))
        return Page(tuple(made(*row) for row in items), int(count), offset=offset)


def rights(*may: bool) -> tuple[str, ...]:
    return tuple(name for name, has in zip(("read", "pay", "sign", "notify"), may, strict=True) if has)


def _mine(table: Table, client: Client, looked: Looked) -> list[Any]:
    mine: list[Any] = [table.c.client_id == client.id, table.c.company_id == client.company_id]
    return mine + [table.c.search.contains(word, autoescape=True) for word in looked.words.split()]


def _between(column: Column[Any], looked: Looked, zone: str) -> list[Any]:
    found = []
    if looked.start:
        found.append(column >= _midnight(looked.start, zone))
    if looked.end:
        found.append(column < _midnight(looked.end + timedelta(days=1), zone))
    return found


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))
