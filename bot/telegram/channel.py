"""The way out to Telegram: one due row of the outbox becomes its messages.

A reply of several messages is resumable: each message that arrived is counted (`Steps`), so that a crash or a 429 in
the middle repeats at most the one being sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any, Protocol
from weakref import WeakValueDictionary

import structlog
from aiogram import Bot
from aiogram.enums import ChatAction
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramMigrateToChat,
    TelegramNotFound,
)
from aiogram.methods import EditMessageText, SendChatAction
from aiogram.methods.base import TelegramMethod
from aiogram.types import BufferedInputFile, InputFile

from bot.telegram.outgoing import Pages, pages, step
from bot.telegram.pace import Pace
from bot.telegram.refused import lost_file, refused, unchanged, unreachable_edit
from bot.telegram.text import file_name
from handlers.core.ports import Due, Reader
from handlers.core.turn import Document

log = structlog.get_logger()

HELD_STEPS = 10_000
SHOWN_FOR = 4.0  # seconds: Telegram shows an action for five (core.telegram.org/bots/api#sendchataction)


class Shelf(Protocol):
    """The ids under which Telegram already holds our files. Synchronous; each call is its own short transaction."""

    def recall(self, sha256: str, name: str) -> str | None: ...
    def remember(self, sha256: str, name: str, file_id: str) -> None: ...
    def forget(self, sha256: str, name: str) -> None: ...


class Steps(Protocol):
    """How many messages of one outbox row have arrived. Synchronous; called only for replies of several messages."""

    def reached(self, outbox_id: int) -> int: ...
    def arrived(self, outbox_id: int, count: int) -> None: ...


class StepsInMemory:
    """Resumes after a 429 or a broken line; a crash of the process forgets it."""

    def __init__(self) -> None:
        self._count: dict[int, int] = {}

    def reached(self, outbox_id: int) -> int:
        return self._count.get(outbox_id, 0)

    def arrived(self, outbox_id: int, count: int) -> None:
        self._count[outbox_id] = count
        if len(self._count) > HELD_STEPS:
            del self._count[next(iter(self._count))]


class TelegramCarrier:
    """Carrier of the channel "telegram". `moved(old, new)` is told when a chat got another id."""

    def __init__(
        self,
        bot: Bot,
        read: Reader,
        shelf: Shelf,
        moved: Callable[[str, str], None],
        *,
        steps: Steps | None = None,
        pace: Pace | None = None,
        shown_for: float = SHOWN_FOR,
    ) -> None:
        self._bot, self._read, self._shelf, self._moved = bot, read, shelf, moved
        self._steps, self._pace = steps or StepsInMemory(), pace or Pace()
        self._shown_for = shown_for
        self._lanes: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def deliver(self, due: Due) -> str | None:
        """The messages of one chat leave in the order of the calls, whatever else leaves beside them."""
        async with self._lanes.setdefault(due.address, asyncio.Lock()):
            try:
                return await self._deliver(due, due.address)
            except TelegramMigrateToChat as told:
                new = str(told.migrate_to_chat_id)
            except (TelegramAPIError, ClientDecodeError) as error:
                raise refused(error) from None
            await asyncio.to_thread(self._moved, due.address, new)
            try:
                return await self._deliver(due, new)
            except (TelegramAPIError, ClientDecodeError) as error:
                raise refused(error) from None

    async def _deliver(self, due: Due, chat: str) -> str | None:
        made = pages(chat, due.reply)
        several = len(made) > 1
        nth = await asyncio.to_thread(self._steps.reached, due.id) if several else 0
        if made.erase and nth == 0:
            await self._erase(made)
        last: int | None = None
        while nth < len(made):
            last = await self._one(due, chat, made, nth)
            nth += 1
            if several:
                await asyncio.to_thread(self._steps.arrived, due.id, nth)
        return None if last is None else str(last)

    async def _erase(self, made: Pages) -> None:
        """A message gone already, or older than 48 hours, stays as it is: no reason to keep the answer back."""
        if made.erase is None:
            return
        try:
            await self._bot(made.erase)
        except (TelegramBadRequest, TelegramNotFound):
            log.info("telegram.not_erased")

    async def _one(self, due: Due, chat: str, made: Pages, nth: int) -> int | None:
        if nth < len(made.papers):
            return await self._paper(due, chat, made, nth)
        call = step(chat, due.reply, made, nth, _no_source)
        if isinstance(call, EditMessageText):
            return await self._edit(due, chat, made, nth, call)
        return await self._send(due, chat, call)

    async def _edit(self, due: Due, chat: str, made: Pages, nth: int, call: EditMessageText) -> int | None:
        await self._paced(due, chat)
        try:
            await self._bot(call)
        except TelegramBadRequest as error:
            if unchanged(error):
                return call.message_id
            if not unreachable_edit(error):
                raise
            fresh = replace(made, edit=None)
            return await self._send(due, chat, step(chat, due.reply, fresh, nth, _no_source))
        return call.message_id

    async def _paper(self, due: Due, chat: str, made: Pages, nth: int) -> int | None:
        document = made.papers[nth]
        held = None
        if document.recipe is None:  # one made anew has no name to be remembered by
            held = await asyncio.to_thread(self._shelf.recall, document.sha256, document.name)
        if held:
            try:
                return await self._send(due, chat, step(chat, due.reply, made, nth, lambda _: held))
            except TelegramBadRequest as error:
                if not lost_file(error):
                    raise
                await asyncio.to_thread(self._shelf.forget, document.sha256, document.name)
        async with self._preparing(chat):
            body = await asyncio.to_thread(self._read, document)
            upload = BufferedInputFile(body, file_name(document.name))
            return await self._send(due, chat, step(chat, due.reply, made, nth, lambda _: upload), document)

    @asynccontextmanager
    async def _preparing(self, chat: str) -> AsyncIterator[None]:
        """“Sending a file...”, for as long as the file is made and sent."""
        await self._act(chat)
        again = asyncio.create_task(self._go_on_acting(chat))
        try:
            yield
        finally:
            again.cancel()

    async def _go_on_acting(self, chat: str) -> None:
        while True:
            await asyncio.sleep(self._shown_for)
            await self._act(chat)

    async def _act(self, chat: str) -> None:
        with suppress(
            TelegramAPIError, ClientDecodeError
        ):  # a nicety: what it meets, the message itself meets
            await self._bot(SendChatAction(chat_id=chat, action=ChatAction.UPLOAD_DOCUMENT))

    async def _paced(self, due: Due, chat: str) -> None:
        await self._pace(chat, bulk=due.kind == "broadcast")

    async def _send(
        self, due: Due, chat: str, call: TelegramMethod[Any], uploaded: Document | None = None
    ) -> int | None:
        await self._paced(due, chat)
        sent = await self._bot(call)
        if uploaded and uploaded.recipe is None and sent.document:
            await self._remember(uploaded, sent.document.file_id)
        return int(sent.message_id)

    async def _remember(self, document: Document, file_id: str) -> None:
        """The message has left: what we merely remember of it must not send it again."""
        try:
            await asyncio.to_thread(self._shelf.remember, document.sha256, document.name, file_id)
        except Exception as error:
            log.warning("telegram.file_not_remembered", error=type(error).__name__)


def _no_source(document: Document) -> InputFile | str:
    raise LookupError(document.name)  # a text has no document
