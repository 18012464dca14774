"""What the company's own people look up: any client of their company, in the query itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, func, select

from handlers.rules.card import Contact, Delivery
from handlers.rules.happened import Happened
from handlers.rules.paper import Account, Client, Company, Page, Paper
from handlers.rules.text import searchable
from storage import client_card, happened, rows, search
from storage import tables as t
from storage.books_find import PAPERS
from storage.shelf import Shelf

ROLES = ("admin", "accountant", "manager", "sales")  # mission S2: any other is refused
f, d, w = t.clients.c, t.documents.c, t.client_words.c
LAST = "\U0010ffff"  # after any letter: what begins with a word lies between the word and the word with this
SHARED = 2  # first letters that a mistyped word has right
MOST_WORDS = 5_000  # that share them, compared with a mistyped one
AT_COMPANY = bindparam("company_id", type_=f.company_id.type)
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
        t.staff.c.company_id == AT_COMPANY,
        t.staff.c.ended_at.is_(None),
        t.staff.c.role.in_(ROLES),
    )
)
CLIENT = select(*rows.CLIENT).where(f.id == bindparam("id"), f.company_id == AT_COMPANY)
NUMBERED = (
    PAPERS.add_columns(*rows.CLIENT)
    .join(t.clients, and_(f.id == d.client_id, f.company_id == d.company_id))
    .where(d.company_id == AT_COMPANY, d.number_norm == bindparam("number"), rows.visible())
    .order_by(d.issued_on.desc(), d.id.desc())
    .limit(bindparam("most"))
)
OWNER = (
    select(*rows.CLIENT)
    .join(t.documents, and_(d.client_id == f.id, d.company_id == f.company_id))
    .where(d.company_id == AT_COMPANY, d.id == bindparam("document_id"), rows.visible())
)
NEAR = (
    select(w.word)
    .distinct()
    .where(w.company_id == AT_COMPANY, w.word >= bindparam("first"), w.word < bindparam("last"))
    .order_by(w.word)
    .limit(MOST_WORDS)
)
BEGUN = NEAR.limit(1)


def _plain(ref: Any) -> Any:
    """A client's number without case and marks, as it is compared with what was typed."""
    plain = func.lower(ref)
    for mark in " -_/.":
        plain = func.replace(plain, mark, "")
    return plain


@lru_cache(maxsize=16)
def statements(count: int) -> tuple[Select[Any], Select[Any]]:
    """How many clients have a word that begins with each of so many, and the page: the exact number first."""
    found = [rows.of_company(t.clients) if count else f.company_id == AT_COMPANY]
    for nth in range(count):
        begins = and_(w.word >= bindparam(f"first_{nth}"), w.word < bindparam(f"last_{nth}"))
        found.append(f.id.in_(select(w.client_id).where(w.company_id == AT_COMPANY, begins)))
    exact = case((_plain(f.ref) == bindparam("ref"), 0), else_=1)
    page = select(*rows.CLIENT).where(*found).order_by(exact, f.name_norm, f.id)
    counted = select(func.count()).select_from(t.clients).where(*found)
    return counted, page.limit(bindparam("most")).offset(bindparam("skip"))


class SqlTeam(Shelf):
    def role(self, account: Account) -> str | None:
        found: str | None = self._value(ROLE, account_id=account.id, company_id=account.company_id)
        return found

    def find_clients(self, company: Company, words: str, offset: int = 0, limit: int = 5) -> Page[Client]:
        """No words: every client, by name."""
        asked = _split(words)
        page = self._clients(company, asked, offset, limit)
        if not page.count and len(asked) > 1:  # "C 0042" for C0042
            page = self._clients(company, ("".join(asked),), offset, limit)
        if page.count or not asked:
            return page
        meant = tuple(self._meant(company, word) for word in asked)
        again = self._clients(company, meant, offset, limit) if meant != asked else page
        return replace(again, words=" ".join(meant)) if again.count else page

    def _clients(self, company: Company, words: Sequence[str], offset: int, limit: int) -> Page[Client]:
        counted, page = statements(len(words))
        values: dict[str, Any] = {f"first_{nth}": word for nth, word in enumerate(words)}
        values |= {f"last_{nth}": word + LAST for nth, word in enumerate(words)}
        values |= {"company_id": company.id, "ref": "".join(words)}
        count = int(self._value(counted, **values))
        found = self._all(page, **values, most=limit, skip=offset) if count > offset else []
        return Page(tuple(rows.client(row) for row in found), count, offset=offset)

    def _meant(self, company: Company, word: str) -> str:
        """The word itself where a client's begins with it, else the one with a letter more, less, other or swapped."""
        if not search.may_be_mistyped(word) or self._near(BEGUN, company, word):
            return word
        return search.nearest(word, self._near(NEAR, company, word[:SHARED]), slips=1) or word

    def _near(self, statement: Select[Any], company: Company, begins: str) -> list[str]:
        bound = {"company_id": company.id, "first": begins, "last": begins + LAST}
        return list(self.db.execute(statement, bound).scalars())

    def client(self, company: Company, id: int) -> Client | None:
        row = self._first(CLIENT, id=id, company_id=company.id)
        return rows.client(row) if row else None

    def owner(self, company: Company, document_id: int) -> Client | None:
        row = self._first(OWNER, document_id=document_id, company_id=company.id)
        return rows.client(row) if row else None

    def papers(self, company: Company, number_norm: str, limit: int = 5) -> list[tuple[Client, Paper]]:
        found = self._all(NUMBERED, company_id=company.id, number=number_norm, most=limit)
        return [(rows.client(row), rows.paper(row)) for row in found]

    def contacts(self, client: Client, now: datetime) -> tuple[Contact, ...]:
        return client_card.people(self.db, client, now)

    def deliveries(self, client: Client, document_id: int) -> tuple[Delivery, ...]:
        return client_card.deliveries(self.db, client, document_id)

    def happened(self, company: Company, since: datetime, until: datetime, today: date) -> Happened:
        return happened.between(self.db, company, since, until, today)


def _split(words: str) -> tuple[str, ...]:
    """An e-mail address is one word."""
    found: list[str] = []
    for word in words.split():
        found += [word.casefold()] if "@" in word else searchable(word).split()
    return tuple(dict.fromkeys(found))[: search.MOST_WORDS]
