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
        self.break_at = 0  # the nth mail whose connection ends before it is taken
        self.most = 100  # mails are taken over so many connections
        self.port = 0
        self.arrived = asyncio.Event()

    async def _answer(self, command: str, usual: str) -> str:
        if command in self.hang:
            await asyncio.Event().wait()
        return self.say.get(command, usual)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if server in self.doors[self.most :]:
            return "421 4.7.0 Too many connections"
        envelope.mail_from, envelope.mail_options = address, options
        return await self._answer("MAIL", "250 OK")

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return await self._answer("RCPT", "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.break_at -= 1
        if self.break_at == 0 and server.transport is not None:
            server.transport.close()
            return "421 4.3.2 Closing"
        self.taken.append((id(session), envelope))
        self.arrived.set()
        return await self._answer("DATA", "250 2.0.0 Ok: queued as 4711")

    def drop_all(self) -> None:
        for door in self.doors:
            if door.transport is not None:
                door.transport.close()
