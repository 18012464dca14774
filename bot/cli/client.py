"""facteur client list, show, set, unlock."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import typer

from bot.cli.common import clock_of, database, fail, print_json, settings
from bot.cli.which import named, opened, slug_of

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from bot.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Clients: list, show, set, unlock.", add_completion=False)

JSON = typer.Option(False, "--json", help="Print JSON.")
COMPANY = typer.Option("", "--company", help="The company's slug; not needed when there is only one.")


@app.command("list")
def list_(company: str = COMPANY, json: bool = JSON) -> None:
    """The clients of a company, with their balance."""
    from storage import admin

    engine = database(settings())
    rows = admin.clients(engine, slug_of(engine, company))
    if json:
        print_json(rows)
        return
    for row in rows:
        print(f"{row['ref']:<12}  {row['name']:<32}  {row['balance_cents'] / 100:>12.2f}")
    if not rows:
        print("No client yet: facteur import.")


@app.command()
def show(ref: str, company: str = COMPANY, json: bool = JSON) -> None:
    """A client's file: contacts and locks, balance, documents, movements, accesses, decisions."""
    from storage import admin

    made = settings()
    engine = database(made)
    try:
        card = admin.client(engine, slug_of(engine, company), ref, clock_of(made)())
    except admin.NotThere as error:
        fail(str(error))
    card = plain(card)
    if json:
        print_json(card)
        return
    for name, value in card.items():
        if not isinstance(value, list):
            print(f"{name:<12}  {in_a_line(value)}")
            continue
        print(f"{name}:" if value else f"{name}: -")
        for row in value:
            print(f"  {in_a_line(row)}")


def in_a_line(value: Any) -> str:
    """What is empty is left out of it."""
    if isinstance(value, list):
        return " / ".join(map(in_a_line, value))
    if isinstance(value, dict):
        return "  ".join(
            f"{key}={in_a_line(item)}" for key, item in value.items() if item not in (None, [], "")
        )
    return "-" if value is None else str(value)


@app.command("set")
def set_(
    ref: str,
    company: str = COMPANY,
    quiet: str | None = typer.Option(None, metavar="HH:MM-HH:MM", help='Their own quiet hours; "" for none.'),
    discretion: bool | None = typer.Option(
        None, "--discretion/--no-discretion", help="On Telegram no amount and no file before a code."
    ),
    as_company: bool = typer.Option(False, "--as-company", help="The company's ways again, for both."),
) -> None:
    """How this client is written to of our own accord, where it is not the company's way."""
    from bot.cli.company_values import checked
    from storage.client_ways import set_client

    given = {"quiet": quiet, "discretion": discretion}
    values = given if as_company else {name: value for name, value in given.items() if value is not None}
    if not values:
        fail("Nothing to change: see facteur client set --help.", 2)
    checked({name: value for name, value in values.items() if value is not None})
    engine = database(settings())
    if not set_client(engine, slug_of(engine, company), ref, values):
        fail(f"No client has the reference {ref!r}.")
    print(f"Changed: {', '.join(values)}.")


@app.command()
def unlock(
    ref: str,
    email: str = typer.Option("", help="Only this address of the client."),
    company: str = COMPANY,
) -> None:
    """Reopen an access suspended after three wrong codes. It is written in the audit log; the client gets an e-mail."""
    from handlers.rules.address import normal
    from storage import admin

    made = settings()
    engine = database(made)
    slug, now = slug_of(engine, company), clock_of(made)()
    try:
        locked = admin.unlock(engine, slug, ref, normal(email) if email else None, now)
    except admin.NotThere as error:
        fail(str(error))
    reopened(made, engine, slug, locked, now)


def reopened(made: Settings, engine: Engine, slug: str, locked: list[tuple[int, str]], now: datetime) -> None:
    """Tell it in the audit log, by mail to each address, and here."""
    from handlers.access import Reopened
    from handlers.core.desk import Desk

    desk = Desk(opened(made, engine), clock_of(made))
    for account_id, _ in locked:
        with desk.open() as work:
            found = named(work, slug)
            account = work.accounts.by_id(found, account_id)
            assert account is not None
        desk.note("operator", f"unlock:{account_id}:{now.isoformat()}", Reopened(found, account, "operator"))
    print("\n".join(f"Reopened: {address}" for _, address in locked) or "Nothing was suspended.")


def plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value
