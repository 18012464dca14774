"""Clients of Atelier Exemple whose contacts may pay, their invoices in every state, and what the provider tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, select, update

from handlers.core.turn import Link
from handlers.rules.paying import CheckoutSeen, DisputeSeen, PaymentNews, RefundSeen
from storage import client_words, requests, search
from storage import tables as t
from storage.books import settle
from town_guests import _paper, _payment

if TYPE_CHECKING:
    from town import Town

DAY = date.fromisoformat
MADE = datetime(2026, 11, 24, 13, 5, tzinfo=UTC)
NORA, MARC, DAN, ZOE = "nora@port.example", "marc@port.example", "dan@pier.example", "zoe@colin.example"
IRIS, HUGO = "iris@alpes.example", "hugo@cinema.example"
CLIENTS = (  # id, ref, name, kind, language, form, contacts: address, name, may pay
    (70, "C0070", "Fournil du Port", "B2B_FR", "fr", None, ((NORA, "Nora Port", True), (MARC, "Marc", False))),
    (71, "C0071", "Pier Ltd", "B2B_EU", "en", None, ((DAN, "Dan Pier", True),)),
    (72, "C0072", "Zoé Colin", "B2C", "fr", "tu", ((ZOE, "Zoé Colin", True),)),
    (73, "C0073", "Transports Alpes", "B2B_FR", "fr", None, ((IRIS, None, True),)),
    (74, "C0074", "Cinéma Rex", "B2B_FR", "fr", None, ((HUGO, "Hugo", True),)),
)  # fmt: skip
INVOICES = (  # client, number, label, issued, due, total, paid, in progress, status, annexes
    (70, "F-2026-0701", "Réfection du fournil", "2026-09-01", "2026-10-01", 23456, 0, 0, "issued", ("Plan.pdf",)),
    (70, "F-2026-0702", "Vitrine réfrigérée", "2026-11-02", "2026-12-02", 64200, 14200, 0, "issued", ()),
    (70, "F-2026-0703", "Entretien du four", "2026-05-04", "2026-06-03", 12000, 12000, 0, "issued", ()),
    (70, "F-2026-0704", "Enseigne", "2026-06-10", "2026-07-10", 99000, 0, 0, "cancelled", ()),
    (70, "F-2026-0705", "Pose du carrelage", "2026-10-15", "2026-11-15", 18000, 0, 18000, "issued", ()),
    (70, "F-2026-0706", "Plafond", "2026-11-23", "2026-12-23", 70000, 0, 0, "draft", ()),
    (71, "F-2026-0711", "Landing stage", "2026-10-10", "2026-12-10", 123456, 0, 50000, "issued", ()),
    (71, "F-2026-0712", "Survey", "2026-11-05", "2026-12-05", 30000, 0, 0, "issued", ("Survey report.pdf",)),
    (72, "F-2026-0721", "Réparation de la chaudière", "2026-11-10", "2026-12-10", 8990, 0, 0, "issued", ()),
    (73, "F-2026-0731", "Quai de Lyon", "2026-11-01", "2026-12-01", 10000, 0, 0, "issued", ()),
    (73, "F-2026-0732", "Quai de Boston", "2026-11-02", "2026-12-02", 20000, 0, 0, "issued", ()),
    *((74, f"F-2026-{740 + nth:04}", f"Fauteuils, rang {nth}", f"2026-10-{nth:02}", f"2026-11-{nth:02}", 10000 + nth, 0,
       0, "issued", ()) for nth in range(1, 11)),
)  # fmt: skip
DOLLARS = "F-2026-0732"
NO_FILE = "F-2026-0731"
IBAN = "FR7630006000011234567890189"


def settle_pay(db: Connection) -> None:
    for id, ref, name, kind, language, form, contacts in CLIENTS:
        client = {"id": id, "company_id": 1, "ref": ref, "name": name, "name_norm": name.lower()}
        more = {"kind": kind, "language": language, "form_of_address": form, "settings": {}}
        db.execute(insert(t.clients).values(client | more))
        for address, said, pays in contacts:
            account = {"company_id": 1, "address": address, "address_norm": address, "created_at": MADE}
            made = db.execute(insert(t.accounts).values(account).returning(t.accounts.c.id)).scalar_one()
            tie = {"company_id": 1, "client_id": id, "account_id": made, "name": said, "can_pay": pays}
            db.execute(insert(t.contacts).values(tie))
    db.execute(update(t.companies).values(stripe_key=b"sealed"))
    client_words.keep(db, 1, [client[0] for client in CLIENTS])
    ids = [_invoice(db, *invoice) for invoice in INVOICES]
    of = {"issued_on": DAY("2026-11-12"), "invoice_id": ids[8]}
    _paper(db, 72, "credit_note", "AV-2026-0072", "Geste commercial", "issued", 1000, True, **of)
    dated = {"issued_on": DAY("2026-11-10"), "valid_until": DAY("2026-12-15")}
    _paper(db, 70, "quote", "D-2026-0700", "Terrasse", "sent", 480000, True, **dated)
    dollars = t.documents.c.number == DOLLARS
    db.execute(update(t.documents).where(dollars).values(currency="USD"))
    settle(db, ids)


def _invoice(
    db: Connection,
    client: int,
    number: str,
    label: str,
    issued: str,
    due: str,
    total: int,
    paid: int,
    running: int,
    status: str,
    annexes: tuple[str, ...],
) -> int:
    dates = {"issued_on": DAY(issued), "due_on": DAY(due)}
    file = number != NO_FILE
    id = _paper(db, client, "invoice", number, label, status, total, file, annexes, **dates)
    if paid:
        _payment(db, client, id, f"VIR-{id}", DAY(issued), paid)
    if running:
        values = {"company_id": 1, "client_id": client, "document_id": id, "ref": f"SEPA-{id}"}
        values |= {"received_on": MADE.date(), "amount_cents": running, "state": "in_progress"}
        db.execute(insert(t.payments).values(values | {"created_at": MADE, "search": search.kept(of=number)}))
    return id


# --- the provider


def url(link: Link, channel: str) -> str:
    """Where a link to pay leads: to the provider from a chat, to our own page from a mail."""
    door = "https://pay.example/" if channel == "email" else "https://checkout.example/"
    return link.to.replace("pay:", door)


def _tells(**seen: Any) -> Callable[[Town], None]:
    """What the provider says of the last request: the session as it is now."""

    def happens(town: Town) -> None:
        r = t.payment_requests.c
        with town.engine.begin() as db:
            last = select(r.id, r.company_id, r.amount_cents, r.currency).order_by(r.id.desc()).limit(1)
            row = db.execute(last).one()
            request = requests.by_id(db, row.company_id, row.id)
        assert request is not None
        told = CheckoutSeen(
            f"cs_{row.id}",
            "complete",
            "paid",
            row.amount_cents,
            row.currency,
            town.now,
            payment_id=f"pi_{row.id}",
            reference=request.reference,
        )
        _note(town, replace(told, **seen))

    return happens


def _note(town: Town, seen: Any) -> None:
    town.told = PaymentNews(1, seen)
    town.desk.note("stripe", f"1:evt_{next(town.ids)}", town.told)


def _again(town: Town) -> None:
    """Another event about the very same thing."""
    assert town.told is not None
    town.desk.note("stripe", f"1:evt_{next(town.ids)}", town.told)


def _of_the_payment(made: Callable[[str, int, str, datetime], Any]) -> Callable[[Town], None]:
    """Of the payment that came last."""

    def happens(town: Town) -> None:
        r = t.payment_requests.c
        with town.engine.begin() as db:
            found = select(r.id, r.amount_cents, r.currency).where(r.state == "paid")
            row = db.execute(found.order_by(r.id.desc()).limit(1)).one()
        _note(town, made(f"pi_{row.id}", row.amount_cents, row.currency, town.now))

    return happens


def _refund(status: Any) -> Callable[[Town], None]:
    return _of_the_payment(
        lambda payment, cents, currency, at: RefundSeen(f"re_{payment}", payment, cents, currency, status, at)
    )


def _dispute(stage: Any) -> Callable[[Town], None]:
    return _of_the_payment(
        lambda payment, cents, currency, at: DisputeSeen(f"dp_{payment}", payment, cents, currency, stage, at)
    )


def _transfer_of(number: str, cents: int) -> Callable[[Town], None]:
    """A transfer arrives meanwhile, as an import brings it."""

    def happens(town: Town) -> None:
        d = t.documents.c
        with town.engine.begin() as db:
            row = db.execute(select(d.id, d.client_id).where(d.number == number)).one()
            _payment(db, row.client_id, row.id, f"VIR-{next(town.ids)}", town.now.date(), cents)
            settle(db, [row.id])

    return happens


def _bank(changed: timedelta) -> Callable[[Town], None]:
    def happens(town: Town) -> None:
        values = {"account_holder": "SARL Atelier Exemple", "iban": IBAN, "bic": "AGRIFRPP"}
        values |= {"iban_changed_at": town.now - changed, "iban_replaced_at": town.now - changed}
        with town.engine.begin() as db:
            db.execute(update(t.companies).where(t.companies.c.id == 1).values(**values))

    return happens


EVENTS: dict[str, Callable[[Town], None]] = {
    "the payment comes": _tells(),
    "the payment is in progress": _tells(payment="unpaid"),
    "the direct debit is in progress": _tells(payment="unpaid", method="sepa_debit"),
    "the payment fails": _tells(payment="failed"),
    "the page to pay is left": _tells(status="expired", payment="unpaid"),
    "another amount comes": _tells(amount_cents=20000),
    "money comes that nobody asked for": _tells(session_id="cs_other", payment_id="pi_other", reference=""),
    "the provider says it again": _again,
    "the payment is refunded": _refund("succeeded"),
    "the refund fails": _refund("failed"),
    "the payment is disputed": _dispute("opened"),
    "the dispute is lost": _dispute("lost"),
    "the dispute is won": _dispute("won"),
    "a transfer of €500.00 comes for F-2026-0702": _transfer_of("F-2026-0702", 50000),
    "a transfer of €300.00 comes for F-2026-0712": _transfer_of("F-2026-0712", 30000),
    "bank details are recorded": _bank(timedelta(days=400)),
    "the IBAN has just changed": _bank(timedelta(days=1)),
}
