"""A quote, an invoice or a credit note, as we write it: its status, its line in a list, its file."""

from __future__ import annotations

import re
import textwrap
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
LABEL = 40  # characters of a label in a list: the line below the numbers holds them on a phone
NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")


def status(turn: Turn, paper: Paper) -> str:
    """ "en retard", "à signer" (only where signing is offered; else "en attente")."""
    state = paper.state(turn.today)
    if state == "to_sign" and "signature" not in turn.company.options:
        state = "pending"
    return phrases.say("status", state, turn.language, turn.form)


def row(turn: Turn, paper: Paper, choice: str = "", cents: int | None = None) -> Row:
    """`cents`: the amount that counts, where it is not the total."""
    waits = paper.kind == "invoice" and paper.status == "issued" and paper.left_cents
    due = paper.due_on if waits else None
    left = (
        turn.amount(paper.left_cents, paper.currency)
        if waits and cents is None and paper.left_cents < paper.total_cents
        else ""
    )
    said = (
        textwrap.shorten(paper.label, LABEL, placeholder="…"),
        turn.words("list.left", reste=left) if left else "",
        turn.words("list.due", date_courte=wording.short_day(due, turn.language)) if due else "",
    )
    return Row(
        number=paper.number,
        date=wording.short_day(paper.issued_on, turn.language) if paper.issued_on else "",
        amount=turn.amount(paper.total_cents if cents is None else cents, paper.currency),
        status=status(turn, paper),
        tone=TONES.get(paper.state(turn.today), ""),
        choice=choice,
        more=" · ".join(filter(None, said)),
    )


def document(turn: Turn, paper: Paper) -> Document:
    """The bytes as received, under a name that sorts well: "Facture_F-2026-0118.pdf"."""
    turn.seen.append(paper.id)
    return named(paper, turn.language)


def named(paper: Paper, language: str) -> Document:
    assert paper.file_sha256 is not None
    kind = phrases.say("name", f"file_{paper.kind}", language)
    return Document(f"{kind}_{plain(paper)}.pdf", paper.file_sha256, paper.file_size)


def plain(paper: Paper) -> str:
    """Its number, as the name of a file can hold it."""
    return NOT_IN_NAMES.sub("-", paper.number).strip("-.") or str(paper.id)
