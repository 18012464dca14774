"""facteur mail suppressed: the addresses that refuse our mail, or complained about it."""

from __future__ import annotations

import typer

from bot.cli.common import clock_of, database, fail, print_json, settings
from bot.cli.which import slug_of

app = typer.Typer(
    no_args_is_help=True, help="Addresses that refuse our mail, or complained about it.", add_completion=False
)


@app.command("list")
def list_(as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """Which addresses are left alone, since when, and until when."""
    from storage.bounces import suppressed

    made = settings()
    found = suppressed(database(made), clock_of(made)())
    if as_json:
        rows = [
            {
                "company": one.company,
                "address": one.address,
                "reason": one.reason,
                "since": one.since.isoformat(),
                "until": one.until.isoformat() if one.until else None,
            }
            for one in found
        ]
        print_json(rows)
        return
    for one in found:
        until = f"until {one.until:%Y-%m-%d}" if one.until else "until it is lifted"
        print(f"{one.company}  {one.address}  {one.reason}  since {one.since:%Y-%m-%d}, {until}")
    if not found:
        print("No address is suppressed.")


@app.command()
def lift(
    address: str,
    company: str = typer.Option("", "--company", help="Its slug, where there are several."),
) -> None:
    """Write to an address again, once its owner or its server is in order. It is written in the audit log."""
    from handlers.rules.address import BadAddress, normal
    from storage import bounces

    made = settings()
    engine = database(made)
    slug = slug_of(engine, company)
    try:
        lifted = bounces.lift(engine, slug, normal(address), clock_of(made)())
    except BadAddress:
        fail(f"{address} is no e-mail address.", 2)
    if not lifted:
        fail(f"Nothing is kept against {address} at {slug}.")
    print(f"Mail to {address} leaves again.")
