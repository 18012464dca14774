"""The door for mail, SMTP or LMTP: 250 only once the mail is safe in the database.

Who is not ours is refused at RCPT, what cannot be read alike by everybody is refused before it is parsed, and nothing
is parsed here but the header block, in the cheap way (compat32). A failure of ours answers 451 and says
nothing about itself: the sender keeps the mail and comes again.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session

from mail_gateway.addresses import Marks
from mail_gateway.door import SAME_MACHINE, Door, Guests, Limits, LmtpDoor
from mail_gateway.threshold import Refused, admitted

log = structlog.get_logger()

OURS = "451 4.3.0 Temporary failure, try again later"
BUSY = "451 4.3.2 Too much mail waits here, try again later"
TAKEN = "250 2.0.0 OK"


class Accept(Protocol):
    """Stores one mail durably, for one recipient. Returns when it is committed; the same key twice is one mail.

    `envelope`: {"peer", "helo", "mail_from", "rcpt"}. Mails of one `lane` are taken one at a time, in order.
    """

    def __call__(self, raw: bytes, envelope: Mapping[str, Any], key: str, lane: str) -> Awaitable[object]: ...


async def _never() -> bool:
    return False


class Listener:
    """One door of a process.

    `known`: is there a company with this slug? `busy`: does too much wait to be read? `tls`: with what who comes now
    may encrypt. `lmtp`: a mail server in front hands mail over; it may always do so in clear.
    """

    def __init__(
        self,
        marks: Marks,
        known: Callable[[str], Awaitable[bool]],
        accept: Accept,
        limits: Limits | None = None,
        tls: Callable[[], ssl.SSLContext] | None = None,
        *,
        tls_required: bool = False,
        busy: Callable[[], Awaitable[bool]] = _never,
        lmtp: bool = False,
    ) -> None:
        self.marks, self.known, self.accept, self.busy = marks, known, accept, busy
        self.limits = limits or Limits()
        self.tls, self.tls_required, self.lmtp = tls, tls_required, lmtp
        self.guests = Guests(self.limits)
        self.port = 0  # the one that was opened, where 0 was asked for
        self._server: asyncio.Server | None = None
        # aiosmtpd logs addresses and commands at lower levels
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)

    async def start(self, host: str, port: int) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._door, host, port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def start_at(self, path: Path) -> None:
        """A socket file, for its owner and its group; one that an earlier process left is replaced."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_unix_server(self._door, path)
        path.chmod(0o660)

    def _door(self) -> Door:
        kind = LmtpDoor if self.lmtp else Door
        tls = self.tls() if self.tls else None
        return kind(self, self.guests, self.marks.domain, tls, self.tls_required and not self.lmtp)

    async def close(self, grace: float = 10.0) -> None:
        """No new connection; what is being stored is stored and answered, the rest is told to come again."""
        if self._server is None:
            return
        self._server.close()
        doors = self.guests.doors
        for door in list(doors):
            door.leave()
        tasks = [door.task for door in doors if door.task is not None]
        if tasks:
            await asyncio.wait(tasks, timeout=grace)
        for door in list(doors):
            door.cut()
        await asyncio.sleep(0)  # the transports tell their doors that they are closed

    # --- what aiosmtpd calls for each command

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Nobody logs in here: AUTH is never offered."""
        session.host_name = hostname
        return [line for line in responses if not line.startswith("250-AUTH")]

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= self.limits.recipients:
            return "452 4.5.3 Too many recipients"
        # <postmaster> has no domain (RFC 5321, 4.5.1)
        at_home = address if "@" in address else f"{address}@{self.marks.domain}"
        recipient = self.marks.read_address(at_home)
        if recipient is None:
            return "550 5.7.1 Relaying denied"
        ours = recipient.operator or recipient.bounce is not None
        if not ours and not (recipient.slug and await self.known(recipient.box)):
            return "550 5.1.1 No such mailbox here"
        if await self.busy():
            return BUSY
        envelope.rcpt_tos.append(at_home)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Over SMTP all recipients are kept, or the answer is not 250; over LMTP each has an answer of its own."""
        answers = await self._answers(session, envelope)
        if self.lmtp:
            return "\r\n".join(answers[rcpt] for rcpt in envelope.rcpt_tos)
        return next((answer for answer in answers.values() if answer != TAKEN), TAKEN)

    async def _answers(self, session: Session, envelope: Envelope) -> dict[str, str]:
        """By recipient. Nothing is raised, so that aiosmtpd ends this envelope and the next mail can come."""
        recipients = dict.fromkeys(envelope.rcpt_tos)
        raw, mail_from = envelope.content, _shown(envelope.mail_from).strip("<>")  # "" for the null sender
        assert isinstance(raw, bytes)
        try:
            mail = admitted(raw, mail_from)
        except Refused as refused:
            return dict.fromkeys(recipients, refused.answer)
        except Exception as error:
            return dict.fromkeys(recipients, await self.handle_exception(error))
        peer = session.peer[0] if session.peer else SAME_MACHINE
        card = {"peer": peer, "helo": _shown(session.host_name), "mail_from": mail_from}

        async def kept(rcpt: str) -> str:
            try:
                await self.accept(raw, card | {"rcpt": _shown(rcpt)}, mail.key(rcpt), mail.lane)
            except Exception as error:
                return await self.handle_exception(error)
            return TAKEN

        return dict(zip(recipients, await asyncio.gather(*map(kept, recipients)), strict=True))

    async def handle_exception(self, error: Exception) -> str:
        log.error("mail.not_taken", error=type(error).__name__)
        return OURS


def _shown(text: str | None) -> str:
    """Without the lone surrogates that aiosmtpd makes of bytes that are not UTF-8: JSON and PostgreSQL refuse them."""
    return (text or "").encode("utf-8", "replace").decode("utf-8").replace("\0", "")
