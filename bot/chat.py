"""Telegram, tied to the rest. Imports aiogram (seconds, 150 MB): only the process that serves Telegram loads this."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError

from bot.paper.verify import signature_in
from bot.telegram.allowance import Allowance
from bot.telegram.channel import TelegramCarrier
from bot.telegram.door import Checks, Door, Inside
from bot.telegram.polling import Poller
from bot.telegram.setup import Me, introduce, listen_by_polling, make_bot
from bot.telegram.webhook import Webhook
from handlers.core import phrases, verifying
from handlers.core.turn import Language, Said
from handlers.trouble import GaveUp
from storage.keys import derive
from storage.queue import InboxQueue
from storage.telegram import TelegramFiles, TelegramSteps

if TYPE_CHECKING:
    from bot.app import Service

log = structlog.get_logger()
T = TypeVar("T")

PAUSES = (1, 2, 5, 10, 30)  # seconds between two tries to reach Telegram at the start


class ChatRoom:
    """The bot, what it sends with, and what lets its updates in."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.allowance = Allowance()
        self.bot: Bot = make_bot(
            service.settings.telegram_token.get_secret_value(), service.settings.telegram_api
        )
        self.carrier = TelegramCarrier(
            self.bot,
            service.reader,
            TelegramFiles(service.engine, self.bot.id),
            self.moved,
            steps=TelegramSteps(service.engine),
        )

    async def introduce(self) -> Me:
        return await self.insist(lambda: introduce(self.bot))

    async def insist(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Asks Telegram until it answers: the rest of the service does not wait for it."""
        for nth in count():
            try:
                return await ask()
            except (AiogramError, OSError) as error:
                log.warning("telegram.unreachable", error=type(error).__name__)
                await asyncio.sleep(PAUSES[min(nth, len(PAUSES) - 1)])
        raise AssertionError

    def door(self, me: Me) -> Door:
        service = self.service
        inside = Inside(
            take=service.take,
            keep=service.files.put,
            blocked=self.blocked,
            moved=self.moved,
            put_aside=self.put_aside,
            group_text=_group_text,
            clock=service.clock,
            known=self.known,
            checks=self.checks,
            signature=signature_in,
        )
        return Door(self.bot, inside, me.username)

    async def listen(self, me: Me) -> Poller:
        await self.insist(lambda: listen_by_polling(self.bot))
        return Poller(self.bot, self.door(me))

    def webhook(self, me: Me) -> Webhook:
        return Webhook(self.door(me), derive(self.service.settings.secret, "telegram-webhook").hex())

    def blocked(self, chat: str, blocked: bool) -> None:
        if not blocked:
            self.service.desk.came_back("telegram", chat)
            return
        with self.service.open() as work:
            work.chats.block("telegram", chat, self.service.clock())

    def known(self, chat: str) -> bool:
        """Has this chat an open access to the company it is with?"""
        with self.service.open() as work:
            here = work.chats.load("telegram", chat)
            session = work.sessions.find(here.company, "telegram", chat) if here and here.company else None
            return session is not None and self.service.clock() < session.expires_at

    def checks(self, said: Said) -> Checks:
        """May this file of somebody unknown be fetched, to be checked?"""
        if not verifying.wanted(said):
            return "no"
        return "yes" if self.allowance.take(said.address, said.at) else "later"

    def moved(self, old: str, new: str) -> None:
        with self.service.open() as work:
            work.chats.move("telegram", old, new)

    def put_aside(self, update: dict[str, Any], said: Said | None) -> None:
        """Keeps what failed three times, as it came; the chat is told."""
        service, now = self.service, self.service.clock()
        key = f"aside:{update.get('update_id')}"
        row = InboxQueue(service.engine).keep_aside("telegram", key, json.dumps(update).encode(), now)
        if said is not None and row is not None:
            service.desk.note(
                "trouble", f"telegram:{key}", GaveUp("telegram", said.address, None, said.at, row)
            )

    async def close(self) -> None:
        await self.bot.session.close()


def _group_text(language: Language | None, link: str) -> str:
    return phrases.say("trouble", "group", language or "fr", lien=link)


async def room(service: Service, stack: AsyncExitStack) -> ChatRoom:
    """The one of this process."""
    if service.chat_room is None:
        service.chat_room = ChatRoom(service)
        stack.push_async_callback(service.chat_room.close)
    return service.chat_room
