"""What Telegram refuses, in our words: worth another try, or not, and when."""

from __future__ import annotations

from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)

from handlers.core.ports import Undeliverable

GONE = ("chat not found", "user not found", "peer_id_invalid", "user is deactivated")
NO_EDIT = ("message can't be edited", "message to edit not found", "there is no text in the message to edit")
NO_FILE = ("wrong file identifier", "wrong remote file", "file reference", "file_id", "wrong type of file")


def refused(error: TelegramAPIError | ClientDecodeError) -> Undeliverable:
    """The reasons carry Telegram's own words, never a URL: it holds the token."""
    if isinstance(error, ClientDecodeError):
        return Undeliverable("not an answer of Telegram")
    if isinstance(error, TelegramRetryAfter):
        return Undeliverable("too many requests", after=float(error.retry_after))
    if isinstance(error, TelegramForbiddenError):
        return Undeliverable(error.message, permanent=True, blocked=True)
    if isinstance(error, TelegramUnauthorizedError | TelegramNotFound):
        return Undeliverable("the token of the bot is refused", pause=True)
    if isinstance(error, TelegramEntityTooLarge):
        return Undeliverable("the file is too large for Telegram", permanent=True)
    if isinstance(error, TelegramBadRequest):
        return Undeliverable(error.message, permanent=True, blocked=gone(error))
    if isinstance(error, TelegramNetworkError):
        return Undeliverable("no answer from Telegram")
    if isinstance(error, TelegramServerError):
        return Undeliverable("trouble at Telegram")
    return Undeliverable(type(error).__name__)


def gone(error: TelegramAPIError) -> bool:
    return any(words in error.message.lower() for words in GONE)


def unchanged(error: TelegramBadRequest) -> bool:
    """The menu already reads so."""
    return "message is not modified" in error.message.lower()


def unreachable_edit(error: TelegramBadRequest) -> bool:
    return any(words in error.message.lower() for words in NO_EDIT)


def lost_file(error: TelegramBadRequest) -> bool:
    """The id of the file is worth nothing any more (another bot, a file that Telegram dropped)."""
    return any(words in error.message.lower() for words in NO_FILE)
