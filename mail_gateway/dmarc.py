"""What the domain of From asks for (DMARC, RFC 7489), and what is made of it: one of our three levels. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from publicsuffixlist import PublicSuffixList

from handlers.core.turn import Level
from mail_gateway.dkim_keys import Signed
from mail_gateway.resolver import Lookup
from mail_gateway.spf_check import Spf

Wish = Literal["none", "quarantine", "reject"]
Result = Literal["pass", "fail", "none", "temperror"]
VERSION = re.compile(rb"v[ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)")
REPORT_URI = re.compile(r"[a-z][a-z0-9+.-]*:[^\s,!]+", re.I)


@dataclass(frozen=True)
class Policy:
    """`wish`: what is to become of mail from this domain that fails."""

    domain: str  # where the record stands: the domain itself, or its organisation's
    wish: Wish
    strict_dkim: bool = False
    strict_spf: bool = False


def find(domain: str, lookup: Lookup) -> Policy | None:
    """The record of the domain, else that of its organisation; None where there is none. Raises Unanswered."""
    for place in dict.fromkeys((domain, organisation(domain))):
        records = [one for one in lookup(f"_dmarc.{place}", "TXT") if VERSION.match(one)]
        if records:  # more than one counts as none (6.6.3)
            return _policy(records[0], place, of=domain) if len(records) == 1 else None
    return None


def _policy(record: bytes, place: str, of: str) -> Policy | None:
    """None for a record that asks for nothing one can read. What is wrong in the rest takes its default (6.3)."""
    tags = _tags(record.decode("ascii", "replace"))
    wish: Wish | None = _wish(tags.get("p", ""))
    below = _wish(tags["sp"]) if "sp" in tags else wish
    if wish is None or below is None:
        if not any(REPORT_URI.match(uri.strip()) for uri in tags.get("rua", "").split(",")):
            return None
        wish = below = "none"
    asked = wish if place == of else below
    # Not by lot: the same mail has the same level each time. 0 is a rehearsal, and asks for one step less (6.6.4).
    if tags.get("pct", "") == "0":
        asked = "quarantine" if asked == "reject" else "none"
    return Policy(place, asked, tags.get("adkim", "").lower() == "s", tags.get("aspf", "").lower() == "s")


def _tags(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): value.strip() for name, found, value in pairs if found}


def _wish(text: str) -> Wish | None:
    return next((known for known in get_args(Wish) if known == text.lower()), None)


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def organisation(domain: str) -> str:
    """The domain that was registered: "mail.atelier.co.uk" is of "atelier.co.uk". A bare suffix is its own."""
    return _suffixes().privatesuffix(domain) or domain


def aligned(domain: str, signer: str, strict: bool = False) -> bool:
    """Does what `signer` vouches for count for a From at `domain`? (3.1)"""
    if strict or domain == signer:
        return domain == signer
    return organisation(domain) == organisation(signer)


@dataclass(frozen=True)
class Judgement:
    """`part`: only a signature vouches that leaves the end of the text open to others (DKIM's l=)."""

    level: Level
    dmarc: Result
    part: bool = False


def judged(domain: str, policy: Policy | None, spf: Spf | None, signed: Sequence[Signed]) -> Judgement:
    """`spf`: None where the machine that sent it is not known. What the DNS did not tell never makes a mail fail."""
    strict_spf, strict_dkim = (policy.strict_spf, policy.strict_dkim) if policy else (False, False)
    by_spf = spf.result if spf and aligned(domain, spf.domain, strict_spf) else ""
    own = [one for one in signed if aligned(domain, one.domain, strict_dkim)]
    passed: Result = "pass" if policy else "none"
    if by_spf == "pass" or any(one.result == "pass" and not one.part for one in own):
        return Judgement("verified", passed)
    if any(one.result == "pass" for one in own):
        return Judgement("verified", passed, part=True)
    if spf is None or by_spf == "temperror" or any(one.result == "temperror" for one in own):
        return Judgement("unverified", "temperror" if policy else "none")
    if policy:
        return Judgement("unverified" if policy.wish == "none" else "failed", "fail")
    return Judgement("failed" if _hard_failure(spf, own) else "unverified", "none")


def _hard_failure(spf: Spf, own: Iterable[Signed]) -> bool:
    """Without a policy: a machine that may not send for its envelope, or a text that its domain signed otherwise."""
    return spf.result == "fail" or any(one.result == "fail" for one in own)


def unsure(domain: str, spf: Spf | None, signed: Sequence[Signed]) -> Judgement:
    """The DNS did not tell the policy: only what counts under any is believed."""
    strictest = Policy(domain, "none", strict_dkim=True, strict_spf=True)
    found = judged(domain, strictest, spf, signed)
    return Judgement(found.level, "temperror", found.part)
