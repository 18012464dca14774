"""One person of the tour, with a mailbox and a chat; what they write and what comes is printed."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from bot.demo.botapi.state import Message
from bot.demo.letters import Attachment, Letter
from bot.demo.payer import Browser
from bot.demo.scene import Client
from bot.demo.script import CODE, PAY
from bot.demo.stage import Stage

PATIENCE = 60.0  # seconds for one answer
DIGITS = re.compile(r"\b\d{6}\b")
T = TypeVar("T")


class Silence(Exception):
    """An answer that did not come."""


class Visitor:
    def __init__(self, made: Stage, client: Client) -> None:
        self.made, self.client = made, client
        self.person = made.api.user(client.chat, client.name, client.language)
        self.seen: dict[int, list[str]] = {}  # the bot's messages, as they were printed
        self.read: set[str] = set()  # the mails received, as they were asked for

    # --- by e-mail

    async def by_mail(self, *said: str) -> None:
        answer = None
        for text in said:
            if text == PAY and answer:
                await self._pays(_pay_link(answer))
                received(await self.letter(_tells_of_payment))
            else:
                answer = await self._write(_code(answer) if text == CODE and answer else text, answer)

    async def _write(self, text: str, answers: Letter | None = None) -> Letter:
        """A mail from the client, as their mail program makes it; the mail that answers it."""
        to = answers.reply_to if answers else self.made.firm.address
        return await self._sent(to, "" if answers else "Bonjour", text, answers)

    async def send(self, subject: str, *files: Attachment) -> Letter:
        """A new mail to the company's address, with files; the mail that answers it."""
        return await self._sent(self.made.firm.address, subject, subject, None, files)

    async def _sent(
        self, to: str, subject: str, text: str, answers: Letter | None, files: Sequence[Attachment] = ()
    ) -> Letter:
        show(f"> {self.client.email}:", [*text.split("\n"), *_names(files)])
        sent = await self.made.mailboxes.compose(self.client.writer, to, subject, text, answers, files=files)
        letter = await self.letter(lambda one: sent.message_id in one.references)
        show(f"< {self.made.firm.address}:", [*body(letter), *_names(letter.attachments)])
        return letter

    async def letter(self, fits: Callable[[Letter], bool]) -> Letter:
        """The oldest such mail that was not read yet."""

        def come() -> Letter | None:
            letters = self.made.mailboxes.letters(self.client.email)[::-1]
            new = (one for one in letters if not one.sent and one.id not in self.read)
            return next(filter(fits, new), None)

        letter = await until(come)
        self.read.add(letter.id)
        return letter

    # --- on Telegram

    async def on_telegram(self, *said: str) -> None:
        await self._chat(f"/start {self.made.link}", shown="/start")
        await self._chat(self.client.email)
        for text in said:
            if text == CODE:
                text = _code(await self.letter(lambda one: bool(DIGITS.search(one.text))))
            await self._chat(text)

    async def _chat(self, text: str, shown: str = "") -> None:
        """A message from the client, or a press; everything the bot says to it."""
        if text == PAY:
            label, url = self._newest_link()
            show("> Telegram:", [f"[{label}]"])
            await self._pays(url)
        else:
            show("> Telegram:", [shown or text])
            self._do(text)
        await self._answered()

    def _do(self, text: str) -> None:
        if text.startswith("["):
            self.person.press(text.strip("[]"))
        else:
            self.person.send(text)

    async def _answered(self) -> None:
        await until(lambda: self._news() or None)
        await self._settled()
        for id, lines in self._news().items():
            show("< Telegram:", [line for line in lines if line not in self.seen.get(id, ())])
            self.seen[id] = lines

    def _news(self) -> dict[int, list[str]]:
        """Messages of the bot that are new, or say something that they did not say before."""
        now = {message.id: _shown(message) for message in self.person.answers}
        return {id: lines for id, lines in now.items() if set(lines) - set(self.seen.get(id, ()))}

    def _newest_link(self) -> tuple[str, str]:
        """The label of the newest button that leads elsewhere, and where."""
        for message in reversed(self.person.answers):
            for button in (one for row in message.buttons for one in row if "url" in one):
                return button["text"], button["url"]
        raise Silence("There is no link to pay.")

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

    # --- in a browser

    async def _pays(self, url: str) -> None:
        """From page to page by the first button of each, until one says what became of it."""
        async with Browser() as browser:
            page = await browser.open(url)
            while page.buttons:
                label = next(iter(page.buttons))
                show(f"< {page.place}:", page.lines)
                show(f"> {page.place}:", [f"[{label}]"])
                page = await browser.press(page, label)
            await self.made.stripe.sent()
            page = await browser.open(page.url)
            show(f"< {page.place}:", page.lines)


async def until(found: Callable[[], T | None]) -> T:
    for _ in range(int(PATIENCE / 0.02)):
        if (value := found()) is not None:
            return value
        await asyncio.sleep(0.02)
    raise Silence("No answer came.")


def _code(letter: Letter) -> str:
    found = DIGITS.search(letter.text)
    if found is None:
        raise Silence("The mail holds no code.")
    return found[0]


def _tells_of_payment(letter: Letter) -> bool:
    return letter.subject.startswith(("Paiement reçu", "Payment received"))


def _pay_link(letter: Letter) -> str:
    found = re.search(r"https?://\S+/pay/\S+", letter.text)
    if found is None:
        raise Silence("The mail holds no link to pay.")
    return found[0]


# --- how it is printed


def received(letter: Letter) -> None:
    """One mail, with its subject and what is attached."""
    show(f"< {letter.to}:", [letter.subject, "", *body(letter), *_names(letter.attachments)])


def body(letter: Letter) -> list[str]:
    """The text without its foot."""
    return re.split(r"\n-- ?\n", letter.text.replace("\r\n", "\n"))[0].strip().split("\n")


def _names(files: Sequence[Attachment]) -> list[str]:
    return [f"+ {one.name}" for one in files]


def _shown(message: Message) -> list[str]:
    document = message.document
    lines = [f"+ {document['file_name']}"] if document else ["+ QR"] if message.photo else []
    lines += message.text.split("\n") if message.text else []
    return lines + ["[" + "] [".join(button["text"] for button in row) + "]" for row in message.buttons]


def title(text: str) -> None:
    print(f"# {text}\n", flush=True)


def show(who: str, lines: Sequence[str]) -> None:
    indented = [who + " " + lines[0], *(f"    {line}".rstrip() for line in lines[1:])]
    print("\n".join(indented) + "\n", flush=True)
