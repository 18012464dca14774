"""What Telegram keeps: chats, their messages as they stand now, files."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from bot.demo.botapi.rules import Refused, bad

Json = dict[str, Any]


@dataclass
class Message:
    """One message as it stands; `body` is what the Bot API says of it."""

    body: Json
    mine: bool  # from the person, not from the bot
    silent: bool = False
    deleted: bool = False

    @property
    def id(self) -> int:
        return int(self.body["message_id"])

    @property
    def text(self) -> str:
        return str(self.body.get("text", self.body.get("caption", "")))

    @property
    def bold(self) -> list[str]:
        """What stands in bold, as words."""
        raw = self.text.encode("utf-16-le")
        found = self.body.get("entities") or self.body.get("caption_entities") or ()
        spans = [
            (2 * one["offset"], 2 * (one["offset"] + one["length"])) for one in found if one["type"] == "bold"
        ]
        return [raw[start:end].decode("utf-16-le") for start, end in spans]

    @property
    def buttons(self) -> list[list[Json]]:
        return list(self.body.get("reply_markup", {}).get("inline_keyboard", []))

    @property
    def labels(self) -> list[str]:
        return [button["text"] for row in self.buttons for button in row]

    @property
    def document(self) -> Json | None:
        return self.body.get("document")

    @property
    def photo(self) -> Json | None:
        """The largest size of a picture."""
        sizes = self.body.get("photo")
        return sizes[-1] if sizes else None

    @property
    def protected(self) -> bool:
        return bool(self.body.get("has_protected_content"))


@dataclass
class Chat:
    body: Json  # id, type, names
    open: bool = False  # the bot may write: it was written to, and is neither blocked nor out
    shut: str = ""  # why not
    messages: list[Message] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    acted_at: datetime | None = None  # the last action; None once a message followed it

    @property
    def id(self) -> int:
        return int(self.body["id"])

    @property
    def shown(self) -> list[Message]:
        return [message for message in self.messages if not message.deleted]

    def find(self, id: object) -> Message | None:
        return next((m for m in self.messages if str(m.id) == str(id) and not m.deleted), None)


@dataclass(frozen=True)
class Stored:
    name: str
    data: bytes
    media_type: str
    path: str


class State:
    def __init__(self, me: Json, clock: Callable[[], datetime]) -> None:
        self.me, self.clock = me, clock
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, Stored] = {}
        self.presses: set[str] = set()  # callback queries that wait for their answer
        self.commands: dict[str, list[Json]] = {}
        self._ids = count(1)
        self._event = asyncio.Event()

    def now(self) -> int:
        return int(self.clock().timestamp())

    def next_id(self) -> int:
        return next(self._ids)

    def touch(self) -> None:
        """Something changed: whoever waits looks again."""
        self._event.set()
        self._event = asyncio.Event()

    async def changed(self) -> None:
        await self._event.wait()

    def chat(self, id: object) -> Chat:
        """The chat the bot may write to. Raises Refused as Telegram does."""
        chat = self.chats.get(int(str(id))) if str(id).lstrip("-").isdecimal() else None
        if chat is None or (not chat.open and not chat.shut):
            raise bad("chat not found")
        if not chat.open:
            raise Refused(403, f"Forbidden: {chat.shut}")
        return chat

    def post(self, chat: Chat, by: Json, mine: bool, **body: Any) -> Message:
        kept = {name: value for name, value in body.items() if value not in (None, "", False)}
        made = {"message_id": self.next_id(), "date": self.now(), "chat": chat.body, "from": by} | kept
        message = Message(made, mine)
        chat.messages.append(message)
        chat.acted_at = chat.acted_at if mine else None
        self.touch()
        return message

    def store(self, name: str, data: bytes, media_type: str) -> Json:
        """Keep a file; returns it as the Bot API describes a document."""
        number = self.next_id()
        file_id = f"BQACAgQAAx0CdemoBotApiFile{number:08d}"
        self.files[file_id] = Stored(name, data, media_type, f"documents/file_{number}")
        return self.describe(file_id)

    def describe(self, file_id: str) -> Json:
        held = self.files[file_id]
        return {
            "file_id": file_id,
            "file_unique_id": f"Ag{file_id[-8:]}",
            "file_name": held.name,
            "mime_type": held.media_type,
            "file_size": len(held.data),
        }
