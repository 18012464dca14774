"""facteur report: what became of each quote and invoice, and what clients did."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import typer

from bot.cli.common import clock_of, database, fail, print_json, settings
from bot.cli.which import COMPANY, slug_of

if TYPE_CHECKING:
    from handlers.rules.happened import Fate

LATELY = timedelta(days=30)
STATES = (
    "planned",
    "sent",
    "delivered",
    "delayed",
    "bounced",
    "complaint",
    "failed",
    "blocked",
    "suppressed",
)


def report(
    company: str = COMPANY,
    since: str = typer.Option("", "--since", metavar="DATE", help="From this day on; 30 days without."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """What became of the quotes and invoices issued or announced since: sent, delivered, refused by the mail server,
    asked for, signed, declined, paid; then what clients did."""
    from handlers.core import digest
    from handlers.core.happening import today
    from storage import happened
    from storage.companies import SqlCompanies
    from storage.engine import reading
    from storage.fates import fates
    from storage.keys import Keys

    made = settings()
    engine, clock = database(made), clock_of(made)
    slug = slug_of(engine, company)
    now = clock()
    with reading(engine) as db:
        named = SqlCompanies(db, Keys.of(made.secret), clock).by_slug(slug)
        assert named is not None, "slug_of found it"
        first = _day(since) or today(now, named) - LATELY
        papers = list(fates(db, named, first))
        what = happened.between(db, named, _start(first, named.timezone), now, today(now, named))
    if as_json:
        print_json({"since": first.isoformat(), "documents": [_plain(one) for one in papers]})
        return
    print("\n".join(_table(papers, named.timezone)) if papers else f"No quote and no invoice since {first}.")
    print()
    print("\n".join(digest.lines(named, what, "en")))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        fail(f"--since is a date as 2026-11-01, not {text!r}.", 2)


def _start(day: date, zone: str) -> datetime:
    """Its midnight on the company's clock, UTC."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def _plain(one: Fate) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(one).items()
    }


def _table(papers: list[Fate], zone: str) -> list[str]:
    """A line a document, in columns, its days on the company's clock; at the end how many there are of each."""
    rows = [("document", "client", "e-mail", "telegram", "asked for", "outcome")]
    rows += [
        (
            *(one.number, one.client, one.email or "-", one.telegram or "-"),
            *(_on(one.seen_at, zone), outcome(one, zone)),
        )
        for one in papers
    ]
    widths = [max(len(row[nth]) for row in rows) for nth in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    return [*lines, "", _counts(papers)]


def _on(at: datetime | None, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d}" if at else "-"


def outcome(one: Fate, zone: str) -> str:
    """In one word, with its day where it has one."""
    if one.kind == "quote":
        return f"{one.status} {_on(one.decided_at, zone)}" if one.decided_at else one.status
    if one.status != "issued":
        return one.status
    if one.left_cents:
        return "part paid" if one.left_cents < one.total_cents else "to pay"
    return f"paid {one.paid_on}" if one.paid_on else "paid"


def _counts(papers: list[Fate]) -> str:
    told = [one for one in papers if one.announced_at]
    parts = [f"{len(papers)} documents", f"{len(told)} announced"]
    states = [state for one in told for state in (one.email, one.telegram)]
    parts += [f"{count} {state}" for state in STATES if (count := states.count(state))]
    parts.append(f"{sum(one.seen_at is not None for one in papers)} asked for")
    return ", ".join(parts) + "."
