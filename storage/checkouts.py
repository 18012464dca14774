"""What the outside asks about payments, each in a transaction of its own: to open a session, to close one, to look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, Engine, and_, bindparam, func, or_, select, update

from handlers.rules.paper import Account, Client, Company, Paper
from handlers.rules.paying import PayRequest, RequestState, spread
from storage import receipts, requests, rows
from storage import tables as t
from storage.books_find import OWN, PAPERS
from storage.engine import reading
from storage.keys import Keys
from storage.payments import SqlPayments

LIFE = timedelta(hours=24)  # the most a checkout session can live
AGAIN = timedelta(minutes=15)  # rule 10: between two looks at what is open or in progress
DAILY, LATELY = (
    timedelta(days=1),
    timedelta(days=60),
)  # refunds and disputes of a host that no webhook reaches
CARD = ("card",)

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
TO_CLOSE = _WITH_KEY.where(q.state == "expired", ~q.closed).order_by(q.id).limit(bindparam("most"))
CLOSED = update(t.payment_requests).where(q.id == bindparam("request_id")).values(closed=True)
PAYMENT = (
    select(func.max(t.payments.c.stripe_id)).where(t.payments.c.payment_request_id == q.id).scalar_subquery()
)
_NOT_LOOKED_AT = {
    since: or_(q.looked_at.is_(None), q.looked_at <= bindparam(since)) for since in ("late", "daily")
}
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


class Former(NamedTuple):
    """A request that ended while its session may still be open at the provider."""

    company_id: int
    request_id: int
    session_id: str
    key: str


@dataclass(frozen=True)
class Order:
    """All it takes to open a checkout session. `former`: those to close first, so that no invoice is paid twice."""

    request: PayRequest
    company: Company
    client: Client
    email: str
    language: str
    form: str
    key: str
    methods: tuple[str, ...]
    former: tuple[Former, ...] = ()


@dataclass(frozen=True)
class Standing:
    """Where some invoices of a client stand."""

    company: Company
    client: Client
    papers: tuple[Paper, ...]


class ToLookAt(NamedTuple):
    company_id: int
    request_id: int
    session_id: str
    payment_id: str  # "" until a payment of it is known
    state: RequestState
    key: str


class Checkouts:
    def __init__(self, engine: Engine, keys: Keys) -> None:
        self.engine, self.keys = engine, keys

    def order(self, company_id: int, request_id: int) -> Order | None:
        """None for a request that is no longer open, and where the company has no key."""
        with reading(self.engine) as db:
            request = requests.by_id(db, company_id, request_id)
            row = db.execute(ORDER, {"company_id": company_id, "request_id": request_id}).first()
            if request is None or row is None or request.state != "open" or row.stripe_key is None:
                return None
            company, client, key = rows.company(row), rows.client(row), self._open(row.stripe_key)
            of = {"company_id": company_id, "client_id": client.id, "request_id": request_id}
            former = tuple(map(self._former, db.execute(FORMER, of)))
        return Order(
            request,
            company,
            client,
            email=row.address or "",
            language=client.language or company.language,
            form=client.form_of_address or company.form_of_address,
            key=key,
            methods=tuple(row.company_settings.get("payment_methods", CARD)),
            former=former,
        )

    def opened(self, request_id: int, session_id: str, url: str, expires_at: datetime) -> None:
        """Keeps the first session, when told of two."""
        told = {"session": session_id, "link": url, "until": expires_at}
        with self.engine.begin() as db:
            db.execute(OPENED, {"request_id": request_id, **told})

    def open_request(
        self, company_id: int, client_id: int, account_id: int, document_ids: Sequence[int], now: datetime
    ) -> PayRequest | None:
        """For what is due now on these invoices, in the currency of the oldest. None where nothing is, and for whoever
        may not pay (any more)."""
        with self.engine.begin() as db:
            who = _who(db, company_id, client_id, account_id)
            if who is None:
                return None
            _, client, account = who
            payments, today = SqlPayments(db), receipts.day(db, company_id, now)
            papers = payments.payable(client, today, document_ids)
            if not papers:
                return None
            currency = papers[0].currency
            lines = spread([one for one in papers if one.currency == currency], today)
            where = "email", "", now, now + LIFE
            return payments.request(client, account, lines, currency, *where)

    def standing(
        self,
        company_id: int,
        client_id: int,
        document_ids: Sequence[int],
        today: date,
        account_id: int,
    ) -> Standing | None:
        """The oldest due first. None for whoever may not pay (any more)."""
        with reading(self.engine) as db:
            who = _who(db, company_id, client_id, account_id)
            if who is None:
                return None
            company, client, _ = who
            own = {"client_id": client_id, "company_id": company_id, "ids": list(document_ids)}
            papers = [rows.paper(row) for row in db.execute(INVOICES, own)]
        papers.sort(key=lambda one: (one.due_on or one.issued_on or today, one.number))
        return Standing(company, client, tuple(papers))

    def door(self, slug: str) -> tuple[int, str] | None:
        """The company and its webhook secret; None where it has no secret: then it has no door."""
        with reading(self.engine) as db:
            row = db.execute(DOOR, {"slug": slug}).first()
        return (row.id, self._open(row.stripe_webhook_secret)) if row else None

    def to_close(self, limit: int = 50) -> list[Former]:
        with reading(self.engine) as db:
            found = db.execute(TO_CLOSE, {"most": limit}).all()
        return [self._former(row) for row in found]

    def closed(self, request_id: int) -> None:
        """Its session is over at the provider."""
        with self.engine.begin() as db:
            db.execute(CLOSED, {"request_id": request_id})

    def to_look_at(self, now: datetime, limit: int = 50) -> list[ToLookAt]:
        """Open or in progress for a while; and, once a day, what was paid of late. Those not looked at the longest
        first."""
        since = {"late": now - AGAIN, "daily": now - DAILY, "lately": now - LATELY}
        with reading(self.engine) as db:
            found = db.execute(TO_LOOK_AT, {**since, "most": limit}).all()
        return [self._to_look_at(row) for row in found]

    def looked(self, request_id: int, now: datetime) -> None:
        with self.engine.begin() as db:
            db.execute(LOOKED, {"request_id": request_id, "now": now})

    def _former(self, row: rows.Found) -> Former:
        return Former(row.company_id, row.id, row.stripe_id, self._open(row.stripe_key))

    def _to_look_at(self, row: rows.Found) -> ToLookAt:
        named = row.company_id, row.id, row.stripe_id, row.payment_id or "", row.state
        return ToLookAt(*named, self._open(row.stripe_key))

    def _open(self, sealed: bytes) -> str:
        return self.keys.box.decrypt(sealed).decode()


def _who(
    db: Connection, company_id: int, client_id: int, account_id: int
) -> tuple[Company, Client, Account] | None:
    """A contact who may pay, at a company that is paid online."""
    named = {"company_id": company_id, "client_id": client_id, "account_id": account_id}
    row = db.execute(WHO, named).first()
    if row is None or "payment" not in row.company_options:
        return None
    return rows.company(row), rows.client(row), rows.account(row)
