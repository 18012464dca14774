"""A bot of ours, the real aiogram client, and a Bot API over HTTP on this machine."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from aiogram import Bot

from bot.demo.botapi import BotApi
from bot.telegram.channel import StepsInMemory, TelegramCarrier
from bot.telegram.door import Door, Inside
from bot.telegram.pace import Pace
from bot.telegram.polling import Poller
from bot.telegram.setup import make_bot
from handlers.core.ports import Due
from handlers.core.turn import Document, Reply, Said
from handlers.rules.paper import Company

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
COMPANY = Company(1, "atelier", "Atelier Exemple", "contact@atelier-exemple.example")


@dataclass
class Edge:
    """The other side of the door: what was taken, once per id, as the inbox does; and turns that fail."""

    said: list[Said] = field(default_factory=list)
    kept: dict[str, bytes] = field(default_factory=dict)
    blocked: list[tuple[str, bool]] = field(default_factory=list)
    moved: list[tuple[str, str]] = field(default_factory=list)
    aside: list[tuple[dict[str, Any], Said | None]] = field(default_factory=list)
    tries: list[str] = field(default_factory=list)
    fails: Callable[[Said], bool] = lambda said: False
    no_database: bool = False

    def take(self, said: Said) -> None:
        self.tries.append(said.text)
        if self.no_database or self.fails(said):
            raise OSError("the disk is full")
        if said.id not in {one.id for one in self.said}:
            self.said.append(said)

    def keep(self, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        self.kept[sha256] = data
        return sha256

    def put_aside(self, raw: dict[str, Any], said: Said | None) -> None:
        if self.no_database:
            raise OSError("no database")
        self.aside.append((raw, said))

    def inside(self) -> Inside:
        return Inside(
            take=self.take,
            keep=self.keep,
            blocked=lambda chat, on: self.blocked.append((chat, on)),
            moved=lambda old, new: self.moved.append((old, new)),
            put_aside=self.put_aside,
            group_text=lambda language, link: f"{'In private' if language == 'en' else 'En privé'} : {link}",
            clock=lambda: NOW,
        )

    @property
    def texts(self) -> list[str]:
        return [one.text for one in self.said]


class Shelf:
    """The table of files that Telegram holds."""

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], str] = {}

    def recall(self, sha256: str, name: str) -> str | None:
        return self.held.get((sha256, name))

    def remember(self, sha256: str, name: str, file_id: str) -> None:
        self.held[sha256, name] = file_id

    def forget(self, sha256: str, name: str) -> None:
        self.held.pop((sha256, name), None)


class Line:
    """One bot, its door and its carrier, in front of one Bot API."""

    def __init__(self, api: BotApi, bot: Bot) -> None:
        self.api, self.bot = api, bot
        self.edge, self.shelf, self.steps = Edge(), Shelf(), StepsInMemory()
        self.files: dict[str, bytes] = {}
        self.make: Callable[[dict[str, Any]], bytes] = lambda recipe: b""
        self.door = Door(bot, self.edge.inside(), api.username)
        self.slept: list[float] = []
        self.carrier = self.new_carrier()
        self._poller: Poller | None = None
        self._running: asyncio.Task[None] | None = None

    def read(self, document: Document) -> bytes:
        return self.make(document.recipe) if document.recipe else self.files[document.sha256]

    def new_carrier(self, pace: Pace | None = None, **options: float) -> TelegramCarrier:
        return TelegramCarrier(
            self.bot,
            self.read,
            self.shelf,
            lambda old, new: self.edge.moved.append((old, new)),
            steps=self.steps,
            pace=pace or Pace(monotonic=lambda: 0.0, sleep=self.sleep),
            **options,
        )

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)

    async def poll(self, door: Door | None = None) -> Poller:
        self._poller = Poller(self.bot, door or self.door, seconds=5, beat=0.01, sleep=self.sleep)
        self._running = asyncio.create_task(self._poller.run())
        return self._poller

    async def stop(self) -> None:
        if self._poller and self._running:
            self._poller.stop()
            await self._running
        self._poller = None

    def file(self, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        self.files[sha256] = data
        return sha256

    def due(self, reply: Reply, id: int = 1, address: str = "4242") -> Due:
        return Due(
            id, COMPANY, "tok", "telegram", address, address, reply, reply.kind, {}, NOW, 1, first=False
        )

    async def deliver(self, reply: Reply, id: int = 1, address: str = "4242") -> str | None:
        return await self.carrier.deliver(self.due(reply, id, address))


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    made = BotApi(clock=lambda: NOW, pause=0.01)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def line(api: BotApi) -> AsyncIterator[Line]:
    bot = make_bot(api.token, api.url)
    made = Line(api, bot)
    yield made
    await made.stop()
    await (
        await bot.session.create_session()
    ).close()  # session.close() also waits for TLS, which is not here
