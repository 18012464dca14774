"""Writes payments and refunds. A likely double of a Stripe payment is held: not counted until staff decide."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import RowMapping, or_

from storage import search
from storage import tables as t
from storage.imports.documents import invoice_of
from storage.imports.job import Done, Job, differences
from storage.imports.report import RowError
from storage.imports.shapes import PaymentRow

ABOUT_A_DAY = timedelta(
    days=3
)  # a payout is booked a day or two after the client paid, later over a week-end
HELD = "looks like a payment already received through Stripe ({ref}): held, not counted until you decide"


def write_payments(job: Job, rows: list[PaymentRow]) -> None:
    recorded = {row["ref"]: row for row in job.named(t.payments, "ref", {row.ref for row in rows})}
    found = job.named(t.documents, "number", {row.invoice for row in rows})
    invoices = {row["number"]: row for row in found if row["kind"] == "invoice"}
    for row in rows:
        job.row("payment", row.ref, row, partial(_one, job, row, recorded, invoices))


def _one(job: Job, row: PaymentRow, recorded: dict[str, RowMapping], invoices: dict[str, RowMapping]) -> Done:
    client = job.client(row.client)
    invoice = invoice_of(invoices.get(row.invoice), row.invoice, client) if row.invoice else None
    wanted = _wanted(row, invoice)
    was = recorded.get(row.ref)
    if was is None:
        done = _new(job, row, client, wanted)
    else:
        if was["client_id"] != client["id"]:
            raise RowError(f"payment {row.ref} belongs to another client")
        changed = differences(was, wanted)
        if changed:
            job.change(t.payments, was["id"], changed)
        still = "still held: not counted until you decide" if was["state"] == "held" else ""
        done = Done("updated" if changed else "unchanged", still, was["id"])
    if done.outcome not in ("unchanged", "skipped"):
        job.touch(wanted["document_id"], was["document_id"] if was else None)
        recorded[row.ref] = job.of_company(t.payments, t.payments.c.id == done.id)[0]
    return done


def _wanted(row: PaymentRow, invoice: RowMapping | None) -> dict[str, Any]:
    currency = row.currency or (invoice["currency"] if invoice else "EUR")
    if invoice is not None and currency != invoice["currency"]:
        raise RowError(f"currency: the invoice is in {invoice['currency']}")
    wanted = {
        "document_id": invoice["id"] if invoice else None,
        "received_on": row.received_on,
        "amount_cents": row.amount_cents,
        "currency": currency,
        "method": row.method,
        "search": search.kept(ref=row.ref, of=row.invoice),
    }
    return wanted | row.given("stripe_id")


def _new(job: Job, row: PaymentRow, client: RowMapping, wanted: dict[str, Any]) -> Done:
    p = t.payments.c
    if row.stripe_id:
        same = job.of_company(t.payments, p.stripe_id == row.stripe_id, p.ref != row.ref)
        if same:
            return Done("skipped", f"already counted: Stripe reported it as {same[0]['ref']}", same[0]["id"])
    double = None if row.stripe_id else _likely_double(job, client["id"], wanted)
    state = "held" if double else "received"
    id = job.add(t.payments, ref=row.ref, client_id=client["id"], state=state, created_at=job.now, **wanted)
    return Done("held", HELD.format(ref=double["ref"]), id) if double else Done("created", id=id)


def _likely_double(job: Job, client_id: int, wanted: dict[str, Any]) -> RowMapping | None:
    """A Stripe payment that is probably this one: same invoice, same amount, about the same day. An import that names
    no invoice may mean any. Each one that is held stands for one of Stripe's."""
    p, day = t.payments.c, wanted["received_on"]
    like = [
        p.client_id == client_id,
        p.amount_cents == wanted["amount_cents"],
        p.received_on.between(day - ABOUT_A_DAY, day + ABOUT_A_DAY),
    ]
    if wanted["document_id"] is not None:
        like.append(p.document_id == wanted["document_id"])
    found = job.of_company(t.payments, *like, or_(p.stripe_id.is_not(None), p.state == "held"))
    stripe = [row for row in found if row["stripe_id"] is not None and row["state"] != "held"]
    held = [row for row in found if row["state"] == "held"]
    return stripe[len(held)] if len(stripe) > len(held) else None
