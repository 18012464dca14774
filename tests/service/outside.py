"""The service seen from outside: a company with a French and an English client, mailboxes, chats, and a moved clock.

Everything said goes through the SMTP door or the Bot API; `settled` waits until nothing is under way any more, so that
a silence is told from a slow answer.
"""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiosmtplib

from bot.demo.botapi import DEMO_TOKEN, BotApi
from bot.demo.botapi.people import Person
from bot.demo.letters import Letter
from bot.demo.mailboxes import Mailboxes
from service.process import DOMAIN
from service.records import CAMILLE, atelier, plomberie
from service.warm import Warm

FRONT = "mx.portail.example"
START = datetime(2026, 11, 24, 13, 5, tzinfo=UTC)
CODE = re.compile(r"(?<!\d)(\d{6})(?!\d)")
BUSY = (
    "SELECT (SELECT count(*) FROM inbox WHERE state IN ('due', 'taken'))"
    " + (SELECT count(*) FROM outbox WHERE state IN ('due', 'taken'))"
)


class Outside:
    """`await start()`, then write and read; `await end()`."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.folder, self.now, self.clock_file = folder, START, folder / "clock"
        self.mailboxes, self.api = Mailboxes(lambda: self.now), BotApi(clock=lambda: self.now)
        self.settings = {"trusted_relays": "127.0.0.1", "authserv_id": FRONT} | settings
        self.numbers = iter(range(7001, 10**6))

    async def start(self, *files: dict[str, Any]) -> None:
        await self.mailboxes.start()
        await self.api.start()
        self.set_clock(self.now)
        self.service = Warm(
            self.folder,
            self.mailboxes.url,
            clock_file=self.clock_file,
            telegram_token=DEMO_TOKEN,
            telegram_api=self.api.url,
            **self.settings,
        )
        self.links = [await self.let_in(file) for file in files or (atelier(), plomberie())]
        await self.serve()

    async def serve(self) -> None:
        await self.service.start()
        self.mailboxes.door = ("127.0.0.1", self.service.smtp)

    async def end(self) -> None:
        self.service.end()
        await self.api.stop()
        await self.mailboxes.stop()

    # --- the company's side

    async def run(self, *arguments: str) -> str:
        """A command of the command line, beside the service; what it prints."""
        done = await asyncio.to_thread(self.service.run, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    async def let_in(self, data: dict[str, Any]) -> str:
        """Import the file; the token of the company's link."""
        slug = data["company"]["slug"]
        path = self.folder / f"{slug}.json"
        path.write_text(json.dumps(data), "utf-8")
        await self.run("import", str(path))
        return await self.link(slug)

    async def link(self, slug: str) -> str:
        told = await self.run("company", "link", slug, "--json")
        return str(json.loads(told)["email"]).partition("+")[2].partition("@")[0]

    # --- time

    def set_clock(self, at: datetime) -> None:
        self.now = at
        fresh = self.clock_file.with_suffix(".new")
        fresh.write_text(at.isoformat(), "ascii")
        fresh.replace(self.clock_file)

    def pass_time(self, **length: float) -> None:
        self.set_clock(self.now + timedelta(**length))

    async def settled(self, seconds: float = 20) -> None:
        """Until nothing waits: no update, no mail to read, nothing to send; seen twice in a row."""
        calm = 0
        async with asyncio.timeout(seconds):
            while calm < 2:
                await asyncio.sleep(0.05)
                calm = calm + 1 if not self.api.updates.pending and self._calm() else 0

    async def sealed(self) -> None:
        """Until the files of every signature are made, and sent."""
        async with asyncio.timeout(60):
            while self.rows("SELECT 1 FROM decisions WHERE state <> 'done' AND aside_at IS NULL"):
                await asyncio.sleep(0.05)
        await self.settled()

    def _calm(self) -> bool:
        with closing(sqlite3.connect(f"file:{self.folder / 'facteur.db'}?mode=ro", uri=True)) as db:
            return bool(db.execute(BUSY).fetchone()[0] == 0)

    def rows(self, query: str, *values: Any) -> list[Any]:
        with closing(sqlite3.connect(f"file:{self.folder / 'facteur.db'}?mode=ro", uri=True)) as db:
            return db.execute(query, values).fetchall()

    # --- by e-mail

    def box(self, address: str) -> list[Letter]:
        """What arrived there, newest first."""
        return [letter for letter in self.mailboxes.letters(address) if not letter.sent]

    def everyone(self) -> dict[str, int]:
        """How many letters each mailbox got."""
        return {address: len(self.box(address)) for address in self.mailboxes._boxes}

    async def mail(
        self,
        sender: str,
        text: str,
        to: str = "",
        *,
        answers: Letter | None = None,
        html: str = "",
        subject: str = "",
        dmarc: str = "pass",
        attached: Mapping[str, bytes] | None = None,
        **headers: str,
    ) -> list[Letter]:
        """Write, as a mail program does, and read what came back to the sender, oldest first.

        `answers`: the letter replied to, at its Reply-To unless `to` says where. Headers as `auto_submitted="x"`.
        `dmarc`: what the mail server in front found; "" is nothing.
        """
        mail = EmailMessage()
        if dmarc:
            vouched = f"dmarc={dmarc} header.from={sender.rpartition('@')[2]}"
            mail["Authentication-Results"] = f"{FRONT}; {vouched}"
        mail["From"] = sender
        target = to or (answers.reply_to if answers else f"atelier@{DOMAIN}")
        mail["To"] = target
        mail["Subject"] = subject or (f"Re: {answers.subject}" if answers else "Question")
        mail["Message-ID"] = f"<{uuid4().hex}@mail.example>"
        if answers and "in_reply_to" not in headers:
            mail["In-Reply-To"] = answers.message_id
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text, cte="base64" if "\0" in text else None)
        if html:
            mail.add_alternative(html, subtype="html")
        for name, data in (attached or {}).items():
            mail.add_attachment(data, maintype="application", subtype="pdf", filename=name)
        return await self.post(sender, target, mail.as_bytes(policy=SMTP_POLICY))

    async def post(self, sender: str, to: str, raw: bytes, envelope: str | None = None) -> list[Letter]:
        """The raw mail through the door."""
        before = len(self.box(sender))
        await aiosmtplib.send(
            raw,
            sender=envelope if envelope is not None else sender,
            recipients=[to],
            hostname="127.0.0.1",
            port=self.service.smtp,
            start_tls=False,
            local_hostname="localhost",
        )
        await self.settled()
        box = self.box(sender)
        return box[: len(box) - before][::-1]

    def code(self, address: str) -> str:
        """The code of the newest code mail there."""
        for letter in self.box(address):
            if found := CODE.search(letter.text.partition("\n-- ")[0]):
                return found[1]
        raise AssertionError(f"no code came to {address}")

    async def open_mail(self, sender: str, asks: str = "bonjour", **more: Any) -> Letter:
        """Log in by e-mail; the answer to what was asked."""
        [told] = await self.mail(sender, asks, **more)
        [answer] = await self.mail(sender, self.code(sender), answers=told)
        return answer

    # --- on Telegram

    def person(self, language: str = "fr") -> Person:
        return self.api.user(next(self.numbers), "Camille", language)

    async def say(self, person: Person, text: str) -> list[str]:
        """What the bot answers."""
        before = len(person.answers)
        person.send(text)
        return await self._answers(person, before)

    async def upload(self, person: Person, data: bytes, caption: str = "") -> list[str]:
        before = len(person.answers)
        person.upload("devis.pdf", data, caption=caption)
        return await self._answers(person, before)

    async def press(self, person: Person, label: str) -> list[str]:
        before = len(person.answers)
        person.press(label)
        return await self._answers(person, before)

    async def _answers(self, person: Person, before: int) -> list[str]:
        await self.settled()
        return [shown(message.body) for message in person.answers[before:]]

    async def open_chat(
        self, person: Person, address: str = CAMILLE, link: str = "", asks: str = ""
    ) -> list[str]:
        """Log in on Telegram; what the right code is answered."""
        await self.say(person, f"/start {link or self.links[0]}")
        if asks:
            await self.say(person, asks)
        await self.say(person, address)
        return await self.say(person, self.code(address))


def shown(body: dict[str, Any]) -> str:
    return str(body.get("text") or body.get("caption") or body.get("document", {}).get("file_name") or "")
