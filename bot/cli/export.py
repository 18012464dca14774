"""facteur export audit and payments, facteur ledger check: what gets out; whether the log is as it was written."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from bot.cli.common import bar, clock_of, database, fail, print_json, settings
from bot.cli.which import slug_of

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from storage.chain import Entry, Fault

app = typer.Typer(no_args_is_help=True, help="What gets out: audit, payments.", add_completion=False)
ledger = typer.Typer(no_args_is_help=True, help="The audit log: check.", add_completion=False)

TAKINGS = (
    *("ref", "received_on", "client", "invoice", "kind", "amount", "amount_cents", "currency", "method"),
    *("stripe_payment", "stripe_reversal", "stripe_session"),
)
T = TypeVar("T")
WRONG = {  # what a fault of the chain means
    "missing": "the entry that should stand there is missing",
    "chain": "it does not follow the entry before",
    "payload": "what it holds is not what was written",
    "hash": "it is not what was written",
    "anchor": "it is not the one that was anchored",
    "cut": "entries were taken off the end",
}


@app.command()
def audit(
    company: str = typer.Option(..., "--company", metavar="SLUG", help="The company's slug."),
    since: int = typer.Option(1, min=1, metavar="SEQ", help="From this entry on."),
) -> None:
    """The audit log, a JSON line an entry, oldest first: who did what, who looked at what.

    Each entry holds the hash of the one before, so that a change shows: facteur ledger check.
    """
    from storage.audit import entries, last
    from storage.engine import reading

    engine = database(settings())
    id = _companies(engine, company, 1)[company]
    with reading(engine) as db, bar("Writing", shown=not sys.stdout.isatty()) as progress:
        written = _counted(entries(db, id, since - 1), last(db, id) - since + 1, progress)
        for entry in written:
            print(json.dumps(_line(entry), ensure_ascii=False))


@app.command()
def payments(
    since: str = typer.Option(..., "--since", metavar="DATE", help="From this day on: 2026-11-01."),
    company: str = typer.Option(
        "", "--company", help="The company's slug; not needed when there is only one."
    ),
    as_json: bool = typer.Option(False, "--json/--csv", help="JSON, or CSV (the default)."),
) -> None:
    """Confirmed payments through Stripe, and what went back (negative), with Stripe's ids: for your invoicing program.

    Those received since that day, and those that were recorded here since, so that none is missed; `ref` names each.
    """
    from datetime import date

    from storage import admin
    from storage.takings import takings

    try:
        day = date.fromisoformat(since)
    except ValueError:
        fail(f"--since is a date like 2026-11-01, not {since!r}.", 2)
    engine = database(settings())
    id = admin.slugs(engine)[slug_of(engine, company)]
    found = [{**row, "received_on": row["received_on"].isoformat()} for row in takings(engine, id, day)]
    if as_json:
        print_json(found)
        return
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(TAKINGS)
    table.writerows([_cell(name, row) for name in TAKINGS] for row in found)


def _cell(name: str, row: dict[str, Any]) -> Any:
    """`amount` is for a spreadsheet: "642.00"."""
    return f"{row['amount_cents'] / 100:.2f}" if name == "amount" else row[name]


def _line(entry: Entry) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "at": entry.at.astimezone(UTC).isoformat(
            timespec="microseconds"
        ),  # as it is hashed: storage/chain.py
        "actor": entry.actor,
        "role": entry.role,
        "action": entry.kind,
        "subject": entry.subject,
        "payload_hash": entry.payload_hash,
        "hash": entry.hash,
        "prev_hash": entry.prev_hash,
    }


@ledger.callback()
def _ledger() -> None:
    """Keeps `check` a word of its own while it is the only command."""


@ledger.command()
def check(
    company: str = typer.Option("", "--company", metavar="SLUG", help="This company only."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Is the audit log as it was written? Each hash is worked out anew, and compared with those anchored outside.

    Exit code 0: intact, 1: altered. Nothing is sealed for a company whose log is altered, until it is found intact.
    """
    from storage import anchors, chain
    from storage import audit as log
    from storage.engine import reading

    made = settings()
    engine, now = database(made), clock_of(made)()
    found: list[dict[str, Any]] = []
    for slug, id in _companies(engine, company, 2).items():
        with reading(engine) as db, bar(f"Checking {slug}") as progress:
            count = log.last(db, id)
            kept = anchors.kept(made.anchors_folder, slug)
            fault = chain.check(_counted(log.entries(db, id), count, progress), kept)
        with engine.begin() as db:
            log.mark(db, id, fault, now)
        found.append({"company": slug, "entries": count, "fault": vars(fault) if fault else None})
        if not as_json:
            print(f"{slug}: {_verdict(count, fault)}")
    if as_json:
        print_json(found)
    elif not found:
        print("No company is set up yet: there is no audit log to check.")
    raise typer.Exit(1 if any(one["fault"] for one in found) else 0)


def _verdict(count: int, fault: Fault | None) -> str:
    if fault:
        return f"altered at entry {fault.seq}: {WRONG[fault.what]}."
    return f"intact, {count} {'entry' if count == 1 else 'entries'}."


def _companies(engine: Engine, slug: str, unknown: int) -> dict[str, int]:
    """The id of each company by its slug, or of this one; `unknown` is the exit code where there is no such slug."""
    from storage import admin

    known = admin.slugs(engine)
    if slug and slug not in known:
        fail(f"No company has the slug {slug!r}.", unknown)
    return {slug: known[slug]} if slug else known


def _counted(items: Iterator[T], total: int, progress: Callable[[int, int], None]) -> Iterator[T]:
    """Tells how far it is, now and then: a bar that moves at each of a million entries would be the slow part."""
    for nth, item in enumerate(items, 1):
        if nth % 500 == 0:
            progress(nth, total)
        yield item
