"""What the company's own people look up: any client of their company, in the query itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, bindparam, func, select

from handlers.rules.card import Contact, Delivery
from handlers.rules.paper import Account, Client, Company, Page, Paper
from storage import client_card, rows
from storage import tables as t
from storage.books_find import PAPERS
from storage.shelf import Shelf

ROLES = ("admin", "accountant", "manager", "sales")  # mission S2: any other is refused
f, d, w = t.clients.c, t.documents.c, t.client_words.c
ROLE = (
    select(t.staff.c.role)
    .join(
        t.accounts,
        and_(
            t.accounts.c.company_id == t.staff.c.company_id,
            t.accounts.c.address_norm == t.staff.c.address_norm,
        ),
    )
    .where(
        t.accounts.c.id == bindparam("account_id"),
        t.staff.c.company_id == bindparam("company_id"),
        t.staff.c.ended_at.is_(None),
        t.staff.c.role.in_(ROLES),
    )
)
CLIENT = select(*rows.CLIENT).where(f.id == bindparam("id"), f.company_id == bindparam("company_id"))


class SqlTeam(Shelf):
    def role(self, account: Account) -> str | None:
        found: str | None = self._value(ROLE, account_id=account.id, company_id=account.company_id)
        return found

    def find_clients(self, company: Company, words: str, offset: int = 0, limit: int = 5) -> Page[Client]:
        found = [f.company_id == company.id]
        for word in words.split():
            begins = select(w.client_id).where(
                w.company_id == company.id, w.word >= word, w.word < word + "\U0010ffff"
            )
            found.append(f.id.in_(begins))
        count = self._value(select(func.count()).select_from(t.clients).where(*found))
        listed = select(*rows.CLIENT).where(*found).order_by(f.name_norm, f.id).offset(offset).limit(limit)
        return Page(tuple(rows.client(row) for row in self._all(listed)), int(count), offset=offset)

    def client(self, company: Company, id: int) -> Client | None:
        row = self._first(CLIENT, id=id, company_id=company.id)
        return rows.client(row) if row else None

    def papers(self, company: Company, number_norm: str, limit: int = 5) -> list[tuple[Client, Paper]]:
        found = PAPERS.add_columns(*rows.CLIENT).join(t.clients, f.id == d.client_id)
        found = found.where(d.company_id == company.id, d.number_norm == number_norm, rows.visible())
        listed = self._all(found.order_by(d.issued_on.desc(), d.id.desc()).limit(limit))
        return [(rows.client(row), rows.paper(row)) for row in listed]

    def contacts(self, client: Client, now: datetime) -> tuple[Contact, ...]:
        return client_card.people(self.db, client, now)

    def deliveries(self, client: Client, document_id: int) -> tuple[Delivery, ...]:
        return client_card.deliveries(self.db, client, document_id)
