"""facteur serve, facteur migrate."""

from __future__ import annotations

import typer

from bot.cli.common import database, fail, settings

PARTS = ("smtp", "imap", "telegram", "web", "worker", "scheduler")


def serve(
    only: str = typer.Option("", help=f"Some parts only, with commas: {', '.join(PARTS)}."),
) -> None:
    """Run the service. It stops cleanly on SIGTERM."""
    wanted = frozenset(filter(None, (name.strip() for name in only.split(","))))
    if unknown := wanted - set(PARTS):
        fail(f"No such part: {', '.join(sorted(unknown))}. Parts are {', '.join(PARTS)}.", 2)
    made = settings()
    from bot.app import run

    run(made, wanted or frozenset(PARTS))


def migrate() -> None:
    """Bring the database's schema to the newest version."""
    database(settings())
    print("The database is up to date.")
