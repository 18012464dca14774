"""The bot itself: how it reaches Telegram, who it is, and the commands in its menu."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import structlog
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramBadRequest, TelegramNotFound
from aiogram.types import BotCommand, BotCommandScopeAllPrivateChats

from bot.telegram.commands import MENU
from handlers.core import registry
from handlers.core.understand import understand

log = structlog.get_logger()

TIMEOUT = 60.0  # seconds: a 50 MB file on a slow line


@dataclass(frozen=True)
class Me:
    id: int
    username: str


def make_bot(token: str, api: str = "https://api.telegram.org") -> Bot:
    """`api` is the root, without /bot. Raises aiogram's TokenValidationError on what is no token.

    Close it in the end: `await bot.session.close()`.
    """
    server = TelegramAPIServer.from_base(api.rstrip("/"))
    return Bot(token, session=AiohttpSession(api=server, timeout=TIMEOUT))


async def introduce(bot: Bot, language: str = "fr") -> Me:
    """Asks who we are and sets the commands; `language` is for people whose Telegram speaks neither.

    Raises what aiogram raises when Telegram does not answer. Commands that it refuses are no reason to stand still.
    """
    me = await bot.get_me()
    scope = BotCommandScopeAllPrivateChats()
    try:
        await bot.set_my_commands(commands(language), scope=scope)
        for code in MENU:
            await bot.set_my_commands(commands(code), scope=scope, language_code=code)
    except (TelegramBadRequest, TelegramNotFound) as error:
        log.warning("telegram.no_commands", error=type(error).__name__)
    return Me(me.id, me.username or "")


async def listen_by_polling(bot: Bot) -> None:
    """A webhook left over from before would keep every update from the poller; what waits is kept."""
    await bot.delete_webhook(drop_pending_updates=False)


def commands(language: str) -> list[BotCommand]:
    """Those that something answers: an entry of the menu that leads nowhere is not shown."""
    registry.discover()
    known = [entry for entry in MENU[language] if _answered(entry[1], language)]
    return [BotCommand(command=name, description=about) for name, _, about in known]


def _answered(word: str, language: str) -> bool:
    return any(one.intent in registry.INTENTS for one in understand(word, "", language, date.min))
