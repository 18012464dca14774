"""E-mail addresses: what we compare, and how we show one without giving it away."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import idna

SHAPE = re.compile(r"[^\s@<>\"(),:;\\\[\]]{1,64}@[^\s@<>\"(),:;\\\[\]]{1,250}")


class BadAddress(ValueError):
    """Not one plain e-mail address."""


def normal(address: str) -> str:
    """Trimmed, NFC, case-folded, the domain as an A-label (IDNA 2008); a plus tag counts.

    Raises BadAddress.
    """
    text = unicodedata.normalize("NFC", address.strip())
    local, at, domain = text.rpartition("@")
    if not SHAPE.fullmatch(text) or not at or ".." in domain or domain.startswith("."):
        raise BadAddress(address)
    ascii_domain = _a_label(domain.rstrip("."))
    if "." not in ascii_domain:
        raise BadAddress(address)
    return f"{local.casefold()}@{ascii_domain}"


@lru_cache(1024)  # clients share a few domains, and the rules of IDNA are long
def _a_label(domain: str) -> str:
    try:
        return idna.encode(domain, uts46=True).decode("ascii").lower()
    except idna.IDNAError as error:
        raise BadAddress(domain) from error


def found_in(text: str) -> str | None:
    """The only address in a text, as typed; None when there is none or more than one."""
    found = {match.rstrip(".").lower(): match.rstrip(".") for match in SHAPE.findall(text)}
    return next(iter(found.values())) if len(found) == 1 else None


def masked(address: str) -> str:
    """ "c…@exemple.fr" """
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"
