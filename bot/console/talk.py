"""A rehearsal in the terminal: what a client would be told, word for word. Codes are shown; nothing is sent or kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol

from bot.console.transcript import as_text
from handlers.core.ports import Clock, Due
from handlers.core.turn import Said

CHAT = "rehearsal"


class Desk(Protocol):
    def take(self, said: Said) -> None: ...


class Queue(Protocol):
    def claim(self, now: datetime, n: int) -> list[Due]: ...
    def sent(self, id: int, provider_id: str | None, now: datetime) -> None: ...


class Rehearsal:
    """One conversation on the channel "console". `say` prints; the queue is that of a copy of the data."""

    def __init__(
        self, desk: Desk, queue: Queue, clock: Clock, link: str, say: Callable[[str], object] = print
    ) -> None:
        self.desk, self.queue, self.clock, self.link, self.say = desk, queue, clock, link, say
        self.count = 0

    def play(self, address: str, lines: Iterable[str]) -> None:
        """Opens the company's link, gives the address, then takes each line as said by the client."""
        self._hear("", link=self.link)
        self.say(f"> {address}")
        self._hear(address)
        for line in lines:
            if line.strip():
                self._hear(line)

    def _hear(self, text: str, link: str | None = None) -> None:
        self.count += 1
        now = self.clock()
        self.desk.take(Said("console", CHAT, f"{CHAT}:{self.count}", text, now, conversation=CHAT, link=link))
        while due := self.queue.claim(self.clock(), 10):
            for one in due:
                where = "<" if one.channel == "console" else f"< (e-mail, {one.address})"
                self.say(as_text(where, one.reply))
                self.queue.sent(one.id, None, self.clock())
