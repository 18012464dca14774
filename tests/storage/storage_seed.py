"""Two companies, three clients' files, a stranger: the people that every storage test plays with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Table, insert, select

from handlers.core.ports import Open
from handlers.rules.number import normal
from handlers.rules.paper import Account, Client, Company
from storage import search
from storage import tables as t
from storage.books import settle
from storage.keys import Keys
from storage.work import opener

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
TODAY = NOW.date()
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass
class House:
    """`atelier` has clients `anne` and `bob`; `other` has a client with the same address and the same numbers."""

    engine: Engine
    open: Open
    keys: Keys
    atelier: Company
    other: Company
    anne: Client
    bob: Client
    carl: Client  # of the other company
    account: Account  # anne's
    account_there: Account  # the same address at the other company

    def paper(self, client: Client, number: str, **values: Any) -> int:
        with self.engine.begin() as db:
            return add_paper(db, client, number, **values)

    def pay(self, client: Client, document_id: int | None, cents: int, **values: Any) -> None:
        with self.engine.begin() as db:
            ref = f"RG-{client.id}-{document_id}-{cents}-{len(values)}-{values.get('state')}"
            found = search.kept(ref=values.get("ref", ref), of=_number(db, document_id))
            row = {
                "search": found,
                "ref": ref,
                "received_on": TODAY,
                "amount_cents": cents,
                "created_at": NOW,
                **values,
            }
            owner = {"company_id": client.company_id, "client_id": client.id, "document_id": document_id}
            add(db, t.payments, **owner, **row)
            settle(db, [document_id] if document_id else [])


def add(db: Connection, table: Table, **values: Any) -> int:
    return int(db.execute(insert(table).values(**values).returning(table.c.id)).scalar_one())


def add_paper(db: Connection, client: Client, number: str, **values: Any) -> int:
    row: dict[str, Any] = {
        "kind": "invoice",
        "status": "issued",
        "issued_on": date(2026, 11, 2),
        "due_on": date(2026, 12, 2),
        "total_cents": 64200,
        **values,
    }
    owner = {"company_id": client.company_id, "client_id": client.id}
    row.setdefault("search", search.kept(row.get("label"), ref=number))
    return add(db, t.documents, **owner, number=number, number_norm=normal(number), **row)


def _number(db: Connection, document_id: int | None) -> str | None:
    return db.execute(select(t.documents.c.number).where(t.documents.c.id == document_id)).scalar()


def seed(engine: Engine) -> House:
    with engine.begin() as db:
        companies = [_company(db, slug) for slug in ("atelier", "other")]
        anne, bob = (_client(db, companies[0], name) for name in ("Anne", "Bob"))
        carl = _client(db, companies[1], "Carl")
        accounts = [_account(db, client, "anne@exemple.example") for client in (anne, carl)]
        _account(db, bob, "bob@exemple.example")
    keys = Keys.of("the tests")
    return House(
        engine, opener(engine, keys, clock=lambda: NOW), keys, *companies, anne, bob, carl, *accounts
    )


def _company(db: Connection, slug: str) -> Company:
    email = f"contact@{slug}.example"
    row = {"slug": slug, "name": slug.title(), "email": email, "options": ["portal"], "created_at": NOW}
    return Company(add(db, t.companies, **row), slug, slug.title(), email)


def _client(db: Connection, company: Company, name: str) -> Client:
    ref = f"C-{name}"
    id = add(db, t.clients, company_id=company.id, ref=ref, name=name, name_norm=name.lower())
    return Client(id, company.id, ref, name)


def _account(db: Connection, client: Client, address: str) -> Account:
    row = {"company_id": client.company_id, "address": address, "address_norm": address, "created_at": NOW}
    id = add(db, t.accounts, **row)
    add(db, t.contacts, company_id=client.company_id, client_id=client.id, account_id=id, can_pay=True)
    return Account(id, client.company_id, address)
