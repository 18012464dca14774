"""facteur import, facteur read: how the company's data get in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from bot.cli.common import bar, database, fail, print_json, settings

if TYPE_CHECKING:
    from storage.imports.report import Report

COLOURS = {"created": "green", "updated": "green", "new_version": "green", "held": "yellow", "error": "red"}
QUIET = ("unchanged",)  # counted, not listed


def import_(
    paths: list[Path] = typer.Argument(
        ..., metavar="PATH...", help="Files or folders: JSON (facteur/1), PDF."
    ),
    company: str | None = typer.Option(None, "--company", metavar="SLUG", help="The company they are about."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Say what would happen; change nothing."),
    as_json: bool = typer.Option(False, "--json", help="The report as one JSON object."),
) -> None:
    """Take in clients, documents, payments... Again is harmless; a bad row never stops the others."""
    from bot.clock import clock
    from storage import level
    from storage.files import Store
    from storage.imports.folder import import_paths
    from storage.keys import Keys

    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        fail(f"There is no {', '.join(missing)}.", 2)
    made = settings()
    engine = database(made)
    with bar("Importing") as progress:
        now = clock(made.clock_file)()
        store = Store(made.files_url)
        report = import_paths(engine, store, paths, company, dry_run, now=now, progress=progress)
        if not dry_run:
            level.tell(engine, Keys.of(made.secret), now)
    engine.dispose()
    _print_report(report, as_json)
    raise typer.Exit(1 if report.errors else 0)


def _print_report(report: Report, as_json: bool) -> None:
    if as_json:
        rows = [
            {"kind": row.kind, "ref": row.ref, "outcome": row.outcome, "message": row.message}
            for row in report.rows
        ]
        print_json({"dry_run": report.dry_run, "counts": report.counts, "rows": rows})
        return
    for row in report.rows:
        if row.outcome not in QUIET or row.message:
            told = typer.style(row.outcome.replace("_", " "), fg=COLOURS.get(row.outcome))
            typer.echo(f"{told:12} {row.kind} {row.ref}" + (f": {row.message}" if row.message else ""))
    counts = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in sorted(report.counts.items()))
    typer.echo(("Dry run, nothing was changed: " if report.dry_run else "") + (counts or "nothing to import"))


def read(
    files: list[Path] = typer.Argument(..., metavar="FILE.pdf...", help="PDF documents."),
    as_json: bool = typer.Option(False, "--json", help="A JSON line a file."),
) -> None:
    """What Facteur reads in a document, and whether it could be signed as a quote. Needs no database."""
    from storage.imports.guard import Guard
    from storage.imports.judge import MOST_BYTES

    missing = [str(path) for path in files if not path.is_file()]
    if missing:
        fail(f"There is no file {', '.join(missing)}.", 2)
    with Guard() as guard:
        for path in files:
            with path.open("rb") as file:
                data = file.read(MOST_BYTES + 1)  # enough to see that it is too large
            told = {"file": str(path), **guard.read(data).as_json()}
            if as_json:
                print_json(told)
                sys.stdout.flush()
            else:
                _print_reading(told)


def _print_reading(told: dict[str, Any]) -> None:
    from decimal import Decimal

    from babel.numbers import format_currency

    def money(name: str) -> str:
        cents = told[name]
        return (
            "-"
            if cents is None
            else format_currency(Decimal(cents) / 100, told["currency"] or "EUR", locale="en")
        )

    typer.echo(told["file"])
    if told["source"] == "none":
        typer.echo("  no invoice data inside")
    else:
        buyer = told["buyer"]
        who = ", ".join(part for part in (buyer["name"], buyer["id"], buyer["email"]) if part)
        typer.echo(f"  {told['kind'].replace('_', ' ')} {told['number'] or '-'} ({told['source']})")
        typer.echo(f"  issued {told['issued_on'] or '-'}, due {told['due_on'] or '-'}")
        typer.echo(f"  buyer {who or '-'}")
        sums = f"net {money('net_cents')}, VAT {money('vat_cents')}, total {money('total_cents')}"
        typer.echo(f"  {sums}, due {money('due_cents')}")
    typer.echo("  could be signed" if told["signable"] else f"  cannot be signed: {told['why_not']}")
