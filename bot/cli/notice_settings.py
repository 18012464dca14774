"""How a company writes of its own accord: these options of `facteur company set`, and their check."""

from __future__ import annotations

from typing import Any

import typer

from bot.cli.common import fail

LONGEST_NOTICE = 365  # days

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
WHO = ("consumers", "all", "off")


def checked(values: dict[str, Any]) -> dict[str, Any]:
    """As they are kept."""
    from handlers.rules.notices import Quiet

    found: dict[str, Any] = {}
    if "quiet" in values:
        try:
            Quiet.of(values["quiet"])
        except ValueError:
            fail(f"--quiet is hours as 20:00-08:00, not {values['quiet']!r}.", 2)
    if "remind" in values:
        found["remind"] = list(_days("remind", values["remind"]))
    if "remind_quotes" in values:
        days = _days("remind-quotes", values["remind_quotes"])
        found["remind_quotes"] = {
            "after": [day for day in days if day > 0],
            "ending": [day for day in days if day <= 0],
        }
    if values.get("renewal", "off") not in WHO:
        fail(f"--renewal is {', '.join(WHO[:-1])} or {WHO[-1]}.", 2)
    if not 0 <= values.get("renewal_notice", 0) <= LONGEST_NOTICE:
        fail(f"--renewal-notice is 0 to {LONGEST_NOTICE} days.", 2)
    if "late_rate" in values:
        found["late_rate"] = values["late_rate"].strip() or None
    return found


def _days(name: str, written: str) -> tuple[int, ...]:
    """Each once, in order."""
    from handlers.rules.reminders import offsets

    try:
        return offsets(written)
    except ValueError as error:
        fail(f"--{name} is days with commas, as 3,15,30, not {written!r}: {error}.", 2)
