"""Requests for payment: one row is one checkout session, and an invoice is in one open request at most.

Whoever writes holds the row of the company first (storage/audit.py: hold), so that two at once take turns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, Connection, Select, bindparam, insert, or_, select, update

from handlers.rules.paper import Account, Client
from handlers.rules.paying import Line, PayRequest, RequestState
from storage import tables as t
from storage.books import AT_ONCE
from storage.books_find import ISSUED, LEFT
from storage.rows import Found

LEAST = timedelta(minutes=35)  # of life that a new checkout session needs: bot/payments/provider.py

q, ln, d = t.payment_requests.c, t.payment_request_lines.c, t.documents.c
_IDS: BindParameter[list[int]] = bindparam("ids", expanding=True)
_OF_COMPANY = q.company_id == bindparam("company_id")
REQUESTS: Select[Any] = select(
    *(q.id, q.client_id, q.account_id, q.amount_cents, q.currency, q.state, q.created_at, q.expires_at),
    *(q.channel, q.conversation, q.url, q.stripe_id),
)
BY_ID = REQUESTS.where(_OF_COMPANY, q.id == bindparam("request_id"))
BY_SESSION = REQUESTS.where(_OF_COMPANY, q.stripe_id == bindparam("session_id"))
LINES = (
    select(ln.document_id, d.number, ln.amount_cents)
    .join(t.documents, d.id == ln.document_id)
    .where(ln.payment_request_id == bindparam("request_id"))
    .order_by(ln.id)
)
OPEN_ON = (
    REQUESTS.join(t.payment_request_lines, ln.payment_request_id == q.id)
    .where(_OF_COMPANY, ln.open_document_id.in_(_IDS), q.state == "open")
    .distinct()
)
STALE = (
    select(ln.payment_request_id)
    .join(t.documents, d.id == ln.open_document_id)
    .where(
        ln.company_id == bindparam("company_id"),
        ln.open_document_id.in_(_IDS),
        or_(~ISSUED, ln.amount_cents != LEFT - d.in_progress_cents),
    )
    .distinct()
)
BECOME = update(t.payment_requests).where(q.id.in_(_IDS)).values(state=bindparam("to"))
END = BECOME.values(ended_at=bindparam("now"))
FREE = (
    update(t.payment_request_lines)
    .where(ln.payment_request_id.in_(_IDS), ln.open_document_id.is_not(None))
    .values(open_document_id=None)
)
MAKE = insert(t.payment_requests).returning(q.id)
ADD_LINES = insert(t.payment_request_lines)


def by_id(db: Connection, company_id: int, id: int) -> PayRequest | None:
    return _one(db, BY_ID, company_id=company_id, request_id=id)


def by_session(db: Connection, company_id: int, session_id: str, reference: str) -> PayRequest | None:
    """`reference`: of our request. It counts where the crash of a process left the session unwritten."""
    found = _one(db, BY_SESSION, company_id=company_id, session_id=session_id)
    id = reference.partition("-")[0]
    if found is None and id.isascii() and id.isdigit() and len(id) < 19:
        named = by_id(db, company_id, int(id))
        found = named if named and named.reference == reference and not named.session_id else None
    return found


def open_on(db: Connection, company_id: int, document_ids: Sequence[int]) -> list[PayRequest]:
    found = db.execute(OPEN_ON, {"company_id": company_id, "ids": list(document_ids)})
    return [_read(db, row) for row in found.all()]


def serves(request: PayRequest, lines: Sequence[Line], currency: str, now: datetime) -> bool:
    """Is it for the very same, and does it last? One without a session yet must leave it time to live."""
    same = {(one.document_id, one.amount_cents) for one in request.lines} == {
        (one.document_id, one.amount_cents) for one in lines
    }
    until = now if request.url else now + LEAST
    return same and request.currency == currency and request.expires_at > until


def make(
    db: Connection,
    client: Client,
    account: Account,
    lines: Sequence[Line],
    currency: str,
    channel: str,
    conversation: str,
    now: datetime,
    expires_at: datetime,
) -> PayRequest:
    values = {
        "company_id": client.company_id,
        "client_id": client.id,
        "account_id": account.id,
        "amount_cents": sum(line.amount_cents for line in lines),
        "currency": currency,
        "channel": channel,
        "conversation": conversation,
        "created_at": now,
        "expires_at": expires_at,
    }
    id = int(db.execute(MAKE, values).scalar_one())
    of = {"company_id": client.company_id, "payment_request_id": id}
    db.execute(ADD_LINES, [{**of, **_line(line)} for line in lines])
    made = by_id(db, client.company_id, id)
    assert made is not None
    return made


def _line(line: Line) -> dict[str, int]:
    return {
        "document_id": line.document_id,
        "open_document_id": line.document_id,
        "amount_cents": line.amount_cents,
    }


def become(db: Connection, ids: Iterable[int], state: RequestState, now: datetime) -> None:
    """Its invoices can be asked for anew."""
    some = {"ids": list(ids)}
    if some["ids"]:
        db.execute(BECOME if state == "in_progress" else END, {**some, "to": state, "now": now})
        db.execute(FREE, some)


def end_stale(db: Connection, company_id: int, document_ids: Iterable[int], now: datetime) -> None:
    """Open requests for what is no longer due on these invoices, to the cent, end: their sums have moved."""
    ids = sorted(set(document_ids))
    for start in range(0, len(ids), AT_ONCE):
        moved = {"company_id": company_id, "ids": ids[start : start + AT_ONCE]}
        become(db, db.execute(STALE, moved).scalars().all(), "expired", now)


def _one(db: Connection, statement: Select[Any], **values: Any) -> PayRequest | None:
    row = db.execute(statement, values).first()
    return _read(db, row) if row else None


def _read(db: Connection, row: Found) -> PayRequest:
    lines = tuple(Line(*line) for line in db.execute(LINES, {"request_id": row.id}))
    return PayRequest(
        id=row.id,
        client_id=row.client_id,
        account_id=row.account_id,
        lines=lines,
        amount_cents=row.amount_cents,
        currency=row.currency,
        state=row.state,
        created_at=row.created_at,
        expires_at=row.expires_at,
        channel=row.channel,
        conversation=row.conversation,
        url=row.url or "",
        session_id=row.stripe_id or "",
    )
