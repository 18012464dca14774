"""Is a payment of an import one that Stripe told already? Its Stripe id decides; without, a likely double is held."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, or_

from storage import tables as t
from storage.doubles import ABOUT_A_DAY
from storage.imports.job import Job

p, r = t.payments.c, t.reversals.c
STANDS_FOR_ONE = ("held", "merged")  # of Stripe's: found to be one by us, or by a person


def counted(job: Job, ref: str, stripe_id: str, wanted: dict[str, Any]) -> str | None:
    """The reference of the row that counts this very payment or refund; None where there is none."""
    told = or_(p.payment_request_id.is_not(None), _same(wanted))
    if wanted["amount_cents"] > 0:
        found = job.of_company(t.payments, p.stripe_id == stripe_id, p.amount_cents > 0, p.ref != ref, told)
    else:
        found = _refunds(job, ref, stripe_id, wanted)
    return found[0]["ref"] if found else None


def _same(wanted: dict[str, Any]) -> ColumnElement[bool]:
    """An import may tell one payment in several rows: an invoice, an amount each."""
    of = p.document_id.is_(None) if wanted["document_id"] is None else p.document_id == wanted["document_id"]
    return and_(p.amount_cents == wanted["amount_cents"], of)


def _refunds(job: Job, ref: str, stripe_id: str, wanted: dict[str, Any]) -> list[RowMapping]:
    """By the id of the refund; or by that of the payment, and the amount."""
    by_payment = and_(r.stripe_payment_id == stripe_id, r.amount_cents == -wanted["amount_cents"])
    refunds = job.of_company(t.reversals, r.out_at.is_not(None), or_(r.stripe_id == stripe_id, by_payment))
    ids = [row["id"] for row in refunds]
    other = and_(p.stripe_id == stripe_id, p.amount_cents < 0, p.reversal_id.is_(None), _same(wanted))
    return job.of_company(t.payments, p.ref != ref, or_(p.reversal_id.in_(ids), other))


def likely(job: Job, client_id: int, wanted: dict[str, Any]) -> str | None:
    """The reference of a payment of Stripe's that is probably this one: same invoice, same amount, about the same day.
    An import that names no invoice may mean any, or the whole of a payment for several. Each row of an import that is
    held, or was found the same by a person, stands for one of Stripe's."""
    day, amount = wanted["received_on"], wanted["amount_cents"]
    near = p.received_on.between(day - ABOUT_A_DAY, day + ABOUT_A_DAY)
    found = job.of_company(t.payments, p.client_id == client_id, near)
    if wanted["document_id"] is not None:
        found = [row for row in found if row["document_id"] == wanted["document_id"]]
    stripe = [row for row in found if row["stripe_id"] and row["state"] not in STANDS_FOR_ONE]
    known = [row for row in found if not row["stripe_id"] and row["state"] in STANDS_FOR_ONE]
    refs = [ref for ref, cents in _payments(stripe) if cents == amount]
    taken = sum(row["amount_cents"] == amount for row in known)
    return refs[taken] if len(refs) > taken else None


def _payments(stripe: Sequence[RowMapping]) -> list[tuple[str, int]]:
    """Reference and amount of each row, and of each payment that has several."""
    whole: dict[str, list[RowMapping]] = defaultdict(list)
    for row in stripe:
        whole[row["stripe_id"]].append(row)
    several = [
        (rows[0]["ref"], sum(row["amount_cents"] for row in rows)) for rows in whole.values() if len(rows) > 1
    ]
    return [(row["ref"], row["amount_cents"]) for row in stripe] + several
