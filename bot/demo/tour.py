"""A full conversation on both channels, played through the same doors as the page's, and printed as it happens."""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot.demo.botapi.state import Message
from bot.demo.letters import Letter
from bot.demo.scene import Client
from bot.demo.stage import Stage, stage

START = datetime(2026, 11, 24, 14, 0, tzinfo=ZoneInfo("Europe/Paris"))  # the same words at each run
PATIENCE = 60.0  # seconds for one answer
T = TypeVar("T")


@dataclass(frozen=True)
class Script:
    """What people write. Codes are read in their mailbox, as anybody would."""

    client: str
    titles: tuple[str, str, str, str]
    mail: tuple[str, ...]  # the code comes after the first
    chat: tuple[str, ...]
    team: tuple[str, ...]  # one of the company's own people, on Telegram


SCRIPTS = {
    "fr": Script(
        "C0042",
        ("Par e-mail", "Sur Telegram", "Quelqu'un de l'équipe", "Ce que l'entreprise reçoit"),
        (
            "Bonjour,\n\ncombien je vous dois ?\n\nCordialement",
            "et la facture du mois dernier svp",
            "mon relevé de compte de cette année",
        ),
        (
            "mes factures",
            "la facture de la serrure",
            "mon prochain rendez-vous",
            "mes contrats",
            "HUMAIN",
            "Pouvez-vous passer un jour plus tard ?",
            "MENU",
            "déconnexion",
        ),
        ("Client A", "solde", "payer F-2026-0098", "déconnexion"),
    ),
    "en": Script(
        "C0057",
        ("By e-mail", "On Telegram", "One of the team", "What the company receives"),
        (
            "Hello,\n\nhow much do I owe you?\n\nKind regards",
            "and last month's invoice please",
            "my statement of account for this year",
        ),
        (
            "my invoices",
            "the invoice for the wall panels",
            "my next appointment",
            "my contracts",
            "PERSON",
            "Could you come one day later?",
            "MENU",
            "log out",
        ),
        ("Client B", "balance", "pay F-2026-0112", "log out"),
    ),
}
MEMBER = "accountant"


class Silence(Exception):
    """An answer that did not come."""


async def play(language: str) -> int:
    """The exit code: 0, or 1 when an answer did not come."""
    script = SCRIPTS[language]
    with tempfile.TemporaryDirectory(prefix="facteur-tour-") as folder:
        async with stage(Path(folder), START) as made:
            by_id = {one.id: one for one in made.clients}
            client = Visitor(made, by_id[script.client])
            member = Visitor(made, replace(by_id[MEMBER], language=language))
            try:
                await client.by_mail(script.titles[0], *script.mail)
                await client.on_telegram(script.titles[1], *script.chat)
                await member.on_telegram(script.titles[2], *script.team)
            except Silence as silence:
                print(silence, file=sys.stderr)
                return 1
            _title(script.titles[3])
            for letter in reversed(made.mailboxes.letters(made.firm.email)):
                _print(f"< {letter.to}:", [letter.subject, "", *_body(letter)])
    return 0


class Visitor:
    """One person, with a mailbox and a chat."""

    def __init__(self, made: Stage, client: Client) -> None:
        self.made, self.client = made, client
        self.person = made.api.user(client.chat, client.name, client.language)
        self.seen = 0  # of the bot's messages
        self.read = 0  # of the mails received

    async def by_mail(self, title: str, first: str, *then: str) -> None:
        _title(title)
        code = await self._write(first)
        answer = await self._write(_code(code), code)
        for text in then:
            answer = await self._write(text, answer)

    async def on_telegram(self, title: str, *said: str) -> None:
        _title(title)
        await self._chat(f"/start {self.made.link}", shown="/start")
        await self._chat(self.client.email)
        code = await self._letter()
        await self._chat(_code(code))
        for text in said:
            await self._chat(text)

    async def _write(self, text: str, answers: Letter | None = None) -> Letter:
        """A mail from the client, as their mail program makes it; the mail that answers it."""
        _print(f"> {self.client.email}:", text.split("\n"))
        to = answers.reply_to if answers else self.made.firm.address
        await self.made.mailboxes.compose(self.client.writer, to, "" if answers else "Bonjour", text, answers)
        letter = await self._letter()
        _print(
            f"< {self.made.firm.address}:", [*_body(letter), *(f"+ {one.name}" for one in letter.attachments)]
        )
        return letter

    async def _letter(self) -> Letter:
        """The next mail that the client receives."""

        def come() -> Letter | None:
            received = [one for one in self.made.mailboxes.letters(self.client.email) if not one.sent]
            return received[-1 - self.read] if len(received) > self.read else None

        letter = await _until(come)
        self.read += 1
        return letter

    async def _chat(self, text: str, shown: str = "") -> None:
        """A message from the client; everything the bot says to it."""
        _print("> Telegram:", [shown or text])
        self.person.send(text)

        def come() -> Sequence[Message] | None:
            return self.person.answers[self.seen :] or None

        await _until(come)
        await self._settled()
        for message in self.person.answers[self.seen :]:
            _print("< Telegram:", _shown(message))
        self.seen = len(self.person.answers)

    async def _settled(self) -> None:
        """A document and its text are two messages: until the outbox is empty."""
        from sqlalchemy import func, select

        from storage import tables as t
        from storage.engine import reading

        def waiting() -> int:
            with reading(self.made.service.engine) as db:
                due = select(func.count()).where(t.outbox.c.state.in_(("due", "taken")))
                return int(db.scalar(due) or 0)

        async with asyncio.timeout(PATIENCE):
            while await asyncio.to_thread(waiting):
                await asyncio.sleep(0.02)


async def _until(found: Callable[[], T | None]) -> T:
    for _ in range(int(PATIENCE / 0.02)):
        if (value := found()) is not None:
            return value
        await asyncio.sleep(0.02)
    raise Silence("No answer came.")


def _code(letter: Letter) -> str:
    found = re.search(r"\b\d{6}\b", letter.text)
    if found is None:
        raise Silence("The mail holds no code.")
    return found[0]


def _body(letter: Letter) -> list[str]:
    """The text without its foot."""
    return re.split(r"\n-- ?\n", letter.text.replace("\r\n", "\n"))[0].strip().split("\n")


def _shown(message: Message) -> list[str]:
    document = message.document
    lines = [f"+ {document['file_name']}"] if document else []
    lines += message.text.split("\n") if message.text else []
    return lines + ["[" + "] [".join(button["text"] for button in row) + "]" for row in message.buttons]


def _title(text: str) -> None:
    print(f"# {text}\n", flush=True)


def _print(who: str, lines: Sequence[str]) -> None:
    indented = [who + " " + lines[0], *(f"    {line}".rstrip() for line in lines[1:])]
    print("\n".join(indented) + "\n", flush=True)
