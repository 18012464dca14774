"""A Telegram update becomes what was said. Pure: no call, no clock, no disk."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from aiogram.enums import ChatType, ContentType
from aiogram.types import CallbackQuery, ChatMemberUpdated, Document, Message, Update, User

from bot.telegram.commands import WORDS
from handlers.core.turn import Language, Said
from handlers.rules.text import storable

DOWNLOAD_LIMIT = 20 * 1024 * 1024  # core.telegram.org/bots/api#getfile
HERE = {"member", "administrator", "creator"}
COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@\w+)?(?:\s+(.*))?", re.DOTALL)
TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # the writing direction
TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")  # core.telegram.org/bots/features#deep-linking
PEOPLE_SEND = {
    *(ContentType.PHOTO, ContentType.VOICE, ContentType.VIDEO, ContentType.VIDEO_NOTE, ContentType.AUDIO),
    *(ContentType.STICKER, ContentType.ANIMATION, ContentType.DOCUMENT, ContentType.CONTACT),
    *(ContentType.LOCATION, ContentType.VENUE, ContentType.POLL, ContentType.DICE, ContentType.STORY),
    *(ContentType.GAME, ContentType.PAID_MEDIA, ContentType.CHECKLIST, ContentType.LIVE_PHOTO),
    *(ContentType.RICH_MESSAGE, ContentType.UNKNOWN),
}


@dataclass(frozen=True)
class Attached:
    """A PDF that Telegram holds for us: to be fetched and stored before the turn."""

    file_id: str
    name: str
    size: int


@dataclass(frozen=True)
class Heard:
    """What one person said in private, and what the edge owes before and after the turn."""

    said: Said
    attached: Attached | None = None
    press: str | None = None  # the callback query that waits for its answer
    edited: bool = False  # the words replace those of an earlier message, or are the same ones


@dataclass(frozen=True)
class Stray:
    """A button pressed where nobody may: another user, a group, an inline message. Only the spinner is stopped."""

    press: str


@dataclass(frozen=True)
class Group:
    """We were brought into a group: say where we answer, and leave."""

    chat: str
    language: Language | None


@dataclass(frozen=True)
class Blocked:
    """A person blocked the bot, or let it in again."""

    chat: str
    blocked: bool


@dataclass(frozen=True)
class Moved:
    """The chat got another id."""

    old: str
    new: str


Incoming = Heard | Stray | Group | Blocked | Moved


def read(update: Update, now: datetime) -> Incoming | None:
    """None: nothing that asks for an answer (a channel, a service message, another bot)."""
    if update.callback_query:
        return _pressed(update.callback_query, now, update.update_id)
    if update.my_chat_member:
        return _standing(update.my_chat_member)
    if update.message:
        return _message(update.message, now, update.update_id, edited=False)
    if update.edited_message:
        return _message(update.edited_message, now, update.update_id, edited=True)
    return None


def hint(user: User | None) -> Language | None:
    """The language of the person's Telegram: a mere hint."""
    start = (user.language_code or "").lower()[:2] if user else ""
    return "fr" if start == "fr" else "en" if start == "en" else None


def _message(message: Message, now: datetime, number: int, *, edited: bool) -> Incoming | None:
    if message.migrate_to_chat_id:
        return Moved(str(message.chat.id), str(message.migrate_to_chat_id))
    by = message.from_user
    if by is None or by.is_bot:
        return None
    if message.chat.type in (ChatType.GROUP, ChatType.SUPERGROUP):
        spoken = message.text or message.content_type in PEOPLE_SEND
        return Group(str(message.chat.id), hint(by)) if spoken else None
    if message.chat.type != ChatType.PRIVATE:
        return None
    if message.text is not None:
        return Heard(_said(message, storable(message.text), now, number), edited=edited)
    if message.content_type not in PEOPLE_SEND or (edited and message.caption is None):
        return None  # a service message, or a live location that moves
    return replace(_media(message, now, number), edited=edited)


def _media(message: Message, now: datetime, number: int) -> Heard:
    caption = storable(message.caption or "")
    document = message.document
    if document is None or not _is_pdf(document):  # with a caption, the caption is the sentence
        return Heard(_said(message, caption, now, number, "" if caption else "media"))
    size = document.file_size or 0
    if size > DOWNLOAD_LIMIT:
        return Heard(_said(message, caption, now, number, "too_large"))
    attached = Attached(document.file_id, _name(document), size)
    return Heard(_said(message, caption, now, number), attached)


def _name(document: Document) -> str:
    """One line, without marks that turn the writing direction."""
    return " ".join(TURNS.sub("", storable(document.file_name or "")).split()) or "document.pdf"


def _is_pdf(document: Document) -> bool:
    return document.mime_type == "application/pdf" or (document.file_name or "").lower().endswith(".pdf")


def _said(
    message: Message, text: str, now: datetime, number: int, unread: Literal["", "media", "too_large"] = ""
) -> Said:
    words, link = _command(text)
    chat = str(message.chat.id)
    return Said(
        "telegram",
        chat,
        _key(message, number, unread),
        words,
        now,
        conversation=chat,
        link=link,
        language=hint(message.from_user),
        message_id=str(message.message_id),
        unread=unread,
    )


def _key(message: Message, number: int, unread: str) -> str:
    """The same update twice is the same message; its date tells it from an update of another bot.

    An album that cannot be read is one message: one answer is enough.
    """
    if unread == "media" and message.media_group_id:
        return f"g{message.chat.id}.{message.media_group_id}"
    return f"u{number}.{int(message.date.timestamp())}"


def _command(text: str) -> tuple[str, str | None]:
    """The words of a command, and the token of the link that /start carries."""
    found = COMMAND.fullmatch(text.strip())
    if not found:
        return text, None
    name, rest = found[1].lower(), (found[2] or "").strip()
    if name == "start":
        return ("", rest) if TOKEN.fullmatch(rest) else ("MENU", None)
    return f"{WORDS.get(name, found[1])} {rest}".strip(), None


def _pressed(press: CallbackQuery, now: datetime, number: int) -> Heard | Stray:
    held = press.message
    if held is None or not press.data:
        return Stray(press.id)
    if held.chat.type != ChatType.PRIVATE or held.chat.id != press.from_user.id:
        return Stray(press.id)
    chat = str(held.chat.id)
    said = Said(
        "telegram",
        chat,
        f"u{number}.{press.id}",
        "",
        now,
        conversation=chat,
        pressed=press.data,
        language=hint(press.from_user),
        message_id=str(held.message_id),
        edits=str(held.message_id),
    )
    return Heard(said, press=press.id)


def _standing(change: ChatMemberUpdated) -> Group | Blocked | None:
    now_here = change.new_chat_member.status in HERE
    chat = str(change.chat.id)
    if change.chat.type == ChatType.PRIVATE:
        return Blocked(chat, not now_here)
    if now_here and change.chat.type in (ChatType.GROUP, ChatType.SUPERGROUP):
        return Group(chat, hint(change.from_user))
    return None
