"""Mail to postmaster@ and abuse@: passed on to the operator, where the settings say who that is."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from handlers.core.ports import Clock, Undeliverable
from mail_gateway.dkim_sign import Signer
from mail_gateway.forward import enclosed
from mail_gateway.guard import Guard
from mail_gateway.incoming import Envelope
from mail_gateway.outgoing import Envelope as Sent
from mail_gateway.sender import Relay
from storage.queue import Raw

log = structlog.get_logger()

A_DAY = 50  # mails that this process passes on


@dataclass
class Postmaster:
    """`operator`: an address, or ""."""

    operator: str
    domain: str
    guard: Guard
    relay: Relay
    signer: Signer | None
    clock: Clock
    passed: deque[datetime] = field(default_factory=lambda: deque(maxlen=A_DAY))

    async def pass_on(self, raw: Raw, envelope: Envelope) -> bool:
        """Was it? Never what a machine wrote, this program too, nor what could not be read; no bounce comes of it."""
        if not (self.operator and self._may()):
            return False
        letter = await self.guard.read(raw.raw, envelope)
        if letter.verdict != "accept":
            return False
        try:
            await self.relay.send(Sent("", self.operator, self._enclosed(raw)))
        except Undeliverable as error:
            log.warning("operator.not_reached", id=raw.id, error=type(error).__name__)
            return False
        self.passed.append(self.clock())
        return True

    def _enclosed(self, raw: Raw) -> bytes:
        box = "abuse" if raw.envelope["rcpt"].lower().startswith("abuse") else "postmaster"
        now = self.clock()
        mail = enclosed(raw.raw, box=box, to=self.operator, domain=self.domain, id=raw.id, now=now)
        return self.signer.signed(mail, now) if self.signer else mail

    def _may(self) -> bool:
        full = len(self.passed) == A_DAY
        return not full or self.passed[0] <= self.clock() - timedelta(days=1)
