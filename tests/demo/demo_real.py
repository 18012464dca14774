"""The page over the whole service: the demonstration's company, real doors, everything on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from bot.demo.chatroom import ChatRoom
from bot.demo.company import Company
from bot.demo.page import Demo, run_page
from bot.demo.stage import Stage, stage

START = datetime(2026, 11, 24, 13, 10, tzinfo=UTC)


async def prepare(folder: Path) -> None:
    """Import the company once, for all tests."""
    async with stage(folder, START):
        pass


@asynccontextmanager
async def whole(folder: Path) -> AsyncIterator[tuple[Stage, str]]:
    async with stage(folder, START) as made:
        view = Company(made.service.engine, made.clock)
        demo = Demo(made.firm, made.clients, made.mailboxes, ChatRoom(made.api), made.clock, view)
        runner = await run_page(demo, port=0)
        yield made, f"http://127.0.0.1:{runner.addresses[0][1]}"
        await runner.cleanup()
