"""The demonstration as a whole: the real service, between a relay with mailboxes, a local Bot API and a local Stripe.

Nothing here answers anything: mail goes through the SMTP door, chat through the Telegram adapter, and what is paid is
told to the webhook.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from pydantic import SecretStr

from bot.app import Service, serve
from bot.demo.botapi import DEMO_TOKEN, BotApi
from bot.demo.clockwork import DemoClock
from bot.demo.mailboxes import Mailboxes
from bot.demo.scene import Client, Firm
from bot.demo.seed import seed
from bot.demo.seed.people import COMPANY, PEOPLE
from bot.demo.stripe.server import Stripe
from bot.demo.till import KEY, SECRET, bank, open_till
from bot.settings import Settings
from storage.admin import set_company
from storage.imports.folder import import_paths

DOMAIN = "portail.example"
FRONT = "mx.portail.example"  # the mail server that stands in front of the service
SILENT = {  # what it sends of its own accord would fill the mailboxes that one comes to try
    "remind": [],
    "remind_quotes": {"after": [], "ending": []},
    "appointments": False,
    "renewal": "off",
}
PARTS = ("worker", "telegram", "smtp", "scheduler", "web")


@dataclass
class Stage:
    service: Service
    mailboxes: Mailboxes
    api: BotApi
    stripe: Stripe
    clock: DemoClock
    link: str  # the token of the company's link
    clients: tuple[Client, ...]

    @property
    def firm(self) -> Firm:
        address = f"{COMPANY['slug']}@{DOMAIN}"
        telegram = f"https://t.me/{self.api.username}?start={self.link}"
        return Firm(COMPANY["name"], address, COMPANY["email"], telegram)


def people() -> tuple[Client, ...]:
    """Clients and people of the company, each with a mailbox and a chat."""
    return tuple(
        Client(one.id, one.name, one.email, 9000 + nth, one.language) for nth, one in enumerate(PEOPLE, 1)
    )


@asynccontextmanager
async def stage(folder: Path, start: datetime | None = None) -> AsyncIterator[Stage]:
    """Everything on loopback, on free ports; data only below `folder`. Seeds the company the first time."""
    folder.mkdir(parents=True, exist_ok=True)
    clock = DemoClock(folder / "clock", start)
    await clock.start()
    mailboxes, api, stripe = Mailboxes(clock, vouched_by=FRONT), BotApi(clock=clock), Stripe(clock)
    for started in (mailboxes, api, stripe):
        await started.start()
    stripe.company = COMPANY["name"]
    web = f"127.0.0.1:{_free_port()}"
    settings = _settings(folder, clock, web, mailboxes, api, stripe)
    service = await asyncio.to_thread(Service, settings)
    link = await asyncio.to_thread(furnish, service, folder / "papers", clock().date())
    await asyncio.to_thread(open_till, service)
    stripe.hook(KEY, f"http://{web}/stripe/{COMPANY['slug']}", SECRET)
    stop, up = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(serve(service, PARTS, stop, up))
    banking = asyncio.create_task(bank(stripe))
    try:
        await _first(up, running)
        mailboxes.door = ("127.0.0.1", service.smtp_port)
        yield Stage(service, mailboxes, api, stripe, clock, link, people())
    finally:
        stop.set()
        banking.cancel()
        await running
        for stopped in (stripe, api, mailboxes, clock):
            await stopped.stop()


def _settings(
    folder: Path, clock: DemoClock, web: str, mailboxes: Mailboxes, api: BotApi, stripe: Stripe
) -> Settings:
    """Those of a service whose relay, Telegram and Stripe are the ones beside it."""
    return Settings(
        env="demo",
        database_url=f"sqlite:///{folder / 'facteur.db'}",
        files_url=f"file:{folder / 'files'}",
        clock_file=clock.file,
        mail_domain=DOMAIN,
        trusted_relays="127.0.0.1",
        authserv_id=FRONT,
        smtp_listen="127.0.0.1:0",
        smtp_relay=SecretStr(mailboxes.url),
        telegram_token=SecretStr(DEMO_TOKEN),
        telegram_api=api.url,
        stripe_api=stripe.url,
        web_listen=web,
        public_url=f"http://{web}",
    )


def _free_port() -> int:
    """What the service links to has to be known before it starts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _first(up: asyncio.Event, running: asyncio.Task[None]) -> None:
    """Up, or the reason why not."""
    waiting = asyncio.create_task(up.wait())
    await asyncio.wait({waiting, running}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if running.done():
        await running


def furnish(service: Service, papers: Path, today: date) -> str:
    """Import the demonstration company, unless it is there; returns the token of its link."""
    with service.open() as work:
        there = work.companies.by_slug(COMPANY["slug"])
    if there is None:
        import_paths(service.engine, service.files, [seed(papers, today)], now=service.clock())
        set_company(service.engine, COMPANY["slug"], SILENT, service.clock())
    with service.open() as work:
        company = work.companies.by_slug(COMPANY["slug"])
        assert company is not None
        return work.companies.link(company)
