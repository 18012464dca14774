"""Stripe's objects as what they mean to us: from a webhook's event, or from a look of our own.

Only sessions that carry our mark are ours: a company may sell elsewhere with the same Stripe account. Objects are as
the API gives them (docs.stripe.com/api); one that lacks what is needed raises KeyError, TypeError or ValueError.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from handlers.rules.paying import CheckoutSeen, DisputeSeen, RefundSeen

Json = Mapping[str, Any]
Seen = CheckoutSeen | RefundSeen | DisputeSeen

MARK = "facteur"  # in the metadata of a session and of its payment: the reference of our request
REFUNDS = {"refund.created", "refund.updated", "refund.failed", "charge.refund.updated"}
STAGES: Mapping[str, Literal["opened", "withdrawn", "reinstated"]] = {
    "charge.dispute.created": "opened",
    "charge.dispute.funds_withdrawn": "withdrawn",
    "charge.dispute.funds_reinstated": "reinstated",
}


def of_event(event: Json) -> tuple[Seen, ...]:
    """What a verified event tells; nothing where it is of no interest."""
    kind, about, at = event["type"], event["data"]["object"], instant(event["created"])
    if kind.startswith("checkout.session."):
        return _session(kind.rpartition(".")[2], about, at)
    if kind in REFUNDS:
        return refunds([about], at)
    if kind == "charge.refunded":
        return refunds((about.get("refunds") or {}).get("data") or [], at)
    if kind in STAGES:
        return disputes([about], STAGES[kind], at)
    if kind == "charge.dispute.closed":
        return disputes([about], "lost" if about["status"] == "lost" else "won", at)
    return ()


def _session(what: str, session: Json, at: datetime) -> tuple[Seen, ...]:
    if session["mode"] != "payment" or MARK not in (session.get("metadata") or {}):
        return ()
    offered = session["payment_method_types"]
    by_card = "card" if "card" in offered else offered[0]
    match what, session["payment_status"]:
        case "completed", "unpaid":
            return (checkout(session, "unpaid", at, "sepa_debit"),)
        case "completed", _:
            return (checkout(session, "paid", at, by_card),)
        case "async_payment_succeeded", _:
            return (checkout(session, "paid", at, "sepa_debit"),)
        case "async_payment_failed", _:
            return (checkout(session, "failed", at, "sepa_debit"),)
        case "expired", _:
            return (checkout(session, "unpaid", at, by_card),)
    return ()


def looked_at(session: Json) -> CheckoutSeen:
    """A session retrieved with its payment and its charge expanded."""
    intent = session["payment_intent"] or {}
    charge = intent.get("latest_charge") or {}
    method = (charge.get("payment_method_details") or {}).get("type") or "card"
    at = instant(charge.get("created") or session["created"])
    if session["payment_status"] == "paid":
        return checkout(session, "paid", at, method)
    over = session["status"] == "complete" and intent.get("status") in ("requires_payment_method", "canceled")
    return checkout(session, "failed" if over else "unpaid", at, method)


def checkout(
    session: Json, payment: Literal["paid", "unpaid", "failed"], at: datetime, method: str
) -> CheckoutSeen:
    intent = session.get("payment_intent") or ""
    return CheckoutSeen(
        session["id"],
        session["status"],
        payment,
        int(session["amount_total"]),
        session["currency"].upper(),
        at,
        intent if isinstance(intent, str) else intent["id"],
        (session.get("metadata") or {}).get(MARK, ""),
        method,
    )


def refunds(found: list[Json], at: datetime | None = None) -> tuple[RefundSeen, ...]:
    """`at`: when it was told; None: when each was made. What belongs to no payment of a session is left out."""
    return tuple(
        RefundSeen(
            one["id"],
            one["payment_intent"],
            int(one["amount"]),
            one["currency"].upper(),
            _refund_status(one["status"]),
            at or instant(one["created"]),
        )
        for one in found
        if one.get("payment_intent")
    )


def _refund_status(status: str | None) -> Literal["succeeded", "pending", "failed"]:
    match status:
        case "succeeded":
            return "succeeded"
        case "failed" | "canceled":
            return "failed"
    return "pending"


def disputes(
    found: list[Json],
    stage: Literal["opened", "withdrawn", "reinstated", "lost", "won"] | None = None,
    at: datetime | None = None,
) -> tuple[DisputeSeen, ...]:
    """`stage` and `at` as an event tells them; None: as each is now."""
    return tuple(
        DisputeSeen(
            one["id"],
            one["payment_intent"],
            int(one["amount"]),
            one["currency"].upper(),
            stage or _stage(one),
            at or instant(one["created"]),
        )
        for one in found
        if one.get("payment_intent")
    )


def _stage(dispute: Json) -> Literal["opened", "withdrawn", "lost", "won"]:
    """Where it stands: by its status, and by the money that it has moved so far."""
    match dispute["status"]:
        case "lost":
            return "lost"
        case "won" | "warning_closed" | "prevented":
            return "won"
    moved = sum(int(one["amount"]) for one in dispute.get("balance_transactions") or ())
    return "withdrawn" if moved < 0 else "opened"


def instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
