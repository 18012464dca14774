"""The search among a client's own documents: one statement for each set of filters, built on its first use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
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
    "number_part": func.upper(d.number).regexp_match(bindparam("number_part")),
    "start": d.issued_on >= bindparam("start"),
    "end": d.issued_on <= bindparam("end"),
    "amount_cents": or_(
        d.total_cents == bindparam("amount_cents"),
        and_(ISSUED, LEFT > 0, bindparam("amount_cents") == LEFT),
    ),
}
LONG = 5  # digits in one piece that may stand for several groups
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


def ending(part: str) -> str:
    """The pattern of the numbers that end in these groups of digits, digit for digit but for zeros in front of a group,
    and that begin with the letters where some are said: "F-2026-12" is the end of "F2026-0012"."""
    pieces = re.findall("[A-Z]+|[0-9]+", part)
    if not any(piece.isdigit() for piece in pieces):
        return "^$"
    pattern, before = "", ""
    for piece in pieces:
        if piece.isalpha():
            pattern += ("[^0-9A-Z]*" if before else "^") + piece
        else:
            digits = piece.lstrip("0") or "0"
            whole = "[^0-9]*".join(digits) if len(piece) >= LONG else digits
            apart = "[^0-9]+" if before.isdigit() else "(^|[^0-9])"
            if before.isalpha():
                apart = "([^A-Z]*[^0-9])?" if pattern == f"^{before}" else "[^0-9A-Z]*"
            pattern += f"{apart}0*{whole}"
        before = piece
    return pattern + "$"


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
        return search.forgiving(self.page, self.wanted.words, self.texts)

    def page(self, words: tuple[str, ...]) -> Page[Paper]:
        values = {name: value for name, value in vars(self.wanted).items() if value not in ("", None)}
        filters = tuple(name for name in FILTERS if name in values)
        page, sums = statements(Shape(self.kinds, self.wanted.state, filters, len(words)))
        values.update(self.own, today=self.today, **search.values(words))
        values.update(number_part=ending(self.wanted.number_part))
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
