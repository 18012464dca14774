"""Payments that may be one, told by Stripe and by the company's books: proposed to a person, who alone decides."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import BindParameter, Connection, bindparam, select

from handlers.rules.paper import Client
from handlers.rules.paying import PayRequest
from storage import odd, receipts
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


def propose(db: Connection, client: Client, request: PayRequest, at: datetime, now: datetime) -> None:
    """A request was paid beyond what was left: was a payment of the books, counted before, this very one?"""
    on = receipts.day(db, client.company_id, at)
    asked = {line.document_id: line.amount_cents for line in request.lines}
    near = {"since": on - ABOUT_A_DAY, "until": on + ABOUT_A_DAY}
    for row in db.execute(IN_THE_BOOKS, {"client_id": client.id, "ids": list(asked), **near}).all():
        if row.amount_cents == asked[row.document_id]:
            told = {"ref": row.ref, "stripe": f"STRIPE-{request.id}", "amount_cents": row.amount_cents}
            odd.keep(db, client.company_id, f"double:{row.ref}", "double", told, now, request.id)
