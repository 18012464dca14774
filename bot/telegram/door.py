"""The way in from Telegram, shared by polling and webhook: one update, taken once, confirmed after the commit."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from typing import Any, Literal
from weakref import WeakValueDictionary

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramBadRequest, TelegramForbiddenError
from aiogram.types import Update

from bot.telegram.incoming import DOWNLOAD_LIMIT, Attached, Blocked, Group, Heard, Moved, Stray, read
from bot.waiting import is_stop
from handlers.core.turn import File, Language, Said

log = structlog.get_logger()

ALLOWED = ["message", "edited_message", "callback_query", "my_chat_member"]
TRIES = 3
REMEMBERED = 2000  # messages whose edits are recognised

Raw = dict[str, Any]  # an update as it came, JSON
Checks = Literal["no", "yes", "later"]


@dataclass(frozen=True)
class Inside:
    """What the door needs from the rest of the program. All synchronous; each is its own transaction.

    `take` returns once the turn is committed and raises when it failed. `put_aside` keeps an update that failed
    three times (and apologises); `said` is None where it could not even be read. `group_text` is what a group is
    told, given the language and the link of the private chat.
    """

    take: Callable[[Said], object]
    keep: Callable[[bytes], str]  # stores the bytes of a file, returns its SHA-256
    blocked: Callable[[str, bool], object]
    moved: Callable[[str, str], object]
    put_aside: Callable[[Raw, Said | None], object]
    group_text: Callable[[Language | None, str], str]
    clock: Callable[[], datetime]
    # Are files of this chat kept? Only of one whose access is open; called before the turn, the text is taken anyway.
    known: Callable[[str], bool] = lambda chat: True
    # May the file of any other chat be fetched, to be checked and forgotten? And what signature its bytes name.
    checks: Callable[[Said], Checks] = lambda said: "no"
    signature: Callable[[bytes], str] = lambda data: ""


class Door:
    def __init__(self, bot: Bot, inside: Inside, username: str) -> None:
        self._bot, self._inside, self._username = bot, inside, username
        self._lanes: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._strangers = asyncio.Lock()  # their files are fetched one at a time
        self._failed: dict[int, int] = {}
        self._heard: OrderedDict[tuple[str, str | None], int] = OrderedDict()  # no words, their hash

    async def let_in(self, raw: Raw) -> bool:
        """True: the update is dealt with and may be confirmed. False: it failed and is to be given again.

        Updates of one chat are taken one at a time, in the order of the calls. After three failures the update is
        put aside; where even that fails (no database), it stays with Telegram.
        """
        lane = self._lanes.setdefault(lane_of(raw), asyncio.Lock())
        async with lane:
            try:
                await self._act(raw)
            except (Exception, asyncio.CancelledError) as error:
                if is_stop(error):
                    raise
                return await self._failure(raw, error)
        self._failed.pop(number(raw), None)
        return True

    async def _failure(self, raw: Raw, error: BaseException) -> bool:
        update = number(raw)
        tries = self._failed[update] = self._failed.get(update, 0) + 1
        log.warning("telegram.update_failed", update=update, tries=tries, error=type(error).__name__)
        if tries < TRIES:
            return False
        try:
            await asyncio.to_thread(self._inside.put_aside, raw, self._said(raw))
        except Exception as again:
            log.error("telegram.not_put_aside", update=update, error=type(again).__name__)
            return False
        del self._failed[update]
        log.error("telegram.put_aside", update=update)
        return True

    def _said(self, raw: Raw) -> Said | None:
        with suppress(Exception):
            heard = read(Update.model_validate(raw), self._inside.clock())
            return heard.said if isinstance(heard, Heard) else None
        return None

    async def _act(self, raw: Raw) -> None:
        match read(Update.model_validate(raw), self._inside.clock()):
            case Heard() as heard:
                if not self._said_before(heard):
                    await self._hear(heard)
                    self._remember(heard.said)
            case Stray(press):
                await self._answer(press)
            case Group(chat, language):
                await self._leave(chat, language)
            case Blocked(chat, blocked):
                await asyncio.to_thread(self._inside.blocked, chat, blocked)
            case Moved(old, new):
                await asyncio.to_thread(self._inside.moved, old, new)

    def _said_before(self, heard: Heard) -> bool:
        """Telegram sends `edited_message` also when nothing that we see has changed: only other words are new."""
        return heard.edited and self._heard.get(_where(heard.said)) == hash(heard.said.text)

    def _remember(self, said: Said) -> None:
        if said.pressed is None:
            self._heard[_where(said)] = hash(said.text)
            if len(self._heard) > REMEMBERED:
                self._heard.popitem(last=False)

    async def _hear(self, heard: Heard) -> None:
        answering = asyncio.create_task(self._answer(heard.press)) if heard.press else None
        try:
            said = await self._with_file(heard.said, heard.attached) if heard.attached else heard.said
            await asyncio.to_thread(self._inside.take, said)
        finally:
            if answering:
                await answering

    async def _with_file(self, said: Said, attached: Attached) -> Said:
        if await asyncio.to_thread(self._inside.known, said.address):
            return await self._fetched(said, attached, self._inside.keep)
        checks = await asyncio.to_thread(self._inside.checks, said)
        if checks == "no":
            return said
        if checks == "later":
            return replace(said, unread="too_many")
        async with self._strangers:
            return await self._fetched(said, attached, lambda data: sha256(data).hexdigest())

    async def _fetched(self, said: Said, attached: Attached, keep: Callable[[bytes], str]) -> Said:
        """`keep` gives the SHA-256 of the bytes."""
        try:
            held = await self._bot.get_file(attached.file_id)
        except TelegramBadRequest:  # larger than the API serves, whatever its size said, or gone
            return replace(said, unread="too_large")
        if (held.file_size or 0) > DOWNLOAD_LIMIT:  # a Bot API server of one's own serves more
            return replace(said, unread="too_large")
        body = await self._bot.download_file(held.file_path or "", BytesIO())
        data = body.read() if body else b""
        known = await asyncio.to_thread(keep, data)
        file = File(attached.name, known, len(data), self._inside.signature(data))
        return replace(said, files=(file,))

    async def _answer(self, press: str) -> None:
        """Stops the spinner of the button; too late is no harm."""
        with suppress(AiogramError):
            await self._bot.answer_callback_query(press, request_timeout=10)

    async def _leave(self, chat: str, language: Language | None) -> None:
        """Once out, a second update of the same group finds the door closed, and says nothing more."""
        text = self._inside.group_text(language, f"https://t.me/{self._username}")
        with suppress(TelegramBadRequest, TelegramForbiddenError):
            await self._bot.send_message(chat, text, parse_mode=None)
            await self._bot.leave_chat(chat)


def _where(said: Said) -> tuple[str, str | None]:
    return said.address, said.message_id


def lane_of(raw: Raw) -> int:
    """The chat of an update; 0 where it has none, or none that can be read."""
    with suppress(AttributeError, TypeError, ValueError):
        for kind in ALLOWED:
            if held := raw.get(kind):
                chat = (held.get("message") or held).get("chat") or held.get("from") or {}
                return int(chat.get("id", 0))
    return 0


def number(raw: Raw) -> int:
    return int(raw["update_id"])
