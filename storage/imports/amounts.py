"""Amounts and dates as invoice XML writes them."""

from __future__ import annotations

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

MOST = Decimal(10) ** 11
PLAIN = re.compile(r"[+-]?\d{1,15}(\.\d{0,10})?|[+-]?\.\d{1,10}")


def cents(text: str | None) -> int | None:
    """Whole cents, half up; None for what is no decimal number (xs:decimal: no exponent, no comma)."""
    text = (text or "").strip()
    if not PLAIN.fullmatch(text):
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return int((value * 100).to_integral_value(ROUND_HALF_UP)) if abs(value) < MOST else None


def day(text: str | None) -> date | None:
    """YYYYMMDD (UN/CEFACT format 102) or YYYY-MM-DD, a time or a zone after it ignored."""
    found = re.match(r"(\d{4})-?(\d{2})-?(\d{2})(?!\d)|(\d{4})(\d{2})(\d{2})\d{4}$", (text or "").strip())
    if not found:
        return None
    try:
        return date(*(int(part) for part in found.groups() if part))
    except ValueError:
        return None
