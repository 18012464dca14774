"""Files that are made when the message leaves: a statement of account, appointments, a QR code, several files as one.

A recipe is JSON whose words, amounts and dates are finished texts in the reader's language; bot/paper/ cooks it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from handlers.core import phrases, wording
from handlers.core.turn import Document, Language
from handlers.rules.transfer import payload

if TYPE_CHECKING:
    from handlers.core.talk import Turn
    from handlers.rules.card import Day, Details, Event, Movement, Statement
    from handlers.rules.paper import Company
    from handlers.rules.paying import Bank

INVOICED = ("invoice", "credit_note")  # a column; the other one holds payments, and refunds as less received


def bundle(name: str, files: Sequence[Document]) -> Document:
    """Stored files as one .zip, each under its own name."""
    inside = [[one.name, one.sha256] for one in files]
    return Document(name, media_type="application/zip", recipe={"kind": "zip", "files": inside})


def calendar(
    company: Company,
    language: Language,
    now: datetime,
    events: Sequence[Event] = (),
    days: Sequence[Day] = (),
) -> Document:
    """Appointments and days as one .ics, which any calendar takes in."""
    made: list[dict[str, str | None]] = [
        {
            "uid": event.uid,
            "title": event.title,
            "starts_at": event.starts_at.astimezone(UTC).isoformat(),
            "ends_at": event.ends_at.astimezone(UTC).isoformat() if event.ends_at else None,
            "place": event.place,
        }
        for event in events
    ]
    made += [{"uid": day.uid, "title": day.title, "on": day.on.isoformat()} for day in days]
    stamp = now.astimezone(UTC).isoformat()
    recipe = {"kind": "calendar", "company": company.name, "events": made, "stamp": stamp}
    name = phrases.say("calendar", "file_name", language)
    return Document(name, media_type="text/calendar", recipe=recipe)


def transfer(turn: Turn, bank: Bank, cents: int, reference: str) -> Document | None:
    """The QR code of a transfer in euros, as a picture; None where a bank would not take it, e.g. a name too long."""
    try:
        held = payload(bank.holder, bank.iban, cents, reference, bank.bic)
    except ValueError:
        return None
    alt = turn.words("transfer.code_alt", montant=turn.amount(cents, "EUR"), référence=reference)
    recipe = {"kind": "transfer", "payload": held, "alt": alt}
    name = turn.words("transfer.code_name", référence=reference)
    return Document(name, media_type="image/png", recipe=recipe)


def statement(turn: Turn, found: Statement, details: Details, notes: Sequence[str] = ()) -> Document:
    """The statement of account as a PDF: what was owed before, each movement, what is owed after; notes below."""
    name = turn.words("statement.file_name", début=found.start.isoformat(), fin=found.end.isoformat())
    opening = found.closing_cents - sum(one.amount_cents for one in found.movements)
    cut = found.count > len(found.movements)
    before = "statement.opening_cut" if cut else "statement.opening"
    data = {
        "language": turn.language,
        "company": {"name": turn.company.name, "lines": _company_lines(turn)},
        "client": {"name": details.name, "lines": _client_lines(turn, details)},
        "title": turn.words("statement.title"),
        "period": turn.words("statement.period", début=turn.day(found.start), fin=turn.day(found.end)),
        "made": turn.words("statement.made", **turn.moment(turn.now)),
        "date": turn.today.isoformat(),
        "columns": [
            turn.words(f"statement.{name}") for name in ("date", "movement", "invoiced", "received", "left")
        ],
        "opening": _sum(turn, found, before, opening, date=turn.day(found.start)),
        "rows": _rows(turn, found, opening),
        "totals": _totals(turn, found),
        "closing": _closing(turn, found),
        "notes": [*notes, *_notes(turn, found, cut)],
    }
    return Document(name, recipe={"kind": "statement", "data": data})


def kind(turn: Turn, move: Movement) -> str:
    """ "facture", "avoir", "paiement", "remboursement"."""
    return turn.words(f"movements.{move.kind}")


def paid(turn: Turn, move: Movement) -> str:
    """ "pour la facture F-12": what a payment, a refund or a credit note is for, or nothing."""
    return turn.words("movements.for", **turn.document("invoice", move.invoice)) if move.invoice else ""


def _sum(turn: Turn, found: Statement, key: str, cents: int, **words: object) -> dict[str, str]:
    return {"label": turn.words(key, **words), "amount": turn.amount(cents, found.currency)}


def _rows(turn: Turn, found: Statement, balance: int) -> list[dict[str, str]]:
    made = []
    for move in found.movements:
        balance += move.amount_cents
        billed = move.kind in INVOICED
        side, other = ("invoiced", "received") if billed else ("received", "invoiced")
        cents = move.amount_cents if billed else -move.amount_cents
        made.append(
            {
                "date": wording.short_day(move.on, turn.language) if move.on else "",
                "kind": _capital(kind(turn, move)),
                "reference": move.reference,
                "label": _label(turn, move),
                side: turn.amount(cents, found.currency),
                other: "",
                "balance": turn.amount(balance, found.currency),
            }
        )
    return made


def _label(turn: Turn, move: Movement) -> str:
    """ "virement, pour la facture F-12"; the label of a document."""
    key = f"method_{move.method}"
    method = turn.words(f"movements.{key}") if phrases.has("movements", key) else ""
    return ", ".join(filter(None, (move.label, method, paid(turn, move))))


def _totals(turn: Turn, found: Statement) -> list[dict[str, str]]:
    """Invoiced, credited, received (less what went back); credit notes only where there are some."""

    def of(kind: str) -> int:
        return sum(one.amount_cents for one in found.movements if one.kind == kind)

    credited = of("credit_note")
    received = -sum(one.amount_cents for one in found.movements if one.kind not in INVOICED)
    totals = [_sum(turn, found, "statement.invoiced", of("invoice"))]
    if credited:
        totals.append(_sum(turn, found, "statement.credited", -credited))
    return [*totals, _sum(turn, found, "statement.received", received)]


def _closing(turn: Turn, found: Statement) -> dict[str, str]:
    cents = found.closing_cents
    key = "due" if cents > 0 else "zero" if cents == 0 else "credit_left"
    return _sum(turn, found, f"statement.{key}", abs(cents), date=turn.day(found.end))


def _notes(turn: Turn, found: Statement, cut: bool) -> list[str]:
    notes = []
    if cut:
        notes.append(turn.words("statement.cut", n=len(found.movements), total=found.count))
    if turn.company.as_of:
        notes.append(turn.words("desk.as_of", **turn.moment(turn.company.as_of)))
    return notes


def _company_lines(turn: Turn) -> list[str]:
    company = turn.company
    return [line for line in (company.phone, company.email, _siren(turn, company.siren)) if line]


def _client_lines(turn: Turn, details: Details) -> list[str]:
    address = (details.address or "").splitlines()
    number = turn.words("statement.client", numéro=details.ref)
    lines = (*address, number, _siren(turn, details.siren))
    return [line.strip() for line in lines if line.strip()]


def _siren(turn: Turn, siren: str | None) -> str:
    return turn.words("statement.siren", numéro=siren) if siren else ""


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
