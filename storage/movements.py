"""The movements of a client's account: invoices, credit notes, payments, refunds, as one list."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection, String, and_, case, cast, func, literal, null, or_, select, union_all

from handlers.rules.card import Movement, Moves, Statement
from handlers.rules.paper import Client, Page
from storage import tables as t
from storage.books_find import LEFT

d, p = t.documents.c, t.payments.c
FOR = t.documents.alias("paid_for")
NONE = cast(null(), t.documents.c.id.type)

PAPERS = (
    select(
        d.issued_on.label("on"),
        d.kind.label("kind"),
        d.number.label("reference"),
        case((d.kind == "credit_note", -d.total_cents), else_=d.total_cents).label("amount_cents"),
        d.currency.label("currency"),
        d.label.label("label"),
        d.id.label("document_id"),
        FOR.c.number.label("invoice"),
        literal("", String).label("method"),
        d.search.label("search"),
        case((d.kind == "invoice", case((LEFT > 0, LEFT), else_=0)), else_=0).label("left_cents"),
        d.id.label("id"),
        literal(0).label("rank"),
        d.client_id.label("client_id"),
        d.company_id.label("company_id"),
    )
    .select_from(t.documents.outerjoin(FOR, FOR.c.id == d.invoice_id))
    .where(d.kind.in_(("invoice", "credit_note")), d.status == "issued")
)
MONEY = (
    select(
        p.received_on,
        case((p.amount_cents < 0, "refund"), else_="payment"),
        p.ref,
        -p.amount_cents,
        p.currency,
        literal("", String),
        NONE,
        FOR.c.number,
        p.method,
        p.search,
        literal(0),
        p.id,
        literal(1),
        p.client_id,
        p.company_id,
    )
    .select_from(t.payments.outerjoin(FOR, FOR.c.id == p.document_id))
    .where(p.state == "received")
)
SHOWN = ("on", "kind", "reference", "amount_cents", "currency", "label", "document_id", "invoice", "method")


def _mine(client: Client) -> Any:
    papers = PAPERS.where(d.client_id == client.id, d.company_id == client.company_id)
    money = MONEY.where(p.client_id == client.id, p.company_id == client.company_id)
    return union_all(papers, money).subquery("movements")


def find(
    db: Connection, client: Client, moves: Moves, today: date, offset: int, limit: int
) -> Page[Movement]:
    m = _mine(client)
    found: list[Any] = []
    if moves.only == "payments":
        found.append(m.c.kind.in_(("payment", "refund")))
    elif moves.only:
        found.append(m.c.kind == "invoice")
    if moves.only == "waiting":
        found.append(m.c.left_cents > 0)
    if moves.start:
        found.append(m.c.on >= moves.start)
    if moves.end:
        found.append(m.c.on <= moves.end)
    if moves.amount_cents is not None:
        found.append(func.abs(m.c.amount_cents) == abs(moves.amount_cents))
    found += [m.c.search.contains(word, autoescape=True) for word in moves.words.split()]
    sums = select(
        func.count(), func.coalesce(func.sum(m.c.amount_cents), 0), func.coalesce(func.sum(m.c.left_cents), 0)
    )
    count, total, left = db.execute(sums.where(*found)).one()
    listed = select(*(m.c[name] for name in SHOWN)).where(*found)
    listed = listed.order_by(m.c.on.desc(), m.c.rank.desc(), m.c.id.desc()).offset(offset).limit(limit)
    return Page(
        tuple(Movement(*row) for row in db.execute(listed)), int(count), int(total), int(left), offset
    )


def statement(db: Connection, client: Client, start: date, end: date, most: int) -> Statement:
    """In the currency most movements are in."""
    m = _mine(client)
    counted = (
        select(m.c.currency, func.count().label("n"))
        .group_by(m.c.currency)
        .order_by(func.count().desc(), m.c.currency)
    )
    first = db.execute(counted.limit(1)).first()
    currency = first.currency if first else "EUR"
    same = m.c.currency == currency
    before = db.execute(
        select(func.coalesce(func.sum(m.c.amount_cents), 0)).where(
            same, or_(m.c.on < start, m.c.on.is_(None))
        )
    ).scalar_one()
    inside = and_(same, m.c.on >= start, m.c.on <= end)
    count, moved = db.execute(
        select(func.count(), func.coalesce(func.sum(m.c.amount_cents), 0)).where(inside)
    ).one()
    listed = select(*(m.c[name] for name in SHOWN)).where(inside)
    listed = listed.order_by(m.c.on.desc(), m.c.rank.desc(), m.c.id.desc()).limit(most)
    newest = [Movement(*row) for row in db.execute(listed)]
    return Statement(
        start, end, int(before), int(before) + int(moved), tuple(reversed(newest)), int(count), currency
    )
