"""A quote, an invoice or a credit note, as we write it: its status, its line in a list, its file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from handlers.core import phrases, wording
from handlers.core.turn import Document, Row, Tone

if TYPE_CHECKING:
    from handlers.core.talk import Turn
    from handlers.rules.paper import Paper

TONES: dict[str, Tone] = {
    "to_pay": "wait",
    "part_paid": "wait",
    "to_sign": "wait",
    "late": "late",
    "in_progress": "calm",
    "credit": "calm",
    "paid": "good",
    "accepted": "good",
}
NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")


def status(turn: Turn, paper: Paper) -> str:
    """ "en retard", "à signer" (only where signing is offered; else "en attente")."""
    state = paper.state(turn.today)
    if state == "to_sign" and "signature" not in turn.company.options:
        state = "pending"
    return phrases.say("status", state, turn.language, turn.form)


def row(turn: Turn, paper: Paper, choice: str = "") -> Row:
    due = paper.due_on if paper.kind == "invoice" and paper.left_cents else None
    return Row(
        number=paper.number,
        date=wording.short_day(paper.issued_on, turn.language) if paper.issued_on else "",
        amount=turn.amount(paper.total_cents, paper.currency),
        status=status(turn, paper),
        tone=TONES.get(paper.state(turn.today), ""),
        choice=choice,
        more=turn.words("list.due", date_courte=wording.short_day(due, turn.language)) if due else "",
    )


def document(turn: Turn, paper: Paper) -> Document:
    """The bytes as received, under a name that sorts well: "Facture_F-2026-0118.pdf"."""
    assert paper.file_sha256 is not None
    turn.seen.append(paper.id)
    kind = phrases.say("name", f"file_{paper.kind}", turn.language)
    name = NOT_IN_NAMES.sub("-", paper.number).strip("-.") or str(paper.id)
    return Document(f"{kind}_{name}.pdf", paper.file_sha256, paper.file_size)
