"""Every mail of the collections through the guard, as the service reads it: the table of docs/mail.md."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mail_gateway.guard import Guard
from mail_gateway.incoming import Envelope, Letter, Reading
from mail_gateway.screen import with_crlf

DATA = Path(__file__).parent.parent / "data" / "mail"
PAGE = Path(__file__).parents[2] / "docs" / "mail.md"
REPLIES = (
    "fr-reply-styles",
    "github-email_reply_parser",
    "zapier-email-reply-parser",
    "crisp-email-reply-parser",
    "willdurand-EmailReplyParser",
)
MIME = ("cpython-test_email", "mikel-mail", "stalwart-mail-parser", "flufl-bounce", "hostile")
HEAD = b"From: Claire <claire@durand.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
READING = Reading((), "mx.us.example", ("espace.us.example",))


@dataclass
class Row:
    """`told`: how many replies of the collection are known to the letter."""

    messages: int = 0
    told: int = 0
    exact: int = 0
    readable: int = 0
    refused: int = 0
    quarantined: int = 0
    raised: int = 0

    def take(self, letter: Letter, wanted: str | None) -> None:
        self.messages += 1
        self.readable += letter.verdict in ("accept", "ignore")
        self.refused += letter.verdict == "reject"
        self.raised += letter.reason in ("unreadable", "timeout", "too_much_memory", "crash")
        self.quarantined += letter.verdict == "quarantine"
        if wanted is not None:
            self.told += 1
            self.exact += letter.text == wanted.replace("\r\n", "\n").rstrip()

    def line(self, name: str) -> str:
        exact = f"{self.exact} of {self.told}" if self.told else ""
        counts = (self.messages, exact, self.readable, self.refused, self.quarantined, self.raised)
        return " | ".join([f"| {name}", *map(str, counts)]).replace("|  |", "| |") + " |"


def replies(name: str) -> Iterator[tuple[bytes, str | None]]:
    told: dict[str, dict[str, Any]] = json.loads((DATA / name / "expected.json").read_text("utf-8"))
    for path in sorted((DATA / name).rglob("*.txt")):
        text = path.read_bytes().decode("utf-8", "replace").encode()
        yield with_crlf(HEAD + text), told.get(path.name, {}).get("reply")


def mails(name: str) -> Iterator[tuple[bytes, str | None]]:
    for path in sorted((DATA / name).rglob("*.*")):
        if path.suffix in (".eml", ".txt"):
            yield with_crlf(path.read_bytes()), None


async def row(guard: Guard, name: str) -> Row:
    counted = Row()
    for raw, wanted in (replies if name in REPLIES else mails)(name):
        counted.take(await guard.read(raw, Envelope()), wanted)
    return counted


async def test_the_table_of_the_page_is_what_is_read() -> None:
    """None raises, takes over 5 seconds of a worker or needs over 512 MB: such a mail would be counted as raised."""
    guard = Guard(READING)
    rows = {name: await row(guard, name) for name in (*REPLIES, *MIME)}
    await guard.close()
    wanted = [one.line(name) for name, one in rows.items()]
    written = PAGE.read_text("utf-8").partition("## How much it understands of a reply")[2].splitlines()
    assert [line for line in wanted if line not in written] == []
    assert not sum(one.raised for one in rows.values())
    assert rows["fr-reply-styles"].exact == rows["fr-reply-styles"].told == 28
    replies_told = sum(one.told for one in rows.values())
    assert sum(one.exact for one in rows.values()) >= 0.8 * replies_told
