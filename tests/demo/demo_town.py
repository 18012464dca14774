"""The page over a stand-in for the service: real SMTP in both directions, the Bot API over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web
from demo_standin import ADDRESS, LINK, StandIn

from bot.demo.botapi import BotApi
from bot.demo.chatroom import ChatRoom
from bot.demo.clockwork import DemoClock
from bot.demo.mailboxes import Mailboxes
from bot.demo.page import Client, Demo, Figure, Firm, Happening, run_page

START = datetime(2026, 11, 24, 13, 10, tzinfo=UTC)
A = Client("a", "Client A", "client-a@courriel.example", 4242)
B = Client("b", "Client B", "client-b@courriel.example", 4343, "en")
FIRM = Firm(
    "Atelier Exemple",
    ADDRESS,
    "contact@atelier-exemple.example",
    f"https://t.me/FacteurDemoBot?start={LINK}",
)


class Books:
    """Two figures and two lines, so that the column has something to show."""

    def figures(self, client: Client) -> Sequence[Figure]:
        return [
            Figure(
                (f"Dû par {client.name}", f"Due from {client.name}"),
                ("876,56\u00a0€", "€876.56"),
                ("234,56\u00a0€ en retard", "€234.56 overdue"),
            ),
            Figure(("Devis en attente", "Quotes waiting"), ("1", "1"), ("4\u202f800,00\u00a0€", "€4,800.00")),
        ]

    def happenings(self) -> Sequence[Happening]:
        return [
            Happening(
                "h2", START, "event", ("a ouvert son accès", "opened their access"), "Client A", "Telegram"
            ),
            Happening(
                "h1",
                START - timedelta(hours=3),
                "payment",
                ("a payé 318,00\u00a0€", "paid €318.00"),
                "Client B",
                "",
                ("Reçu", "Received"),
                "good",
            ),
        ]


@dataclass
class Town:
    demo: Demo
    service: StandIn
    api: BotApi
    url: str

    @property
    def boxes(self) -> Mailboxes:
        return self.demo.mailboxes


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Town]:
    clock = DemoClock(folder / "clock", START)
    boxes, api = Mailboxes(clock), BotApi(clock=clock)
    await clock.start()
    await boxes.start()
    await api.start()
    service = StandIn(boxes, api, START)
    await service.start()
    demo = Demo(FIRM, (A, B), boxes, ChatRoom(api), clock, Books())
    runner: web.AppRunner = await run_page(demo, port=0)
    yield Town(demo, service, api, f"http://127.0.0.1:{runner.addresses[0][1]}")
    await runner.cleanup()
    await service.stop()
    await api.stop()
    await boxes.stop()
    await clock.stop()
