"""A Reply becomes Telegram calls. Pure: the same reply always gives the same calls, in the same order.

Text is sent plain, without parse mode: nothing needs escaping, and what is copied stays plain. The heading alone is
bold, by an entity. Notes of a Reply that count: `heading` (the first line), `erase` (ids of messages to delete), `edit`
(id of our message to change in place), `silent`, `protect` (texts only: a document is there to be kept), `columns`
(buttons a line).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiogram.methods import (
    DeleteMessage,
    DeleteMessages,
    EditMessageText,
    SendDocument,
    SendMessage,
    SendPhoto,
)
from aiogram.types import InlineKeyboardMarkup, InputFile, LinkPreviewOptions, MessageEntity

from bot.telegram.buttons import buttons
from bot.telegram.text import heading, split, units, written
from handlers.core.turn import Document, Reply

CAPTION_LIMIT = 1024  # core.telegram.org/bots/api#senddocument
ERASE_LIMIT = 100  # core.telegram.org/bots/api#deletemessages

Step = SendMessage | SendDocument | SendPhoto | EditMessageText
Source = Callable[[Document], InputFile | str]  # the bytes to send, or the id under which Telegram holds them


@dataclass(frozen=True)
class Pages:
    """What one reply takes: what is deleted first, then each message in its order."""

    erase: DeleteMessage | DeleteMessages | None
    papers: tuple[Document, ...]  # sent before the text, one message each
    texts: tuple[str, ...]  # one message each; the keyboard hangs on the last
    keyboard: InlineKeyboardMarkup | None
    bold: tuple[MessageEntity, ...]  # the heading, at the start of the caption or of the first text
    edit: int | None
    caption: str | None  # the text, where it goes under the one document

    def __len__(self) -> int:
        return len(self.papers) + len(self.texts)


def pages(chat: str, reply: Reply) -> Pages:
    """Documents first, then the text with its buttons; one document and a short text are one message.

    Raises ValueError on a link to pay that nobody resolved.
    """
    text, keyboard = written(reply), buttons(reply)
    fits = len(reply.documents) == 1 and units(text) <= CAPTION_LIMIT
    edit = None if reply.documents else _id(reply.notes.get("edit"))
    texts = () if fits or not text.strip() else tuple(split(text))
    bold = (MessageEntity(type="bold", offset=0, length=units(top)),) if (top := heading(reply)) else ()
    return Pages(erased(chat, reply), reply.documents, texts, keyboard, bold, edit, text if fits else None)


def step(chat: str, reply: Reply, made: Pages, nth: int, source: Source) -> Step:
    """The nth message of the reply, as a call."""
    keyboard = made.keyboard if nth == len(made) - 1 else None
    silent = bool(reply.notes.get("silent")) or None
    if nth < len(made.papers):
        return _paper(chat, made, made.papers[nth], source, silent, keyboard)
    shown: dict[str, Any] = {
        "chat_id": chat,
        "text": made.texts[nth - len(made.papers)],
        "entities": (list(made.bold) or None) if nth == len(made.papers) else None,
        "parse_mode": None,
        "link_preview_options": LinkPreviewOptions(is_disabled=True),
        "reply_markup": keyboard,
    }
    if made.edit is not None and nth == 0:
        return EditMessageText(message_id=made.edit, **shown)
    protect = bool(reply.notes.get("protect")) or None
    return SendMessage(disable_notification=silent, protect_content=protect, **shown)


def _paper(
    chat: str,
    made: Pages,
    paper: Document,
    source: Source,
    silent: bool | None,
    keyboard: InlineKeyboardMarkup | None,
) -> SendDocument | SendPhoto:
    sent: dict[str, Any] = {
        "chat_id": chat,
        "caption": made.caption or None,
        "caption_entities": (list(made.bold) or None) if made.caption else None,
        "parse_mode": None,
        "disable_notification": silent,
        "reply_markup": keyboard,
    }
    if paper.picture:
        return SendPhoto(photo=source(paper), **sent)
    return SendDocument(document=source(paper), disable_content_type_detection=True, **sent)


def erased(chat: str, reply: Reply) -> DeleteMessage | DeleteMessages | None:
    asked = reply.notes.get("erase") or ()
    ids = [_id(one) for one in (asked if isinstance(asked, list | tuple) else (asked,))]
    known = [one for one in ids if one is not None]
    if len(known) == 1:
        return DeleteMessage(chat_id=chat, message_id=known[0])
    return DeleteMessages(chat_id=chat, message_ids=known[:ERASE_LIMIT]) if known else None


def _id(note: object) -> int | None:
    text = str(note or "")
    return int(text) if text.isdecimal() else None
