"""The statements of storage/checkouts.py."""

from __future__ import annotations

from sqlalchemy import and_, bindparam, func, or_, select, update

from storage import rows
from storage import tables as t
from storage.books_find import OWN, PAPERS

q, ln = t.payment_requests.c, t.payment_request_lines.c
c, d, n, a = t.companies.c, t.documents.c, t.contacts.c, t.accounts.c
_COMPANY = (*rows.COMPANY, c.stripe_key)
ORDER = (
    select(*_COMPANY, *rows.CLIENT, a.address)
    .select_from(t.payment_requests)
    .join(t.companies, c.id == q.company_id)
    .join(t.clients, t.clients.c.id == q.client_id)
    .outerjoin(t.accounts, a.id == q.account_id)
    .where(q.company_id == bindparam("company_id"), q.id == bindparam("request_id"))
)
SAME = t.payment_request_lines.alias("same")
FORMER = (
    select(q.company_id, q.id, q.stripe_id, c.stripe_key)
    .join(t.companies, c.id == q.company_id)
    .join(t.payment_request_lines, ln.payment_request_id == q.id)
    .join(SAME, SAME.c.document_id == ln.document_id)
    .where(
        q.company_id == bindparam("company_id"),
        q.client_id == bindparam("client_id"),
        q.state == "expired",
        q.stripe_id.is_not(None),
        ~q.closed,
        SAME.c.payment_request_id == bindparam("request_id"),
    )
    .distinct()
)
OPENED = (
    update(t.payment_requests)
    .where(q.id == bindparam("request_id"), q.stripe_id.is_(None))
    .values(stripe_id=bindparam("session"), url=bindparam("link"), expires_at=bindparam("until"))
)
WHO = (
    select(*rows.COMPANY, *rows.CLIENT, *rows.ACCOUNT)
    .select_from(t.contacts)
    .join(t.companies, c.id == n.company_id)
    .join(t.clients, t.clients.c.id == n.client_id)
    .join(t.accounts, a.id == n.account_id)
    .where(
        n.company_id == bindparam("company_id"),
        n.client_id == bindparam("client_id"),
        n.account_id == bindparam("account_id"),
        n.can_pay,
        n.ended_at.is_(None),
    )
)
INVOICES = PAPERS.where(OWN, d.id.in_(bindparam("ids", expanding=True)), rows.visible("invoice"))
DOOR = select(c.id, c.stripe_webhook_secret).where(
    c.slug == bindparam("slug"), c.stripe_webhook_secret.is_not(None)
)
_WITH_KEY = (
    select(q.company_id, q.id, q.stripe_id, q.state, c.stripe_key)
    .join(t.companies, c.id == q.company_id)
    .where(q.stripe_id.is_not(None), c.stripe_key.is_not(None))
)
CLOSED = update(t.payment_requests).where(q.id == bindparam("request_id")).values(closed=True)
PAYMENT = (
    select(func.max(t.payments.c.stripe_id)).where(t.payments.c.payment_request_id == q.id).scalar_subquery()
)
_NOT_LOOKED_AT = {
    since: or_(q.looked_at.is_(None), q.looked_at <= bindparam(since)) for since in ("late", "daily")
}
TO_CLOSE = (
    _WITH_KEY.where(q.state == "expired", ~q.closed, or_(_NOT_LOOKED_AT["late"], q.looked_at < q.ended_at))
    .order_by(q.looked_at.nulls_first(), q.id)
    .limit(bindparam("most"))
)
TO_LOOK_AT = (
    _WITH_KEY.add_columns(PAYMENT.label("payment_id"))
    .where(
        or_(
            and_(
                q.state.in_(("open", "in_progress")),
                q.created_at <= bindparam("late"),
                _NOT_LOOKED_AT["late"],
            ),
            and_(q.state == "paid", q.ended_at >= bindparam("lately"), _NOT_LOOKED_AT["daily"]),
        )
    )
    .order_by(q.looked_at.nulls_first(), q.id)
    .limit(bindparam("most"))
)
LOOKED = update(t.payment_requests).where(q.id == bindparam("request_id")).values(looked_at=bindparam("now"))
