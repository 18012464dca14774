from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.demo.botapi import BotApi
from bot.demo.mailboxes import Mailboxes


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
