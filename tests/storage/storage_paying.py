"""Requests for payment and what the provider tells of them: what every test of payments plays with."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from sqlalchemy import select
from storage_seed import HOUR, NOW, TODAY, House

from handlers.rules.card import Movement, Moves
from handlers.rules.paper import Account, Client, Paper
from handlers.rules.paying import (
    CheckoutSeen,
    DisputeSeen,
    PaymentNews,
    PayRequest,
    RefundSeen,
    Settled,
    spread,
)
from storage import tables as t
from storage.checkouts import Checkouts
from storage.imports.intake import Intake
from storage.imports.report import Outcome, Report
from storage.imports.shapes import Batch, DocumentRow, PaymentRow, checked
from storage.imports.write import write

CHAT = ("telegram", "4217")


def invoice(
    house: House, number: str = "F-1", cents: int = 64200, client: Client | None = None, **values: Any
) -> int:
    return house.paper(client or house.anne, number, total_cents=cents, **values)


def ask(
    house: House,
    *document_ids: int,
    now: datetime = NOW,
    account: Account | None = None,
    session: bool = True,
    where: tuple[str, str] = CHAT,
) -> PayRequest:
    """As a turn does: what is payable, spread, asked for; then the answer leaves and a session is opened."""
    with house.open() as work:
        papers = work.payments.payable(house.anne, TODAY, document_ids or None)
        lines = spread(papers, TODAY)
        request = work.payments.request(
            house.anne, account or house.account, lines, "EUR", *where, now, now + 24 * HOUR
        )
    if session and not request.url:
        checkouts(house).opened(
            request.id, f"cs_{request.id}", f"https://pay.example/{request.id}", request.expires_at
        )
        return replace(request, session_id=f"cs_{request.id}", url=f"https://pay.example/{request.id}")
    return request


def checkouts(house: House) -> Checkouts:
    return Checkouts(house.engine, house.keys)


def seen(request: PayRequest, **values: Any) -> CheckoutSeen:
    """Paid, unless told otherwise."""
    told: dict[str, Any] = {
        "session_id": request.session_id or f"cs_{request.id}",
        "status": "complete",
        "payment": "paid",
        "amount_cents": request.amount_cents,
        "currency": request.currency,
        "at": NOW,
        "payment_id": f"pi_{request.id}",
        "reference": request.reference,
        **values,
    }
    return CheckoutSeen(**told)


def refund(
    request: PayRequest, cents: int, status: str = "succeeded", id: str = "re_1", **values: Any
) -> RefundSeen:
    told: dict[str, Any] = {"currency": "EUR", "status": status, "at": NOW + HOUR, **values}
    return RefundSeen(id, told.pop("payment_id", f"pi_{request.id}"), cents, **told)


def dispute(request: PayRequest, cents: int, stage: str, id: str = "dp_1", **values: Any) -> DisputeSeen:
    told: dict[str, Any] = {"currency": "EUR", "stage": stage, "at": NOW + HOUR, **values}
    return DisputeSeen(id, told.pop("payment_id", f"pi_{request.id}"), cents, **told)


def told(house: House, news: Any, now: datetime = NOW, company_id: int | None = None) -> Settled:
    with house.open() as work:
        return work.payments.settle(PaymentNews(company_id or house.atelier.id, news), now)


def imported(
    house: House, *payments: dict[str, Any], documents: Any = (), now: datetime = NOW
) -> list[Outcome]:
    """What became of each row: anne's, of F-1, received today, unless told otherwise."""
    common = {"client": "C-Anne", "invoice": "F-1", "received_on": TODAY.isoformat()}
    batch = Batch("books.json", Path(), slug="atelier")
    batch.payments = [checked(PaymentRow, {**common, **row}) for row in payments]
    batch.documents = [checked(DocumentRow, {"client": "C-Anne", **row}) for row in documents]
    report = Report()
    with house.engine.begin() as db:
        write(db, batch, cast(Intake, {}), "atelier", now, report, lambda: None)
    return [row.outcome for row in report.rows if row.kind == "payment" or documents]


def paper(house: House, id: int) -> Paper:
    with house.open() as work:
        found = work.books.by_id(house.anne, id)
    assert found is not None
    return found


def left(house: House, id: int) -> int:
    return paper(house, id).left_cents


def moves(house: House, client: Client | None = None) -> list[Movement]:
    """Oldest first."""
    with house.open() as work:
        found = work.books.movements(client or house.anne, Moves(), TODAY, 0, 10_000)
    return list(reversed(found.items))


def money(house: House) -> list[tuple[str, int, str | None]]:
    """Kind, what it does to the balance, invoice: of what is no paper."""
    return [(one.kind, one.amount_cents, one.invoice) for one in moves(house) if one.document_id is None]


def balance(house: House) -> int:
    """As it is told; and the movements add up to it."""
    with house.open() as work:
        told = work.books.balance(house.anne, TODAY).balance_cents
    assert told == sum(one.amount_cents for one in moves(house) if one.currency == "EUR")
    return told


def states(house: House) -> list[str]:
    q = t.payment_requests.c
    with house.engine.connect() as db:
        return list(db.execute(select(q.state).order_by(q.id)).scalars())


def to_check(house: House) -> list[tuple[str, str]]:
    """Key and reason of what waits for a person."""
    o = t.payments_to_check.c
    with house.engine.connect() as db:
        return [
            (key, why)
            for key, why in db.execute(select(o.key, o.why).where(o.done_at.is_(None)).order_by(o.id))
        ]
