"""One connection to the door: aiosmtpd's SMTP or LMTP, with our limits."""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, AnyStr, cast

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope

from mail_gateway.message_data import TooLarge, has_long_line, message
from mail_gateway.threshold import PLAIN_PATH
from mail_gateway.trust import is_trusted

TOO_MANY_CONNECTIONS = b"421 4.7.0 Too many connections, try again later\r\n"
GOODBYE = b"421 4.3.2 Closing, try again later\r\n"
PROGRESS = 64 * 1024  # bytes that earn a slow but honest sender another time-out
FLOOD = 6  # times the size limit: a line that never ends is cut there
SAME_MACHINE = "127.0.0.1"  # who comes by a socket file


@dataclass(frozen=True)
class Limits:
    size: int = 10_000_000  # bytes of one message
    recipients: int = 10
    connections: int = 20
    per_ip: int = 5
    errors: int = 20  # refusals in one connection
    timeout: float = 60.0  # seconds between two commands, and for each 64 KiB of a message
    relays: tuple[
        str, ...
    ] = ()  # IPs and CIDRs of mail servers in front: all mail comes from one, `connections` is all


@dataclass
class Guests:
    """Who is connected."""

    limits: Limits
    doors: set[Door] = field(default_factory=set)
    peers: Counter[str] = field(default_factory=Counter)

    def enter(self, door: Door, ip: str) -> bool:
        """False where there are too many already."""
        relay = is_trusted(ip, self.limits.relays)
        if len(self.doors) >= self.limits.connections:
            return False
        if self.peers[ip] >= self.limits.per_ip and not relay:
            return False
        self.peers[ip] += 1
        self.doors.add(door)
        return True

    def leave(self, door: Door, ip: str) -> None:
        if door in self.doors:
            self.doors.discard(door)
            self.peers -= Counter([ip])


class Door(SMTP):
    """`house` answers each command (aiosmtpd's handle_... methods)."""

    def __init__(
        self,
        house: Any,
        guests: Guests,
        domain: str,
        tls: ssl.SSLContext | None = None,
        tls_required: bool = False,
    ) -> None:
        limits = guests.limits
        super().__init__(
            house,
            data_size_limit=limits.size,
            enable_SMTPUTF8=True,
            hostname=domain,
            ident="ESMTP",
            tls_context=tls,
            require_starttls=tls_required,
            timeout=limits.timeout,
            auth_exclude_mechanism=("LOGIN", "PLAIN"),
            loop=asyncio.get_running_loop(),
        )
        self.guests, self.limits = guests, limits
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
            peer = transport.get_extra_info("peername") or (SAME_MACHINE,)
            ip = str(peer[0])
            if not self.guests.enter(self, ip):
                _last_words(transport, TOO_MANY_CONNECTIONS)
                return
            self.peer_ip = ip
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self.peer_ip is None:
            return
        self.guests.leave(self, self.peer_ip)
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

    async def smtp_DATA(self, arg: str) -> None:
        """As the library's, whose way to take a message this does not go."""
        if await self.check_helo_needed():
            return
        assert self.envelope is not None
        if arg or not self.envelope.rcpt_tos:
            await self.push("501 Syntax: DATA" if arg else "503 Error: need RCPT command")
            return
        # The end of a message may be all that comes of it.
        self._reader._buffer[:0] = b"\r\n"  # type: ignore[attr-defined]  # no public way
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        status = await self._taken(self.envelope)
        self._set_post_data_state()  # type: ignore[no-untyped-call]  # aiosmtpd
        await self.push(status)

    async def _taken(self, envelope: Envelope) -> str:
        """What is answered to a message."""
        try:
            raw = await message(self._reader, self.limits.size)
        except TooLarge:
            return self._refused("552 5.3.4 Too much mail data")
        if has_long_line(raw):
            return self._refused("500 5.6.0 Line too long (RFC 5321, 4.5.3.1.6)")
        envelope.content = envelope.original_content = raw
        return str(await self._call_handler_hook("DATA"))

    def _refused(self, answer: str) -> str:
        return answer

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


class LmtpDoor(Door, LMTP):
    """Behind a mail server (RFC 2033): after a message there is one answer for each recipient that was taken."""

    def _refused(self, answer: str) -> str:
        assert self.envelope is not None
        return "\r\n".join([answer] * len(self.envelope.rcpt_tos))


def _last_words(transport: asyncio.BaseTransport, words: bytes) -> None:
    cast("asyncio.Transport", transport).write(words)  # uvloop's transports are of no asyncio class
    transport.close()
