"""What a Reply offers, as the buttons under a message."""

from __future__ import annotations

from collections.abc import Sequence

from aiogram.types import CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup

from bot.telegram.text import units
from handlers.core.turn import Choice, Reply

DATA_LIMIT = 64  # bytes, core.telegram.org/bots/api#inlinekeyboardbutton
COPY_LIMIT = 256  # core.telegram.org/bots/api#copytextbutton
SHORT = 12  # two labels up to this length share a line
PAIR = 18  # beside a list: two labels up to this length, three short ones


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
