"""The DKIM keys of the mails that decided, as the DNS had them: keys change, and a proof is read ten years later."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from email.parser import BytesHeaderParser

import structlog
from dkim.dnsplug import get_txt

from bot.paper.child import Child, Overrun
from mail_gateway.dkim_keys import Signature, signatures
from storage.evidence import KeySeen

log = structlog.get_logger()

Lookup = Callable[[str, float], bytes | None]  # the TXT record of a name, within so many seconds

SECONDS = 2.5  # for all mails of a decision; with the last verification, a signature waits less than 5
VERIFYING = Child(seconds=2.0, idle=10.0)
LONGEST = 4096  # characters of a record


def txt(name: str, seconds: float) -> bytes | None:
    """By the name servers of this machine. Raises what they and dkimpy raise."""
    found: bytes | None = get_txt(name.encode("ascii"), seconds)
    return found


class KeyRecords:
    """Never raises over a mail or a name server: what was not to be had is None."""

    def __init__(self, lookup: Lookup = txt, child: Child = VERIFYING, seconds: float = SECONDS) -> None:
        self.lookup, self.child, self.seconds = lookup, child, seconds

    def __call__(self, mails: Iterable[bytes]) -> tuple[KeySeen, ...]:
        """One for each signature of each mail; each record is asked for once."""
        until = time.monotonic() + self.seconds
        records: dict[str, bytes | None] = {}
        return tuple(seen for raw in dict.fromkeys(mails) for seen in self._of(raw, records, until))

    def _of(self, raw: bytes, records: dict[str, bytes | None], until: float) -> Iterator[KeySeen]:
        message_id = str(BytesHeaderParser().parsebytes(raw).get("Message-ID", "")).strip()
        for one in signatures(raw):
            if one.record not in records:
                records[one.record] = self._record(one.record, until)
            record = records[one.record]
            shown = record[:LONGEST].decode("ascii", "backslashreplace") if record else None
            verified = self._verified(raw, one, record, until) if record else None
            yield KeySeen(message_id, one.domain, one.selector, shown, verified)

    def _record(self, name: str, until: float) -> bytes | None:
        left = until - time.monotonic()
        if left <= 0:
            return None
        try:
            return self.lookup(name, left)
        except Exception as error:  # whatever a name server answers, the signature goes on
            log.info("dkim.no_record", name=name, error=type(error).__name__)
            return None

    def _verified(self, raw: bytes, one: Signature, record: bytes, until: float) -> bool | None:
        if time.monotonic() > until:
            return None
        try:
            found: bool | None = self.child.run("mail_gateway.dkim_keys:verified", raw, one.nth, record)
        except Overrun:
            return None
        return found
