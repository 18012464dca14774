"""What came in through the provider and went back, for the company's books; and what waits there for a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, bindparam, or_, select, update

from storage import audit, doubles, receipts
from storage import tables as t
from storage.engine import reading

p, r, q = t.payments.c, t.reversals.c, t.payment_requests.c
f, d, o = t.clients.c, t.documents.c, t.payments_to_check.c
_OF_COMPANY = p.company_id == bindparam("company_id")
TAKINGS = (
    select(
        *(p.ref, p.received_on, f.ref.label("client"), d.number.label("invoice"), p.kind, p.amount_cents),
        *(p.currency, p.method, p.stripe_id.label("stripe_payment"), r.stripe_id.label("stripe_reversal")),
        q.stripe_id.label("stripe_session"),
    )
    .join(t.clients, f.id == p.client_id)
    .outerjoin(t.documents, d.id == p.document_id)
    .outerjoin(t.reversals, r.id == p.reversal_id)
    .outerjoin(t.payment_requests, q.id == p.payment_request_id)
    .where(
        _OF_COMPANY,
        p.state == "received",
        or_(p.payment_request_id.is_not(None), p.reversal_id.is_not(None)),
        or_(p.received_on >= bindparam("since"), p.created_at >= bindparam("recorded_since")),
    )
    .order_by(p.received_on, p.id)
)
HELD = (
    select(p.ref, p.received_on, f.ref.label("client"), d.number.label("invoice"), p.amount_cents, p.currency)
    .join(t.clients, f.id == p.client_id)
    .outerjoin(t.documents, d.id == p.document_id)
    .where(_OF_COMPANY, p.state == "held")
    .order_by(p.id)
)
TO_CHECK = (
    select(o.key, o.why, o.told, o.created_at, f.ref.label("client"))
    .outerjoin(t.payment_requests, q.id == o.payment_request_id)
    .outerjoin(t.clients, f.id == q.client_id)
    .where(o.company_id == bindparam("company_id"), o.done_at.is_(None))
    .order_by(o.id)
)
DISPUTES = (
    select(r.stripe_id, r.amount_cents, r.currency, r.created_at, r.out_at, f.ref.label("client"))
    .join(t.clients, f.id == r.client_id)
    .where(r.company_id == bindparam("company_id"), r.kind == "dispute", r.over_at.is_(None))
    .order_by(r.id)
)
DECIDE = (
    update(t.payments)
    .where(
        p.company_id == bindparam("of_company"),
        p.ref == bindparam("which"),
        p.stripe_id.is_(None),
        p.state.in_(bindparam("states", expanding=True)),
    )
    .values(state=bindparam("to"))
    .returning(p.document_id)
)
DONE = (
    update(t.payments_to_check)
    .where(o.company_id == bindparam("of_company"), o.key == bindparam("which"), o.done_at.is_(None))
    .values(done_at=bindparam("now"))
)
PROPOSED = select(o.payment_request_id).where(
    o.company_id == bindparam("company_id"), o.key == bindparam("which"), o.done_at.is_(None)
)


def takings(engine: Engine, company_id: int, since: date) -> Iterator[dict[str, Any]]:
    """Confirmed payments, and negative what went back; received since that day, or recorded here since."""
    with reading(engine) as db:
        zone = db.execute(receipts.ZONE, {"company_id": company_id}).scalar_one()
        recorded = datetime.combine(since, time(), ZoneInfo(zone))
        bound = {"company_id": company_id, "since": since, "recorded_since": recorded}
        yield from (dict(row) for row in db.execute(TAKINGS, bound).mappings())


def waiting(engine: Engine, company_id: int) -> list[dict[str, Any]]:
    """Likely doubles, what nothing explains, disputes: id, why, client, amount, currency, at, and what was told."""
    of = {"company_id": company_id}
    with reading(engine) as db:
        held = [
            _row(row, row.ref, "double", row.received_on, invoice=row.invoice) for row in db.execute(HELD, of)
        ]
        odd = [_odd(row) for row in db.execute(TO_CHECK, of)]
        disputes = [
            _row(row, row.stripe_id, "dispute", row.created_at, withdrawn=row.out_at is not None)
            for row in db.execute(DISPUTES, of)
        ]
    return held + odd + disputes


def _row(row: Any, id: str, why: str, at: date, **told: Any) -> dict[str, Any]:
    amount = {"amount_cents": row.amount_cents, "currency": row.currency}
    return {"id": id, "why": why, "client": row.client, **amount, "at": at, "told": told}


def _odd(row: Any) -> dict[str, Any]:
    told: Mapping[str, Any] = row.told
    amount = {"amount_cents": told.get("amount_cents"), "currency": told.get("currency")}
    return {
        "id": row.key,
        "why": row.why,
        "client": row.client,
        **amount,
        "at": row.created_at,
        "told": dict(told),
    }


def decide(engine: Engine, company_id: int, ref: str, same: bool, now: datetime) -> bool:
    """A person says whether a payment of the books is one of Stripe's (then it does not count), or another one. False
    where no payment of this reference waits for that."""
    with engine.begin() as db:
        audit.hold(db, company_id)
        request_id = db.execute(PROPOSED, {"company_id": company_id, "which": f"double:{ref}"}).scalar()
        proposed = _explained(db, company_id, f"double:{ref}", now)
        states = ("held", "received") if same and proposed else ("held",)
        to = {"to": "merged" if same else "received", "states": states}
        found = db.execute(DECIDE, {"of_company": company_id, "which": ref, **to}).all()
        if not found and not proposed:
            return False
        receipts.touched(db, company_id, [row.document_id for row in found if row.document_id], now)
        if same and request_id is not None:
            doubles.fill(db, company_id, request_id, now)
        _note(db, company_id, f"payment:{ref}", {"same_as_stripe": same}, now)
        return True


def done(engine: Engine, company_id: int, key: str, now: datetime) -> bool:
    """A person has dealt with it. False for what does not wait."""
    with engine.begin() as db:
        if not _explained(db, company_id, key, now):
            return False
        _note(db, company_id, key, {}, now)
        return True


def _explained(db: Connection, company_id: int, key: str, now: datetime) -> bool:
    return db.execute(DONE, {"of_company": company_id, "which": key, "now": now}).rowcount == 1


def _note(db: Connection, company_id: int, subject: str, told: Mapping[str, Any], now: datetime) -> None:
    audit.append(db, company_id, "payment.decided", "operator", now, subject, payload=told)
