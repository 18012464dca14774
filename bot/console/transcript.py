"""A conversation as text: what `facteur talk` and the tour print, and the format of tests/talks/*.txt."""

from __future__ import annotations

from handlers.core.turn import Link, Reply

ROWS = "{rows}"


def as_text(who: str, reply: Reply) -> str:
    """One answer: whose file it is about, its text, its rows numbered, what is attached, what can be chosen."""
    rows = [
        _row(nth, row.number, row.date, row.amount, row.status, row.more)
        for nth, row in enumerate(reply.rows, 1)
    ]
    lines = [str(heading)] if (heading := reply.notes.get("heading")) else []
    for line in reply.text.split("\n"):
        lines += rows if line == ROWS else [line]
    if rows and ROWS not in reply.text.split("\n"):
        lines += rows
    printed = [f"{who} {lines[0]}", *(f"   {line}" for line in lines[1:])]
    printed += [f"   + {document.name}" for document in reply.documents]
    printed += [f"   [{choice.label}]" for choice in reply.choices]
    printed += [f"   -> {link.label}{_target(link)}" for link in reply.links]
    printed += [f"   [{copy.label}] {copy.text}" for copy in reply.copies]
    return "\n".join(printed)


def _target(link: Link) -> str:
    """A payment page is made when a message leaves: a rehearsal has none."""
    return "" if link.to.startswith("pay:") else f" <{link.to}>"


def _row(nth: int, *parts: str) -> str:
    return f"{nth}. " + " · ".join(part for part in parts if part)
