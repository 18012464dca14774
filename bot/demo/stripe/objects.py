"""Stripe's objects, with every field that its description requires (API version 2026-05-27)."""

from __future__ import annotations

from typing import Any

from bot.demo.stripe.rules import Json, Refused

VERSION = "2026-05-27.dahlia"
SOONEST, LATEST = 30 * 60, 24 * 60 * 60  # seconds until a session may expire
LEAST, MOST = 50, 99_999_999  # cents of one payment in euros
MOST_LINES = 100


def session(id: str, params: Json, now: int, url: str) -> Json:
    """A new checkout session. Raises Refused."""
    expires = int(params.get("expires_at") or now + LATEST)
    if not now + SOONEST <= expires <= now + LATEST:
        words = "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation."
        raise Refused(400, words, param="expires_at")
    if params.get("mode") != "payment" or not params.get("success_url"):
        raise Refused(400, "You must provide `mode` and `success_url`.", param="mode")
    amount, currency = _total(params.get("line_items") or [])
    empty: dict[str, Any] = dict.fromkeys(
        ("after_expiration", "consent", "customer", "currency_conversion", "setup_intent", "subscription")
    )
    return empty | {
        "id": id,
        "object": "checkout.session",
        "amount_subtotal": amount,
        "amount_total": amount,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "created": now,
        "currency": currency,
        "custom_fields": [],
        "custom_text": dict.fromkeys(
            ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
        ),
        "customer_email": params.get("customer_email"),
        "expires_at": expires,
        "livemode": False,
        "locale": params.get("locale"),
        "metadata": dict(params.get("metadata") or {}),
        "mode": "payment",
        "payment_intent": None,
        "payment_method_types": list(params.get("payment_method_types") or ["card"]),
        "payment_status": "unpaid",
        "shipping_options": [],
        "status": "open",
        "success_url": params["success_url"],
        "url": url,
    }


def _total(lines: list[Json]) -> tuple[int, str]:
    if not 1 <= len(lines) <= MOST_LINES:
        raise Refused(400, f"You must provide between 1 and {MOST_LINES} line items.", param="line_items")
    prices = [line["price_data"] for line in lines]
    currencies = {str(price["currency"]).lower() for price in prices}
    if len(currencies) > 1:
        raise Refused(400, "All line items must have the same currency.", param="line_items")
    amount = sum(
        int(price["unit_amount"]) * int(line.get("quantity", 1))
        for line, price in zip(lines, prices, strict=True)
    )
    if amount < LEAST:
        words = "The Checkout Session's total amount due must add up to at least €0.50 eur"
        raise Refused(400, words, param="line_items", code="amount_too_small")
    if amount > MOST:
        raise Refused(400, "The total amount due is too large.", param="line_items", code="amount_too_large")
    return amount, currencies.pop()


def intent(id: str, of: Json, params: Json, now: int, status: str) -> Json:
    """The payment that a session makes; `params` are those the session was made with."""
    return {
        "id": id,
        "object": "payment_intent",
        "amount": of["amount_total"],
        "amount_received": of["amount_total"] if status == "succeeded" else 0,
        "capture_method": "automatic_async",
        "confirmation_method": "automatic",
        "created": now,
        "currency": of["currency"],
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": dict((params.get("payment_intent_data") or {}).get("metadata") or {}),
        "payment_method_types": of["payment_method_types"],
        "status": status,
    }


def charge(id: str, of: Json, now: int, method: str, status: str) -> Json:
    address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    return {
        "id": id,
        "object": "charge",
        "amount": of["amount"],
        "amount_captured": of["amount"] if status == "succeeded" else 0,
        "amount_refunded": 0,
        "billing_details": {"address": address, "email": None, "name": None, "phone": None, "tax_id": None},
        "captured": status == "succeeded",
        "created": now,
        "currency": of["currency"],
        "disputed": False,
        "livemode": False,
        "metadata": dict(of["metadata"]),
        "paid": status == "succeeded",
        "payment_intent": of["id"],
        "payment_method_details": {"type": method},
        "refunded": False,
        "status": status,
    }


def refund(id: str, of: Json, cents: int, now: int, status: str) -> Json:
    return {
        "id": id,
        "object": "refund",
        "amount": cents,
        "charge": of["id"],
        "created": now,
        "currency": of["currency"],
        "metadata": {},
        "payment_intent": of["payment_intent"],
        "reason": None,
        "status": status,
    }


def dispute(id: str, of: Json, now: int) -> Json:
    return {
        "id": id,
        "object": "dispute",
        "amount": of["amount"],
        "balance_transactions": [],
        "charge": of["id"],
        "created": now,
        "currency": of["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": now + 7 * LATEST,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": of["payment_intent"],
        "reason": "fraudulent",
        "status": "needs_response",
    }


def moved(id: str, of: Json, cents: int, now: int) -> Json:
    """The balance transaction by which a dispute takes money, or gives it back."""
    return {
        "id": id,
        "object": "balance_transaction",
        "amount": cents,
        "available_on": now,
        "balance_type": "payments",
        "created": now,
        "currency": of["currency"],
        "description": None,
        "exchange_rate": None,
        "fee": 0,
        "fee_details": [],
        "net": cents,
        "reporting_category": "dispute" if cents < 0 else "dispute_reversal",
        "source": of["id"],
        "status": "available",
        "type": "adjustment",
    }


def event(id: str, kind: str, about: Json, now: int) -> Json:
    return {
        "id": id,
        "object": "event",
        "api_version": VERSION,
        "created": now,
        "data": {"object": about},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": kind,
    }
