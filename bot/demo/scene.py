"""What the demonstration's page shows, and what it asks of the parts behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.demo.letters import Attachment, Writer
from bot.demo.mailboxes import Mailboxes

Json = dict[str, Any]


@dataclass(frozen=True)
class Client:
    """A person of the demonstration, with a mailbox and a chat."""

    id: str
    name: str
    email: str
    chat: int
    language: str = "fr"

    @property
    def writer(self) -> Writer:
        return Writer(self.name, self.email, self.language)


@dataclass(frozen=True)
class Firm:
    """The company: `address` is its own on the service, `email` where its people read their mail."""

    name: str
    address: str
    email: str
    telegram: str  # https://t.me/<bot>?start=<token>


@dataclass(frozen=True)
class Figure:
    """One of the company's numbers, already written, in both languages."""

    label: tuple[str, str]
    value: tuple[str, str]
    more: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Happening:
    """One line of the company's log. Texts are pairs, French and English."""

    id: str
    at: datetime
    kind: str  # message, payment, signature, event
    text: tuple[str, str]
    who: str = ""
    channel: str = ""
    state: tuple[str, str] | None = None
    tone: str = "calm"  # calm, good, wait, late


class Chat(Protocol):
    """bot.demo.chatroom.ChatRoom."""

    @property
    def bot(self) -> str: ...
    async def changed(self) -> None: ...
    def messages(self, chat: int) -> list[Json]: ...
    def action(self, chat: int) -> str: ...
    def send(self, chat: int, name: str, language: str, text: str) -> None: ...
    def attach(self, chat: int, name: str, language: str, file: Attachment, caption: str) -> None: ...
    def press(self, chat: int, name: str, language: str, message: int, label: str) -> None: ...
    def file(self, id: str) -> tuple[str, str, bytes] | None: ...


class Clock(Protocol):
    """bot.demo.clockwork.DemoClock."""

    offset: timedelta  # from the machine's

    @property
    def moved(self) -> timedelta: ...
    def __call__(self) -> datetime: ...
    def move(self, by: timedelta) -> datetime: ...
    def reset(self) -> datetime: ...


class CompanyView(Protocol):
    """What the company sees. Called in a thread; both lists may be empty."""

    def figures(self, client: Client) -> Sequence[Figure]: ...
    def happenings(self) -> Sequence[Happening]:
        """Newest first, about a hundred."""
        ...


class Nothing:
    """A company that looks at its mail only."""

    def figures(self, client: Client) -> Sequence[Figure]:
        return ()

    def happenings(self) -> Sequence[Happening]:
        return ()


@dataclass
class Demo:
    """All that the page shows."""

    firm: Firm
    clients: Sequence[Client]
    mailboxes: Mailboxes
    chat: Chat
    clock: Clock
    company: CompanyView

    def client(self, id: object) -> Client | None:
        return next((one for one in self.clients if one.id == id), None)
