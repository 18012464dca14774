"""How much a sender is believed: what our own relay wrote in Authentication-Results (RFC 8601). Pure.

A pass counts only from the relay we were told to trust, under its own name, in its topmost header, for the domain of
this From. A failure of DMARC is believed from anybody: who forges one harms himself alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

import idna
from authres import AuthenticationResultsHeader

from handlers.core.turn import Level
from mail_gateway.headers import raw_text

AUTHSERV_ID = re.compile(r"[ \t]*\"?([^\s;\"()]+)\"?(?:[ \t]+[0-9]+)?[ \t]*;")
# Microsoft 365 begins with the first result, without its own name; AUTHSERV_ID then is this word.
NAMELESS = "microsoft365"
NO_NAME = re.compile(r"[ \t]*(?:spf|dkim|dmarc)=", re.I)
LONGEST = 4096


def level(results: Sequence[str], domain: str, authserv_id: str, trusted: bool) -> Level:
    """`results`: the Authentication-Results values, topmost first; `domain`: of From, as A-label.

    `trusted`: the peer that handed us the mail is one of our relays.
    """
    if not results:
        return "unverified"
    if authserv_id.casefold() == NAMELESS:
        results = _named_by_us(results[0])
    if not authserv_id:
        return "failed" if "fail" in _dmarc(_clauses(results[0])) else "unverified"
    ours = [value for value in results if _named(value) == authserv_id.casefold()]
    if not ours:
        return "unverified"
    clauses = _clauses(ours[0])
    if not trusted:
        return "failed" if "fail" in _dmarc(clauses) else "unverified"
    return _judged(clauses, domain)


def _named_by_us(topmost: str) -> list[str]:
    """Only the topmost can be the provider's own: a sender can leave a name out too."""
    return [f"{NAMELESS}; {topmost}"] if NO_NAME.match(raw_text(topmost[:LONGEST])) else []


def _judged(clauses: list[Any], domain: str) -> Level:
    """DMARC decides where it says pass or fail; else any hard failure fails, and an aligned signature verifies."""
    said = _dmarc(clauses)
    if "fail" in said:
        return "failed"
    if "pass" in said:
        only = next(clause for clause in clauses if clause.method == "dmarc")
        about = _property(only, "header", "from")
        return "verified" if len(said) == 1 and _a_label(about) == domain else "unverified"
    signed = [clause for clause in clauses if clause.method == "dkim" and clause.result == "pass"]
    if any(_aligned(_property(clause, "header", "d"), domain) for clause in signed):
        return "verified"
    hard = [clause for clause in clauses if clause.method in ("spf", "dkim") and clause.result == "fail"]
    return "failed" if hard else "unverified"


def _clauses(value: str) -> list[Any]:
    """The results of one header; none where it cannot be read (Microsoft 365 leaves the name of the server out)."""
    try:
        text = raw_text(value)
        if len(text) > LONGEST:
            return []
        return list(AuthenticationResultsHeader.parse(f"Authentication-Results: {text}").results)
    except Exception:
        # authres raises SyntaxError, and IndexError or AttributeError where a header ends early
        return []


def _named(value: str) -> str:
    match = AUTHSERV_ID.match(raw_text(value[:LONGEST]))
    return match[1].casefold() if match else ""


def _dmarc(clauses: list[Any]) -> list[str]:
    return [str(clause.result).lower() for clause in clauses if clause.method == "dmarc"]


def _property(clause: Any, kind: str, name: str) -> str:
    return next(
        (str(item.value) for item in clause.properties if item.type == kind and item.name.lower() == name), ""
    )


def _aligned(signer: str, domain: str) -> bool:
    """The signer is the domain of From or one above it, never a bare suffix."""
    signer = _a_label(signer)
    return "." in signer and (domain == signer or domain.endswith("." + signer))


def _a_label(domain: str) -> str:
    try:
        return idna.encode(domain.strip().rpartition("@")[2], uts46=True).decode("ascii").lower()
    except idna.IDNAError:
        return ""


@lru_cache(maxsize=8)
def networks(relays: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    """IPs and CIDRs. Raises ValueError for anything else: a wrong setting is told at the start."""
    return tuple(ip_network(relay.strip(), strict=False) for relay in relays if relay.strip())


def is_trusted(peer: str | None, relays: tuple[str, ...]) -> bool:
    address = _address(peer)
    return address is not None and any(address in network for network in networks(relays))


def is_outside(peer: str | None, relays: tuple[str, ...]) -> bool:
    """Does the sender's machine speak to us itself? Our relays, this machine and private networks hand over what others
    sent."""
    address = _address(peer)
    return address is not None and address.is_global and not is_trusted(peer, relays)


def _address(peer: str | None) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(peer or "")
    except ValueError:
        return None
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address
