"""What a checkout session became, into the books: in any order, any number of times, never backwards from paid.

Money that came is always recorded. What it was asked for is filled first, invoice by invoice as the request stores it;
what is beyond that, or beyond what is left, is in the client's favour: a payment without an invoice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, bindparam, delete, update

from handlers.rules.paper import Client
from handlers.rules.paying import CheckoutSeen, PayRequest, RequestState, Settled
from storage import audit, doubles, odd, receipts, requests, reversals
from storage import tables as t
from storage.books import settle as sum_up
from storage.receipts import Part

METHODS = {"sepa_debit": "direct_debit"}  # in the words of an import; what else Stripe takes is a card
DEBIT = "sepa_debit"
Step = Literal["in_progress", "paid", "expired", "failed"]

p, q = t.payments.c, t.payment_requests.c
SESSION = (
    update(t.payment_requests)
    .where(q.id == bindparam("request_id"), q.stripe_id.is_(None))
    .values(stripe_id=bindparam("session_id"))
)
CLOSED = update(t.payment_requests).where(q.id == bindparam("request_id"), ~q.closed).values(closed=True)
NOT_YET = delete(t.payments).where(receipts.OF_REQUEST, p.state == "in_progress").returning(p.document_id)
# What an import brought of this very payment is the same money: it no longer counts.
MERGE = (
    update(t.payments)
    .where(
        receipts.OF_PAYMENT,
        p.amount_cents > 0,
        p.state == "received",
        p.payment_request_id.is_(None),
        p.reversal_id.is_(None),
    )
    .values(state="merged")
    .returning(p.document_id)
)


def settle(db: Connection, company_id: int, seen: CheckoutSeen, now: datetime) -> Settled:
    request = requests.by_session(db, company_id, seen.session_id, seen.reference)
    if request is None:
        return _unknown(db, company_id, seen, now)
    db.execute(SESSION, {"request_id": request.id, "session_id": seen.session_id})
    if seen.status != "open":
        db.execute(CLOSED, {"request_id": request.id})
    to = step(request.state, seen)
    client = receipts.client(db, company_id, request.client_id)
    return Checkout(db, client, request, seen, now).become(to) if to else Settled("", client, request)


def step(state: RequestState, seen: CheckoutSeen) -> Step | None:
    """Where this leads; None: it is known, or older than what is known."""
    if state == "paid":
        return None
    if seen.payment == "paid":
        return "paid"
    if seen.payment == "failed":
        return None if state == "failed" else "failed"
    if seen.status == "complete":
        return "in_progress" if state in ("open", "expired") else None
    return "expired" if seen.status == "expired" and state == "open" else None


class Checkout:
    """One session of one request, whose state changes."""

    def __init__(
        self, db: Connection, client: Client, request: PayRequest, seen: CheckoutSeen, now: datetime
    ) -> None:
        self.db, self.client, self.request, self.seen, self.now = db, client, request, seen, now
        self.company_id = client.company_id
        self.documents = [line.document_id for line in request.lines]
        self.payment_id = seen.payment_id or seen.session_id
        self.method = METHODS.get(seen.method, "card")

    def become(self, to: Step) -> Settled:
        self._summed(NOT_YET, request_id=self.request.id)
        over = self._money(to)
        why = self._odd() if to == "paid" else ""
        requests.become(self.db, [self.request.id], to, self.now)
        receipts.touched(self.db, self.company_id, self.documents, self.now)
        self._tell(to, over, why)
        if over:
            doubles.propose(self.db, self.client, self.request, self.seen.at, self.now)
        if to == "paid":
            reversals.catch_up(self.db, self.client, self.payment_id, self.method, self.now)
        return Settled(
            "odd" if why else to,
            self.client,
            replace(self.request, state=to, session_id=self.seen.session_id),
            receipts.papers(self.db, self.company_id, self.documents),
            self.seen.amount_cents,
            self.seen.currency,
            over,
            self.seen.method == DEBIT,
            why,
        )

    def _money(self, to: Step) -> int:
        """What is received, or on its way, and how much of it is over."""
        if to == "paid":
            self._summed(MERGE, of_company=self.company_id, payment_id=self.payment_id)
            parts, over = self._share()
            self._write(parts + self._over(over), "received")
            return over
        if to == "in_progress":
            self._write(self._share()[0], "in_progress")
        return 0

    def _share(self) -> tuple[list[Part], int]:
        """Money of another currency pays no invoice."""
        lines = self.request.lines if self.seen.currency == self.request.currency else ()
        return receipts.share(self.db, self.company_id, lines, self.seen.amount_cents)

    def _over(self, over: int) -> list[Part]:
        numbers = " ".join(line.number for line in self.request.lines)
        return [Part(None, numbers, over, "overpayment")] if over else []

    def _summed(self, change: Any, **values: Any) -> None:
        """Rows of payments change, and the sums of their invoices with them."""
        changed = self.db.execute(change, values).scalars().all()
        sum_up(self.db, [id for id in changed if id is not None])

    def _write(self, parts: Sequence[Part], state: str) -> None:
        common = {
            "currency": self.seen.currency,
            "method": self.method,
            "state": state,
            "stripe_id": self.payment_id,
            "payment_request_id": self.request.id,
            "created_at": self.now,
        }
        on = receipts.day(self.db, self.company_id, self.seen.at)
        receipts.record(self.db, self.client, f"STRIPE-{self.request.id}", parts, on, common)

    def _odd(self) -> str:
        """Not what was asked for: a person looks at it."""
        asked = {"amount": self.request.amount_cents, "currency": self.request.currency}
        came = {"amount": self.seen.amount_cents, "currency": self.seen.currency}
        why = next((name for name in ("currency", "amount") if asked[name] != came[name]), "")
        if why:
            told, key = as_json(self.seen) | {"asked": asked}, f"session:{self.seen.session_id}"
            odd.keep(self.db, self.company_id, key, why, told, self.now, self.request.id)
        return why

    def _tell(self, to: Step, over: int, why: str) -> None:
        kinds = {"paid": "payment.confirmed", "failed": "payment.failed"}
        if to not in kinds:
            return
        lines = [asdict(line) for line in self.request.lines]
        told = as_json(self.seen) | {
            "request": self.request.id,
            "lines": lines,
            "over_cents": over,
            "odd": why,
        }
        subject = f"payment_request:{self.request.id}"
        audit.append(self.db, self.company_id, kinds[to], "stripe", self.now, subject, payload=told)


def _unknown(db: Connection, company_id: int, seen: CheckoutSeen, now: datetime) -> Settled:
    """A session that no request of ours made: it matters where money came."""
    if seen.payment != "paid":
        return Settled("")
    key = f"session:{seen.session_id}"
    if not odd.keep(db, company_id, key, "unknown_session", as_json(seen), now):
        return Settled("")
    return Settled("odd", amount_cents=seen.amount_cents, currency=seen.currency, why="unknown_session")


def as_json(seen: Any) -> dict[str, Any]:
    return {**asdict(seen), "at": seen.at.isoformat()}
