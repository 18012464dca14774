"""May this machine send for this domain (SPF, RFC 7208)? pyspf decides; the questions go where they are bounded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import spf

from mail_gateway.dkim_keys import LONGEST
from mail_gateway.resolver import Kind, Lookup, Unanswered


@dataclass(frozen=True)
class Spf:
    """`result`: pass, fail, softfail, neutral, none, permerror or temperror. `domain`: of MAIL FROM, else of HELO."""

    result: str
    domain: str


class Query(spf.query):  # type: ignore[misc]  # pyspf has no types
    """pyspf's, with our questions; aliases are followed by the name server."""

    def __init__(self, peer: str, mail_from: str, helo: str, lookup: Lookup) -> None:
        super().__init__(i=peer, s=mail_from, h=helo)
        self.lookup = lookup

    def dns(self, name: str, qtype: Kind, cnames: Any = None, ignore_void: bool = False) -> list[Any]:
        labels = name.rstrip(".").split(".")
        if len(name) > LONGEST or not all(0 < len(label) < 64 for label in labels):
            return []
        try:
            found = self.lookup(name, qtype)
        except Unanswered as error:
            raise spf.TempError(f"DNS: {error}") from error
        if not found and not ignore_void:
            self.void_lookups += 1
            if self.void_lookups > spf.MAX_VOID_LOOKUPS:
                raise spf.PermError("Too many names without an answer")
        return [(one,) for one in found] if qtype == "TXT" else list(found)


def check(peer: str, mail_from: str, helo: str, lookup: Lookup) -> Spf:
    """Never raises over a record, a name or a name server."""
    domain = (mail_from or helo).rpartition("@")[2].rstrip(".").lower()
    try:
        result, _, _ = Query(peer, mail_from, helo, lookup).check()
    except Exception:  # pyspf raises what its parts raise on records made for that
        result = "permerror"
    return Spf(str(result), domain)
