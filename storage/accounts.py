"""Accounts: an address at a company, and the clients' files it opens."""

from __future__ import annotations

import hashlib
import hmac

from sqlalchemy import Connection, bindparam, exists, or_, select, update

from handlers.rules.paper import Access, Account, Company
from storage import rows
from storage import tables as t
from storage.keys import Keys
from storage.shelf import Shelf
from storage.team import ROLES

a, n = t.accounts.c, t.contacts.c
_AT_COMPANY = a.company_id == bindparam("company_id")
IS_CONTACT = exists().where(n.account_id == a.id, n.company_id == a.company_id, n.ended_at.is_(None))
IS_TEAM = exists().where(
    t.staff.c.company_id == a.company_id,
    t.staff.c.address_norm == a.address_norm,
    t.staff.c.ended_at.is_(None),
    t.staff.c.role.in_(ROLES),
)
AT = select(*rows.ACCOUNT).where(
    _AT_COMPANY, a.address_norm == bindparam("address"), or_(IS_CONTACT, IS_TEAM)
)
BY_ID = select(*rows.ACCOUNT).where(_AT_COMPANY, a.id == bindparam("id"))
FILES = (
    select(*rows.CLIENT, n.name, n.can_read, n.can_pay, n.can_sign, n.can_notify)
    .join(t.contacts, n.client_id == t.clients.c.id)
    .where(
        n.account_id == bindparam("account_id"),
        n.ended_at.is_(None),
        t.clients.c.company_id == bindparam("company_id"),
    )
    .order_by(t.clients.c.name_norm, t.clients.c.id)
)
ROLE = select(t.staff.c.role).where(
    t.staff.c.company_id == bindparam("company_id"),
    t.staff.c.address_norm == bindparam("address"),
    t.staff.c.ended_at.is_(None),
)
SPEAK = (
    update(t.clients)
    .where(t.clients.c.id == bindparam("client_id"), t.clients.c.company_id == bindparam("at_company"))
    .values(language=bindparam("spoken"))
)


class SqlAccounts(Shelf):
    def __init__(self, db: Connection, keys: Keys) -> None:
        super().__init__(db)
        self.keys = keys

    def key(self, company: Company, address_norm: str) -> str:
        named = f"{company.id}\n{address_norm}".encode("utf-8", "surrogatepass")
        return hmac.new(self.keys.addresses, named, hashlib.sha256).hexdigest()

    def at(self, company: Company, address_norm: str) -> Account | None:
        row = self._first(AT, company_id=company.id, address=address_norm)
        return rows.account(row) if row else None

    def by_id(self, company: Company, id: int) -> Account | None:
        row = self._first(BY_ID, company_id=company.id, id=id)
        return rows.account(row) if row else None

    def files(self, account: Account) -> tuple[Access, ...]:
        found = self._all(FILES, account_id=account.id, company_id=account.company_id)
        return tuple(
            Access(rows.client(row), row.name, row.can_read, row.can_pay, row.can_sign, row.can_notify)
            for row in found
        )

    def remember_language(self, access: Access, language: str) -> None:
        client = access.client
        self._run(SPEAK, client_id=client.id, at_company=client.company_id, spoken=language)

    def role(self, company: Company, address_norm: str) -> str | None:
        found: str | None = self._value(ROLE, company_id=company.id, address=address_norm)
        return found
