"""The page over the whole service: the demonstration's company imported, real doors, everything on loopback."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from pydantic import SecretStr

from bot.app import Service, serve
from bot.demo.botapi import DEMO_TOKEN, BotApi
from bot.demo.chatroom import ChatRoom
from bot.demo.clockwork import DemoClock
from bot.demo.mailboxes import Mailboxes
from bot.demo.page import Client, Demo, Firm, Nothing, run_page
from bot.demo.seed import seed
from bot.settings import Settings
from storage.imports.folder import import_paths

START = datetime(2026, 11, 24, 13, 10, tzinfo=UTC)
CLIENTS = (
    Client("a", "Client A", "client-a@courriel.example", 4242),
    Client("b", "Client B", "client-b@courriel.example", 4343, "en"),
    Client("c", "Client C", "client-c@courriel.example", 4444),
)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def seeded(folder: Path) -> Path:
    """The company's papers: printed once, imported by each test."""
    return seed(folder, date(2026, 11, 24))


def prepare(settings: Settings, papers: Path) -> tuple[Service, str]:
    """Import them; returns the service and the token of the company's link."""
    service = Service(settings)
    report = import_paths(service.engine, service.files, [papers], now=service.clock())
    assert not report.errors, report
    with service.open() as work:
        company = work.companies.by_slug("atelier-exemple")
        assert company
        return service, work.companies.link(company)


@asynccontextmanager
async def whole(folder: Path, papers: Path) -> AsyncIterator[tuple[str, Demo, BotApi]]:
    clock = DemoClock(folder / "clock", START)
    boxes, api = Mailboxes(clock), BotApi(clock=clock)
    await clock.start()
    await boxes.start()
    await api.start()
    door = free_port()
    settings = Settings(
        env="demo",
        database_url=f"sqlite:///{folder}/facteur.db",
        files_url=f"file:{folder}/files",
        clock_file=clock.file,
        mail_domain="portail.example",
        smtp_listen=f"127.0.0.1:{door}",
        smtp_relay=SecretStr(boxes.url),
        telegram_token=SecretStr(DEMO_TOKEN),
        telegram_api=api.url,
    )
    service, token = await asyncio.to_thread(prepare, settings, papers)
    stop, up = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(serve(service, {"smtp", "worker", "telegram", "scheduler"}, stop, up))
    await asyncio.wait({running, asyncio.create_task(up.wait())}, return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        running.result()
    boxes.door = ("127.0.0.1", door)
    firm = Firm(
        "Atelier Exemple",
        "atelier-exemple@portail.example",
        "contact@atelier-exemple.example",
        f"https://t.me/{api.username}?start={token}",
    )
    demo = Demo(firm, CLIENTS, boxes, ChatRoom(api), clock, Nothing())
    runner = await run_page(demo, port=0)
    yield f"http://127.0.0.1:{runner.addresses[0][1]}", demo, api
    await runner.cleanup()
    stop.set()
    await running
    await api.stop()
    await boxes.stop()
    await clock.stop()
