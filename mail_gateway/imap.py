"""Reading a mailbox: oldest mail first, each stored durably before it is moved, again after any crash, taken once.

IDLE tells at once that mail came; it is renewed every 75 seconds, with a look each time, so that a server whose IDLE
lies and a connection that died silently cost two minutes at most. People may read the same mailbox: what is marked as
read counts for nothing, and nothing is ever deleted.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import structlog

from mail_gateway.imap_connection import Connection, Patience, Secret
from mail_gateway.imap_trouble import Deaf, Lost, Refused, Trouble, Unreadable
from mail_gateway.imap_url import Mailbox
from mail_gateway.screen import MESSAGE

log = structlog.get_logger()

PROCESSED, QUARANTINE = "Processed", "Quarantine"
TRIES = 3  # with a message that the server does not give


class Store(Protocol):
    """What is kept of a mailbox. Each call returns once it is committed, and raises where it is not."""

    async def keep(self, raw: bytes) -> bool:
        """The same mail again is one mail. False: put aside, for a person to look at."""

    async def aside(self, head: bytes, uid: tuple[int, int], reason: str) -> None:
        """A mail that is not read. `uid`: UIDVALIDITY and UID."""

    async def reached(self) -> tuple[int, int]:
        """UIDVALIDITY and the last UID that was taken; zeros at first."""

    async def reach(self, validity: int, uid: int) -> None: ...

    async def alone(self) -> bool:
        """Is this the one process that reads the mailbox?"""


LogIn = Callable[[bool], Awaitable[Secret]]  # True: the token was refused, get another. Raises Trouble


@dataclass(frozen=True)
class Pace:
    """Seconds, and bytes."""

    rest: float = 75.0  # at most, between two looks
    first: float = 1.0  # pauses before a new connection: they double
    longest: float = 300.0
    refused: float = 60.0  # at least, after a refused log-in: providers lock out who insists
    patience: Patience = Patience()
    largest: int = MESSAGE


async def opened(mailbox: Mailbox, log_in: LogIn, patience: Patience) -> Connection:
    """A token that is refused is renewed once. Raises Trouble."""
    secret = await log_in(False)
    try:
        return await Connection.open(mailbox, secret, patience)
    except Refused:
        if not secret.token:
            raise
    return await Connection.open(mailbox, await log_in(True), patience)


class Watcher:
    """`run()` until it is cancelled. `ready` is set once the mailbox was read, or another process has it."""

    def __init__(self, mailbox: Mailbox, log_in: LogIn, store: Store, pace: Pace | None = None) -> None:
        self.mailbox, self.log_in, self.store, self.pace = mailbox, log_in, store, pace or Pace()
        self.ready = asyncio.Event()
        self._pause = self.pace.first
        self._tries = Counter[tuple[int, int]]()
        self._idle = True
        self._stuck = False  # told that mails cannot be moved
        # It logs what servers say, addresses too.
        logging.getLogger("aioimaplib").setLevel(logging.CRITICAL)

    async def run(self) -> None:
        while True:
            try:
                await self._read()
                wait = self.pace.rest
            except Trouble as trouble:
                wait = self._told(trouble)
            except Exception:
                wait = self._backoff()
                log.exception("imap.failed", wait=round(wait))
            await asyncio.sleep(wait)

    def _told(self, trouble: Trouble) -> float:
        if isinstance(trouble, Deaf):
            self._idle = False
        wait = self._backoff()
        if isinstance(trouble, Lost):
            log.warning("imap.lost", why=str(trouble), wait=round(wait))
            return wait
        if isinstance(trouble, Refused):
            wait = max(wait, self.pace.refused)
        log.error("imap.not_read", why=str(trouble), wait=round(wait))
        return wait

    def _backoff(self) -> float:
        """With jitter, so that many do not come back at once."""
        now, self._pause = self._pause, min(2 * self._pause, self.pace.longest)
        return now * random.uniform(0.8, 1.2)  # noqa: S311 -- no secret

    async def _read(self) -> None:
        """Until a trouble, or until another process has the mailbox."""
        if not await self.store.alone():
            self.ready.set()
            return
        box = await opened(self.mailbox, self.log_in, self.pace.patience)
        log.info("imap.connected", idle=self._idle and box.can_idle)
        try:
            while await self.store.alone():
                await self._sweep(box)
                self._pause = self.pace.first
                self.ready.set()
                await box.rest(self.pace.rest, idle=self._idle)
        finally:
            box.close()

    async def _sweep(self, box: Connection) -> None:
        validity, last = await self.store.reached()
        if validity != box.validity:
            last = 0  # the server numbers anew: what was taken is known by its contents
        before = last
        try:
            for uid in await box.newer_than(last):
                await self._take(box, uid)
                last = uid
        finally:
            if (box.validity, last) != (validity, before):
                await self.store.reach(box.validity, last)

    async def _take(self, box: Connection, uid: int) -> None:
        """Stored, then moved: between the two a crash has it taken again, which is noticed."""
        one = (box.validity, uid)
        if self._tries[one] >= TRIES:
            await self._give_up(box, uid)
            return
        try:
            size = await box.size(uid)
            if size is None:
                return  # somebody took it away
            fits = size <= self.pace.largest
            found = await (box.message(uid) if fits else box.head(uid))
        except (Unreadable, Lost):
            self._tries[one] += 1
            raise
        self._tries.pop(one, None)
        if found is None:
            return
        if not fits:
            await self.store.aside(found, one, "too_large")
        kept = fits and await self.store.keep(found)
        await self._move(box, uid, PROCESSED if kept else QUARANTINE)

    async def _give_up(self, box: Connection, uid: int) -> None:
        """The next ones go on."""
        one = (box.validity, uid)
        self._tries[one] += 1
        # Asked for once: where not even the head can be had, the row alone says that there is a mail.
        head = await box.head(uid) if self._tries[one] == TRIES + 1 else b""
        await self.store.aside(head, one, "not_fetched")
        await self._move(box, uid, QUARANTINE)
        self._tries.pop(one)

    async def _move(self, box: Connection, uid: int, folder: str) -> None:
        if not await box.move(uid, folder) and not self._stuck:
            self._stuck = True
            log.warning(
                "imap.not_moved", why="the server lets us move no message: they stay, taken all the same"
            )
