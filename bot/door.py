"""The door for mail, tied to the database: raw mail and row are committed before "250"."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from bot.mail import KnownCompanies
from bot.parts import address
from mail_gateway.certificate import Certificate
from mail_gateway.door import Limits
from mail_gateway.listener import Listener
from storage.accept import Acceptor
from storage.inbox_queue import crowded

if TYPE_CHECKING:
    from bot.app import Service
    from bot.settings import Settings

JUDGED_FOR = 5.0  # seconds the door remembers whether too much waits to be read


class Doors(Protocol):
    def __call__(self, *, lmtp: bool) -> Listener: ...


def doors(service: Service, stack: AsyncExitStack) -> Doors:
    """Makes a door that is not open yet; all of them store through one commit."""
    settings, known = service.settings, KnownCompanies(service)
    acceptor, tls = Acceptor(service.engine), certificate(settings)
    stack.push_async_callback(acceptor.close)

    async def accept(raw: bytes, envelope: Mapping[str, Any], key: str, lane: str) -> None:
        recipient = service.marks.read_address(envelope["rcpt"])
        company_id = known.ids.get(recipient.slug) if recipient else None
        await acceptor.accept(raw, dict(envelope), key, lane, company_id, service.clock())
        service.mail_came.set()

    limits = Limits(
        connections=settings.smtp_connections,
        per_ip=settings.smtp_connections_per_ip,
        relays=settings.relays,
    )
    busy = Backlog(service)

    def door(*, lmtp: bool) -> Listener:
        # A mail server in front has one IP.
        of = replace(limits, per_ip=limits.connections) if lmtp else limits
        must = settings.smtp_tls_required
        made = Listener(service.marks, known, accept, of, tls, tls_required=must, busy=busy, lmtp=lmtp)
        stack.push_async_callback(made.close)
        return made

    return door


async def open_at(door: Listener, place: str) -> None:
    """host:port, or the path of a socket file. Raises OSError."""
    if "/" in place:
        await door.start_at(Path(place))
    else:
        await door.start(*address(place))


def certificate(settings: Settings) -> Certificate | None:
    """None where the door offers no TLS. Raises OSError."""
    cert = settings.smtp_tls_cert
    return Certificate(cert, settings.smtp_tls_key) if cert else None


class Backlog:
    """Does too much wait to be read? Asked at each recipient, so kept for a moment."""

    def __init__(self, service: Service) -> None:
        self.engine, self.most = service.engine, service.settings.smtp_backlog
        self.judged, self.until = False, 0.0

    async def __call__(self) -> bool:
        now = asyncio.get_running_loop().time()
        if now > self.until:
            self.until = now + JUDGED_FOR
            self.judged = await asyncio.to_thread(crowded, self.engine, self.most)
        return self.judged
