"""Ties the knot: the only place that knows every concrete class."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Collection
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog
import uvloop
from aiohttp import web

from bot import logs, parts
from bot.broadcast import Broadcaster
from bot.clock import clock
from bot.direct_links import pay_link
from bot.paper.bench import reader
from bot.settings import Settings
from bot.understanding.adviser import adviser
from bot.understanding.ear import listen
from bot.web.health import Parts
from handlers.core.desk import Desk
from handlers.core.happening import Manners
from handlers.core.ports import Carrier, Due
from handlers.core.turn import Said
from mail_gateway.addresses import Marks
from storage import migrate
from storage.engine import connect
from storage.files import Store
from storage.keys import Keys
from storage.work import opener

if TYPE_CHECKING:
    from bot.chat import ChatRoom
    from bot.paying import PayLinks

log = structlog.get_logger()


class Service:
    """Everything that does not run by itself, made once from the settings."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = clock(settings.clock_file)
        self.keys = Keys.of(settings.secret)
        self.engine = connect(settings.database_url)
        migrate.upgrade(self.engine)
        self.files = Store(settings.files_url)
        self.reader = reader(self.files.read)
        self.marks = Marks(self.keys.marks, settings.mail_domain)
        self.open = opener(self.engine, self.keys, self.written, self.clock)
        self.desk = Desk(
            self.open,
            self.clock,
            Manners(
                timedelta(minutes=settings.session_idle_telegram),
                timedelta(minutes=settings.session_idle_email),
                settings.lock_scope,
                bool(settings.telegram_token.get_secret_value()),
            ),
            adviser=adviser(settings, self.clock),
        )
        self.broadcaster = Broadcaster(self.engine, self.open, self.clock, pay_link(settings, self.clock))
        self.carriers: dict[str, Carrier] = {}
        self.parts = Parts(())
        self.mail_came = asyncio.Event()
        self.named = asyncio.Event()  # Telegram told who we are: `me`
        self.me: Any = None
        self.chat_room: ChatRoom | None = None
        self.pay_links: PayLinks | None = None
        self.webhook: Callable[[web.Request], Awaitable[web.StreamResponse]] | None = None
        self.smtp_port = self.web_port = 0
        self._wakes: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    def take(self, said: Said) -> None:
        self.desk.take(said)

    def wake(self, event: asyncio.Event) -> None:
        """Set this event whenever the outbox was written."""
        self._wakes.append((asyncio.get_running_loop(), event))

    def written(self) -> None:
        """The outbox was written: in any thread, by this process or another."""
        for loop, event in self._wakes:
            loop.call_soon_threadsafe(event.set)

    def blocked(self, due: Due) -> None:
        """They no longer take our messages there."""
        with self.open() as work:
            work.chats.block(due.channel, due.address, self.clock())
        self.broadcaster.blocked(due)

    def close(self) -> None:
        self.engine.dispose()


async def serve(
    service: Service, wanted: Collection[str], stop: asyncio.Event, up: asyncio.Event | None = None
) -> None:
    """Run the wanted parts until `stop`. `up` is set once all have started."""
    names = parts.needed(service.settings, wanted)
    service.parts = Parts(names)
    listen(service.desk, service.settings)
    try:
        async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
            running = []
            for name in names:
                running += await parts.START[name](service, stack, tasks)
                if name not in ("telegram", "imap"):
                    service.parts.ready(name)
            log.info("service.started", parts=list(names))
            if up is not None:
                up.set()
            await stop.wait()
            log.info("service.stopping")
            for task in running:
                task.cancel()
    finally:
        service.close()


def run(settings: Settings, wanted: Collection[str]) -> None:
    """The service, until SIGTERM or SIGINT."""
    logs.configure(plain=sys.stderr.isatty())

    async def until_told() -> None:
        stop = asyncio.Event()
        for told in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(told, stop.set)
        await serve(await asyncio.to_thread(Service, settings), wanted, stop)

    uvloop.run(until_told())
