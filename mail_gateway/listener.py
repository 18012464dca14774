"""The SMTP door: 250 only once the mail is safe in the database.

Who is not ours is refused at RCPT, what cannot be read alike by everybody is refused before it is parsed, and nothing
is parsed here but the header block, in the cheap way (compat32). A failure of ours answers 451 and says
nothing about itself: the sender keeps the mail and comes again.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, AnyStr, Protocol, cast

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session

from mail_gateway.addresses import Marks
from mail_gateway.threshold import PLAIN_PATH, Refused, admitted

log = structlog.get_logger()

TOO_MANY_CONNECTIONS = b"421 4.7.0 Too many connections, try again later\r\n"
GOODBYE = b"421 4.3.2 Closing, try again later\r\n"
OURS = "451 4.3.0 Temporary failure, try again later"
TAKEN = "250 2.0.0 OK"
PROGRESS = 64 * 1024  # bytes that earn a slow but honest sender another time-out
FLOOD = 6  # times the size limit: a line that never ends is cut there


class Accept(Protocol):
    """Stores one mail durably, for one recipient. Returns when it is committed; the same key twice is one mail.

    `envelope`: {"peer", "helo", "mail_from", "rcpt"}. Mails of one `lane` are taken one at a time, in order.
    """

    def __call__(self, raw: bytes, envelope: Mapping[str, Any], key: str, lane: str) -> Awaitable[object]: ...


@dataclass(frozen=True)
class Limits:
    size: int = 10_000_000  # bytes of one message
    recipients: int = 10
    connections: int = 20
    per_ip: int = 5
    errors: int = 20  # refusals in one connection
    timeout: float = 60.0  # seconds between two commands, and for each 64 KiB of a message


class Listener:
    """The door of one process. `known`: is there a company with this slug?"""

    def __init__(
        self,
        marks: Marks,
        known: Callable[[str], Awaitable[bool]],
        accept: Accept,
        limits: Limits | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.marks, self.known, self.accept = marks, known, accept
        self.limits, self.tls = limits or Limits(), tls
        self.doors: set[Door] = set()
        self.peers: Counter[str] = Counter()
        self.port = 0  # the one that was opened, where 0 was asked for
        self._server: asyncio.Server | None = None
        # aiosmtpd logs addresses and commands at lower levels
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)

    async def start(self, host: str, port: int) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Door(self), host, port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self, grace: float = 10.0) -> None:
        """No new connection; what is being stored is stored and answered, the rest is told to come again."""
        if self._server is None:
            return
        self._server.close()
        for door in list(self.doors):
            door.leave()
        tasks = [door.task for door in self.doors if door.task is not None]
        if tasks:
            await asyncio.wait(tasks, timeout=grace)
        for door in list(self.doors):
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
        if not ours and not (recipient.slug and await self.known(recipient.slug)):
            return "550 5.1.1 No such mailbox here"
        envelope.rcpt_tos.append(at_home)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        try:
            return await self._store(session, envelope)
        except Refused as refused:
            return refused.answer
        except Exception as error:  # here, so that aiosmtpd ends this envelope and the next mail can come
            return await self.handle_exception(error)

    async def _store(self, session: Session, envelope: Envelope) -> str:
        """One row for each of our recipients; all of them are kept, or the answer is not 250."""
        raw = envelope.content
        assert isinstance(raw, bytes)
        mail_from = _shown(envelope.mail_from).strip("<>")  # "" for the null sender
        mail = admitted(raw, mail_from)
        peer, helo = session.peer[0] if session.peer else "", _shown(session.host_name)
        for rcpt in dict.fromkeys(envelope.rcpt_tos):
            card = {"peer": peer, "helo": helo, "mail_from": mail_from, "rcpt": _shown(rcpt)}
            await self.accept(raw, card, mail.key(rcpt), mail.lane)
        return TAKEN

    async def handle_exception(self, error: Exception) -> str:
        log.error("mail.not_taken", error=type(error).__name__)
        return OURS


class Door(SMTP):
    """One connection: aiosmtpd's, with our limits."""

    def __init__(self, listener: Listener) -> None:
        limits = listener.limits
        super().__init__(
            listener,
            data_size_limit=limits.size,
            enable_SMTPUTF8=True,
            hostname=listener.marks.domain,
            ident="ESMTP",
            tls_context=listener.tls,
            timeout=limits.timeout,
            auth_exclude_mechanism=("LOGIN", "PLAIN"),
            loop=asyncio.get_running_loop(),
        )
        self.listener, self.limits = listener, limits
        self.peer_ip: str | None = None  # set once this connection counts
        self.refusals = 0
        self.unread = 0  # bytes since our last answer
        self.leaving = False

    @property
    def task(self) -> asyncio.Task[None] | None:
        task: asyncio.Task[None] | None = self._handler_coroutine
        return task

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self._original_transport is None:  # else the same connection, now in TLS
            peer = transport.get_extra_info("peername") or ("",)
            if not self._counts(str(peer[0])):
                _last_words(transport, TOO_MANY_CONNECTIONS)
                return
        super().connection_made(transport)

    def _counts(self, ip: str) -> bool:
        doors, peers = self.listener.doors, self.listener.peers
        if len(doors) >= self.limits.connections or peers[ip] >= self.limits.per_ip:
            return False
        self.peer_ip = ip
        peers[ip] += 1
        doors.add(self)
        return True

    def connection_lost(self, error: Exception | None) -> None:
        if self.peer_ip is None:
            return
        if self in self.listener.doors:
            self.listener.doors.discard(self)
            self.listener.peers -= Counter([self.peer_ip])
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        if self.peer_ip is None:
            return
        steps = self.unread // PROGRESS
        self.unread += len(data)
        if self.unread > FLOOD * self.limits.size:
            self.cut()
            return
        if self.unread // PROGRESS > steps:
            self._reset_timeout()
        super().data_received(data)

    def eof_received(self) -> bool | None:
        if self.peer_ip is None:
            return False
        return super().eof_received()

    async def push(self, status: AnyStr) -> None:
        """Every answer goes out here: too many refusals end the connection."""
        self.unread = 0
        await super().push(status)
        if status[:1] in ("4", "5", b"4", b"5"):
            self.refusals += 1
            if self.refusals >= self.limits.errors and self.transport is not None:
                await super().push("421 4.7.0 Too many errors")
                self.transport.close()
        if self.leaving:
            self.leave()

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """The plain form, which nearly all have, goes without the library's whole grammar."""
        plain = PLAIN_PATH.fullmatch(arg)
        return (plain[1], plain[2]) if plain else super()._getaddr(arg)

    def leave(self) -> None:
        """Close between two messages: at once, or after the answer to the one that is being stored."""
        storing = self.envelope is not None and self.envelope.content is not None
        self.leaving = True
        if self.transport is not None and not storing and not self.transport.is_closing():
            _last_words(self.transport, GOODBYE)

    def cut(self) -> None:
        transport = self._original_transport or self.transport
        if transport is not None:
            cast("asyncio.Transport", transport).abort()


def _last_words(transport: asyncio.BaseTransport, words: bytes) -> None:
    cast("asyncio.Transport", transport).write(words)  # uvloop's transports are of no asyncio class
    transport.close()


def _shown(text: str | None) -> str:
    """Without the lone surrogates that aiosmtpd makes of bytes that are not UTF-8: JSON and PostgreSQL refuse them."""
    return (text or "").encode("utf-8", "replace").decode("utf-8").replace("\0", "")
