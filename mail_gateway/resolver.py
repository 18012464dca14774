"""Questions to the DNS: one time for all those of a mail, a bound on their number, answers kept as long as they may be.

A sender chooses the names that are asked for, so nothing here waits, grows or repeats without a limit.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any, Literal

import dns.exception
import dns.name
import dns.resolver

Kind = Literal["TXT", "A", "AAAA", "MX", "PTR"]
Answer = tuple[Any, ...]  # TXT: bytes; A, AAAA: addresses; MX: (preference, name); PTR: names
Lookup = Callable[[str, Kind], Answer]  # raises Unanswered; () where there is nothing

SECONDS = 5.0  # for all questions of a mail
QUESTIONS = 100  # of a mail: ten mechanisms of SPF may each ask for ten names
RECORDS = 100
LONGEST = 4096  # bytes of a TXT record
KEPT = 1024  # answers
FAIR = 1.0  # seconds: a shorter wait without an answer tells nothing about the server
AT_MOST, NOTHING, TROUBLE = 3600.0, 300.0, 15.0  # seconds: an answer, its absence, no answer


class Unanswered(Exception):
    """No answer now: a time-out, a server that fails, or too many questions. It may be better later."""


class Resolver:
    """For any number of threads. `servers`: (IP, port); without one, those of this machine."""

    def __init__(
        self, servers: Sequence[tuple[str, int]] = (), clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.servers, self.clock = servers, clock
        self._kept: OrderedDict[tuple[str, Kind], tuple[float, Answer | None]] = OrderedDict()
        self._lock = Lock()

    def mail(self, seconds: float = SECONDS, questions: int = QUESTIONS) -> Lookup:
        """The questions of one mail: `seconds` and `questions` are for all of them."""
        until, left = self.clock() + seconds, questions

        def lookup(name: str, kind: Kind) -> Answer:
            nonlocal left
            left -= 1
            if left < 0:
                raise Unanswered("too many questions")
            return self._answer(name.rstrip(".").lower(), kind, until)

        return lookup

    def _answer(self, name: str, kind: Kind, until: float) -> Answer:
        with self._lock:
            fresh_until, found = self._kept.get((name, kind), (0.0, None))
        now = self.clock()
        if now >= fresh_until:
            found, lasts = self._asked(name, kind, until - now)
            if found is not None or until - now >= FAIR:
                self._keep(name, kind, found, lasts)
        if found is None:
            raise Unanswered(f"{name} {kind}")
        return found

    def _asked(self, name: str, kind: Kind, seconds: float) -> tuple[Answer | None, float]:
        """The answer, and for how long it holds; None where none came."""
        if seconds <= 0:
            return None, 0.0
        try:
            asked = dns.name.from_text(name)
        except (dns.exception.DNSException, UnicodeError):
            return (), NOTHING  # no name at all
        try:
            answer = self._asking().resolve(asked, kind, lifetime=seconds, raise_on_no_answer=False)
        except dns.resolver.NXDOMAIN:
            return (), NOTHING
        except (dns.exception.DNSException, OSError):
            return None, TROUBLE
        if answer.rrset is None:
            return (), NOTHING
        found = tuple(_value(record, kind) for record in list(answer.rrset)[:RECORDS])
        lasts = min(AT_MOST, float(answer.rrset.ttl))
        return tuple(one for one in found if kind != "TXT" or len(one) <= LONGEST), lasts

    def _asking(self) -> dns.resolver.Resolver:
        if not self.servers:
            return dns.resolver.get_default_resolver()
        asking = dns.resolver.Resolver(configure=False)
        asking.nameservers = [host for host, _ in self.servers]
        asking.nameserver_ports = dict(self.servers)
        return asking

    def _keep(self, name: str, kind: Kind, found: Answer | None, lasts: float) -> None:
        with self._lock:
            self._kept[name, kind] = (self.clock() + lasts, found)
            self._kept.move_to_end((name, kind))
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)


def _value(record: Any, kind: Kind) -> Any:
    if kind == "TXT":
        return b"".join(record.strings)
    if kind == "MX":
        return record.preference, record.exchange.to_text(omit_final_dot=True)
    return record.target.to_text(omit_final_dot=True) if kind == "PTR" else record.address
