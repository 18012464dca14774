from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from demo_real import prepare, whole
from demo_town import Town, opened

from bot.demo.stage import Stage


@pytest.fixture
async def demo_town(tmp_path: Path) -> AsyncIterator[Town]:
    """The page over a stand-in for the service."""
    async with opened(tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
def demo_company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demonstration whose company is imported."""
    folder = tmp_path_factory.mktemp("demo")
    asyncio.run(prepare(folder))
    return folder


@pytest.fixture
async def demo_stage(demo_company: Path, tmp_path: Path) -> AsyncIterator[tuple[Stage, str]]:
    """The whole service and its page; the address of the page."""
    folder = shutil.copytree(demo_company, tmp_path / "demo")
    async with whole(folder) as made:
        yield made


@pytest.fixture
async def http(demo_town: Town) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(demo_town.url) as session:
        yield session
