"""What each event of Stripe means to us: a table."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.payments.news import looked_at, of_event
from handlers.rules.paying import CheckoutSeen, DisputeSeen, RefundSeen

AT, SECONDS = datetime(2026, 11, 24, 13, 5, tzinfo=UTC), 1795525500
SESSION: dict[str, Any] = {
    "id": "cs_1",
    "mode": "payment",
    "status": "complete",
    "payment_status": "paid",
    "amount_total": 64200,
    "currency": "eur",
    "payment_intent": "pi_1",
    "payment_method_types": ["card", "sepa_debit"],
    "metadata": {"facteur": "17"},
    "created": SECONDS,
}
REFUND = {"id": "re_1", "payment_intent": "pi_1", "amount": 4200, "currency": "eur", "status": "succeeded"}
DISPUTE = {"id": "du_1", "payment_intent": "pi_1", "amount": 64200, "currency": "eur", "status": "lost"}


def told(kind: str, about: dict[str, Any]) -> tuple[Any, ...]:
    return of_event({"id": "evt_1", "type": kind, "created": SECONDS, "data": {"object": about}})


@pytest.mark.parametrize(
    ("kind", "changed", "status", "payment", "method"),
    [
        ("completed", {}, "complete", "paid", "card"),
        ("completed", {"payment_method_types": ["sepa_debit"]}, "complete", "paid", "sepa_debit"),
        ("completed", {"payment_status": "unpaid"}, "complete", "unpaid", "sepa_debit"),
        ("async_payment_succeeded", {}, "complete", "paid", "sepa_debit"),
        ("async_payment_failed", {"payment_status": "unpaid"}, "complete", "failed", "sepa_debit"),
        ("expired", {"status": "expired", "payment_status": "unpaid"}, "expired", "unpaid", "card"),
    ],
)
def test_sessions(kind: str, changed: dict[str, Any], status: Any, payment: Any, method: str) -> None:
    assert told(f"checkout.session.{kind}", SESSION | changed) == (
        CheckoutSeen("cs_1", status, payment, 64200, "EUR", AT, "pi_1", "17", method),
    )


@pytest.mark.parametrize(
    ("kind", "status", "means"),
    [
        ("refund.created", "pending", "pending"),
        ("refund.created", "requires_action", "pending"),
        ("refund.created", None, "pending"),
        ("refund.updated", "succeeded", "succeeded"),
        ("charge.refund.updated", "succeeded", "succeeded"),
        ("refund.failed", "failed", "failed"),
        ("refund.updated", "canceled", "failed"),
    ],
)
def test_refunds(kind: str, status: str | None, means: Any) -> None:
    assert told(kind, REFUND | {"status": status}) == (RefundSeen("re_1", "pi_1", 4200, "EUR", means, AT),)


def test_a_refunded_charge_of_an_older_version_lists_its_refunds() -> None:
    both = [REFUND, REFUND | {"id": "re_2", "amount": 100}]
    seen = told("charge.refunded", {"id": "ch_1", "refunds": {"data": both}})
    assert [(one.refund_id, one.amount_cents) for one in seen] == [("re_1", 4200), ("re_2", 100)]


@pytest.mark.parametrize(
    ("kind", "status", "stage"),
    [
        ("created", "needs_response", "opened"),
        ("funds_withdrawn", "needs_response", "withdrawn"),
        ("funds_reinstated", "won", "reinstated"),
        ("closed", "lost", "lost"),
        ("closed", "won", "won"),
        ("closed", "warning_closed", "won"),
    ],
)
def test_disputes(kind: str, status: str, stage: Any) -> None:
    assert told(f"charge.dispute.{kind}", DISPUTE | {"status": status}) == (
        DisputeSeen("du_1", "pi_1", 64200, "EUR", stage, AT),
    )


@pytest.mark.parametrize(
    ("kind", "about"),
    [
        ("payment_intent.payment_failed", {"id": "pi_1"}),
        ("payment_intent.succeeded", {"id": "pi_1"}),
        ("invoice.paid", {"id": "in_1"}),
        ("charge.refunded", {"id": "ch_1"}),
        ("refund.created", REFUND | {"payment_intent": None}),
        ("charge.dispute.updated", DISPUTE),
        ("checkout.session.completed", SESSION | {"mode": "subscription"}),
        ("checkout.session.completed", SESSION | {"metadata": {"order": "17"}}),
        ("checkout.session.completed", SESSION | {"client_reference_id": "17", "metadata": {}}),
        ("checkout.session.new", SESSION),
    ],
)
def test_of_no_interest(kind: str, about: dict[str, Any]) -> None:
    assert told(kind, about) == ()


@pytest.mark.parametrize(
    ("session", "intent", "means"),
    [
        ({"status": "open", "payment_status": "unpaid"}, None, "unpaid"),
        ({"payment_status": "unpaid"}, {"status": "processing"}, "unpaid"),
        ({"payment_status": "unpaid"}, {"status": "requires_payment_method"}, "failed"),
        ({"payment_status": "unpaid"}, {"status": "canceled"}, "failed"),
        ({"status": "open", "payment_status": "unpaid"}, {"status": "requires_payment_method"}, "unpaid"),
        ({}, {"status": "succeeded"}, "paid"),
    ],
)
def test_looked_at(session: dict[str, Any], intent: dict[str, Any] | None, means: str) -> None:
    expanded = {"id": "pi_1", "latest_charge": None, **intent} if intent else None
    seen = looked_at(SESSION | session | {"payment_intent": expanded})
    assert (seen.payment, seen.payment_id, seen.at) == (means, "pi_1" if intent else "", AT)
