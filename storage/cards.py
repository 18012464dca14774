"""What hangs on a client's file beside its documents. Every look-up names the client in the query itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, Select, Table, and_, bindparam, case, func, or_, select

from handlers.rules.card import Contact, Contract, Details, Event, Interaction, Looked
from handlers.rules.paper import Client, Page
from storage import rows, search
from storage import tables as t
from storage.shelf import Shelf

f, c, e, i, n = t.clients.c, t.contracts.c, t.events.c, t.interactions.c, t.contacts.c
START: BindParameter[Any] = bindparam("start")
END: BindParameter[Any] = bindparam("end")
DETAILS = select(f.ref, f.name, f.kind, f.siren, f.address, f.phone).where(
    f.id == bindparam("client_id"), f.company_id == bindparam("company_id")
)
PEOPLE = (
    select(t.accounts.c.address, n.name, n.can_read, n.can_pay, n.can_sign, n.can_notify)
    .join(t.accounts, t.accounts.c.id == n.account_id)
    .where(
        n.client_id == bindparam("client_id"),
        n.company_id == bindparam("company_id"),
        n.ended_at.is_(None),
    )
    .order_by(n.id)
)


@dataclass(frozen=True)
class Kind:
    """One kind of rows on a file: its columns, its order and its filters, by name."""

    table: Table
    columns: Sequence[Any]
    order: Sequence[Any]
    filters: dict[str, Any]

    @property
    def mine(self) -> tuple[Any, ...]:
        of = self.table.c
        return (of.client_id == bindparam("client_id"), rows.of_company(self.table))


_FIRST = case((c.status == "active", 0), (c.status == "suspended", 1), else_=2)
CONTRACTS = Kind(
    t.contracts,
    (c.id, c.ref, c.label, c.status, c.starts_on, c.next_due_on, c.tacit_renewal),
    (_FIRST, c.next_due_on.is_(None), c.next_due_on, c.id),
    {
        "status": c.status == bindparam("status"),
        "start": c.next_due_on >= START,
        "end": c.next_due_on <= END,
    },
)
over_at = func.coalesce(e.ends_at, e.starts_at)
_EVENT = (e.id, e.uid, e.title, e.starts_at, e.ends_at, e.place)
_WHEN = {  # those that go on during the period, not only those that begin in it
    "start": or_(e.starts_at >= START, e.ends_at > START),
    "end": e.starts_at < END,
    "upcoming": over_at >= bindparam("now"),
    "past": over_at < bindparam("now"),
}
EVENTS = Kind(t.events, _EVENT, (e.starts_at.desc(), e.id.desc()), _WHEN)
UPCOMING = Kind(t.events, _EVENT, (e.starts_at, e.id), _WHEN)
INTERACTIONS = Kind(
    t.interactions,
    (i.id, i.type, i.at, i.text, i.channel, i.source == "portal"),
    (i.at.desc(), i.id.desc()),
    {"type": i.type == bindparam("type"), "start": i.at >= START, "end": i.at < END},
)
KINDS = {"contracts": CONTRACTS, "events": EVENTS, "upcoming": UPCOMING, "interactions": INTERACTIONS}


@lru_cache(maxsize=512)
def statements(kind: str, filters: tuple[str, ...], words: int) -> tuple[Select[Any], Select[Any]]:
    """How many are found, and the page."""
    of = KINDS[kind]
    found = and_(*of.mine, *(of.filters[name] for name in filters), *search.holds(of.table.c.search, words))
    page = select(*of.columns).where(found).order_by(*of.order)
    return select(func.count()).where(found), page.limit(bindparam("most")).offset(bindparam("skip"))


@lru_cache(maxsize=4)
def texts(kind: str) -> Select[Any]:
    of = KINDS[kind]
    return select(of.table.c.search).where(*of.mine).order_by(*of.order).limit(search.NEWEST)


class SqlCards(Shelf):
    def details(self, client: Client) -> Details:
        """Raises LookupError: a client's id comes from our own rows."""
        row = self._first(DETAILS, **_own(client))
        if row is None:
            raise LookupError(f"no client {client.id} at company {client.company_id}")
        people = self._all(PEOPLE, **_own(client))
        contacts = tuple(Contact(address, name, rights(*may)) for address, name, *may in people)
        return Details(**row._mapping, contacts=contacts)

    def contracts(self, client: Client, looked: Looked, offset: int = 0, limit: int = 5) -> Page[Contract]:
        given = {"status": looked.status, "start": looked.start, "end": looked.end}
        return self._page("contracts", client, looked.words, given, offset, limit, Contract)

    def events(
        self, client: Client, looked: Looked, now: datetime, zone: str, offset: int = 0, limit: int = 5
    ) -> Page[Event]:
        kind = "upcoming" if looked.when == "upcoming" else "events"
        given = {**_between(looked, zone), looked.when: now if looked.when else None}
        return self._page(kind, client, looked.words, given, offset, limit, Event, now=now)

    def interactions(
        self, client: Client, looked: Looked, zone: str, offset: int = 0, limit: int = 5
    ) -> Page[Interaction]:
        given = {**_between(looked, zone), "type": looked.type}
        return self._page("interactions", client, looked.words, given, offset, limit, Interaction)

    def _page(
        self,
        kind: str,
        client: Client,
        words: str,
        given: dict[str, Any],
        offset: int,
        limit: int,
        made: Any,
        **more: Any,
    ) -> Page[Any]:
        bound = {name: value for name, value in given.items() if value} | _own(client) | more
        filters = tuple(name for name in KINDS[kind].filters if given.get(name))

        def page_of(words: tuple[str, ...]) -> Page[Any]:
            counted, page = statements(kind, filters, len(words))
            values = bound | search.values(words)
            count = int(self._value(counted, **values))
            found = self._all(page, **values, most=limit, skip=offset) if count > offset else []
            return Page(tuple(made(*row) for row in found), count, offset=offset)

        return search.forgiving(page_of, words, lambda: self.db.execute(texts(kind), _own(client)).scalars())


def rights(*may: bool) -> tuple[str, ...]:
    return tuple(name for name, has in zip(("read", "pay", "sign", "notify"), may, strict=True) if has)


def _own(client: Client) -> dict[str, int]:
    return {"client_id": client.id, "company_id": client.company_id}


def _between(looked: Looked, zone: str) -> dict[str, datetime | None]:
    """The instants at which the period begins and is over, by the clock of the company."""
    over = looked.end + timedelta(days=1) if looked.end else None
    return {"start": _midnight(looked.start, zone), "end": _midnight(over, zone)}


def _midnight(day: date | None, zone: str) -> datetime | None:
    return datetime.combine(day, time(), ZoneInfo(zone)) if day else None
