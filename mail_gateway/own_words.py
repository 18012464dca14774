"""The greeting and the closing that a company wrote into its text: each takes the place of the frame's. Pure."""

from __future__ import annotations

from mail_gateway.bodies import GREETING
from mail_gateway.endings import CLOSING

LAST = 5  # lines, in which a closing stands: names, and how to stop these messages, may follow it


def greeting(lines: tuple[str, ...]) -> tuple[str, tuple[str, ...]] | None:
    """The line that greets and does nothing else ("" where the text goes on in it), and the text without it; None for
    a text that greets nobody."""
    first = next(iter(lines), "")
    if not GREETING.match(first):
        return None
    alone = GREETING.fullmatch(first) and (first.endswith((",", "!")) or "," not in first)
    return (first, lines[1:]) if alone and len(lines) > 1 else ("", lines)


def closes(lines: tuple[str, ...]) -> bool:
    return any(CLOSING.fullmatch(line) for line in lines[-LAST:])
