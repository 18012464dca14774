"""Writes payments and refunds. A likely double of a Stripe payment is held: not counted until staff decide."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import RowMapping

from storage import search
from storage import tables as t
from storage.imports import doubles
from storage.imports.documents import invoice_of
from storage.imports.job import Done, Job, differences
from storage.imports.report import RowError
from storage.imports.shapes import PaymentRow

HELD = "looks like a payment already received through Stripe ({ref}): held, not counted until you decide"

NOT_COUNTED = {
    "held": "still held: not counted until you decide",
    "merged": "the same as a payment that Stripe reported: counted once",
}


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
    done = _new(job, row, client, wanted) if was is None else _again(job, row, client, was, wanted)
    if done.outcome not in ("unchanged", "skipped"):
        job.touch(wanted["document_id"], was["document_id"] if was else None)
        recorded[row.ref] = job.of_company(t.payments, t.payments.c.id == done.id)[0]
    return done


def _again(job: Job, row: PaymentRow, client: RowMapping, was: RowMapping, wanted: dict[str, Any]) -> Done:
    if was["client_id"] != client["id"]:
        raise RowError(f"payment {row.ref} belongs to another client")
    if was["payment_request_id"] or was["reversal_id"]:
        return Done("skipped", "recorded from Stripe, which alone changes it", was["id"])
    changed = differences(was, wanted)
    if "stripe_id" in changed and doubles.counted(job, row.ref, row.stripe_id or "", wanted):
        changed["state"] = "merged"
    if changed:
        job.change(t.payments, was["id"], changed)
    return Done("updated" if changed else "unchanged", NOT_COUNTED.get(was["state"], ""), was["id"])


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
    if row.stripe_id:
        ref = doubles.counted(job, row.ref, row.stripe_id, wanted)
        if ref:
            return Done("skipped", f"already counted: Stripe reported it as {ref}")
    double = None if row.stripe_id else doubles.likely(job, client["id"], wanted)
    state = "held" if double else "received"
    id = job.add(t.payments, ref=row.ref, client_id=client["id"], state=state, created_at=job.now, **wanted)
    return Done("held", HELD.format(ref=double), id) if double else Done("created", id=id)
