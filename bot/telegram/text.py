"""The text of a Reply as Telegram takes it: its heading, its rows as lines, in pieces that are not too long."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from handlers.core.turn import Reply, Row

TEXT_LIMIT = 4096  # core.telegram.org/bots/api#sendmessage
HEADING_LIMIT = 200
LINE = 60  # a row longer than this, two lines of a phone, has what is told of it below
BETWEEN = "\u00a0· "  # the dot ends a line, it never begins one
BREAKS = re.compile(r"[\r\n\t\v\f\x85\u2028\u2029]+")
DOTS = {"good": "🟢", "wait": "🟡", "late": "🔴", "calm": "🔵"}


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
