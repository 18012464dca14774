"""The documents a client may see, and what they owe. Every look-up names the client in the query itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal,
    select,
    union_all,
    update,
)

from handlers.rules.card import Movement, Moves, Statement
from handlers.rules.number import alike
from handlers.rules.paper import Annex, Balance, Client, Page, Paper, Wanted
from storage import books_find, movements, rows
from storage import tables as t
from storage.books_find import LATE, LEFT, OWN, PAPERS, UNPAID
from storage.shelf import Shelf

d, p, v, n = t.documents.c, t.payments.c, t.document_versions.c, t.annexes.c

BY_ID = PAPERS.where(OWN, d.id == bindparam("document_id"), rows.visible())
NUMBERS = (
    select(d.id, d.kind, d.number_norm).where(OWN, rows.visible()).order_by(d.issued_on.desc(), d.id.desc())
)
ANNEXES = (
    select(n.name, n.file_sha256, t.files.c.size)
    .select_from(t.documents)
    .join(t.document_versions, and_(v.document_id == d.id, v.version == d.version))
    .join(t.annexes, n.document_version_id == v.id)
    .outerjoin(t.files, and_(t.files.c.company_id == n.company_id, t.files.c.sha256 == n.file_sha256))
    .where(OWN, d.id == bindparam("document_id"), rows.visible())
    .order_by(n.position)
)


def _sum(column: Any) -> Any:
    return func.coalesce(func.sum(column), 0)


# Read from the covering indexes ix_documents_balance and ix_payments_client alone.
_OWED = (
    select(
        d.kind,
        d.currency,
        func.count().label("rows"),
        _sum(d.total_cents).label("total"),
        _sum(case((UNPAID, 1), else_=0)).label("waiting"),
        _sum(case((LATE, 1), else_=0)).label("late"),
    )
    .where(OWN, d.kind.in_(("invoice", "credit_note")), d.status == "issued")
    .group_by(d.kind, d.currency)
)
_PAID = (
    select(p.state, p.currency, func.count(), _sum(p.amount_cents), literal(0), literal(0))
    .where(
        p.client_id == bindparam("client_id"),
        rows.of_company(t.payments),
        p.state.in_(("received", "in_progress")),
    )
    .group_by(p.state, p.currency)
)
SUMS = union_all(_OWED, _PAID)
OLDEST_LATE = PAPERS.where(OWN, LATE).order_by(d.due_on, d.id).limit(1)


class SqlBooks(Shelf):
    def find(
        self, client: Client, wanted: Wanted, today: date, offset: int = 0, limit: int = 5
    ) -> Page[Paper]:
        return books_find.find(self.db, client, wanted, today, offset, limit)

    def by_id(self, client: Client, id: int) -> Paper | None:
        row = self._first(BY_ID, **_own(client), document_id=id)
        return rows.paper(row) if row else None

    def nearest_number(self, client: Client, number_norm: str, kinds: Sequence[str] = ()) -> Paper | None:
        found = [row for row in self._all(NUMBERS, **_own(client)) if not kinds or row.kind in kinds]
        likeness = [(alike(row.number_norm, number_norm), -place, row.id) for place, row in enumerate(found)]
        best = max(likeness, default=(0, 0, 0))
        return self.by_id(client, best[2]) if best[0] else None

    def annexes(self, client: Client, document_id: int) -> tuple[Annex, ...]:
        found = self._all(ANNEXES, **_own(client), document_id=document_id)
        return tuple(Annex(row.name, row.file_sha256, row.size or 0) for row in found)

    def balance(self, client: Client, today: date) -> Balance:
        """In the currency that most rows are in: sums of two currencies mean nothing."""
        currency, at = self._sums(client, today)
        cents = {kind: int(row.total) for kind, row in at.items()}
        invoices = at.get("invoice")
        late = self._first(OLDEST_LATE, **_own(client), today=today) if invoices and invoices.late else None
        return Balance(
            invoiced_cents=cents.get("invoice", 0),
            credited_cents=cents.get("credit_note", 0),
            received_cents=cents.get("received", 0),
            in_progress_cents=cents.get("in_progress", 0),
            waiting=int(invoices.waiting) if invoices else 0,
            late=int(invoices.late) if invoices else 0,
            oldest_late=rows.paper(late) if late else None,
            currency=currency,
        )

    def movements(
        self, client: Client, moves: Moves, today: date, offset: int = 0, limit: int = 5
    ) -> Page[Movement]:
        return movements.find(self.db, client, moves, offset, limit)

    def statement(self, client: Client, start: date, end: date, most: int) -> Statement:
        currency, at = self._sums(client, end)
        cents = {kind: int(row.total) for kind, row in at.items()}
        balance = cents.get("invoice", 0) - cents.get("credit_note", 0) - cents.get("received", 0)
        return movements.statement(self.db, client, start, end, most, balance, currency)

    def _sums(self, client: Client, today: date) -> tuple[str, dict[str, rows.Found]]:
        """The currency of the account, and in it the sums of each kind of row."""
        found = self._all(SUMS, **_own(client), today=today)
        currency = _main_currency(found)
        return currency, {row.kind: row for row in found if row.currency == currency}


def _own(client: Client) -> dict[str, int]:
    return {"client_id": client.id, "company_id": client.company_id}


def _main_currency(found: Sequence[rows.Found]) -> str:
    count: dict[str, int] = defaultdict(int)
    for row in found:
        count[row.currency] += row.rows
    return min(count, key=lambda currency: (-count[currency], currency), default="EUR")


# --- the sums that a document repeats

_IDS: BindParameter[list[int]] = bindparam("ids", expanding=True)
HOLD = select(d.id).where(d.id.in_(_IDS)).order_by(d.id).with_for_update()
CREDITS = t.documents.alias("credits")
# By the index alone, in so many words: where few documents name an invoice, SQLite takes it for a poor one.
_NAMING = t.documents.alias("naming")
_ON_IT = select(_NAMING.c.id).where(_NAMING.c.invoice_id == d.id).correlate(t.documents)


def _payments(state: str) -> Select[Any]:
    return select(_sum(p.amount_cents)).where(p.document_id == d.id, p.state == state)


SUM_UP = (
    update(t.documents)
    .where(d.id.in_(_IDS), d.kind == "invoice")
    .values(
        paid_cents=_payments("received").scalar_subquery(),
        in_progress_cents=_payments("in_progress").scalar_subquery(),
        credited_cents=select(_sum(CREDITS.c.total_cents))
        .where(CREDITS.c.id.in_(_ON_IT), CREDITS.c.kind == "credit_note", CREDITS.c.status == "issued")
        .scalar_subquery(),
    )
)
_LAST_RECEIVED = select(func.max(p.received_on)).where(p.document_id == d.id, p.state == "received")
DATE_PAID = (
    update(t.documents)
    .where(d.id.in_(_IDS), d.kind == "invoice")
    .values(paid_on=case((LEFT <= 0, _LAST_RECEIVED.scalar_subquery()), else_=None))
)
AT_ONCE = 500  # SQLite takes so many parameters, and more


def settle(db: Connection, document_ids: Iterable[int]) -> None:
    """Sum up anew what was paid, credited and is in progress on these invoices, and since when nothing is left.

    The rows are held first: two payments at once must both be counted (PostgreSQL reads sums from before a wait).
    """
    ids = sorted(set(document_ids))
    for start in range(0, len(ids), AT_ONCE):
        some = {"ids": ids[start : start + AT_ONCE]}
        db.execute(HOLD, some).all()
        db.execute(SUM_UP, some)
        db.execute(DATE_PAID, some)
