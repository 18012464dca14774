"""facteur company add, list, show, set, link, phrases."""

from __future__ import annotations

import re
import sys
from typing import Any

import typer

from bot.cli import company_set, phrases
from bot.cli.common import clock_of, database, fail, print_json, settings
from bot.cli.company_values import checked
from bot.cli.which import named, opened

app = typer.Typer(
    no_args_is_help=True, help="Companies: add, list, show, set, link, phrases.", add_completion=False
)

JSON = typer.Option(False, "--json", help="Print JSON.")
RESERVED = ("postmaster", "abuse", "mailer-daemon", "bounce")


@app.command()
def add(
    slug: str = typer.Argument(help="Short name in addresses: a-z, 0-9 and -, 2 to 20 characters."),
    name: str = typer.Option(..., help="The company's name."),
    email: str = typer.Option(..., help="Its own e-mail address: where it reads what clients say."),
    phone: str = typer.Option("", help="Its telephone number."),
    language: str = typer.Option("fr", help="fr or en."),
    timezone: str = typer.Option("Europe/Paris", help="Where its clock is."),
    options: str = typer.Option(
        "portal", "--options", "--option", help="portal, signature, payment, with commas."
    ),
) -> None:
    """Add a company."""
    from storage import admin

    if not re.fullmatch(r"[a-z0-9-]{2,20}", slug) or slug in RESERVED:
        fail(
            f"{slug!r} cannot be a slug: a-z, 0-9 and -, 2 to 20 characters, and not {', '.join(RESERVED)}.",
            2,
        )
    made = settings()
    engine = database(made)
    values = checked({"email": email, "language": language, "timezone": timezone, "options": options})
    if any(row["slug"] == slug for row in admin.companies(engine)):
        fail(f"The slug {slug!r} is taken.")
    admin.add_company(
        engine, {"slug": slug, "name": name, "phone": phone or None, **values}, clock_of(made)()
    )
    print(f"Company {slug} is added.")
    company_set.warn(made, engine, values, slug)


@app.command("list")
def list_(json: bool = JSON) -> None:
    """The companies."""
    from storage import admin

    rows = admin.companies(database(settings()))
    if json:
        print_json([dict(row) for row in rows])
        return
    for row in rows:
        print(f"{row['slug']:<20}  {row['name']}  {row['email']}")
    if not rows:
        print("No company yet: facteur company add, or facteur import.")


@app.command()
def show(slug: str, json: bool = JSON) -> None:
    """Every setting of a company, secrets apart."""
    from bot.cli.deposits import address
    from storage import admin

    made = settings()
    engine = database(made)
    try:
        row = {**admin.company(engine, slug), "deposit_address": address(made, engine, slug)}
    except admin.NotThere as error:
        fail(str(error))
    plain = {name: _plain(value) for name, value in row.items()}
    if json:
        print_json(plain)
        return
    for name, value in plain.items():
        print(f"{name:<16}  {value if value is not None else '-'}")


app.command("set")(company_set.set_)


@app.command()
def link(slug: str, json: bool = JSON) -> None:
    """The link to give to clients, on both channels."""
    made = settings()
    with opened(made, database(made))() as work:
        token = work.companies.link(named(work, slug))
    found = {"telegram": _telegram(made, token), "email": f"{slug}+{token}@{made.mail_domain}"}
    if json:
        print_json(found)
        return
    print(f"By e-mail:    {found['email']}")
    print(f"On Telegram:  {found['telegram'] or '-'}")


app.command()(phrases.phrases)


def _telegram(made: Any, token: str) -> str | None:
    secret = made.telegram_token.get_secret_value()
    if not secret:
        return None
    from bot.telegram.name import NoAnswer, username

    try:
        return f"https://t.me/{username(made.telegram_api, secret)}?start={token}"
    except NoAnswer as error:
        print(f"Telegram did not tell the bot's name: {error}", file=sys.stderr)
        return None


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
