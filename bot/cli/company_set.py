"""facteur company set: every setting of a company is an option of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from bot.cli import secret_files
from bot.cli.common import clock_of, database, fail, settings
from bot.cli.company_values import checked

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from bot.settings import Settings

EMAIL = typer.Option(None, help="A new address ends the company's link.")
LANGUAGE = typer.Option(None, help="fr or en.")
PARTS = typer.Option(
    None, "--options", "--option", help="All of them: portal, signature, payment, with commas."
)
FORM = typer.Option(None, help="vous or tu.")
LEARNING = typer.Option(
    None, "--learning/--no-learning", help="Keep, masked, what clients pick when a message was unclear."
)

# --- signature
ARCHIVE = typer.Option(
    None,
    "--archive/--no-archive",
    help="Keep the signed PDFs. Without, each is erased once it was e-mailed to the client and to you: to keep for 10"
    " years what article L213-1 of the Code de la consommation asks (consumers, from 120 euros) is then up to you.",
)
WITHDRAWAL = typer.Option(
    None,
    "--withdrawal/--no-withdrawal",
    help="Consumers can withdraw from a signed quote for 14 days. Without, your quotes are among the exceptions of"
    " article L221-28 of the Code de la consommation.",
)

# --- payment
KEY = typer.Option(None, metavar="FILE", help=secret_files.KEY)
WEBHOOK = typer.Option(None, metavar="FILE", help=secret_files.WEBHOOK)
METHODS = typer.Option(None, help="card, sepa_debit, with commas.")
HOLDER = typer.Option(None, help="As the bank writes it: payers' banks compare it.")
IBAN = typer.Option(
    None,
    help="Where transfers go. Another one than before is announced to clients, who see a warning for 7 days.",
)

# --- what leaves of the company's own accord
QUIET = typer.Option(
    None, metavar="HH:MM-HH:MM", help='Hours in which nothing leaves of our own accord; "" for none.'
)
SUNDAYS = typer.Option(
    None, "--sundays/--no-sundays", help="May announcements and reminders leave on a Sunday?"
)
AUTO = typer.Option(
    None, "--auto-broadcast/--no-auto-broadcast", help="Announce what an import brings, without being asked."
)
DIRECT = typer.Option(
    None,
    "--direct-links/--no-direct-links",
    help="Links to pay in announcements and reminders: no code first.",
)
DISCRETION = typer.Option(
    None, "--discretion/--no-discretion", help="On Telegram no amount and no file before a code."
)
PLATFORM = typer.Option(
    None,
    "--approved-platform/--no-approved-platform",
    help="Electronic invoices go through an approved platform: French businesses are told that ours is a copy.",
)
REMIND = typer.Option(
    None,
    metavar="DAYS",
    help='Reminders of an invoice, in days from its due date: --remind=-7,0,3,15,30; "" for none.',
)
QUOTES = typer.Option(
    None,
    metavar="DAYS",
    help='Reminders of a quote, days after it was sent, or before its end: --remind-quotes=7,-3; "" for none.',
)
APPOINTMENTS = typer.Option(
    None, "--appointments/--no-appointments", help="Remind clients of an appointment the day before."
)
RATE = typer.Option(None, help='Of late-payment penalties, as written to French businesses: "12,15 %".')
DIGEST = typer.Option(
    None, "--digest/--no-digest", help="A summary in the morning, after a day with something in it."
)
RENEWAL = typer.Option(
    None, metavar="WHO", help="Who is told in time that a contract renews by itself: consumers, all, or off."
)
NOTICE = typer.Option(
    None, metavar="DAYS", help="Days of notice that refusing a renewal asks for: without, nobody is told."
)


def set_(
    ctx: typer.Context,
    slug: str,
    name: str | None = None,
    email: str | None = EMAIL,
    phone: str | None = None,
    language: str | None = LANGUAGE,
    timezone: str | None = None,
    options: str | None = PARTS,
    form_of_address: str | None = FORM,
    learning: bool | None = LEARNING,
    archive: bool | None = ARCHIVE,
    withdrawal: bool | None = WITHDRAWAL,
    stripe_key_file: str | None = KEY,
    stripe_webhook_secret_file: str | None = WEBHOOK,
    payment_methods: str | None = METHODS,
    account_holder: str | None = HOLDER,
    iban: str | None = IBAN,
    bic: str | None = None,
    quiet: str | None = QUIET,
    sundays: bool | None = SUNDAYS,
    auto_broadcast: bool | None = AUTO,
    direct_links: bool | None = DIRECT,
    discretion: bool | None = DISCRETION,
    approved_platform: bool | None = PLATFORM,
    remind: str | None = REMIND,
    remind_quotes: str | None = QUOTES,
    appointments: bool | None = APPOINTMENTS,
    late_rate: str | None = RATE,
    digest: bool | None = DIGEST,
    renewal: str | None = RENEWAL,
    renewal_notice: int | None = NOTICE,
) -> None:
    """Change a company's settings."""
    given = {name.removesuffix("_file"): value for name, value in ctx.params.items() if value is not None}
    del given["slug"]
    if not given:
        fail("Nothing to change: see facteur company set --help.", 2)
    _change(slug, checked(given))


def _change(slug: str, values: dict[str, Any]) -> None:
    from storage import admin

    made = settings()
    for name in secret_files.NAMES & values.keys():
        values[name] = secret_files.sealed(made, values[name])
    engine = database(made)
    try:
        changed = admin.set_company(engine, slug, values, clock_of(made)())
    except admin.NotThere as error:
        fail(str(error))
    print(f"Changed: {', '.join(changed)}." if changed else "Nothing changed.")
    if "options" in changed:
        warn(made, engine, values, slug)
    if "email" in changed:
        print("The company's former link has ended; the new one: facteur company link " + slug)
    if "iban" in changed:
        print("If this IBAN replaces another, clients are told on both channels that it changed.")


def warn(made: Settings, engine: Engine, values: dict[str, Any], slug: str) -> None:
    """What a simple electronic signature is: said here, and mailed to the company the first time."""
    from storage import level
    from storage.keys import Keys

    if "signature" not in values["options"]:
        return
    level.tell(engine, Keys.of(made.secret), clock_of(made)())
    print("\n" + level.warning(engine, slug))
