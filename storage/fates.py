"""What became of each document that was announced: of the mails and messages, and of the document itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, or_, select

from handlers.rules.happened import Fate
from handlers.rules.paper import Company
from storage import tables as t
from storage.books_find import LEFT
from storage.happened import BAD, BECAME

d, f, n, o, w, x = (
    t.documents.c,
    t.clients.c,
    t.notices.c,
    t.outbox.c,
    t.document_views.c,
    t.decisions.c,
)

_SEEN = select(func.max(w.at)).where(w.document_id == d.id).scalar_subquery()
_DECIDED = select(x.at).where(x.document_id == d.id).scalar_subquery()
FATES = (
    select(
        *(d.id, d.kind, d.number, d.version, d.total_cents, d.currency, d.status, d.paid_on, f.ref, f.name),
        LEFT.label("left_cents"),
        _SEEN.label("seen_at"),
        _DECIDED.label("decided_at"),
    )
    .select_from(t.documents)
    .join(t.clients, f.id == d.client_id)
    .where(d.kind.in_(("invoice", "quote")), d.status != "draft")
)
WENT = (
    select(n.document_id, n.channel, BECAME, n.created_at)
    .outerjoin(t.outbox, o.id == n.outbox_id)
    .where(n.kind == "announce")
    .order_by(n.id)
)


def fates(db: Connection, company: Company, since: date) -> Iterator[Fate]:
    """Quotes and invoices issued, or announced, since that day of the company's clock; the oldest first."""
    midnight = datetime.combine(since, time(), ZoneInfo(company.timezone))
    told = select(n.document_id).where(
        n.company_id == company.id, n.kind == "announce", n.created_at >= midnight
    )
    wanted = FATES.where(d.company_id == company.id, or_(d.issued_on >= since, d.id.in_(told)))
    went = _went(db, company, wanted.with_only_columns(d.id))
    for row in db.execute(wanted.order_by(d.issued_on, d.id)):
        yield Fate(
            row.kind,
            row.number,
            row.version,
            row.ref,
            row.name,
            row.total_cents,
            max(0, row.left_cents) if row.kind == "invoice" else 0,
            row.currency,
            row.status,
            **went.get(row.id, {}),
            seen_at=row.seen_at,
            decided_at=row.decided_at,
            paid_on=row.paid_on,
        )


def _went(db: Connection, company: Company, documents: Any) -> dict[int, dict[str, Any]]:
    """By document: the state on each channel, and when it was announced first."""
    went: dict[int, dict[str, Any]] = {}
    for row in db.execute(WENT.where(n.company_id == company.id, n.document_id.in_(documents))):
        one = went.setdefault(row.document_id, {"announced_at": row.created_at})
        one[row.channel] = _worse(one.get(row.channel, ""), row.became)
    return went


def _worse(one: str, other: str) -> str:
    """Of several people: what went wrong is told first."""
    return one if one in BAD and other not in BAD else other
