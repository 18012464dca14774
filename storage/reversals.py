"""Refunds and disputes: money that leaves again, and sometimes comes back.

Several events tell one of them, in any order: what each says is kept as a fact of one row, and the movements are
worked out from these facts. One that is told before its payment waits for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, or_, select, update

from handlers.rules.paper import Client
from handlers.rules.paying import DisputeSeen, RefundSeen, Settled, What
from storage import audit, odd, receipts, requests
from storage import tables as t
from storage.receipts import Part
from storage.rows import Found
from storage.shelf import insert_once

p, r, d = t.payments.c, t.reversals.c, t.documents.c
Seen = RefundSeen | DisputeSeen
FACTS = {  # what a status or a stage says
    "pending": ("out_at",),  # the provider takes it off the company's account at once
    "succeeded": ("out_at",),
    "failed": ("back_at",),
    "opened": (),
    "withdrawn": ("out_at",),
    "lost": ("out_at", "over_at"),
    "reinstated": ("back_at",),
    "won": ("back_at", "over_at"),
}

KEEP = insert_once(t.reversals).on_conflict_do_nothing(index_elements=["company_id", "stripe_id"])
NEW = KEEP.returning(r.id)
_OF_COMPANY = r.company_id == bindparam("company_id")
ONE = select(t.reversals).where(_OF_COMPANY, r.stripe_id == bindparam("reversal"))
WAITING = select(t.reversals).where(
    _OF_COMPANY, r.stripe_payment_id == bindparam("payment_id"), r.client_id.is_(None)
)
LEARN = update(t.reversals).where(r.id == bindparam("reversal_id"))
PAID = (
    select(p.client_id, p.payment_request_id, p.method)
    .where(
        receipts.OF_PAYMENT, p.amount_cents > 0, p.reversal_id.is_(None), p.state.in_(("received", "merged"))
    )
    .order_by(p.payment_request_id.desc().nulls_last(), p.id)
    .limit(1)
)
# What of the payment is still there, invoice by invoice: the last one first, as what is over is written last.
KEPT = (
    select(p.document_id, func.coalesce(d.number, ""), func.sum(p.amount_cents))
    .outerjoin(t.documents, d.id == p.document_id)
    .where(receipts.OF_PAYMENT, p.state == "received", p.currency == bindparam("in_currency"))
    .group_by(p.document_id, d.number)
    .order_by(func.min(p.id).desc())
)
TAKEN = (
    select(p.document_id, func.coalesce(d.number, ""), func.sum(p.amount_cents))
    .outerjoin(t.documents, d.id == p.document_id)
    .where(receipts.OF_REVERSAL, p.state == "received")
    .group_by(p.document_id, d.number)
    .order_by(func.min(p.id))
)
PAID_FOR = select(p.document_id).where(receipts.OF_PAYMENT, p.document_id.is_not(None)).distinct()
_P = t.payments.alias("by_refund")
OF_REFUND = p.id.in_(
    select(_P.c.id).where(
        _P.c.company_id == bindparam("of_company"), _P.c.stripe_id == bindparam("refund_id")
    )
)
# The same refund, as an import told it.
MERGE = (
    update(t.payments)
    .where(
        or_(OF_REFUND, and_(receipts.OF_PAYMENT, p.amount_cents == bindparam("amount"))),
        p.amount_cents < 0,
        p.state == "received",
        p.reversal_id.is_(None),
    )
    .values(state="merged")
    .returning(p.document_id)
)
DISPUTED = (
    select(p.document_id)
    .join(t.reversals, (r.stripe_payment_id == p.stripe_id) & (r.company_id == p.company_id))
    .where(
        p.client_id == bindparam("client_id"),
        p.document_id.is_not(None),
        r.client_id == bindparam("client_id"),
        r.company_id == bindparam("company_id"),
        r.kind == "dispute",
        r.over_at.is_(None),
    )
    .distinct()
)


def settle(db: Connection, company_id: int, seen: Seen, now: datetime) -> Settled:
    row, new = _kept(db, company_id, seen, now)
    learnt = {name: seen.at for name in FACTS[_said(seen)] if getattr(row, name) is None}
    if not new and not learnt:
        return Settled("")
    if learnt:
        db.execute(LEARN.values(learnt), {"reversal_id": row.id})
    paid = db.execute(PAID, {"of_company": company_id, "payment_id": seen.payment_id}).first()
    if paid is None:
        return _unknown(db, company_id, seen, row, now)
    client = receipts.client(db, company_id, paid.client_id)
    documents = Reversal(db, client, _row(db, company_id, seen), paid.method, now).apply()
    what = _what(seen, row, new, learnt)
    if what:
        _tell(db, company_id, seen, what, documents, now)
    request = requests.by_id(db, company_id, paid.payment_request_id) if paid.payment_request_id else None
    shown = receipts.papers(db, company_id, documents)
    return Settled(what, client, request, shown, seen.amount_cents, seen.currency)


def catch_up(db: Connection, client: Client, payment_id: str, method: str, now: datetime) -> None:
    """The payment has come that these were told about before."""
    waiting = db.execute(WAITING, {"company_id": client.company_id, "payment_id": payment_id}).all()
    for row in waiting:
        Reversal(db, client, row, method, now).apply()
        odd.explained(db, client.company_id, f"{row.kind}:{row.stripe_id}", now)


def disputed(db: Connection, client: Client) -> frozenset[int]:
    """The invoices whose payment is disputed, and nobody has decided yet."""
    own = {"client_id": client.id, "company_id": client.company_id}
    return frozenset(db.execute(DISPUTED, own).scalars())


def _kept(db: Connection, company_id: int, seen: Seen, now: datetime) -> tuple[Found, bool]:
    """Its row, and whether it is new."""
    values = {
        "company_id": company_id,
        "kind": "refund" if isinstance(seen, RefundSeen) else "dispute",
        "stripe_id": _id(seen),
        "stripe_payment_id": seen.payment_id,
        "amount_cents": seen.amount_cents,
        "currency": seen.currency,
        "created_at": now,
    }
    new = db.execute(NEW, values).scalar() is not None
    return _row(db, company_id, seen), new


def _row(db: Connection, company_id: int, seen: Seen) -> Found:
    return db.execute(ONE, {"company_id": company_id, "reversal": _id(seen)}).one()


def _id(seen: Seen) -> str:
    return seen.refund_id if isinstance(seen, RefundSeen) else seen.dispute_id


def _said(seen: Seen) -> str:
    return seen.status if isinstance(seen, RefundSeen) else seen.stage


def _what(seen: Seen, before: Found, new: bool, learnt: dict[str, datetime]) -> What:
    """What is to be told of it; `before`: as it was."""
    if isinstance(seen, DisputeSeen):
        return "dispute_over" if "over_at" in learnt else "disputed" if new else ""
    if "back_at" in learnt:
        return "refund_failed" if before.out_at else ""
    return "refunded" if "out_at" in learnt and not before.back_at else ""


def _unknown(db: Connection, company_id: int, seen: Seen, row: Found, now: datetime) -> Settled:
    """Of a payment that is not recorded (yet)."""
    if not odd.keep(db, company_id, f"{row.kind}:{row.stripe_id}", "unknown_payment", as_json(seen), now):
        return Settled("")
    return Settled("odd", amount_cents=seen.amount_cents, currency=seen.currency, why="unknown_payment")


def as_json(seen: Any) -> dict[str, Any]:
    return {**asdict(seen), "at": seen.at.isoformat()}


class Reversal:
    """One refund or dispute of a payment that is known."""

    def __init__(self, db: Connection, client: Client, row: Found, method: str, now: datetime) -> None:
        self.db, self.client, self.row, self.method, self.now = db, client, row, method, now
        self.payment = {"of_company": row.company_id, "payment_id": row.stripe_payment_id}

    def apply(self) -> list[int]:
        """Bring the movements in line with the facts. The invoices that it concerns."""
        row = self.row
        self.db.execute(LEARN.values(client_id=self.client.id), {"reversal_id": row.id})
        merged = self._merge() if row.kind == "refund" and row.out_at else []
        taken = self.db.execute(TAKEN, {"reversal_id": row.id}).all()
        wanted = row.amount_cents if row.out_at and not row.back_at else 0
        missing = wanted + sum(int(cents) for _, _, cents in taken)
        if missing > 0:
            self._write(self._away(missing), "", row.out_at)
        elif missing < 0:
            back = [Part(id, number, -int(cents), f"{row.kind}_back") for id, number, cents in taken]
            self._write(back, "-B", row.back_at)
        concerned = [id for id, _, _ in self.db.execute(TAKEN, {"reversal_id": row.id}).all()]
        concerned = concerned or list(self.db.execute(PAID_FOR, self.payment).scalars())
        documents = sorted(id for id in {*merged, *concerned} if id is not None)
        receipts.touched(self.db, row.company_id, documents, self.now)
        return documents

    def _merge(self) -> Sequence[int | None]:
        told = {"refund_id": self.row.stripe_id, "amount": -self.row.amount_cents}
        return self.db.execute(MERGE, {**told, **self.payment}).scalars().all()

    def _away(self, amount: int) -> list[Part]:
        """Taken from the invoice of just this amount, else from what was over, then from the last invoice on."""
        found = self.db.execute(KEPT, {**self.payment, "in_currency": self.row.currency}).all()
        kept = sorted(found, key=lambda part: int(part[2]) != amount)
        parts = []
        for id, number, cents in kept:
            part = max(0, min(int(cents), amount))
            amount -= part
            if part:
                parts.append(Part(id, number, -part, self.row.kind))
        return parts + self._beyond(amount)

    def _beyond(self, amount: int) -> list[Part]:
        """More than came, or another currency: recorded all the same, and for a person to see."""
        if not amount:
            return []
        told = {
            "payment_id": self.row.stripe_payment_id,
            "beyond_cents": amount,
            "currency": self.row.currency,
        }
        key = f"beyond:{self.row.stripe_id}"
        odd.keep(self.db, self.row.company_id, key, "amount", told, self.now)
        return [Part(None, "", -amount, self.row.kind)]

    def _write(self, parts: Iterable[Part], which: str, at: datetime) -> None:
        common = {
            "currency": self.row.currency,
            "method": self.method,
            "stripe_id": self.row.stripe_payment_id,
            "reversal_id": self.row.id,
            "created_at": self.now,
        }
        on = receipts.day(self.db, self.row.company_id, at)
        receipts.record(self.db, self.client, f"STRIPE-R{self.row.id}{which}", parts, on, common)


def _tell(
    db: Connection, company_id: int, seen: Seen, what: What, documents: list[int], now: datetime
) -> None:
    kind = "payment.refunded" if isinstance(seen, RefundSeen) else "payment.disputed"
    told = as_json(seen) | {"what": what, "documents": documents}
    audit.append(db, company_id, kind, "stripe", now, f"payment:{seen.payment_id}", payload=told)
