"""Conversations about quotes, played step by step, and what they leave in the record."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from storage import audit
from storage import tables as t
from town import Town

JEANNE, PAUL = "jeanne@roux.example", "paul@roux.example"
QUOTE = "D-2026-0060"
LOGIN, FIRST, SECOND = "482913", "482914", "482915"  # the codes of the town, in their order
IN_CHAT = f"> telegram 60: /start {QUOTE}\n> telegram 60: {JEANNE}\n> telegram 60: {LOGIN}"
TICKED = f"{IN_CHAT}\n> telegram 60 presses: Signer\n> telegram 60: toutes"
AWAITED = f"{TICKED}\n> telegram 60 presses: Valider"
BY_MAIL = f"> email {JEANNE}: SIGNER {QUOTE}\n> email {JEANNE} (reply): {LOGIN}"
MAIL_AWAITED = f"{BY_MAIL}\n> email {JEANNE} (reply): toutes\n> email {JEANNE} (reply): VALIDER"


def rows(town: Town, statement: Any) -> list[Any]:
    with town.engine.begin() as db:
        return list(db.execute(statement).all())


def decided(town: Town) -> list[tuple[str, str]]:
    """(number, decision) of all that was decided."""
    of = select(t.documents.c.number, t.decisions.c.decision).join(t.decisions)
    return [(row.number, row.decision) for row in rows(town, of.order_by(t.decisions.c.id))]


def ledger(town: Town) -> list[tuple[str, dict[str, Any]]]:
    """(kind, payload) of what concerns quotes, in order."""
    with town.engine.begin() as db:
        entries = list(audit.entries(db, 1))
    of_quotes = (one for one in entries if (one.subject or "").startswith("quote:"))
    return [(one.kind, dict(one.payload or {})) for one in of_quotes]
