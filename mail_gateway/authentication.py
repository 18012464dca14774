"""Our own check of who sent a mail, where its sender's machine speaks to us: SPF, DKIM, DMARC, and ARC for the record.

The DNS is asked in threads of their own and only for so long; what costs time by its bytes is verified in the guard.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import idna

from handlers.core.turn import Level
from mail_gateway import arc, dkim_keys, dmarc, spf_check
from mail_gateway.arc import Chain
from mail_gateway.dkim_keys import Signature, Signed
from mail_gateway.dmarc import Judgement, Policy
from mail_gateway.guard import Guard, OutOfLimits
from mail_gateway.incoming import Envelope, Letter
from mail_gateway.resolver import Lookup, Resolver, Unanswered
from mail_gateway.spf_check import Spf
from mail_gateway.trust import is_outside

AT_ONCE = 16  # mails that wait for the DNS; threads of their own, so that nothing else waits with them


@dataclass(frozen=True)
class Authentication:
    """`results`: what was found, as Authentication-Results would say it (RFC 8601), without a server's name.

    `part`: the level rests on a signature that leaves the end of the text open. `temporary`: the DNS did not tell all
    that counts; another time it may.
    """

    level: Level
    results: str
    part: bool = False
    temporary: bool = False

    def of(self, letter: Letter) -> Letter:
        """The letter, believed that much. A failure that another server wrote in it stays where we verified nothing."""
        if letter.level == "failed" and self.level != "verified":
            return letter
        reason = "" if letter.reason == "authentication" else letter.reason
        if self.level == "failed":
            reason = "authentication"
        elif self.part:
            reason = "part_signed"
        return replace(letter, level=self.level, reason=reason, unsafe=letter.unsafe or self.part)


@dataclass
class Found:
    """What the DNS said. `records`: keys by name; a name that is not there was not answered."""

    policy: Policy | None = None
    policy_known: bool = False
    spf: Spf | None = None
    records: dict[str, bytes | None] = field(default_factory=dict)


class Authenticator:
    """`await check(raw, letter, envelope)`; `close()` at the end."""

    def __init__(self, guard: Guard, resolver: Resolver) -> None:
        self.guard, self.resolver = guard, resolver
        self.threads = ThreadPoolExecutor(AT_ONCE, "dns")

    async def check(self, raw: bytes, letter: Letter, envelope: Envelope) -> Authentication | None:
        """None where it is not ours to check. Never raises over a mail or a name server."""
        outside = is_outside(envelope.peer, self.guard.reading.trusted_relays) and not envelope.mailbox
        if letter.sender is None or letter.verdict != "accept" or not outside:
            return None
        return await self.found(raw, envelope, letter.sender.rpartition("@")[2])

    async def found(self, raw: bytes, envelope: Envelope, domain: str) -> Authentication:
        """`domain`: of From, as A-label."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self.threads, ask, raw, envelope, domain, self.resolver.mail())
        try:
            signed, chain = await self.guard.signed(raw, found.records)
        except OutOfLimits:
            signed = tuple(Signed(one.domain, one.selector, "temperror") for one in dkim_keys.signatures(raw))
            chain = Chain("temperror")
        return judged(domain, found, signed, chain)

    def close(self) -> None:
        self.threads.shutdown(wait=False, cancel_futures=True)


def ask(raw: bytes, envelope: Envelope, domain: str, lookup: Lookup) -> Found:
    """What counts for this From is asked first: nobody else's slow name servers leave it unanswered."""
    found = Found()
    try:
        found.policy, found.policy_known = dmarc.find(domain, lookup), True
    except Unanswered:
        found.policy_known = False
    signatures = dkim_keys.signatures(raw)
    own = [one for one in signatures if dmarc.aligned(domain, one.domain.lower())]
    _ask_keys(own, found.records, lookup)
    if envelope.peer:
        found.spf = spf_check.check(envelope.peer, _ascii(envelope.mail_from or ""), envelope.helo, lookup)
    _ask_keys((*signatures, *arc.signatures(raw)), found.records, lookup)
    return found


def _ask_keys(signatures: Sequence[Signature], records: dict[str, bytes | None], lookup: Lookup) -> None:
    for name in dict.fromkeys(one.record for one in signatures):
        if name not in records:
            try:
                answer = lookup(name, "TXT")
            except Unanswered:
                continue
            records[name] = next((one for one in answer if b"p=" in one), None)


def _ascii(address: str) -> str:
    """A domain that is not ASCII as A-label; what is none stays, and is found nowhere."""
    local, at, domain = address.rpartition("@")
    try:
        return local + at + idna.encode(domain, uts46=True).decode("ascii") if domain else address
    except idna.IDNAError:
        return address


def judged(domain: str, found: Found, signed: Sequence[Signed], chain: Chain) -> Authentication:
    if found.policy_known:
        judgement = dmarc.judged(domain, found.policy, found.spf, signed)
    else:
        judgement = dmarc.unsure(domain, found.spf, signed)
    return Authentication(
        judgement.level,
        _told(domain, found, signed, chain, judgement),
        judgement.part,
        judgement.level != "verified" and _temporary(found, signed),
    )


def _temporary(found: Found, signed: Sequence[Signed]) -> bool:
    spf = found.spf is not None and found.spf.result == "temperror"
    return not found.policy_known or spf or any(one.result == "temperror" for one in signed)


def _told(domain: str, found: Found, signed: Sequence[Signed], chain: Chain, judgement: Judgement) -> str:
    clauses = [f"spf={found.spf.result} smtp.mailfrom={found.spf.domain}"] if found.spf else []
    clauses += [
        f"dkim={one.result} header.d={one.domain} header.s={one.selector}" + (" (l=)" if one.part else "")
        for one in signed
    ] or ["dkim=none"]
    policy = f" (p={found.policy.wish} at {found.policy.domain})" if found.policy else ""
    clauses.append(f"dmarc={judgement.dmarc} header.from={domain}{policy}")
    sealers = f" ({', '.join(chain.sealers)})" if chain.sealers else ""
    clauses.append(f"arc={chain.result}{sealers}")
    return "; ".join(clauses)
