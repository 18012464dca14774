"""A whole conversation: the real desk on SQLite, the real client over HTTP, the chat as its person sees it."""

from __future__ import annotations

import asyncio
import re

import pytest

from bot.pump import Pump
from bot.telegram.door import Door, Inside
from handlers.core import phrases
from handlers.core.ports import Due

PDF = b"%PDF-1.7\n"


class Drawer(dict[str, bytes]):
    """Every document of the town has a file."""

    def __missing__(self, sha256: str) -> bytes:
        return PDF + sha256.encode()


class Mailbox:
    """Where the codes arrive: the way out of the other channel."""

    def __init__(self) -> None:
        self.mails: list[Due] = []

    async def deliver(self, due: Due) -> str:
        self.mails.append(due)
        return f"<{due.id}@here>"


class Whole:
    """One person in front of the whole."""

    def __init__(self, town, line, person) -> None:
        self.town, self.line, self.person, self.mailbox = town, line, person, Mailbox()
        self.seen = 0

    async def __aenter__(self) -> Whole:
        town, line = self.town, self.line
        line.files = Drawer()
        line.carrier = line.new_carrier()
        carriers = {"telegram": line.carrier, "email": self.mailbox}
        self.pump = Pump(town.queue, carriers, lambda: town.now)
        inside = Inside(
            take=town.desk.take,
            keep=line.edge.keep,
            blocked=lambda chat, on: None,
            moved=lambda old, new: None,
            put_aside=line.edge.put_aside,
            group_text=lambda language, link: phrases.say("trouble", "group", language or "fr", lien=link),
            clock=lambda: town.now,
        )
        await line.poll(Door(line.bot, inside, line.api.username))
        self.running = asyncio.create_task(self.pump.run(poll=0.01))
        return self

    async def __aexit__(self, *_: object) -> None:
        self.running.cancel()
        await asyncio.gather(self.running, return_exceptions=True)
        assert self.line.edge.aside == []

    async def answer(self) -> str:
        """The text of the next message of the bot, or of the one it edited."""
        await self.line.api.until(lambda: len(self.sent()) > self.seen)
        self.seen += 1
        return str(
            self.sent()[self.seen - 1].params.get("text") or self.sent()[self.seen - 1].params["caption"]
        )

    def sent(self) -> list:
        return self.line.api.made("sendMessage", "sendDocument", "editMessageText")

    async def says(self, text: str) -> str:
        self.person.send(text)
        return await self.answer()

    async def presses(self, label: str) -> str:
        self.person.press(label)
        return await self.answer()

    async def code(self) -> str:
        """The code of the last mail."""
        await self.line.api.until(lambda: self.mailbox.mails)
        return re.findall(r"\b\d{6}\b", self.mailbox.mails[-1].reply.text)[0]


FRENCH = (
    "fr",
    "camille@dupain.example",
    "combien je dois ?",
    "Merci, c'est le bon code.",
    "Solde",
    "F-2026-0118",
)
ENGLISH = (
    "en",
    "bob@harbour.example",
    "how much do I owe?",
    "Thank you, that is the",
    "Balance",
    "F-2026-0101",
)


@pytest.mark.parametrize(("lang", "address", "asks", "code", "balance", "invoice"), [FRENCH, ENGLISH])
async def test_from_the_link_to_the_pdf(town, line, api, lang, address, asks, code, balance, invoice):
    person = api.user(42, "Camille", lang)
    async with Whole(town, line, person) as talk:
        assert "Atelier Exemple" in await talk.says(f"/start {town.link('atelier')}")
        await talk.says(asks)
        await talk.says(address)
        typed = await talk.code()
        answer = await talk.says(typed)
        assert answer.startswith(code)
        assert balance in answer
        assert typed not in [one.text for one in person.messages]
        await talk.says(invoice)
        document = person.last.document
        assert invoice in document["file_name"]
        assert api.state.files[document["file_id"]].data.startswith(PDF)


async def test_buttons_commands_edits_and_what_cannot_be_read(town, line, api):
    person = api.user(42)
    async with Whole(town, line, person) as talk:
        await talk.says(f"/start {town.link('atelier')}")
        await talk.says("camille@dupain.example")
        await talk.says(await talk.code())
        menu = person.last
        assert "Solde" in menu.labels
        assert (await talk.presses("Solde")).startswith("Solde au 24 novembre 2026")
        assert (await talk.says("/solde")).startswith("Solde au 24 novembre 2026")
        person.edit_last("/factures")
        assert "facture" in await talk.answer()
        person.media("voice")
        assert (await talk.answer()).startswith("Ici, nous lisons le texte et les PDF.")
