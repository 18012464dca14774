"""facteur company add, list, show, set, link, phrases."""

from __future__ import annotations

import re
import sys
from typing import Any

import typer

from bot.cli import notice_settings as notices
from bot.cli import phrases, secret_files
from bot.cli.common import database, fail, print_json, settings

app = typer.Typer(
    no_args_is_help=True, help="Companies: add, list, show, set, link, phrases.", add_completion=False
)

JSON = typer.Option(False, "--json", help="Print JSON.")
OPTIONS = ("portal", "signature", "payment")
ARCHIVE = (
    "Keep the signed PDFs. Without, each is erased once it was e-mailed to the client and to you: to keep for 10 years"
    " what article L213-1 of the Code de la consommation asks (consumers, from 120 euros) is then up to you."
)
WITHDRAWAL = (
    "Consumers can withdraw from a signed quote for 14 days. Without, your quotes are among the exceptions of article"
    " L221-28 of the Code de la consommation."
)
METHODS = ("card", "sepa_debit")
IBAN = "Where transfers go. Another one than before is announced to clients, who see a warning for 7 days."
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
    from bot.clock import clock
    from storage import admin

    if not re.fullmatch(r"[a-z0-9-]{2,20}", slug) or slug in RESERVED:
        fail(
            f"{slug!r} cannot be a slug: a-z, 0-9 and -, 2 to 20 characters, and not {', '.join(RESERVED)}.",
            2,
        )
    made = settings()
    engine = database(made)
    values = _checked({"email": email, "language": language, "timezone": timezone, "options": options})
    if any(row["slug"] == slug for row in admin.companies(engine)):
        fail(f"The slug {slug!r} is taken.")
    admin.add_company(
        engine, {"slug": slug, "name": name, "phone": phone or None, **values}, clock(made.clock_file)()
    )
    print(f"Company {slug} is added.")
    _warn(made, engine, values, slug)


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


@app.command("set")
def set_(
    ctx: typer.Context,
    slug: str,
    name: str | None = typer.Option(None),
    email: str | None = typer.Option(None, help="A new address ends the company's link."),
    phone: str | None = typer.Option(None),
    language: str | None = typer.Option(None, help="fr or en."),
    timezone: str | None = typer.Option(None),
    options: str | None = typer.Option(
        None, "--options", "--option", help="All of them: portal, signature, payment, with commas."
    ),
    form_of_address: str | None = typer.Option(None, help="vous or tu."),
    learning: bool | None = typer.Option(
        None, "--learning/--no-learning", help="Keep, masked, what clients pick when a message was unclear."
    ),
    archive: bool | None = typer.Option(None, "--archive/--no-archive", help=ARCHIVE),
    withdrawal: bool | None = typer.Option(None, "--withdrawal/--no-withdrawal", help=WITHDRAWAL),
    stripe_key_file: str | None = typer.Option(None, metavar="FILE", help=secret_files.KEY),
    stripe_webhook_secret_file: str | None = typer.Option(None, metavar="FILE", help=secret_files.WEBHOOK),
    payment_methods: str | None = typer.Option(None, help="card, sepa_debit, with commas."),
    account_holder: str | None = typer.Option(None, help="As the bank writes it: payers' banks compare it."),
    iban: str | None = typer.Option(None, help=IBAN),
    bic: str | None = typer.Option(None),
    quiet: str | None = notices.QUIET,
    sundays: bool | None = notices.SUNDAYS,
    auto_broadcast: bool | None = notices.AUTO,
    direct_links: bool | None = notices.DIRECT,
    discretion: bool | None = notices.DISCRETION,
    approved_platform: bool | None = notices.PLATFORM,
    remind: str | None = notices.REMIND,
    remind_quotes: str | None = notices.QUOTES,
    appointments: bool | None = notices.APPOINTMENTS,
    late_rate: str | None = notices.RATE,
    digest: bool | None = notices.DIGEST,
    renewal: str | None = notices.RENEWAL,
    renewal_notice: int | None = notices.NOTICE,
) -> None:
    """Change a company's settings."""
    from bot.clock import clock
    from storage import admin

    given = {name.removesuffix("_file"): value for name, value in ctx.params.items() if value is not None}
    del given["slug"]
    values = _checked(given)
    if not values:
        fail("Nothing to change: see facteur company set --help.", 2)
    made = settings()
    for name in secret_files.NAMES & values.keys():
        values[name] = secret_files.sealed(made, values[name])
    engine = database(made)
    try:
        changed = admin.set_company(engine, slug, values, clock(made.clock_file)())
    except admin.NotThere as error:
        fail(str(error))
    print(f"Changed: {', '.join(changed)}." if changed else "Nothing changed.")
    if "options" in changed:
        _warn(made, engine, values, slug)
    if "email" in changed:
        print("The company's former link has ended; the new one: facteur company link " + slug)
    if "iban" in changed:
        print("If this IBAN replaces another, clients are told on both channels that it changed.")


@app.command()
def link(slug: str, json: bool = JSON) -> None:
    """The link to give to clients, on both channels (mission S5, S8)."""
    from storage.keys import Keys
    from storage.work import opener

    made = settings()
    engine = database(made)
    with opener(engine, Keys.of(made.secret))() as work:
        company = work.companies.by_slug(slug)
        if company is None:
            fail(f"No company has the slug {slug!r}.")
        token = work.companies.link(company)
    found = {"telegram": _telegram(made, token), "email": f"{slug}+{token}@{made.mail_domain}"}
    if json:
        print_json(found)
        return
    print(f"By e-mail:    {found['email']}")
    print(f"On Telegram:  {found['telegram'] or '-'}")


app.command()(phrases.phrases)


def _warn(made: Any, engine: Any, values: dict[str, Any], slug: str) -> None:
    """What a simple electronic signature is: said here, and mailed to the company the first time (mission S41)."""
    from bot.clock import clock
    from storage import level
    from storage.keys import Keys

    if "signature" not in values["options"]:
        return
    level.tell(engine, Keys.of(made.secret), clock(made.clock_file)())
    print("\n" + level.warning(engine, slug))


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


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    from zoneinfo import available_timezones

    from handlers.rules.address import BadAddress, normal

    if values.get("language", "fr") not in ("fr", "en"):
        fail("--language is fr or en.", 2)
    if values.get("form_of_address", "vous") not in ("vous", "tu"):
        fail("--form-of-address is vous or tu.", 2)
    if values.get("timezone", "Europe/Paris") not in available_timezones():
        fail(f"No such time zone: {values['timezone']}.", 2)
    if "email" in values:
        try:
            normal(values["email"])
        except BadAddress:
            fail(f"Not an e-mail address: {values['email']}", 2)
    if "options" in values:
        values["options"] = _chosen("option", values["options"], OPTIONS)
    if "payment_methods" in values:
        values["payment_methods"] = _chosen("payment method", values["payment_methods"], METHODS)
        if not values["payment_methods"]:
            fail(f"--payment-methods: {' or '.join(METHODS)}, or both.", 2)
    return values | notices.checked(values) | _bank({n: values[n] for n in ("iban", "bic") if n in values})


def _bank(values: dict[str, str]) -> dict[str, str | None]:
    """As they are kept; "" takes one away."""
    from handlers.rules.transfer import bic_is_right, compact, iban_is_right

    right = {"iban": iban_is_right, "bic": bic_is_right}
    for name, value in values.items():
        if value and not right[name](value):
            fail(f"--{name}: {value!r} is not right: see what the bank wrote.", 2)
    return {name: compact(value) or None for name, value in values.items()}


def _chosen(what: str, given: str, known: tuple[str, ...]) -> list[str]:
    """Those that were named, in our order."""
    chosen = {part.strip() for part in given.split(",")} - {""}
    if unknown := chosen - set(known):
        fail(f"No such {what}: {', '.join(sorted(unknown))}. There are {', '.join(known)}.", 2)
    return [name for name in known if name in chosen]


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
