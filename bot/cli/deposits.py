"""facteur deposits list, address: what the team sent by e-mail to be recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from bot.cli.common import database, fail, print_json, settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from bot.settings import Settings

app = typer.Typer(no_args_is_help=True, help="PDFs that the team sends: list, address.", add_completion=False)

OPEN, ALL = ("aside", "asked"), ("aside", "asked", "announced", "refused")


@app.command("list")
def list_(
    company: str | None = typer.Option(None, help="Of one company: its slug."),
    all_: bool = typer.Option(False, "--all", help="What was recorded or refused too."),
    json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """What waits: put aside for a person, or for an answer by e-mail; the newest first."""
    from storage import deposits
    from storage.engine import reading

    with reading(database(settings())) as db:
        rows = deposits.listed(db, company, ALL if all_ else OPEN)
    if json:
        print_json([row | {"at": row["at"].isoformat()} for row in rows])
        return
    for row in rows:
        what = " ".join(filter(None, (row["state"], row["why"])))
        about = " ".join(filter(None, (row["number"], row["client"])))
        print(
            f"{row['at']:%Y-%m-%d %H:%M}  {row['company']:<20}  {what:<22}  {row['file']}  {about}  {row['from']}"
        )
    if not rows:
        print("Nothing waits.")


@app.command("address")
def address_(
    slug: str = typer.Argument(help="The company's slug."),
    new: bool = typer.Option(False, "--new", help="Make a new one: the former is refused from now on."),
) -> None:
    """Where the team sends the PDF of an invoice, a quote or a credit note. Keep it among you."""
    made = settings()
    found = address(made, database(made), slug, new=new)
    if found is None:
        fail(f"No company has the slug {slug!r}.")
    print(found)


def address(made: Settings, engine: Engine, slug: str, *, new: bool = False) -> str | None:
    """None: there is no such company."""
    from storage import deposit_address
    from storage.keys import Keys

    find = deposit_address.renew if new else deposit_address.of
    local = find(engine, Keys.of(made.secret), slug)
    return local and f"{local}@{made.mail_domain}"
