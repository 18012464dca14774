"""A Reply becomes Telegram calls. Pure: the same reply always gives the same calls, in the same order.

Text is sent plain, without parse mode: nothing needs escaping, and what is copied stays plain. The heading alone is
bold, by an entity. Notes of a Reply read here: `heading` (the first line), `erase` (ids of messages to delete), `edit`
(id of our message to change in place), `silent`, `protect` (texts only: a document is there to be kept), `columns`
(buttons a line).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
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
from aiogram.types import (
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    MessageEntity,
)

from handlers.core.turn import Choice, Document, Reply, Row

TEXT_LIMIT, CAPTION_LIMIT = 4096, 1024  # core.telegram.org/bots/api#sendmessage, #senddocument
DATA_LIMIT = 64  # bytes, core.telegram.org/bots/api#inlinekeyboardbutton
COPY_LIMIT = 256  # core.telegram.org/bots/api#copytextbutton
ERASE_LIMIT = 100  # core.telegram.org/bots/api#deletemessages
HEADING_LIMIT = 200
SHORT = 12  # two labels up to this length share a line
PAIR = 18  # beside a list: two labels up to this length, three short ones
LINE = 60  # a row longer than this, two lines of a phone, has what is told of it below
BETWEEN = "\u00a0· "  # the dot ends a line, it never begins one
BREAKS = re.compile(r"[\r\n\t\v\f\x85\u2028\u2029]+")
DOTS = {"good": "🟢", "wait": "🟡", "late": "🔴", "calm": "🔵"}

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


# --- text


def written(reply: Reply) -> str:
    """The heading, then the text with its rows, each a line: `number · date · amount · 🟡 to pay`."""
    lines = reply.text.split("\n")
    at = lines.index("{rows}") if "{rows}" in lines else len(lines)
    text = "\n".join([*lines[:at], *listed(reply.rows), *lines[at + 1 :]]).strip("\n")
    return "\n".join(part for part in (heading(reply), text) if part)


def heading(reply: Reply) -> str:
    """Whose file, which company; nothing above an empty text."""
    top = BREAKS.sub(" ", str(reply.notes.get("heading") or "")).strip()
    return top[:HEADING_LIMIT].rstrip() if reply.text.strip() or reply.rows else ""


def listed(rows: Sequence[Row]) -> list[str]:
    """Rows of one line stand close. A long story goes below its row, between empty lines; where half of the rows
    have one, so do all."""
    long = [bool(row.more) and len(line(row)) > LINE for row in rows]
    all_tall = 2 * sum(long) >= max(1, len(rows))
    lines: list[str] = []
    for row, tall in zip(rows, long, strict=True):
        lines += ["", line(row, True), ""] if tall or all_tall else [line(row)]
    return [one for nth, one in enumerate(lines) if one or lines[nth - 1 : nth] != [""]]


def line(row: Row, tall: bool = False) -> str:
    """What people wrote keeps to its line."""
    number, date, amount, said, more = (
        BREAKS.sub(" ", part).strip() for part in (row.number, row.date, row.amount, row.status, row.more)
    )
    status = f"{DOTS[row.tone]} {said}" if row.tone and said else said
    parts = [part for part in (number, date, amount, status) if part]
    head = BETWEEN.join(parts if tall or not more else [*parts, more])
    return "\n".join(part for part in (head, more) if part) if tall else head


def units(text: str) -> int:
    """Telegram counts UTF-16 code units."""
    return len(text) + sum(sign > "\uffff" for sign in text)


def split(text: str, limit: int = TEXT_LIMIT) -> Iterable[str]:
    """Pieces that Telegram takes, cut between lines, else between words, else anywhere; never an empty one."""
    while units(text) > limit:
        head = _head(text, limit)
        half = len(head) // 2
        cut = max(head.rfind("\n", half), 0) or max(head.rfind(" ", half), 0) or len(head)
        if head[:cut].strip():
            yield head[:cut].rstrip()
        text = text[cut:].lstrip()
    if text.strip():
        yield text


def _head(text: str, limit: int) -> str:
    head = text[:limit]
    while units(head) > limit:
        head = head[: len(head) - max(1, (units(head) - limit) // 2)]
    return head


def file_name(name: str) -> str:
    """A name that fits a header: no control character, at most 120 signs with its ending."""
    clean = "".join(sign if sign.isprintable() else " " for sign in name).strip() or "document"
    return clean if len(clean) <= 120 else f"{clean[:110]}{clean[-10:]}"


# --- buttons


def buttons(reply: Reply) -> InlineKeyboardMarkup | None:
    """The numbers of a list in compact lines, links, what else can be chosen, and what can be copied."""
    of_rows = {row.choice for row in reply.rows}
    numbers = [_choice(one) for one in reply.choices if one.id in of_rows]
    others = [one for one in reply.choices if one.id not in of_rows]
    rows = _even(numbers, _fitting(numbers)) if numbers else []
    rows += [
        [InlineKeyboardButton(text=link.label, url=_url(link.to))] for link in reply.links if _goes(link.to)
    ]
    rows += _paired(others) if numbers else _columns([_choice(one) for one in others], _width(reply))
    rows += [[_copy(one.label, one.text)] for one in reply.copies if 0 < units(one.text) <= COPY_LIMIT]
    return InlineKeyboardMarkup(inline_keyboard=rows) if rows else None


def _choice(choice: Choice) -> InlineKeyboardButton:
    if not 0 < len(choice.id.encode()) <= DATA_LIMIT:
        raise ValueError("the id of a choice takes 1 to 64 bytes")
    style = "primary" if choice.main else None
    return InlineKeyboardButton(text=choice.label, callback_data=choice.id, style=style)


def _fitting(made: Sequence[InlineKeyboardButton]) -> int:
    """How many of these share a line of a phone without being cut."""
    longest = max(len(button.text) for button in made)
    return 3 if longest <= SHORT else 2 if longest <= PAIR else 1


def _even(made: Sequence[InlineKeyboardButton], width: int) -> list[list[InlineKeyboardButton]]:
    """Lines of about the same length: 4 are 2 and 2, 5 are 3 and 2."""
    lines = -(-len(made) // width)
    return [list(made[nth * len(made) // lines : (nth + 1) * len(made) // lines]) for nth in range(lines)]


def _paired(choices: Sequence[Choice]) -> list[list[InlineKeyboardButton]]:
    """Two short neighbours share a line (the page before, the page after); the main one has its own."""
    rows: list[list[InlineKeyboardButton]] = []
    waiting = False  # the last line holds one short button
    for one in choices:
        short = len(one.label) <= PAIR and not one.main
        if short and waiting:
            rows[-1].append(_choice(one))
        else:
            rows.append([_choice(one)])
        waiting = short and not waiting
    return rows


def _width(reply: Reply) -> int:
    if asked := reply.notes.get("columns"):
        return int(asked)
    pair = len(reply.choices) == 2 and all(len(c.label) <= SHORT for c in reply.choices)
    return 2 if pair or reply.kind == "menu" else 1


def _columns(made: Sequence[InlineKeyboardButton], width: int) -> list[list[InlineKeyboardButton]]:
    return [list(made[at : at + width]) for at in range(0, len(made), width)]


def _copy(label: str, text: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=label, copy_text=CopyTextButton(text=text))


def _goes(to: str) -> bool:
    """A `mailto:` has no button on Telegram; the words in the text do its work."""
    return not to.startswith("mailto:")


def _url(to: str) -> str:
    if not to.startswith(("https://", "http://", "tg://")):
        raise ValueError("a link must be resolved before it is shown")
    return to


# --- what goes away


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
