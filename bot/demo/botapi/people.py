"""The people at the other end: they write, press, upload, edit, block. For the tests and the demo's page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from bot.demo.botapi.state import Chat, Json, Message, State
from bot.demo.botapi.updates import Updates

MEDIA: dict[str, Any] = {
    "photo": [{"width": 90, "height": 90}],
    "voice": {"duration": 3},
    "sticker": {"width": 9, "height": 9, "type": "regular", "is_animated": False, "is_video": False},
    "location": {"latitude": 48.8566, "longitude": 2.3522},
    "contact": {"phone_number": "+33102030405", "first_name": "Camille"},
}


@dataclass
class Person:
    """One person and their private chat with the bot."""

    state: State
    updates: Updates
    body: Json  # id, is_bot, first_name, language_code
    chat: Chat

    @property
    def id(self) -> int:
        return int(self.body["id"])

    @property
    def messages(self) -> list[Message]:
        """The conversation as it stands: what was edited is edited, what was deleted is gone."""
        return self.chat.shown

    @property
    def answers(self) -> list[Message]:
        return [message for message in self.messages if not message.mine]

    @property
    def last(self) -> Message:
        """The bot's last message."""
        return self.answers[-1]

    def send(self, text: str) -> Message:
        entities = None
        if text.startswith("/"):
            entities = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        return self._say(text=text, entities=entities)

    def upload(
        self, name: str, data: bytes, media_type: str = "application/pdf", caption: str = "", **claimed: Any
    ) -> Message:
        """Send a file; `claimed` changes what is said of it (file_size=...)."""
        document = self.state.store(name, data, media_type) | claimed
        return self._say(document=document, caption=caption)

    def media(self, kind: str, caption: str = "") -> Message:
        """A photo, voice, sticker, location or contact."""
        named = {"file_id": f"AgAD{self.state.next_id()}", "file_unique_id": f"Ag{uuid4().hex[:8]}"}
        held = MEDIA[kind]
        if kind in ("photo", "voice", "sticker"):
            held = [held[0] | named] if isinstance(held, list) else held | named
        return self._say(**{kind: held}, caption=caption)

    def press(self, label: str, *, on: Message | None = None, by: Json | None = None) -> str:
        """Press the newest button that reads so; returns the id of the press. LookupError where there is none.

        `by` is another user who presses it: no client of Telegram lets that happen in a private chat.
        """
        message, button = self._button(label, on)
        press = str(5_000_000_000_000 + self.state.next_id())
        self.state.presses.add(press)
        self.updates.add(
            "callback_query",
            {
                "id": press,
                "from": by or self.body,
                "message": dict(message.body),
                "chat_instance": str(self.chat.id * 7919),
                "data": button["callback_data"],
            },
        )
        return press

    def link(self, label: str) -> str:
        """Where the newest link button leads."""
        return str(self._button(label, None)[1]["url"])

    def _button(self, label: str, on: Message | None) -> tuple[Message, Json]:
        for message in [on] if on else reversed(self.answers):
            for button in (button for row in message.buttons for button in row):
                if button["text"] == label:
                    return message, button
        raise LookupError(label)

    def edit_last(self, text: str) -> Message:
        """Edit the last message sent; the same text again is the spurious update that Telegram sometimes sends."""
        message = next(one for one in reversed(self.messages) if one.mine and "text" in one.body)
        message.body = {**message.body, "text": text, "edit_date": self.state.now()}
        message.body.pop("entities", None)
        self.updates.add("edited_message", dict(message.body))
        self.state.touch()
        return message

    def block(self) -> None:
        self.chat.open, self.chat.shut = False, "bot was blocked by the user"
        self._member("member", "kicked")

    def unblock(self) -> None:
        self.chat.open, self.chat.shut = True, ""
        self._member("kicked", "member")

    def _member(self, old: str, new: str) -> None:
        self.updates.add("my_chat_member", member(self.state, self.chat, self.body, old, new))

    def _say(self, **body: Any) -> Message:
        self.chat.open, self.chat.shut = True, ""
        message = self.state.post(self.chat, self.body, True, **body)
        self.updates.add("message", dict(message.body))
        return message


@dataclass
class Room:
    """A group that the bot may be brought into."""

    state: State
    updates: Updates
    chat: Chat

    def bring_bot(self, by: Person) -> None:
        self.chat.open, self.chat.shut = True, ""
        self.updates.add("my_chat_member", member(self.state, self.chat, by.body, "left", "member"))
        body = {"new_chat_members": [self.state.me]}
        self.updates.add("message", self.state.post(self.chat, by.body, True, **body).body)

    def send(self, by: Person, text: str) -> Message:
        message = self.state.post(self.chat, by.body, True, text=text)
        self.updates.add("message", dict(message.body))
        return message

    def upgrade(self, new: int) -> None:
        """The group becomes a supergroup, with another id."""
        message = self.state.post(self.chat, self.state.me, True, migrate_to_chat_id=new)
        self.updates.add("message", dict(message.body))

    @property
    def answers(self) -> list[Message]:
        return [message for message in self.chat.shown if not message.mine]


def member(state: State, chat: Chat, by: Json, old: str, new: str) -> Json:
    return {
        "chat": chat.body,
        "from": by,
        "date": state.now(),
        "old_chat_member": _member(state.me, old),
        "new_chat_member": _member(state.me, new),
    }


def _member(me: Json, status: str) -> Json:
    made: Json = {"status": status, "user": {k: me[k] for k in ("id", "is_bot", "first_name", "username")}}
    return made | ({"until_date": 0} if status == "kicked" else {})
