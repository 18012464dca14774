"""A company that is paid through a provider that loses, repeats and mixes up what it tells: the model of it.

What is true is kept here, in plain sums; the books may lag behind what happened, and are never wrong about what they
know.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import event, func, select
from storage_paying import ask, balance, checkouts, imported, invoice
from storage_seed import DAY, NOW, TODAY, House, seed

from handlers.rules.paying import CheckoutSeen, DisputeSeen, PaymentNews, PayRequest, RefundSeen, spread
from storage import admin
from storage import tables as t
from storage.engine import connect

MOST = 5  # invoices, and sessions
CENTS = st.integers(1, 4).map(lambda hundreds: 100 * hundreds)
PICK = st.integers(0, 1_000)


@dataclass
class Refund:
    id: str
    cents: int
    status: str = "pending"


@dataclass
class Dispute:
    id: str
    cents: int
    stage: str = "opened"

    @property
    def out(self) -> bool:
        return self.stage in ("withdrawn", "lost")


@dataclass
class Session:
    """At the provider."""

    request: PayRequest
    status: str = "open"
    payment: str = "unpaid"
    refunds: list[Refund] = field(default_factory=list)
    dispute: Dispute | None = None

    @property
    def pi(self) -> str:
        return f"pi_{self.request.id}"

    @property
    def kept(self) -> int:
        """What the company has of it."""
        if self.payment != "paid":
            return 0
        gone = sum(one.cents for one in self.refunds if one.status != "failed")
        return (
            self.request.amount_cents
            - gone
            - (self.dispute.cents if self.dispute and self.dispute.out else 0)
        )

    def seen(self, now: datetime) -> CheckoutSeen:
        request, pi = self.request, self.pi if self.status == "complete" else ""
        amount = (request.amount_cents, request.currency, now, pi, str(request.id), "sepa_debit")
        return CheckoutSeen(request.session_id, self.status, self.payment, *amount)

    def news(self, now: datetime) -> list[Any]:
        told: list[Any] = [
            RefundSeen(one.id, self.pi, one.cents, "EUR", one.status, now) for one in self.refunds
        ]
        if self.dispute:
            one = self.dispute
            told.append(DisputeSeen(one.id, self.pi, one.cents, "EUR", one.stage, now))
        return told


IS: dict[str, Callable[[Session], Any]] = {
    "open": lambda one: one.status == "open",
    "going": lambda one: (one.status, one.payment) == ("complete", "unpaid"),
    "paid": lambda one: one.payment == "paid",
    "kept": lambda one: one.kept > 0,
    "undisputed": lambda one: one.dispute is None and one.kept > 0,
    "disputed": lambda one: one.dispute and one.dispute.stage in ("opened", "withdrawn"),
    "going_back": lambda one: any(back.status == "pending" for back in one.refunds),
}


def some(name: str) -> Any:
    """There is such a session."""
    return precondition(lambda self: bool(self.of(name)))


class Payments(RuleBasedStateMachine):
    """`fresh` gives the URL of an empty database at the newest schema."""

    fresh: Callable[[], str]

    @initialize()
    def start(self) -> None:
        self.engine = connect(type(self).fresh())
        if self.engine.dialect.name == "sqlite":  # no test of these pulls the plug
            event.listen(self.engine, "connect", lambda db, _: db.execute("PRAGMA synchronous=OFF"))
        self.house: House = seed(self.engine)
        key = self.house.keys.box.encrypt(b"sk_1")
        admin.set_company(self.engine, "atelier", {"stripe_key": key, "options": ["payment"]}, NOW)
        self.now = NOW
        self.invoices: list[int] = []
        self.sessions: dict[int, Session] = {}  # by request
        self.told: list[Any] = []  # all that was ever sent, whatever arrives of it
        self.invoiced = self.by_hand = self.rows = 0
        for hundreds in (1, 2, 3):
            self.an_invoice(100 * hundreds)

    def teardown(self) -> None:
        if hasattr(self, "engine"):
            try:
                self.in_the_end()
            finally:
                self.engine.dispose()

    # --- what people do

    @precondition(lambda self: len(self.invoices) < MOST)
    @rule(cents=CENTS)
    def an_invoice(self, cents: int) -> None:
        number = f"F-{len(self.invoices) + 1}"
        self.invoices.append(invoice(self.house, number, cents))
        self.invoiced += cents

    @precondition(lambda self: self.invoices and len(self.sessions) < MOST)
    @rule(which=st.sets(st.integers(0, MOST - 1)), opened=st.booleans())
    def asks(self, which: set[int], opened: bool) -> None:
        ids = [self.invoices[one] for one in which if one < len(self.invoices)]
        due = self.due(ids or None)
        if not due:
            return
        request = ask(self.house, *ids, now=self.now, session=opened)
        assert {line.document_id: line.amount_cents for line in request.lines} == due
        assert request.state == "open"
        if request.session_id and request.id not in self.sessions:
            self.sessions[request.id] = Session(request)

    @precondition(lambda self: len(self.sessions) < MOST)
    @rule(which=PICK, debit=st.booleans(), all=st.booleans())
    def asks_and_pays(self, which: int, debit: bool, all: bool) -> None:
        before = len(self.sessions)
        self.asks(set() if all else {which % len(self.invoices)}, True)
        if len(self.sessions) > before:
            self.pays(len(self.of("open")) - 1, debit)

    @some("open")
    @rule(which=PICK, debit=st.booleans())
    def pays(self, which: int, debit: bool) -> None:
        session = self.one(which, "open")
        session.status, session.payment = "complete", "unpaid" if debit else "paid"
        self.told.append(session.seen(self.now))

    @some("going")
    @rule(which=PICK, well=st.booleans())
    def a_debit_ends(self, which: int, well: bool) -> None:
        session = self.one(which, "going")
        session.payment = "paid" if well else "failed"
        self.told.append(session.seen(self.now))

    @some("kept")
    @rule(which=PICK, cents=CENTS)
    def refunds(self, which: int, cents: int) -> None:
        session = self.one(which, "kept")
        id = f"re_{session.request.id}_{len(session.refunds)}"
        session.refunds.append(Refund(id, min(cents, session.kept)))
        self.told += session.news(self.now)

    @some("going_back")
    @rule(which=PICK, status=st.sampled_from(["succeeded", "failed"]))
    def a_refund_ends(self, which: int, status: str) -> None:
        session = self.one(which, "going_back")
        next(one for one in session.refunds if one.status == "pending").status = status
        self.told += session.news(self.now)

    @some("undisputed")
    @rule(which=PICK)
    def disputes(self, which: int) -> None:
        session = self.one(which, "undisputed")
        session.dispute = Dispute(f"dp_{session.request.id}", session.kept)
        self.told += session.news(self.now)

    @some("disputed")
    @rule(which=PICK, won=st.booleans())
    def a_dispute_goes_on(self, which: int, won: bool) -> None:
        session = self.one(which, "disputed")
        assert session.dispute is not None
        over = "won" if won else "lost"
        session.dispute.stage = "withdrawn" if session.dispute.stage == "opened" else over
        self.told += session.news(self.now)

    # --- what arrives

    @precondition(lambda self: self.told)
    @rule(which=PICK)
    def a_webhook(self, which: int) -> None:
        """Any of all that were sent: late, again, before others, or never."""
        self.settle(self.told[which % len(self.told)])

    @precondition(lambda self: self.told)
    @rule()
    def the_newest_webhook(self) -> None:
        self.settle(self.told[-1])

    @precondition(lambda self: self.invoices)
    @rule(which=PICK, cents=CENTS, alone=st.booleans())
    def the_books_tell(self, which: int, cents: int, alone: bool) -> None:
        """A payment by hand. One that looks like one of Stripe's is held, and not counted."""
        number = None if alone else f"F-{which % len(self.invoices) + 1}"
        row = {"ref": self.ref(), "invoice": number, "amount_cents": cents}
        [outcome] = imported(self.house, row, now=self.now)
        self.by_hand += cents if outcome == "created" else 0
        assert outcome in ("created", "held")

    @some("paid")
    @rule(which=PICK)
    def the_books_tell_of_stripe(self, which: int) -> None:
        """The same money, with its id: before or after Stripe tells it."""
        session = self.one(which, "paid")
        common = {"stripe_id": session.pi}
        rows = [
            {"ref": self.ref(), "invoice": line.number, "amount_cents": line.amount_cents, **common}
            for line in session.request.lines
        ]
        assert set(imported(self.house, *rows, now=self.now)) <= {"created", "skipped"}

    @rule(hours=st.sampled_from([1, 2, 7, 25]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def reconciles(self) -> None:
        outside = checkouts(self.house)
        for former in outside.to_close(self.now, 100):
            session = self.sessions[former.request_id]
            if self.live(session).status == "open":
                session.status = "expired"
            else:
                self.settle(session.seen(self.now))
            outside.closed(former.request_id)
        for one in outside.to_look_at(self.now, 100):
            session = self.live(self.sessions[one.request_id])
            self.settle(session.seen(self.now))
            if one.payment_id:
                for news in session.news(self.now):
                    self.settle(news)
            outside.looked(one.request_id, self.now)

    # --- what must be

    @invariant()
    def the_movements_are_the_balance(self) -> None:
        if hasattr(self, "engine"):
            balance(self.house)

    @invariant()
    def nothing_is_offered_for_more_than_is_due(self) -> None:
        if not hasattr(self, "engine"):
            return
        ln, d = t.payment_request_lines.c, t.documents.c
        left = d.total_cents - d.paid_cents - d.credited_cents - d.in_progress_cents
        asked = select(ln.amount_cents, left).join(t.documents, d.id == ln.open_document_id)
        with self.engine.connect() as db:
            assert all(cents == due for cents, due in db.execute(asked))

    @invariant()
    def each_payment_is_recorded_once(self) -> None:
        if not hasattr(self, "engine"):
            return
        p = t.payments.c
        sums = (
            select(p.payment_request_id, func.sum(p.amount_cents))
            .where(p.payment_request_id.is_not(None), p.state == "received", p.reversal_id.is_(None))
            .group_by(p.payment_request_id)
        )
        with self.engine.connect() as db:
            for id, cents in db.execute(sums):
                assert (self.sessions[id].payment, cents) == ("paid", self.sessions[id].request.amount_cents)

    def in_the_end(self) -> None:
        """No webhook comes any more: a look at the provider, now and then, is enough."""
        for _ in range(3):
            self.now += 2 * DAY
            self.reconciles()
        kept = sum(session.kept for session in self.sessions.values())
        assert balance(self.house) == self.invoiced - self.by_hand - kept
        for session in self.sessions.values():
            with self.house.open() as work:
                request = work.payments.by_id(self.house.atelier, session.request.id)
            assert request is not None
            assert (request.state == "paid") == (session.payment == "paid")
            assert (request.state == "in_progress") == (
                (session.status, session.payment) == ("complete", "unpaid")
            )

    # ---

    def ref(self) -> str:
        self.rows += 1
        return f"RG-{self.rows}"

    def of(self, name: str) -> list[Session]:
        return [one for one in getattr(self, "sessions", {}).values() if IS[name](self.live(one))]

    def one(self, which: int, name: str) -> Session:
        found = self.of(name)
        return found[which % len(found)]

    def live(self, session: Session) -> Session:
        if session.status == "open" and session.request.expires_at <= self.now:
            session.status = "expired"
        return session

    def settle(self, seen: Any) -> None:
        with self.house.open() as work:
            work.payments.settle(PaymentNews(self.house.atelier.id, seen), self.now)

    def due(self, ids: list[int] | None) -> dict[int, int]:
        with self.house.open() as work:
            lines = spread(work.payments.payable(self.house.anne, TODAY, ids), TODAY)
        return {line.document_id: line.amount_cents for line in lines}
