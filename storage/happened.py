"""What happened at a company in a stretch of time: set by set, by index."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, String, and_, case, cast, func, select

from handlers.core.wording import local
from handlers.rules.bounces import LATEST
from handlers.rules.happened import Happened, Item, Items
from handlers.rules.paper import Company
from storage import tables as t
from storage.books_find import LEFT

MOST = 200  # things of one kind that are listed
d, f, a, n, o = t.documents.c, t.clients.c, t.accounts.c, t.notices.c, t.outbox.c
i, x, p, u, w, r = t.inbox.c, t.decisions.c, t.payments.c, t.pauses.c, t.document_views.c, t.tries.c
BAD = ("bounced", "complaint", "failed", "blocked", "suppressed", "no_file")  # it did not arrive, or will not
_LEFT_AS = case((o.state.in_(("due", "taken")), "planned"), else_=o.state)
BECAME = case(
    (n.state == "skipped", n.reason), else_=func.coalesce(n.outcome, o.outcome, _LEFT_AS, n.state)
).label("became")  # the outbox's rows go sooner than the notices
# The row of what came back (handlers/returned.py): it may come long after the message left.
CAME_BACK = and_(
    i.channel == "bounce", i.key == cast(n.outbox_id, String) + ":" + func.coalesce(n.outcome, "held")
)
HEARD_AT = func.coalesce(i.received_at, n.ready_at)


def between(db: Connection, company: Company, since: datetime, until: datetime, today: date) -> Happened:
    """`today`: of the company, at `until`; what is due by the day is judged by it."""
    here = _Stretch(db, company, since, until)
    return Happened(
        since,
        until,
        announced=here.announced(),
        signed=here.decided("accepted"),
        refused=here.decided("refused"),
        paid=here.paid(),
        promised=here.said("promise"),
        said_paid=here.said("paid"),
        disagreed=here.said("disagree"),
        broken=here.broken(today),
        expired=here.expired(today),
        undelivered=here.undelivered(),
        locked=here.locked(),
        seen=here.seen(),
    )


class _Stretch:
    def __init__(self, db: Connection, company: Company, since: datetime, until: datetime) -> None:
        self.db, self.id, self.since, self.until = db, company.id, since, until
        self.first = local(since, company.timezone).date()  # days are those of the company's clock

    def _within(self, at: Any) -> Any:
        return and_(at >= self.since, at < self.until)

    def _rows(self, statement: Select[Any]) -> Any:
        return self.db.execute(statement.limit(MOST))

    def announced(self) -> int:
        told = select(func.count(func.distinct(n.document_id))).where(
            n.company_id == self.id, n.kind == "announce", n.state != "skipped", self._within(n.created_at)
        )
        return int(self.db.execute(told).scalar_one())

    def decided(self, decision: str) -> Items:
        asked = (
            select(f.name, d.number, d.total_cents, d.currency)
            .select_from(t.decisions)
            .join(t.documents, d.id == x.document_id)
            .join(t.clients, f.id == x.client_id)
            .where(x.company_id == self.id, x.decision == decision, self._within(x.at))
            .order_by(x.at)
        )
        return tuple(Item(row.name, row.number, row.total_cents, row.currency) for row in self._rows(asked))

    def paid(self) -> Items:
        """What came in through the provider: what the company recorded itself is no news to it."""
        asked = (
            select(f.name, d.number, p.amount_cents, p.currency)
            .select_from(t.payments)
            .join(t.clients, f.id == p.client_id)
            .outerjoin(t.documents, d.id == p.document_id)
            .where(
                p.company_id == self.id,
                p.state == "received",
                p.payment_request_id.is_not(None),
                p.kind.in_(("payment", "overpayment")),
                p.amount_cents > 0,
                self._within(p.created_at),
            )
            .order_by(p.id)
        )
        return tuple(
            Item(row.name, row.number or "", row.amount_cents, row.currency) for row in self._rows(asked)
        )

    def said(self, kind: str) -> Items:
        asked = self._pauses().where(u.kind == kind, u.ended_at.is_(None), self._within(u.created_at))
        return self._owed(asked)

    def broken(self, today: date) -> Items:
        """Promises for a day of this stretch, which is over."""
        due = self._pauses().where(
            u.kind == "promise", u.ended_at.is_(None), u.until >= self.first, u.until < today
        )
        return self._owed(due.where(d.in_progress_cents < LEFT))

    def _pauses(self) -> Select[Any]:
        return (
            select(f.name, d.number, (LEFT - d.in_progress_cents).label("owed"), d.currency, u.until)
            .select_from(t.pauses)
            .join(t.documents, d.id == u.document_id)
            .join(t.clients, f.id == u.client_id)
            .where(u.company_id == self.id)
            .order_by(u.id)
        )

    def _owed(self, asked: Select[Any]) -> Items:
        return tuple(
            Item(row.name, row.number, max(0, row.owed), row.currency, row.until) for row in self._rows(asked)
        )

    def expired(self, today: date) -> Items:
        """Quotes nobody decided, whose last day is of this stretch."""
        asked = (
            select(f.name, d.number, d.total_cents, d.currency)
            .select_from(t.documents)
            .join(t.clients, f.id == d.client_id)
            .where(
                d.company_id == self.id,
                d.kind == "quote",
                d.status.in_(("sent", "expired")),
                d.valid_until >= self.first,
                d.valid_until < today,
            )
            .order_by(d.id)
        )
        return tuple(Item(row.name, row.number, row.total_cents, row.currency) for row in self._rows(asked))

    def undelivered(self) -> Items:
        asked = (
            select(f.name, a.address, n.channel, BECAME)
            .select_from(t.notices)
            .join(t.clients, f.id == n.client_id)
            .join(t.accounts, a.id == n.account_id)
            .outerjoin(t.outbox, o.id == n.outbox_id)
            .outerjoin(t.inbox, CAME_BACK)
            .where(
                n.company_id == self.id,
                n.ready_at >= self.since - LATEST,
                self._within(HEARD_AT),
                BECAME.in_(BAD),
            )
            .order_by(n.id)
        )
        once = dict.fromkeys(
            Item(row.name, row.address if row.channel == "email" else "Telegram", why=row.became)
            for row in self._rows(asked)
        )
        return tuple(once)

    def locked(self) -> Items:
        asked = (
            select(a.address, func.min(f.name).label("name"))
            .select_from(t.tries)
            .join(t.accounts, a.id == r.account_id)
            .outerjoin(t.contacts, and_(t.contacts.c.account_id == a.id, t.contacts.c.ended_at.is_(None)))
            .outerjoin(t.clients, f.id == t.contacts.c.client_id)
            .where(r.company_id == self.id, r.locked_until > self.until, self._within(r.updated_at))
            .group_by(a.id, a.address)
            .order_by(a.id)
        )
        return tuple(Item(row.name or "", row.address) for row in self._rows(asked))

    def seen(self) -> Items:
        asked = (
            select(f.name, d.number)
            .select_from(t.document_views)
            .join(t.documents, d.id == w.document_id)
            .join(t.clients, f.id == w.client_id)
            .where(w.company_id == self.id, self._within(w.at))
            .group_by(f.name, d.number)
            .order_by(func.min(w.id))
        )
        return tuple(Item(row.name, row.number) for row in self._rows(asked))
