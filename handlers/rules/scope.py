"""What an access opens: the whole file with the portal, or one document that its own option opens (mission S3, S9)."""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import date
from decimal import Decimal
from typing import Any

from handlers.rules.mention import read_digits
from handlers.rules.number import normal
from handlers.rules.paper import Paper

OPENED_BY = {"quote": "signature", "invoice": "payment"}
ACTS_ON = {
    "pay": "invoice",
    "accept_quote": "quote",
    "refuse_quote": "quote",
    "proof": "quote",
    "withdraw": "quote",
}

TOLD = frozenset(  # anything else that is said looks further than one document
    (
        *("id", "doc_number", "doc_kind", "period", "amount", "topic", "files", "about"),
        *("attempt", "comment", "confirmed"),
    )
)


def opens(options: Set[str], kind: str | None) -> bool:
    """May a link of this company open a document of this kind? None: may it open the whole file?"""
    return "portal" in options or (kind is not None and OPENED_BY.get(kind) in options)


def fits(intent: str, kind: str) -> bool:
    """Is this anything to do with a document of this kind? One pays invoices and signs quotes."""
    return ACTS_ON.get(intent, kind) == kind


def acts(paper: Paper, today: date) -> tuple[str, ...]:
    """What this document waits for: a quote that was sent, its signature (mission S26); an invoice with something left
    that is not being paid already, its payment (S27, S52)."""
    if paper.kind == "quote":
        return ("accept_quote", "refuse_quote") if paper.state(today) == "to_sign" else ()
    owed = paper.kind == "invoice" and paper.status == "issued" and paper.left_cents > paper.in_progress_cents
    return ("pay",) if owed else ()


def names(paper: Paper, slots: Mapping[str, Any]) -> bool:
    """Is this document the one that was asked for? A doubt is a no: another one is never shown in its place."""
    if not slots.keys() <= TOLD or slots.get("id", paper.id) != paper.id:
        return False
    return (
        _numbered(paper, slots.get("doc_number"))
        and slots.get("doc_kind", paper.kind) in (paper.kind, "annex")
        and _dated(paper, slots.get("period"))
        and _worth(paper, slots.get("amount"))
    )


def _numbered(paper: Paper, written: str | None) -> bool:
    if written is None:
        return True
    return normal(paper.number).endswith((normal(written), read_digits(written)))


def _dated(paper: Paper, period: Mapping[str, str] | None) -> bool:
    if period is None:
        return True
    if paper.issued_on is None:
        return False
    return date.fromisoformat(period["start"]) <= paper.issued_on <= date.fromisoformat(period["end"])


def _worth(paper: Paper, amount: str | None) -> bool:
    return amount is None or int(Decimal(amount) * 100) in (paper.total_cents, paper.left_cents)
