"""facteur staff add, list, remove, unlock: who of the company reads its clients' files."""

from __future__ import annotations

from enum import StrEnum

import typer

from bot.cli.common import clock_of, database, fail, print_json, settings

app = typer.Typer(no_args_is_help=True, help="The team: add, list, remove, unlock.", add_completion=False)

SLUG = typer.Argument(help="The company's slug.")


class Role(StrEnum):
    ADMIN = "admin"
    ACCOUNTANT = "accountant"
    MANAGER = "manager"
    SALES = "sales"
    OTHER = "other"


@app.command()
def add(
    slug: str = SLUG,
    name: str = typer.Argument(help="Who it is."),
    email: str = typer.Argument(help="Their own e-mail address: codes go there."),
    role: Role = typer.Option(
        ..., help="What they do. Each but other reads any client's file; none changes it."
    ),
) -> None:
    """Add somebody, or give them another name or role. It is written in the audit log."""
    from storage import admin
    from storage.imports.report import RowError

    if not name.strip():
        fail("The name is empty.", 2)
    address, made = _address(email), settings()
    try:
        done = admin.staff_add(database(made), slug, name.strip(), address, role.value, clock_of(made)())
    except admin.NotThere as error:
        fail(str(error))
    except RowError as error:
        fail(f"Not added: {error}.", 2)
    told = {"created": "is added", "updated": "is changed"}.get(done, "was there already")
    print(f"{address} {told}: {role.value}.")
    if role is Role.OTHER:
        print("This role opens no client's file.")


@app.command("list")
def list_(slug: str = SLUG, json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """The team of a company, by name."""
    from storage import admin

    try:
        rows = admin.staff_list(database(settings()), slug)
    except admin.NotThere as error:
        fail(str(error))
    if json:
        print_json(rows)
        return
    for row in rows:
        print(f"{row['role']:<10}  {row['name']:<24}  {row['email']}")
    if not rows:
        print("Nobody yet: facteur staff add, or facteur import.")


@app.command()
def remove(slug: str = SLUG, email: str = typer.Argument(help="The address to remove.")) -> None:
    """Take somebody off the team: what they have open ends at once. It is written in the audit log."""
    from storage import admin

    address, made = _address(email), settings()
    try:
        admin.staff_remove(database(made), slug, address, clock_of(made)())
    except admin.NotThere as error:
        fail(str(error))
    print(f"{address} is removed: what was open has ended.")


@app.command()
def unlock(slug: str = SLUG, email: str = typer.Argument(help="The member's address.")) -> None:
    """Reopen an access suspended after three wrong codes. It is written in the audit log; the member gets an e-mail."""
    from bot.cli.client import reopened
    from handlers.rules.address import normal
    from storage import admin

    made = settings()
    engine, now = database(made), clock_of(made)()
    try:
        locked = admin.unlock_team(engine, slug, normal(_address(email)), now)
    except admin.NotThere as error:
        fail(str(error))
    reopened(made, engine, slug, locked, now)


def _address(given: str) -> str:
    from handlers.rules.address import BadAddress, normal

    try:
        normal(given)
    except BadAddress:
        fail(f"Not an e-mail address: {given}", 2)
    return given.strip()
