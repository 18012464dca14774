from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.demo.botapi import BotApi
from bot.demo.mailboxes import Mailboxes
from service.outside import Outside
from service.records import LARGE, PDF, atelier, plomberie
from service.signed import to_be_signed


@pytest.fixture
async def mailboxes() -> AsyncIterator[Mailboxes]:
    made = Mailboxes()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    made = BotApi()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def signing(tmp_path: Path) -> AsyncIterator[Outside]:
    """One whose quote waits for its signature."""
    made = await to_be_signed(tmp_path)
    yield made
    await made.end()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Outside]:
    """One running service for all the modules that look at it from outside."""
    made = Outside(tmp_path_factory.mktemp("outside"))
    (made.folder / "a.pdf").write_bytes(PDF)
    (made.folder / "large.pdf").write_bytes(LARGE)
    data = atelier()
    data["documents"][0]["file"], data["documents"][1]["file"] = "a.pdf", "large.pdf"
    await made.start(data, plomberie())
    yield made
    await made.end()


@pytest_asyncio.fixture(loop_scope="session")
async def outside(house: Outside) -> Outside:
    """Two hours later: every budget of an hour is full again."""
    house.pass_time(hours=2)
    return house
