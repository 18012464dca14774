"""Money of the provider, in the books: rows of payments, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, Connection, bindparam, case, insert, select

from handlers.rules.paper import Client, Paper
from handlers.rules.paying import Line
from storage import requests, rows, search
from storage import tables as t
from storage.books import settle as sum_up
from storage.books_find import ISSUED, LEFT, PAPERS

d = t.documents.c
_IDS: BindParameter[list[int]] = bindparam("ids", expanding=True)
CLIENT = select(*rows.CLIENT).where(
    t.clients.c.company_id == bindparam("company_id"), t.clients.c.id == bindparam("client_id")
)
PAPERS_OF = PAPERS.where(d.company_id == bindparam("company_id"), d.id.in_(_IDS)).order_by(d.due_on, d.number)
LEFT_ON = select(d.id, case((ISSUED, LEFT), else_=0)).where(
    d.company_id == bindparam("company_id"), d.id.in_(_IDS)
)
ZONE = select(t.companies.c.timezone).where(t.companies.c.id == bindparam("company_id"))
RECORD = insert(t.payments)
# Looked up by their index alone, in so many words: where most payments have no such id, SQLite takes it for a poor one.
_P = t.payments.alias("named")
OF_PAYMENT = t.payments.c.id.in_(
    select(_P.c.id).where(
        _P.c.company_id == bindparam("of_company"), _P.c.stripe_id == bindparam("payment_id")
    )
)
OF_REQUEST = t.payments.c.id.in_(select(_P.c.id).where(_P.c.payment_request_id == bindparam("request_id")))
OF_REVERSAL = t.payments.c.id.in_(select(_P.c.id).where(_P.c.reversal_id == bindparam("reversal_id")))


@dataclass(frozen=True)
class Part:
    """Of one movement of money: how much of it for which invoice."""

    document_id: int | None
    number: str
    amount_cents: int
    kind: str


def share(
    db: Connection, company_id: int, lines: Sequence[Line], amount_cents: int
) -> tuple[list[Part], int]:
    """How much of it goes to each invoice, by what was asked for and what is left there; and what is over."""
    ids = [line.document_id for line in lines]
    left: dict[int, int] = {
        row[0]: int(row[1]) for row in db.execute(LEFT_ON, {"company_id": company_id, "ids": ids})
    }
    parts = []
    for line in lines:
        cents = max(0, min(line.amount_cents, left.get(line.document_id, 0), amount_cents))
        amount_cents -= cents
        if cents:
            parts.append(Part(line.document_id, line.number, cents, "payment"))
    return parts, amount_cents


def record(
    db: Connection, client: Client, ref: str, parts: Iterable[Part], on: date, common: Mapping[str, Any]
) -> None:
    """`ref` names the first part, "-2" is added for the second. `common`: the columns that all of them share."""
    whose = {"company_id": client.company_id, "client_id": client.id}
    for nth, part in enumerate(parts, 1):
        named = ref if nth == 1 else f"{ref}-{nth}"
        own = {
            "document_id": part.document_id,
            "amount_cents": part.amount_cents,
            "kind": part.kind,
            "ref": named,
            "received_on": on,
            "search": search.kept(ref=named, of=part.number),
        }
        db.execute(RECORD, {**whose, **common, **own})


def day(db: Connection, company_id: int, at: datetime) -> date:
    """Of the company's own clock."""
    zone: str = db.execute(ZONE, {"company_id": company_id}).scalar_one()
    return at.astimezone(ZoneInfo(zone)).date()


def touched(db: Connection, company_id: int, documents: Sequence[int], now: datetime) -> None:
    """Their sums have changed: so has what they can be asked for."""
    sum_up(db, documents)
    requests.end_stale(db, company_id, documents, now)


def papers(db: Connection, company_id: int, documents: Iterable[int]) -> tuple[Paper, ...]:
    found = db.execute(PAPERS_OF, {"company_id": company_id, "ids": sorted(documents)})
    return tuple(rows.paper(row) for row in found.all())


def client(db: Connection, company_id: int, id: int) -> Client:
    return rows.client(db.execute(CLIENT, {"company_id": company_id, "client_id": id}).one())
