"""The parts of the service: how each starts, and how it ends (through the exit stack, last started first)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import structlog

from bot.settings import Settings
from bot.waiting import looked_after

if TYPE_CHECKING:
    from bot.app import Service
    from bot.signing import Sealer

log = structlog.get_logger()

Running = list[asyncio.Task[Any]]
Start = Callable[["Service", AsyncExitStack, asyncio.TaskGroup], Awaitable[Running]]


def needed(settings: Settings, wanted: Collection[str]) -> tuple[str, ...]:
    """The wanted parts that the settings give something to do, in the order in which they start."""
    off = set()
    if not settings.telegram_token.get_secret_value():
        off.add("telegram")
    if not settings.imap_url.get_secret_value():
        off.add("imap")
    return tuple(name for name in START if name in wanted and name not in off)


class CannotStart(Exception):
    """A part that the machine does not let us start; the message says which setting, and why."""


@contextmanager
def opening(setting: str, place: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
        raise CannotStart(f"{setting}: cannot listen at {place}: {why}.") from error


def begin(
    tasks: asyncio.TaskGroup,
    name: str,
    run: Callable[[], Coroutine[Any, Any, object]],
    *,
    may_end: bool = False,
) -> asyncio.Task[None]:
    """Every task of a part: one that ends before it is told to ends the service, which is then started again."""
    return tasks.create_task(looked_after(name, run, may_end=may_end), name=name)


def address(text: str) -> tuple[str, int]:
    """ "127.0.0.1:8025" as host and port."""
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port)


async def worker(service: Service, stack: AsyncExitStack, tasks: asyncio.TaskGroup) -> Running:
    """Reads stored mails, has them taken, and sends what is in the outbox."""
    from bot.mail import MailRoom
    from bot.paying import PayingCarrier
    from bot.pump import Pump
    from bot.site import pay_links
    from bot.worker import Worker
    from storage.listen import Listener
    from storage.queue import InboxQueue, OutboxQueue, release

    await asyncio.to_thread(release, service.engine)
    room = MailRoom(service)
    stack.push_async_callback(room.close)
    links = pay_links(service, stack)
    service.carriers["email"] = PayingCarrier(room.carrier, links)
    running = []
    if service.settings.telegram_token.get_secret_value():
        from bot import chat

        chats = await chat.room(service, stack)
        service.carriers["telegram"] = PayingCarrier(chats.carrier, links)
        running.append(_introduced(tasks, service, room.name_bot, chats.introduce))
    inbox = Worker(InboxQueue(service.engine), room.read, service.take, room.gave_up, service.clock)
    pump = Pump(
        OutboxQueue(service.engine, service.keys, late=room.late),
        service.carriers,
        service.clock,
        service.blocked,
        room.failed,
        service.parts.pause,
    )
    for wake in pump.wakes:
        service.wake(wake)
    listener = Listener(service.engine, service.written)
    stack.push_async_callback(asyncio.to_thread, listener.close)
    service.mail_came = inbox.wake
    sealer = _sealer(service)
    service.wake(sealer.wake)
    lasting = {"sealer": sealer.run, "inbox": inbox.run, "pump": pump.run}
    return running + [begin(tasks, name, run) for name, run in lasting.items()]


def _sealer(service: Service) -> Sealer:
    from bot.key_records import KeyRecords
    from bot.paper import keys
    from bot.signing import Sealer
    from storage.engine import reading
    from storage.proofs import proof_data
    from storage.seal_events import note
    from storage.sealing import SealingQueue

    settings, engine = service.settings, service.engine
    noted = note(engine, service.clock)

    def proofs(company_id: int, signature_id: str) -> dict[str, Any]:
        with reading(engine) as db:
            return proof_data(db, company_id, signature_id, settings.proof_years)

    return Sealer(
        SealingQueue(engine, service.keys, service.written),
        proofs,
        service.files,
        lambda: keys.install(settings.keys_folder, service.clock(), noted),
        settings.tsa_url,
        service.clock,
        KeyRecords(),
        settings.mail_domain,
    )


def _introduced(
    tasks: asyncio.TaskGroup,
    service: Service,
    tell: Callable[[str], None],
    introduce: Callable[[], Awaitable[Any]],
) -> asyncio.Task[None]:
    async def name() -> None:
        service.me = await introduce()
        tell(service.me.username)
        service.named.set()

    return begin(tasks, "bot", name, may_end=True)


async def telegram(service: Service, stack: AsyncExitStack, tasks: asyncio.TaskGroup) -> Running:
    """Listens to Telegram, once it has told who we are: until then the rest of the service runs without it."""
    from bot import chat

    room = await chat.room(service, stack)
    running, by_webhook = [], service.settings.telegram_mode == "webhook"
    if "worker" not in service.parts.state:
        running.append(_introduced(tasks, service, lambda name: None, room.introduce))

    async def listen() -> None:
        await service.named.wait()
        if by_webhook:
            hook = room.webhook(service.me)
            service.webhook = hook.handle
            url, allow_http = service.settings.public_url, service.settings.env != "production"
            await room.insist(lambda: hook.announce(room.bot, url, allow_http=allow_http))
            service.parts.ready("telegram")
            return
        poller = await room.listen(service.me)
        stack.callback(poller.stop)
        heard = _ready(tasks, service, "telegram", poller.ready)
        try:
            await poller.run()
        finally:
            heard.cancel()

    service.parts.state["telegram"] = "starting"
    running.append(begin(tasks, "telegram", listen, may_end=by_webhook))
    return running


def _ready(tasks: asyncio.TaskGroup, service: Service, name: str, event: asyncio.Event) -> asyncio.Task[None]:
    async def heard() -> None:
        await event.wait()
        service.parts.ready(name)

    return begin(tasks, f"{name} heard", heard, may_end=True)


async def smtp(service: Service, stack: AsyncExitStack, tasks: asyncio.TaskGroup) -> Running:
    """Takes mail: by SMTP, and by LMTP where a mail server in front wants it."""
    from bot import door

    settings, made = service.settings, door.doors(service, stack)
    by_smtp, by_lmtp = made(lmtp=False), made(lmtp=True)
    with opening("SMTP_LISTEN", settings.smtp_listen):
        await by_smtp.start(*address(settings.smtp_listen))
    service.smtp_port = by_smtp.port
    if settings.lmtp_listen:
        with opening("LMTP_LISTEN", settings.lmtp_listen):
            await door.open_at(by_lmtp, settings.lmtp_listen)
        service.parts.ready("lmtp")
    return []


async def imap(service: Service, stack: AsyncExitStack, tasks: asyncio.TaskGroup) -> Running:
    """Reads a mailbox, once it lets us in: until then the rest of the service runs without it."""
    from bot.mailbox import watcher

    made = watcher(service, stack)
    service.parts.state["imap"] = "starting"
    return [begin(tasks, "imap", made.run), _ready(tasks, service, "imap", made.ready)]


async def scheduler(service: Service, stack: AsyncExitStack, tasks: asyncio.TaskGroup) -> Running:
    """Does what is due by the clock."""
    from bot import due
    from bot.jobs import scheduler as made_of

    made = made_of(due.jobs(service, stack), service.clock)
    made.start()
    stack.callback(made.shutdown, wait=False)
    return []


async def web(service: Service, stack: AsyncExitStack, tasks: asyncio.TaskGroup) -> Running:
    """Answers HTTP: health, the webhooks of Telegram and Stripe, large files, the pages of a payment."""
    from aiohttp import web as http

    from bot.site import routes

    app = http.Application(client_max_size=1024 * 1024)
    app.add_routes(routes(service, stack))
    runner = http.AppRunner(app, access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    with opening("WEB_LISTEN", service.settings.web_listen):
        await http.TCPSite(runner, *address(service.settings.web_listen)).start()
    service.web_port = runner.addresses[0][1]
    return []


START: dict[str, Start] = {
    "web": web,
    "worker": worker,
    "telegram": telegram,
    "smtp": smtp,
    "imap": imap,
    "scheduler": scheduler,
}
