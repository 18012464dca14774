"""How amounts, dates, hours and documents are written, and which spaces do not break.

Templates hold ordinary spaces; `typeset` makes the existing ones no-break where French or English asks for it, before
any value goes in, so that codes, links, references and people's own words are never touched. Amounts, dates and hours
come out finished.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, get_timezone_location
from babel.numbers import format_currency

NBSP, NARROW = "\u00a0", "\u202f"
LOCALES = {"fr": Locale("fr", "FR"), "en": Locale("en", "GB")}
LIST_FORMS = {"fr": "dd/MM/y", "en": "d MMM y"}
ZONES = {  # said in full; any other zone is named by its city
    "Europe/Paris": ("heure de Paris", "Paris time"),
    "Europe/Brussels": ("heure de Bruxelles", "Brussels time"),
    "Europe/Zurich": ("heure de Zurich", "Zurich time"),
    "Europe/Luxembourg": ("heure de Luxembourg", "Luxembourg time"),
    "Europe/London": ("heure de Londres", "London time"),
    "UTC": ("heure universelle", "universal time"),
}
SIZES = {"fr": ("o", "ko", "Mo"), "en": ("B", "KB", "MB")}

FRENCH = (
    (re.compile(r"(?<=\S) (?=:(?:\s|$))"), NBSP),
    (re.compile(r"(?<=\S) (?=[;!?](?:\s|$))"), NARROW),
    (re.compile(r"(?<=«) | (?=»)"), NBSP),
    (re.compile(r"(?<=\bn°) (?=\S)"), NBSP),
    (re.compile(r"(?<=\d) (?=(?:€|%|[kM]?o\b))"), NBSP),
)
ENGLISH = ((re.compile(r"(?<=\bno\.) (?=[\d{])"), NBSP),)


def typeset(template: str, language: str) -> str:
    """The same text, with the no-break spaces of its language; only existing spaces change."""
    for space, unbreakable in FRENCH if language == "fr" else ENGLISH:
        template = space.sub(unbreakable, template)
    return template


@lru_cache(4096)
def amount(cents: int, language: str, currency: str = "EUR") -> str:
    """ "1 234,56 €" (U+202F in thousands, U+00A0 before the sign), "€1,234.56", "-€12.50"."""
    return format_currency(Decimal(cents) / 100, currency, locale=LOCALES[language])


def with_vat(cents: int, language: str, currency: str = "EUR") -> str:
    """The total of a document: "642,00 € TTC", "€642.00 incl. VAT"."""
    return amount(cents, language, currency) + (NBSP + "TTC" if language == "fr" else " incl. VAT")


def _first(written: str, day: int, language: str) -> str:
    return re.sub(r"(^| )1 ", r"\g<1>1er ", written, count=1) if language == "fr" and day == 1 else written


@lru_cache(4096)
def day(on: date, language: str) -> str:
    """In a sentence: "24 novembre 2026", "1er novembre 2026", "24 November 2026"."""
    return _first(format_date(on, "d MMMM y", LOCALES[language]), on.day, language)


@lru_cache(4096)
def named_day(on: date, language: str) -> str:
    """ "vendredi 27 novembre 2026", "Friday 27 November 2026"."""
    return _first(format_date(on, "EEEE d MMMM y", LOCALES[language]), on.day, language)


@lru_cache(4096)
def short_day(on: date, language: str) -> str:
    """In a list: "24/11/2026", "24 Nov 2026"."""
    return format_date(on, LIST_FORMS[language], "fr" if language == "fr" else "en")


@lru_cache(512)
def month(on: date, language: str) -> str:
    """ "mars 2026", "March 2026"."""
    return format_date(on, "MMMM y", LOCALES[language])


def local(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone))


def hour(at: datetime, language: str, zone: str) -> str:
    """ "14h05", "9h00"; "14:05", "09:00"."""
    there = local(at, zone)
    return f"{there.hour}h{there:%M}" if language == "fr" else f"{there:%H:%M}"


@lru_cache(64)
def zone_name(zone: str, language: str) -> str:
    """ "heure de Paris", "Paris time"."""
    if zone in ZONES:
        return ZONES[zone][0 if language == "fr" else 1]
    city = get_timezone_location(zone, locale=LOCALES[language], return_city=True)
    return f"heure locale ({city})" if language == "fr" else f"{city} time"


def duration(length: timedelta, language: str) -> str:
    """ "30 minutes", "24 heures", "5 jours"."""
    minutes = round(length.total_seconds() / 60)
    units = (
        (1440, "jour", "day", 2880),
        (60, "heure", "hour", 60),
        (1, "minute", "minute", 0),
    )
    for size, french, english, least in units:
        if minutes >= least and minutes % size == 0:
            count, word = minutes // size, french if language == "fr" else english
            return f"{count} {word}{'' if abs(count) <= 1 else 's'}"
    return f"{minutes} min"


def size(count: int, language: str) -> str:
    """ "9 Mo", "9 MB"."""
    small, middle, big = SIZES[language]
    if count < 1000:
        return f"{count}{NBSP}{small}"
    if count < 1_000_000:
        return f"{round(count / 1000)}{NBSP}{middle}"
    return f"{round(count / 1_000_000)}{NBSP}{big}"


def masked(address: str) -> str:
    """ "c…@dupain.example": enough to know it by, for its owner."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"
