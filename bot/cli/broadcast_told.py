"""A broadcast in words: what it would do, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from handlers.rules.notices import CHANNELS

if TYPE_CHECKING:
    from datetime import datetime

    from bot.survey import Survey
    from handlers.rules.paper import Company

SKIPPED = {
    "stopped": "stopped such messages there",
    "suppressed": "at an address that bounced or complained",
    "blocked": "in a chat that blocked the bot",
    "discretion": "in a chat that is to show no document",
}
CLOSED = {
    "no_file": "without a PDF",
    "paid": "with nothing left to pay",
    "closed": "not open to payment or signature",
}
NAMED = 10  # clients or numbers that are listed


def plain(survey: Survey) -> dict[str, Any]:
    """As JSON."""
    first, last = survey.leaves or (None, None)
    return {
        "recipients": survey.recipients,
        "channels": {name: survey.counts.get(name, 0) for name in CHANNELS},
        "skipped": {name: survey.counts[name] for name in SKIPPED if survey.counts.get(name)},
        "already_told": survey.already,
        "documents": {kind: len(ids) for kind, ids in survey.documents.items()},
        "not_announced": survey.closed,
        "missing": [{"ref": client.ref, "name": client.name} for client in survey.missing],
        "unknown": survey.unknown,
        "leaves": first.isoformat() if first else None,
        "leaves_until": last.isoformat() if last else None,
    }


def before(survey: Survey, company: Company) -> Iterator[str]:
    """A line for the whole, then one for each thing that there is to say of it."""
    kinds = [_many(len(ids), kind) for kind, ids in sorted(survey.documents.items())]
    yield f"{company.name}: " + (", ".join(kinds) or f"{survey.recipients} to tell")
    for label, said in _details(survey, company):
        yield f"  {label:<10} {said}"


def _details(survey: Survey, company: Company) -> Iterator[tuple[str, str]]:
    for channel in CHANNELS:
        yield channel, str(survey.counts.get(channel, 0))
    for name, words in SKIPPED.items():
        if count := survey.counts.get(name):
            yield "not told", f"{count} {words}"
    if survey.already:
        yield "told", f"{survey.already} before, not again"
    for why, numbers in survey.closed.items():
        yield "left out", f"{len(numbers)} {CLOSED[why]}: {_some(numbers)}"
    if survey.missing:
        names = _some([f"{client.ref} {client.name}" for client in survey.missing])
        yield "no contact", f"{len(survey.missing)} with nobody to notify: {names}"
    if survey.unknown:
        yield "unknown", _some(survey.unknown)
    if survey.leaves:
        yield "leaves", _when(survey.leaves, company.timezone)


def after(found: dict[str, Any]) -> Iterator[str]:
    """Its report: storage/broadcast_report.py."""
    over = f"over {found['finished_at'][:16]}" if found["finished_at"] else "not over yet"
    yield f"Broadcast {found['id']} ({found['kind']}), {found['started_at'][:16]}, {over}"
    yield counts(found)
    for row in found["rows"]:
        state = " ".join(filter(None, (row["state"], row["reason"] and f"({row['reason']})", row["became"])))
        number = f"  {row['document']}" if row["document"] else ""
        yield f"  {row['at'][:16]}  {row['channel']:<8}  {row['client']}  {row['email']}{number}  {state}"


def counts(row: dict[str, Any]) -> str:
    names = ("sent", "planned", "bounced", "blocked", "skipped")
    told = [f"{row[name]} {'waiting' if name == 'planned' else name}" for name in names if row[name]]
    return ", ".join([f"{row['recipients']} to tell", *told])


def _many(count: int, kind: str) -> str:
    return f"{count} {kind}" if count == 1 else f"{count} {kind}s"


def _some(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _when(leaves: tuple[datetime, datetime], timezone: str) -> str:
    from handlers.core.wording import local

    first, last = (local(at, timezone) for at in leaves)
    until = "" if first == last else f", the last {last:%Y-%m-%d %H:%M}"
    return f"from {first:%Y-%m-%d %H:%M}{until} ({timezone})"
