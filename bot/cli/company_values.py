"""The settings of a company as a command takes them, and as they are kept. One that is wrong ends the command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.cli.common import fail

OPTIONS = ("portal", "signature", "payment")
METHODS = ("card", "sepa_debit")
LONGEST_NOTICE = 365  # days

Check = Callable[[Any], Any]


def checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Each as it is kept."""
    return {name: CHECKS[name](value) if name in CHECKS else value for name, value in values.items()}


def one_of(option: str, *known: str) -> Check:
    def check(value: str) -> str:
        if value not in known:
            fail(f"--{option} is {', '.join(known[:-1])} or {known[-1]}.", 2)
        return value

    return check


def _email(value: str) -> str:
    from handlers.rules.address import BadAddress, normal

    try:
        normal(value)
    except BadAddress:
        fail(f"Not an e-mail address: {value}", 2)
    return value


def _timezone(value: str) -> str:
    from zoneinfo import available_timezones

    if value not in available_timezones():
        fail(f"No such time zone: {value}.", 2)
    return value


def _chosen(what: str, given: str, known: tuple[str, ...]) -> list[str]:
    """Those that were named, in our order."""
    chosen = {part.strip() for part in given.split(",")} - {""}
    if unknown := chosen - set(known):
        fail(f"No such {what}: {', '.join(sorted(unknown))}. There are {', '.join(known)}.", 2)
    return [name for name in known if name in chosen]


def _options(value: str) -> list[str]:
    return _chosen("option", value, OPTIONS)


def _methods(value: str) -> list[str]:
    chosen = _chosen("payment method", value, METHODS)
    if not chosen:
        fail(f"--payment-methods: {' or '.join(METHODS)}, or both.", 2)
    return chosen


def _iban(value: str) -> str | None:
    from handlers.rules.transfer import iban_is_right

    return _of_bank("iban", value, iban_is_right)


def _bic(value: str) -> str | None:
    from handlers.rules.transfer import bic_is_right

    return _of_bank("bic", value, bic_is_right)


def _of_bank(name: str, value: str, is_right: Callable[[str], bool]) -> str | None:
    """As it is kept. An empty one takes it away."""
    from handlers.rules.transfer import compact

    if value and not is_right(value):
        fail(f"--{name}: {value!r} is not right: see what the bank wrote.", 2)
    return compact(value) or None


def _quiet(value: str) -> str:
    from handlers.rules.notices import Quiet

    try:
        Quiet.of(value)
    except ValueError:
        fail(f"--quiet is hours as 20:00-08:00, not {value!r}.", 2)
    return value


def _remind(value: str) -> list[int]:
    return list(_days("remind", value))


def _remind_quotes(value: str) -> dict[str, list[int]]:
    days = _days("remind-quotes", value)
    return {"after": [day for day in days if day > 0], "ending": [day for day in days if day <= 0]}


def _days(name: str, written: str) -> tuple[int, ...]:
    """Each once, in order."""
    from handlers.rules.reminders import offsets

    try:
        return offsets(written)
    except ValueError as error:
        fail(f"--{name} is days with commas, as 3,15,30, not {written!r}: {error}.", 2)


def _notice(value: int) -> int:
    if not 0 <= value <= LONGEST_NOTICE:
        fail(f"--renewal-notice is 0 to {LONGEST_NOTICE} days.", 2)
    return value


def _rate(value: str) -> str | None:
    """An empty one takes it away."""
    from handlers.rules.reminders import is_rate

    written = value.strip()
    if written and not is_rate(written):
        fail(f'--late-rate is a rate as "12,15 %", or "3 fois le taux d\'intérêt légal", not {written!r}.', 2)
    return written or None


CHECKS: dict[str, Check] = {
    "language": one_of("language", "fr", "en"),
    "form_of_address": one_of("form-of-address", "vous", "tu"),
    "timezone": _timezone,
    "email": _email,
    "options": _options,
    "payment_methods": _methods,
    "iban": _iban,
    "bic": _bic,
    "quiet": _quiet,
    "remind": _remind,
    "remind_quotes": _remind_quotes,
    "renewal": one_of("renewal", "consumers", "all", "off"),
    "renewal_notice": _notice,
    "late_rate": _rate,
}
