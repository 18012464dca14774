"""Mail to postmaster@ and abuse@: passed on to the operator, where the settings say who that is."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
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

A_DAY = 50  # mails that are passed on
DAY = timedelta(days=1)


@dataclass
class Postmaster:
    """`operator`: an address, or "". `known`: when mails were passed on since a moment, by a process before this one
    too."""

    operator: str
    domain: str
    guard: Guard
    relay: Relay
    signer: Signer | None
    clock: Clock
    known: Callable[[datetime], Iterable[datetime]]
    _passed: deque[datetime] | None = None
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)  # so that each counts for the next

    async def pass_on(self, raw: Raw, envelope: Envelope) -> bool:
        """Was it? Never what a machine wrote, this program too, nor what could not be read; no bounce comes of it."""
        async with self._one:
            return bool(self.operator) and await self._pass_on(raw, envelope)

    async def _pass_on(self, raw: Raw, envelope: Envelope) -> bool:
        passed = await self._lately()
        if len(passed) == A_DAY and passed[0] > self.clock() - DAY:
            return False
        letter = await self.guard.read(raw.raw, envelope)
        if letter.verdict != "accept":
            return False
        try:
            await self.relay.send(Sent("", self.operator, self._enclosed(raw)))
        except Undeliverable as error:
            log.warning("operator.not_reached", id=raw.id, error=type(error).__name__)
            return False
        passed.append(self.clock())
        return True

    def _enclosed(self, raw: Raw) -> bytes:
        box = "abuse" if raw.envelope["rcpt"].lower().startswith("abuse") else "postmaster"
        now = self.clock()
        mail = enclosed(raw.raw, box=box, to=self.operator, domain=self.domain, id=raw.id, now=now)
        return self.signer.signed(mail, now) if self.signer else mail

    async def _lately(self) -> deque[datetime]:
        """The database is asked once: from then on this process knows what it does."""
        if self._passed is None:
            self._passed = deque(await asyncio.to_thread(self.known, self.clock() - DAY), maxlen=A_DAY)
        return self._passed
