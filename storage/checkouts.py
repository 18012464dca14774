"""What the outside asks about payments, each in a transaction of its own: to open a session, to close one, to look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from handlers.rules.paper import Account, Client, Company, Paper
from handlers.rules.paying import PayRequest, RequestState, spread, takes
from storage import checkout_rows as sql
from storage import receipts, requests, rows
from storage.engine import reading
from storage.keys import Keys
from storage.payments import SqlPayments

LIFE = timedelta(hours=24)  # the most a checkout session can live
AGAIN = timedelta(minutes=15)  # rule 10: between two looks at what is open or in progress
DAILY, LATELY = timedelta(days=1), timedelta(days=60)  # for hosts that no webhook reaches
CARD = ("card",)


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
            row = db.execute(sql.ORDER, {"company_id": company_id, "request_id": request_id}).first()
            if request is None or row is None or request.state != "open" or row.stripe_key is None:
                return None
            company, client, key = rows.company(row), rows.client(row), self._open(row.stripe_key)
            of = {"company_id": company_id, "client_id": client.id, "request_id": request_id}
            former = tuple(map(self._former, db.execute(sql.FORMER, of)))
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
            db.execute(sql.OPENED, {"request_id": request_id, **told})

    def open_request(
        self, company_id: int, client_id: int, account_id: int, document_ids: Sequence[int], now: datetime
    ) -> PayRequest | None:
        """For what is due now on these invoices, in the currency of the oldest. None where nothing is, or no amount
        that is paid online, and for whoever may not pay (any more)."""
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
            if not takes(sum(line.amount_cents for line in lines), currency):
                return None
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
            papers = [rows.paper(row) for row in db.execute(sql.INVOICES, own)]
        papers.sort(key=lambda one: (one.due_on or one.issued_on or today, one.number))
        return Standing(company, client, tuple(papers))

    def door(self, slug: str) -> tuple[int, str] | None:
        """The company and its webhook secret; None where it has no secret: then it has no door."""
        with reading(self.engine) as db:
            row = db.execute(sql.DOOR, {"slug": slug}).first()
        return (row.id, self._open(row.stripe_webhook_secret)) if row else None

    def to_close(self, now: datetime, limit: int = 50) -> list[Former]:
        """At once, and again after a while where the provider did not answer."""
        with reading(self.engine) as db:
            found = db.execute(sql.TO_CLOSE, {"late": now - AGAIN, "most": limit}).all()
        return [self._former(row) for row in found]

    def closed(self, request_id: int) -> None:
        """Its session is over at the provider."""
        with self.engine.begin() as db:
            db.execute(sql.CLOSED, {"request_id": request_id})

    def to_look_at(self, now: datetime, limit: int = 50) -> list[ToLookAt]:
        """Open or in progress for a while; and, once a day, what was paid of late. Those not looked at the longest
        first."""
        since = {"late": now - AGAIN, "daily": now - DAILY, "lately": now - LATELY}
        with reading(self.engine) as db:
            found = db.execute(sql.TO_LOOK_AT, {**since, "most": limit}).all()
        return [self._to_look_at(row) for row in found]

    def looked(self, request_id: int, now: datetime) -> None:
        with self.engine.begin() as db:
            db.execute(sql.LOOKED, {"request_id": request_id, "now": now})

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
    row = db.execute(sql.WHO, named).first()
    if row is None or "payment" not in row.company_options:
        return None
    return rows.company(row), rows.client(row), rows.account(row)
