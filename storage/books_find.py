"""The search among a client's own documents: one statement for each set of filters, built on its first use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, case, func, or_, select

from handlers.rules.paper import Client, Page, Paper, Wanted
from storage import rows, search
from storage import tables as t

d = t.documents.c
OWN = and_(d.client_id == bindparam("client_id"), rows.of_company(t.documents))
PAPERS = select(*rows.PAPER, t.files.c.size.label("file_size")).select_from(
    t.documents.outerjoin(
        t.files, and_(t.files.c.company_id == d.company_id, t.files.c.sha256 == d.file_sha256)
    )
)

LEFT = d.total_cents - d.paid_cents - d.credited_cents
ISSUED = and_(d.kind == "invoice", d.status == "issued")
UNPAID = and_(ISSUED, LEFT > 0)
# What is wholly being paid is no longer called late (Paper.state says "in_progress").
LATE = and_(UNPAID, d.due_on < bindparam("today"), d.in_progress_cents < LEFT)
_SENT = and_(d.kind == "quote", d.status == "sent")
TO_SIGN = and_(_SENT, or_(d.valid_until.is_(None), d.valid_until >= bindparam("today")))
STATES = {
    "unpaid": UNPAID,
    "overdue": LATE,
    "paid": and_(ISSUED, LEFT <= 0),
    "cancelled": d.status == "cancelled",
    "to_sign": TO_SIGN,
    "accepted": and_(d.kind == "quote", d.status == "accepted"),
    "refused": and_(d.kind == "quote", d.status == "refused"),
    "expired": or_(
        and_(d.kind == "quote", d.status == "expired"), and_(_SENT, d.valid_until < bindparam("today"))
    ),
    "pending": or_(TO_SIGN, UNPAID),  # waits for the client: to sign, or to pay
}
FILTERS = {
    "number": d.number_norm == bindparam("number"),
    "number_end": d.number_norm.like("%" + bindparam("number_part"), escape="!"),
    "number_part": d.number_norm.like("%" + bindparam("number_part") + "%", escape="!"),
    "start": d.issued_on >= bindparam("start"),
    "end": d.issued_on <= bindparam("end"),
    "amount_cents": or_(
        d.total_cents == bindparam("amount_cents"),
        and_(ISSUED, LEFT > 0, bindparam("amount_cents") == LEFT),
    ),
}
LIKE_SIGNS = re.compile("[%_!]")
NOT_CANCELLED = case((d.status == "cancelled", 0), else_=d.total_cents)
LEFT_TO_PAY = case((UNPAID, LEFT), else_=0)


@dataclass(frozen=True)
class Shape:
    """Which filters a search uses, without their values."""

    kinds: tuple[str, ...]
    state: str = ""
    filters: tuple[str, ...] = ()
    words: int = 0

    def conditions(self) -> list[Any]:
        kinds = self.kinds or tuple(rows.SEEN)
        found = [OWN, d.kind.in_(kinds), rows.visible(*kinds)]
        found += [FILTERS[name] for name in self.filters]
        if self.state:
            found.append(STATES[self.state])
        return found + search.holds(d.search, self.words)


@lru_cache(maxsize=1024)
def statements(shape: Shape) -> tuple[Select[Any], Select[Any]]:
    """The page, and the sums of all that is found."""
    found = shape.conditions()
    page = PAPERS.where(*found).order_by(d.issued_on.desc(), d.id.desc())
    sums = select(
        d.currency,
        func.count(),
        func.coalesce(func.sum(NOT_CANCELLED), 0),
        func.coalesce(func.sum(LEFT_TO_PAY), 0),
    ).where(*found)
    sums = sums.group_by(d.currency)
    return page.limit(bindparam("most")).offset(bindparam("skip")), sums


@lru_cache(maxsize=16)
def newest(kinds: tuple[str, ...]) -> Select[Any]:
    texts = select(d.search).where(*Shape(kinds).conditions())
    return texts.order_by(d.issued_on.desc(), d.id.desc()).limit(search.NEWEST)


@dataclass(frozen=True)
class Search:
    """One search of one client."""

    db: Connection
    client: Client
    wanted: Wanted
    today: date
    offset: int
    limit: int

    def run(self) -> Page[Paper]:
        return search.forgiving(self.by_number, self.wanted.words, self.texts)

    def by_number(self, words: tuple[str, ...]) -> Page[Paper]:
        """A number that ends like this one comes before one that merely holds it."""
        if not self.wanted.number_part:
            return self.page(words, "")
        ending = self.page(words, "number_end")
        return ending if ending.count else self.page(words, "number_part")

    def page(self, words: tuple[str, ...], part: str) -> Page[Paper]:
        wanted = vars(replace(self.wanted, number_part=""))
        values = {name: value for name, value in wanted.items() if value not in ("", None)}
        filters = tuple(name for name in FILTERS if name in values or name == part)
        page, sums = statements(Shape(self.kinds, self.wanted.state, filters, len(words)))
        values.update(self.own, today=self.today, **search.values(words))
        values.update(number_part=LIKE_SIGNS.sub(r"!\g<0>", self.wanted.number_part))
        count, totals = rows.sums(self.db.execute(sums, values))
        if count <= self.offset:
            return Page((), count, totals, self.offset)
        found = self.db.execute(page, {**values, "most": self.limit, "skip": self.offset})
        return Page(tuple(rows.paper(row) for row in found), count, totals, self.offset)

    def texts(self) -> Iterator[str]:
        return iter(self.db.execute(newest(self.kinds), self.own).scalars())

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(sorted(self.wanted.kinds))

    @property
    def own(self) -> dict[str, int]:
        return {"client_id": self.client.id, "company_id": self.client.company_id}


def find(db: Connection, client: Client, wanted: Wanted, today: date, offset: int, limit: int) -> Page[Paper]:
    return Search(db, client, wanted, today, offset, limit).run()
