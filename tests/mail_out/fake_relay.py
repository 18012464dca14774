"""A relay to send to: aiosmtpd, in the loop of the test, that answers as it is told."""

from __future__ import annotations

import asyncio

from aiosmtpd.smtp import SMTP, Envelope, Session


class FakeRelay:
    """`say` maps a command to its answer; what it takes is in `taken`, as (session, envelope)."""

    def __init__(self) -> None:
        self.say: dict[str, str] = {}
        self.hang: set[str] = set()
        self.taken: list[tuple[int, Envelope]] = []
        self.doors: list[SMTP] = []
        self.port = 0
        self.arrived = asyncio.Event()

    async def _answer(self, command: str, usual: str) -> str:
        if command in self.hang:
            await asyncio.Event().wait()
        return self.say.get(command, usual)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from, envelope.mail_options = address, options
        return await self._answer("MAIL", "250 OK")

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return await self._answer("RCPT", "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.taken.append((id(session), envelope))
        self.arrived.set()
        return await self._answer("DATA", "250 2.0.0 Ok: queued as 4711")

    def drop_all(self) -> None:
        for door in self.doors:
            if door.transport is not None:
                door.transport.close()
