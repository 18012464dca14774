"""The movements of a client's account: invoices, credit notes, payments, refunds, as one list.

Each part is cut to the client, the filters and the page before they are put together: an account of many years costs
a page of each part. Statements are built on first use, one for each set of filters.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)

from handlers.rules.card import Movement, Moves, Statement
from handlers.rules.paper import Client, Page
from storage import rows, search
from storage import tables as t
from storage.books_find import LEFT, OWN

d, p = t.documents.c, t.payments.c
FOR = t.documents.alias("paid_for")
NONE, NOTHING = cast(null(), d.id.type), literal("", String)
SHOWN = ("on", "kind", "reference", "amount_cents", "currency", "label", "document_id", "invoice", "method")
KIND = case(
    (and_(p.kind == "payment", p.amount_cents < 0), "refund"), else_=p.kind
)  # an import tells refunds by sign
ORDER = ("on", "rank", "id")  # on one day: the papers, then the money


@dataclass(frozen=True)
class Part:
    """The rows of one kind. What they do to the balance is `amount`, what is left of them `left`."""

    rows: Select[Any]  # with the look-up of the invoice paid
    mine: tuple[Any, ...]
    on: Any
    id: Any
    amount: Any
    left: Any
    currency: Any
    search: Any
    filters: dict[str, Any]  # by name

    def cut(self, shape: Shape) -> list[Any]:
        found = [*self.mine, *(self.filters[name] for name in shape.filters)]
        if shape.only == "waiting":
            found.append(LEFT > 0)
        return found + search.holds(self.search, shape.words)


def _filters(on: Any, currency: Any, amount: Any) -> dict[str, Any]:
    return {
        "start": on >= bindparam("start"),
        "end": on <= bindparam("end"),
        "amount_cents": func.abs(amount) == bindparam("amount_cents"),
        "currency": currency == bindparam("currency"),
    }


def _papers(kind: str, amount: Any, left: Any) -> Part:
    columns = (
        *(d.issued_on.label("on"), d.kind, d.number.label("reference"), amount.label("amount_cents")),
        *(d.currency, d.label, d.id.label("document_id"), FOR.c.number.label("invoice")),
        *(NOTHING.label("method"), literal(0).label("rank"), d.id),
    )
    of = and_(FOR.c.id == d.invoice_id, FOR.c.client_id == d.client_id)
    listed = select(*columns).select_from(t.documents.outerjoin(FOR, of))
    mine, filters = (OWN, d.kind == kind, d.status == "issued"), _filters(d.issued_on, d.currency, amount)
    return Part(listed, mine, d.issued_on, d.id, amount, left, d.currency, d.search, filters)


def _money() -> Part:
    columns = (
        *(p.received_on.label("on"), KIND.label("kind")),
        *(p.ref.label("reference"), (-p.amount_cents).label("amount_cents"), p.currency),
        *(NOTHING.label("label"), NONE.label("document_id"), FOR.c.number.label("invoice")),
        *(p.method, literal(1).label("rank"), p.id),
    )
    of = and_(FOR.c.id == p.document_id, FOR.c.client_id == p.client_id)
    listed = select(*columns).select_from(t.payments.outerjoin(FOR, of))
    own = (p.client_id == bindparam("client_id"), rows.of_company(t.payments))
    filters = _filters(p.received_on, p.currency, p.amount_cents)
    mine = (*own, p.state == "received")
    return Part(listed, mine, p.received_on, p.id, -p.amount_cents, literal(0), p.currency, p.search, filters)


INVOICES = _papers("invoice", d.total_cents, case((LEFT > 0, LEFT), else_=0))
CREDITS = _papers("credit_note", -d.total_cents, literal(0))
MONEY = _money()
PARTS = {
    "": (INVOICES, CREDITS, MONEY),
    "payments": (MONEY,),
    "invoices": (INVOICES,),
    "waiting": (INVOICES,),
}


@dataclass(frozen=True)
class Shape:
    """Which movements are looked for, without the values."""

    only: str = ""
    filters: tuple[str, ...] = ()
    words: int = 0


def _sum(column: Any) -> Any:
    return func.coalesce(func.sum(column), 0)


def _bare(part: Part, shape: Shape, *columns: Any) -> Select[Any]:
    """Of the part's own table alone."""
    return select(*columns).where(*part.cut(shape))


@lru_cache(maxsize=256)
def sums(shape: Shape) -> Any:
    """Currency, count, amount and what is left: a row for each part and currency."""

    def of(part: Part) -> Select[Any]:
        added = (part.currency, func.count(), _sum(part.amount), _sum(part.left))
        return _bare(part, shape, *added).group_by(part.currency)

    return union_all(*map(of, PARTS[shape.only]))


@lru_cache(maxsize=256)
def listed(shape: Shape) -> Select[Any]:
    """The page: the newest of each part, then the newest of those."""
    newest = [
        select(
            part.rows.where(*part.cut(shape))
            .order_by(part.on.desc(), part.id.desc())
            .limit(bindparam("until"))
            .subquery()
        )
        for part in PARTS[shape.only]
    ]
    m = union_all(*newest).subquery("movements").c
    page = select(*(m[name] for name in SHOWN)).order_by(*(m[name].desc() for name in ORDER))
    return page.limit(bindparam("most")).offset(bindparam("skip"))


@lru_cache(maxsize=8)
def texts(only: str) -> Any:
    newest = [
        select(
            _bare(part, Shape(only), part.search)
            .order_by(part.on.desc(), part.id.desc())
            .limit(search.NEWEST)
            .subquery()
        )
        for part in PARTS[only]
    ]
    return union_all(*newest)


@lru_cache(maxsize=1)
def since() -> Any:
    """Of the movements from a day on, in one currency: their sum; the sum and the number of those up to another."""
    shape = Shape(filters=("currency", "start"))
    return union_all(
        *(
            _bare(
                part,
                shape,
                _sum(part.amount),
                _sum(case((part.filters["end"], part.amount), else_=0)),
                _sum(case((part.filters["end"], 1), else_=0)),
            )
            for part in PARTS[""]
        )
    )


def find(db: Connection, client: Client, moves: Moves, offset: int, limit: int) -> Page[Movement]:
    asked = {"start": moves.start, "end": moves.end, "amount_cents": moves.amount_cents}
    given: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
    if "amount_cents" in given:
        given["amount_cents"] = abs(given["amount_cents"])
    own = {"client_id": client.id, "company_id": client.company_id}
    page = {"most": limit, "skip": offset, "until": offset + limit}

    def page_of(words: tuple[str, ...]) -> Page[Movement]:
        shape, bound = Shape(moves.only, tuple(given), len(words)), {**own, **given, **search.values(words)}
        count, totals = rows.sums(db.execute(sums(shape), bound))
        found = _movements(db, shape, {**bound, **page}) if count > offset else ()
        return Page(tuple(found), count, totals, offset)

    return search.forgiving(page_of, moves.words, lambda: db.execute(texts(moves.only), own).scalars())


def statement(
    db: Connection, client: Client, start: date, end: date, most: int, balance_cents: int, currency: str
) -> Statement:
    """`balance_cents` is the sum of all movements in this currency: without those since, it is the opening."""
    own = {"client_id": client.id, "company_id": client.company_id}
    bound = {**own, "start": start, "end": end, "currency": currency}
    moved_since, moved, count = _added(db, since(), bound)
    opening = balance_cents - moved_since
    shape = Shape(filters=("currency", "start", "end"))
    newest = list(_movements(db, shape, {**bound, "most": most, "skip": 0, "until": most}))
    return Statement(start, end, opening, opening + moved, tuple(reversed(newest)), count, currency)


def _movements(db: Connection, shape: Shape, values: dict[str, Any]) -> Iterator[Movement]:
    return (Movement(*row) for row in db.execute(listed(shape), values))


def _added(db: Connection, statement: Any, values: dict[str, Any]) -> tuple[int, int, int]:
    first, second, third = (
        sum(map(int, column)) for column in zip(*db.execute(statement, values), strict=True)
    )
    return first, second, third
