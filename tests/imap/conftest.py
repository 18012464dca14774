from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from imap_peers import QUICK, Pymap
from sqlalchemy import select

from bot.app import Service
from bot.mailbox import watcher
from bot.settings import Settings
from mail_gateway.imap import Pace, Watcher
from service.process import DOMAIN, company
from storage import migrate
from storage import tables as t
from storage.engine import connect
from storage.files import Store
from storage.imports.folder import import_paths


class Reading:
    """One service that reads one mailbox: its watcher, and what it stored."""

    def __init__(self, service: Service, made: Watcher) -> None:
        self.service, self.watcher = service, made
        self.task = asyncio.create_task(made.run())

    def rows(self) -> list[Any]:
        i = t.inbox.c
        wanted = select(i.id, i.state, i.raw, i.envelope, i.company_id, i.verdict, i.lane)
        wanted = wanted.where(i.channel == "email").order_by(i.id)
        with self.service.engine.connect() as db:
            return list(db.execute(wanted))

    async def until(self, ready: Callable[[], Any], seconds: float = 30.0) -> Any:
        async with asyncio.timeout(seconds):
            while not (found := await asyncio.to_thread(ready)):
                assert not self.task.done(), self.task.result()
                await asyncio.sleep(0.02)
        return found

    async def stored(self, count: int) -> list[Any]:
        return await self.until(lambda: len(found := self.rows()) >= count and found)


Read = Callable[..., Any]


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with one company."""
    folder = tmp_path_factory.mktemp("imap")
    engine = connect(f"sqlite:///{folder / 'model.db'}")
    migrate.upgrade(engine)
    from bot.clock import now

    import_paths(engine, Store(f"file:{folder / 'files'}"), [company(folder, 2)], now=now())
    engine.dispose()
    return folder / "model.db"


@pytest.fixture
def settings(tmp_path: Path, model: Path) -> Callable[..., Settings]:
    def made(url: str, **given: Any) -> Settings:
        file = tmp_path / "facteur.db"
        if not file.exists():
            shutil.copy(model, file)
        own = {"env": "test", "secret_key": "the tests only", "mail_domain": DOMAIN, "imap_url": url}
        places = {"database_url": f"sqlite:///{file}", "files_url": f"file:{tmp_path / 'files'}"}
        return Settings(**own, **places, **given)

    return made


@pytest.fixture
def read(settings: Callable[..., Settings]) -> Read:
    """`async with read(url) as reading`: it reads until the end of the block."""

    @asynccontextmanager
    async def reading(url: str, pace: Pace = QUICK, **given: Any) -> AsyncIterator[Reading]:
        service = Service(settings(url, **given))
        async with AsyncExitStack() as stack:
            made = Reading(service, watcher(service, stack, pace))
            try:
                yield made
            finally:
                made.task.cancel()
                await asyncio.wait({made.task})
        service.close()

    return reading


@pytest.fixture
def pymap(tmp_path: Path) -> Iterator[Pymap]:
    """It keeps what it holds."""
    made = Pymap(tmp_path / "pymap")
    made.start()
    yield made
    made.kill()


@pytest.fixture
def forgetful() -> Iterator[Pymap]:
    made = Pymap()
    made.start()
    yield made
    made.kill()
