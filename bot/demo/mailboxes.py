"""The mailboxes of the demonstration: the relay that the service sends to, and the people who answer.

What the service hands to the relay lands in the mailbox of its recipient. What is written here goes through the
service's own SMTP door, as from any mail program. Everything lives in memory and stays on this computer.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from datetime import datetime
from email.policy import SMTP as SMTP_POLICY
from itertools import count
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import aiosmtplib
from aiosmtpd.smtp import SMTP, Envelope, Session

from bot import clock as clocks
from bot.demo.letters import Attachment, Letter, Writer, read, reply_subject, write

LETTERS, BOXES = 200, 500  # kept per mailbox, and how many mailboxes
SIZE_LIMIT = 40 * 1024 * 1024


class Refused(Exception):
    """The service's door did not take the mail; `code` is 0 where it does not answer at all."""

    def __init__(self, code: int, said: str) -> None:
        super().__init__(f"{code} {said}")
        self.code, self.said = code, said


class Mailboxes:
    """`await start()`, then `url` is what FACTEUR_SMTP_RELAY takes; set `door` to the service's (host, port)."""

    def __init__(
        self,
        clock: Callable[[], datetime] = clocks.now,
        door: tuple[str, int] | None = None,
        zone: str = "Europe/Paris",
        limit: int = LETTERS,
        vouched_by: str = "",
    ) -> None:
        # The name of a mail server in front, which says that the sender's domain signed (RFC 8601); "" is none.
        self.vouched_by = vouched_by
        self.clock, self.door, self.zone, self.limit = clock, door, ZoneInfo(zone), limit
        self.changed: Callable[[], None] = lambda: None  # called after each letter
        self._boxes: OrderedDict[str, deque[Letter]] = OrderedDict()
        self._run, self._numbers = uuid4().hex[:6], count(1)
        self._server: asyncio.Server | None = None

    async def start(self, port: int = 0) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(
                self,
                hostname="localhost",
                ident="demo",
                enable_SMTPUTF8=True,
                data_size_limit=SIZE_LIMIT,
                loop=loop,
            ),
            "127.0.0.1",
            port,
        )

    async def stop(self) -> None:
        if self._server:
            self._server.close()
            await self._server.wait_closed()

    @property
    def url(self) -> str:
        assert self._server, "start() first"
        return f"smtp://127.0.0.1:{self._server.sockets[0].getsockname()[1]}?tls=none"

    # --- reading

    def letters(self, address: str) -> list[Letter]:
        """Newest first."""
        return list(self._boxes.get(address.casefold(), ()))

    def letter(self, id: str) -> Letter | None:
        return next((one for box in self._boxes.values() for one in box if one.id == id), None)

    def _keep(self, address: str, raw: bytes, sent: bool) -> Letter:
        letter = read(raw, f"{self._run}-{next(self._numbers)}", sent, self.clock())
        box = self._boxes.setdefault(address.casefold(), deque(maxlen=self.limit))
        box.appendleft(letter)
        self._boxes.move_to_end(address.casefold())
        while len(self._boxes) > BOXES:
            self._boxes.popitem(last=False)
        self.changed()
        return letter

    # --- the relay (aiosmtpd calls it)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content: Any = envelope.content
        for address in envelope.rcpt_tos:
            self._keep(address, bytes(content), sent=False)
        return "250 2.0.0 Delivered to the mailbox of the demonstration"

    # --- writing

    async def compose(
        self,
        writer: Writer,
        to: str,
        subject: str,
        text: str,
        answers: Letter | None = None,
        quote: bool = True,
        files: Sequence[Attachment] = (),
    ) -> Letter:
        """Send through the service's door and keep it as sent. Raises Refused; ValueError where `to` is no address."""
        subject = subject or (reply_subject(answers.subject) if answers else "")
        now = self.clock()
        mail = write(writer, to, subject, text, now.astimezone(self.zone), answers, quote, files)
        if self.door is None:
            raise Refused(0, "")
        raw = self._vouched(writer.address) + mail.as_bytes(policy=SMTP_POLICY)
        try:
            await aiosmtplib.send(
                raw,
                sender=writer.address,
                recipients=[to],
                hostname=self.door[0],
                port=self.door[1],
                start_tls=False,
                local_hostname="localhost",
                timeout=30,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            first = error.recipients[0]
            raise Refused(first.code, first.message) from error
        except aiosmtplib.SMTPResponseException as error:
            raise Refused(error.code, error.message) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Refused(0, "") from error
        return self._keep(writer.address, mail.as_bytes(), sent=True)

    def _vouched(self, sender: str) -> bytes:
        domain = sender.rpartition("@")[2]
        line = f"Authentication-Results: {self.vouched_by}; dmarc=pass header.from={domain}\r\n"
        return line.encode() if self.vouched_by else b""
