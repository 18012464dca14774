"""The kinds of values that an import holds: strict types, sane bounds, no surprise inside a text."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.,]\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})?)?")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x85\u2028\u2029\u202a-\u202e\u2066-\u2069]")
FIRST_YEAR, LAST_YEAR = 1950, 2150
MOST_CENTS = 10**13  # a hundred billion: no small company writes more, and every sum stays exact


def _one_line(text: str) -> str:
    if CONTROL.search(text):
        raise ValueError("holds control characters")
    return " ".join(text.split())


def _lines(text: str) -> str:
    if CONTROL.search(text):
        raise ValueError("holds control characters")
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _full(text: str) -> str:
    if not text:
        raise ValueError("is empty")
    return text


def _blank_is_none(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def day(value: Any) -> Any:
    if value is None:
        return None
    if not isinstance(value, str) or not DAY.fullmatch(value):
        raise ValueError("must be a date as YYYY-MM-DD")
    return _in_bounds(_iso(date.fromisoformat, value))


def instant(value: Any) -> Any:
    """Aware, or naive: the writer reads a naive one in the company's time zone."""
    if value is None:
        return None
    if not isinstance(value, str) or not INSTANT.fullmatch(value):
        raise ValueError("must be a date and time as YYYY-MM-DDTHH:MM:SS+01:00")
    return _in_bounds(_iso(datetime.fromisoformat, value.replace(",", ".")))


def _iso(read: Any, value: str) -> Any:
    try:
        return read(value)
    except ValueError:
        raise ValueError(f"{value} does not exist in the calendar") from None


def _in_bounds(value: Any) -> Any:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValueError(f"the year must be between {FIRST_YEAR} and {LAST_YEAR}")
    return value


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("is not a time zone such as Europe/Paris") from None
    return name


def _no_blanks(text: str) -> str:
    return "".join(text.split()).upper()


def _siren(text: str) -> str:
    """The SIREN of a SIRET; what is no French number stays as it is."""
    plain = _no_blanks(text)
    return plain[:9] if len(plain) == 14 and plain.isdecimal() else plain


def _line(most: int) -> Any:
    return Annotated[str, Field(max_length=most), AfterValidator(_one_line), AfterValidator(_full)]


Ref = _line(100)
Number = _line(60)
Name = _line(200)
Label = Annotated[str, Field(max_length=500), AfterValidator(_one_line)]
Email = _line(320)
Path = Annotated[str, Field(max_length=1000), AfterValidator(_full)]
Prose = Annotated[str, Field(max_length=20_000), AfterValidator(_lines), AfterValidator(_full)]
Zone = Annotated[str, Field(max_length=60), AfterValidator(_zone)]
Compact = Annotated[str, Field(max_length=60), AfterValidator(_no_blanks)]
Siren = Annotated[str, Field(max_length=60), AfterValidator(_siren)]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]
Cents = Annotated[int, Field(ge=-MOST_CENTS, le=MOST_CENTS)]
Total = Annotated[int, Field(ge=0, le=MOST_CENTS)]
Day = Annotated[date, BeforeValidator(day)]
Moment = Annotated[datetime, BeforeValidator(instant)]
Blank = BeforeValidator(_blank_is_none)
