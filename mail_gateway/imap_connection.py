"""One connection to one mailbox, over aioimaplib, which notices neither a lost connection nor a silent server.

So every answer is waited for with a limit and beside the event of the loss; after any doubt the connection is thrown
away, and a new one is a new object.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from aioimaplib import AioImapException

from mail_gateway.imap_library import Client
from mail_gateway.imap_trouble import Deaf, Lost, Missing, Refused, Unreadable, why
from mail_gateway.imap_url import Mailbox, quoted, wire
from mail_gateway.screen import with_crlf

CODE = re.compile(rb"\[([A-Z-]+)")  # RFC 5530
PASSING = frozenset({b"UNAVAILABLE", b"INUSE", b"LIMIT", b"SERVERBUG", b"CONTACTADMIN"})
VALIDITY = re.compile(rb"\[UIDVALIDITY (\d+)\]")
SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
DELIMITER = re.compile(rb'\([^)]*\) "(.)"')


@dataclass(frozen=True)
class Secret:
    """What opens the mailbox: a password, or an access token (XOAUTH2)."""

    text: str = field(repr=False)
    token: bool = False


@dataclass(frozen=True)
class Patience:
    """Seconds."""

    answer: float = 20.0
    message: float = 300.0


class Connection:
    """`await Connection.open(...)`, and `close()` whatever happens. Each call raises a Trouble."""

    def __init__(self, mailbox: Mailbox, patience: Patience) -> None:
        self.mailbox, self.patience = mailbox, patience
        self.validity = 0  # of the UIDs
        self._lost = asyncio.Event()
        self._heard = 0  # news before the last search
        self._places: dict[str, str] = {}  # where a folder was found
        context = ssl.create_default_context() if mailbox.tls else None
        self._box: Any = Client(
            mailbox.host,
            mailbox.port,
            timeout=patience.answer,
            conn_lost_cb=lambda _: self._lost.set(),
            ssl_context=context,
        )

    @classmethod
    async def open(cls, mailbox: Mailbox, secret: Secret, patience: Patience) -> Self:
        """Greeted, logged in, the folder selected."""
        made = cls(mailbox, patience)
        try:
            await made._ask(made._box.wait_hello_from_server())
            await made._log_in(secret)
            # Before the log-in some servers do not tell what they can.
            await made._ask(made._box.protocol.capability())
            await made._select()
        except BaseException:
            made.close()
            raise
        return made

    def close(self) -> None:
        protocol = self._box.protocol
        if protocol.transport is not None:
            protocol.transport.abort()
        for task in (
            *self._box.tasks,
            *protocol.tasks,
            self._box._client_task,
        ):  # the library ends none of them
            task.cancel()

    @property
    def can_idle(self) -> bool:
        return bool(self._box.has_capability("IDLE"))

    @property
    def can_move(self) -> bool:
        return any(self._box.has_capability(one) for one in ("MOVE", "UIDPLUS"))

    async def count(self) -> int:
        """How many messages the folder holds."""
        return len(await self.newer_than(0))

    async def newer_than(self, uid: int) -> list[int]:
        """The UIDs above this one, oldest first. What came meanwhile is heard first."""
        await self._ask(self._box.noop())
        self._heard = self._box.protocol.news
        # "n:*" always names the last message too.
        answer = await self._ask(self._box.uid_search(f"UID {uid + 1}:*", charset=None))
        _good(answer, "a search")
        found = (line.split() for line in answer.lines[:-1] if re.fullmatch(rb"[\d ]+", line))
        return sorted(number for number in {int(one) for line in found for one in line} if number > uid)

    async def size(self, uid: int) -> int | None:
        """In bytes, as the server says; None: the message is gone."""
        lines = await self._fetch(uid, "(RFC822.SIZE)", self.patience.answer)
        told = SIZE.search(b" ".join(line for line in lines if isinstance(line, bytes)))
        if lines and told is None:
            raise Unreadable("the server does not tell the size of a message")
        return int(told[1]) if told else None

    async def message(self, uid: int) -> bytes | None:
        """The raw message; None: it is gone. It is not marked as read."""
        return await self._literal(uid, "(BODY.PEEK[])")

    async def head(self, uid: int) -> bytes:
        return await self._literal(uid, "(BODY.PEEK[HEADER])") or b""

    async def _literal(self, uid: int, part: str) -> bytes | None:
        lines = await self._fetch(uid, part, self.patience.message)
        found = next((bytes(line) for line in lines if isinstance(line, bytearray)), None)
        if lines and found is None:
            raise Unreadable("the server gives a message without its text")
        # Some servers hand out a file as it lies on their disk. Where the ends are mixed, it stays as it is.
        return with_crlf(found) if found and b"\r" not in found else found

    async def _fetch(self, uid: int, what: str, seconds: float) -> Sequence[bytes | bytearray]:
        answer = await self._ask(self._box.uid("FETCH", str(uid), what), seconds)
        if answer.result != "OK":
            raise Unreadable("the server does not give a message")
        lines: Sequence[bytes | bytearray] = answer.lines[:-1]
        return lines

    async def move(self, uid: int, folder: str) -> bool:
        """Into a folder of the same mailbox, made where it is missing. False: the server does not let us."""
        for place in [self._places[folder]] if folder in self._places else await self._candidates(folder):
            if await self._moved(uid, place) or (await self._made(place) and await self._moved(uid, place)):
                self._places[folder] = place
                return True
        return False

    async def _candidates(self, folder: str) -> list[str]:
        """At the top, or below INBOX where a server has nothing beside it."""
        answer = await self._ask(self._box.list('""', '""'))
        found = DELIMITER.search(b" ".join(answer.lines))
        return [folder, f"INBOX{found[1].decode()}{folder}"] if found else [folder]

    async def _made(self, folder: str) -> bool:
        made = await self._ask(self._box.create(wire(folder)))
        if made.result == "OK":
            await self._ask(self._box.subscribe(wire(folder)))
        return bool(made.result == "OK")

    async def _moved(self, uid: int, folder: str) -> bool:
        """Never by a plain EXPUNGE, which would remove what a person marked."""
        if self._box.has_capability("MOVE"):
            return await self._done("MOVE", str(uid), wire(folder))
        return (
            self._box.has_capability("UIDPLUS")
            and await self._done("COPY", str(uid), wire(folder))
            and await self._done("STORE", str(uid), "+FLAGS.SILENT", r"(\Deleted)")
            and await self._done("EXPUNGE", str(uid))
        )

    async def _done(self, command: str, *arguments: str) -> bool:
        answer = await self._ask(self._box.uid(command, *arguments), self.patience.message)
        return bool(answer.result == "OK")

    async def rest(self, seconds: float, *, idle: bool = True) -> None:
        """Until the server says that something changed, at most so long."""
        if not (idle and self.can_idle):
            await self._ask(asyncio.sleep(seconds), seconds + self.patience.answer)
            return
        over = await self._idling(seconds)
        if self._box.protocol.news == self._heard:  # else said since the search: IDLE would not say it again
            # The library itself puts an end on the list after `seconds`.
            said = await self._ask(self._box.wait_server_push(), seconds + self.patience.answer)
            if any(line.startswith(b"BYE") for line in said):
                raise Lost("the server ends the connection")
        self._box.idle_done()
        _good(await self._ask(over), "the end of IDLE")

    async def _idling(self, seconds: float) -> Awaitable[Any]:
        try:
            idle: Awaitable[Any] = await self._ask(self._box.idle_start(timeout=seconds))
        except Lost as error:
            if self._lost.is_set():
                raise
            raise Deaf("IDLE does not work there") from error
        return idle

    async def _log_in(self, secret: Secret) -> None:
        user = self.mailbox.user
        if secret.token:
            answer = await self._ask(self._box.xoauth2(user, secret.text))
        else:
            answer = await self._ask(self._box.login(quoted(user), secret.text))
        if answer.result == "OK":
            return
        code = CODE.search(b" ".join(answer.lines))
        told = f" ({code[1].decode()})" if code else ""
        if code and code[1] in PASSING:
            raise Lost(f"the server lets nobody in at the moment{told}")
        raise Refused(f"the server refuses the {'token' if secret.token else 'user or the password'}{told}")

    async def _select(self) -> None:
        answer = await self._ask(self._box.select(wire(self.mailbox.folder)))
        if answer.result != "OK":
            raise Missing(f"the mailbox has no folder {self.mailbox.folder}, or it cannot be opened")
        found = VALIDITY.search(b" ".join(answer.lines))
        self.validity = int(found[1]) if found else 0

    async def _ask(self, answer: Awaitable[Any], seconds: float | None = None) -> Any:
        """What is awaited, unless the connection is lost or the time is over."""
        asked = asyncio.ensure_future(answer)
        gone = asyncio.ensure_future(self._lost.wait())
        try:
            limit = seconds or self.patience.answer
            await asyncio.wait({asked, gone}, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
            if not asked.done():
                raise Lost("the connection is lost" if gone.done() else "the server does not answer")
            return asked.result()
        except (OSError, AioImapException, ValueError, IndexError) as error:
            raise Lost(why(error)) from error
        finally:
            asked.cancel()
            gone.cancel()


def _good(answer: Any, what: str) -> None:
    if answer.result != "OK":
        raise Lost(f"the server does not do {what}")
