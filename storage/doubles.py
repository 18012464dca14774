"""Payments that may be one, told by Stripe and by the company's books: proposed to a person, who alone decides."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import BindParameter, Connection, bindparam, delete, func, select, update

from handlers.rules.paper import Client
from handlers.rules.paying import PayRequest
from storage import odd, receipts, requests
from storage import tables as t

# A payout is booked a day or two after the client paid, later over a week-end.
ABOUT_A_DAY = timedelta(days=3)

p = t.payments.c
_IDS: BindParameter[list[int]] = bindparam("ids", expanding=True)
IN_THE_BOOKS = select(p.ref, p.document_id, p.amount_cents, p.received_on).where(
    p.client_id == bindparam("client_id"),
    p.document_id.in_(_IDS),
    p.state == "received",
    p.stripe_id.is_(None),
    p.received_on.between(bindparam("since"), bindparam("until")),
)

OVER = (
    select(p.id, p.ref, p.amount_cents, p.currency, p.method, p.stripe_id, p.received_on)
    .where(
        p.company_id == bindparam("company_id"),
        p.payment_request_id == bindparam("request_id"),
        p.kind == "overpayment",
        p.state == "received",
    )
    .limit(1)
)
# What is still over: a part of it may have been refunded.
STILL = select(func.coalesce(func.sum(p.amount_cents), 0)).where(
    p.company_id == bindparam("company_id"),
    p.stripe_id == bindparam("payment_id"),
    p.document_id.is_(None),
    p.state == "received",
)
LESS = update(t.payments).where(p.id == bindparam("over_id")).values(amount_cents=bindparam("rest"))
NO_MORE = delete(t.payments).where(p.id == bindparam("over_id"))


def propose(db: Connection, client: Client, request: PayRequest, at: datetime, now: datetime) -> None:
    """A request was paid beyond what was left: was a payment of the books, counted before, this very one?"""
    on = receipts.day(db, client.company_id, at)
    asked = {line.document_id: line.amount_cents for line in request.lines}
    near = {"since": on - ABOUT_A_DAY, "until": on + ABOUT_A_DAY}
    for row in db.execute(IN_THE_BOOKS, {"client_id": client.id, "ids": list(asked), **near}).all():
        if row.amount_cents == asked[row.document_id]:
            told = {"ref": row.ref, "stripe": f"STRIPE-{request.id}", "amount_cents": row.amount_cents}
            odd.keep(db, client.company_id, f"double:{row.ref}", "double", told, now, request.id)


def fill(db: Connection, company_id: int, request_id: int, now: datetime) -> None:
    """What was over of a request goes where it was asked for, now that a double of it does not count any more."""
    request = requests.by_id(db, company_id, request_id)
    over = db.execute(OVER, {"company_id": company_id, "request_id": request_id}).first()
    if request is None or over is None or over.currency != request.currency:
        return
    still = db.execute(STILL, {"company_id": company_id, "payment_id": over.stripe_id}).scalar_one()
    parts, rest = receipts.share(db, company_id, request.lines, min(over.amount_cents, max(0, int(still))))
    moved = sum(part.amount_cents for part in parts)
    if not moved:
        return
    client = receipts.client(db, company_id, request.client_id)
    rest = over.amount_cents - moved
    db.execute(LESS if rest else NO_MORE, {"over_id": over.id, "rest": rest})
    common = {
        "currency": over.currency,
        "method": over.method,
        "stripe_id": over.stripe_id,
        "payment_request_id": request_id,
        "created_at": now,
    }
    receipts.record(db, client, f"{over.ref}-M" if rest else over.ref, parts, over.received_on, common)
    receipts.touched(db, company_id, [line.document_id for line in request.lines], now)
