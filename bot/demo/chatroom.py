"""The chats as the page shows them: each as its person sees it in the local Bot API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bot.demo.botapi import BotApi
from bot.demo.botapi.state import Json, Message
from bot.demo.letters import Attachment

ACTION_SHOWN = timedelta(seconds=5)  # core.telegram.org/bots/api#sendchataction


class ChatRoom:
    def __init__(self, api: BotApi) -> None:
        self.api = api

    @property
    def bot(self) -> str:
        return self.api.username

    async def changed(self) -> None:
        await self.api.state.changed()

    def messages(self, chat: int) -> list[Json]:
        """Oldest first; of a deleted message only that it was there."""
        held = self.api.state.chats.get(chat)
        return [_shown(message) for message in held.messages] if held else []

    def action(self, chat: int) -> str:
        """What the bot says that it does, "typing" or "upload_document", and has not done yet; "" otherwise."""
        held = self.api.state.chats.get(chat)
        if held is None or held.acted_at is None:
            return ""
        shown = self.api.state.clock() - held.acted_at < ACTION_SHOWN
        return held.actions[-1] if shown else ""

    def send(self, chat: int, name: str, language: str, text: str) -> None:
        self.api.user(chat, name, language).send(text)

    def attach(self, chat: int, name: str, language: str, file: Attachment, caption: str) -> None:
        self.api.user(chat, name, language).upload(file.name, file.data, file.media_type, caption)

    def press(self, chat: int, name: str, language: str, message: int, label: str) -> None:
        """LookupError where the message or the button is gone."""
        person = self.api.user(chat, name, language)
        found = next((one for one in person.messages if one.id == message and not one.mine), None)
        if found is None or label not in found.labels:
            raise LookupError(label)
        person.press(label, on=found)

    def file(self, id: str) -> tuple[str, str, bytes] | None:
        """Name, media type, bytes."""
        held = self.api.state.files.get(id)
        return (held.name, held.media_type, held.data) if held else None


def _shown(message: Message) -> Json:
    shown: Json = {"id": message.id, "mine": message.mine, "at": int(message.body["date"])}
    if message.deleted:
        return shown | {"deleted": True}
    document = message.document
    return shown | {
        "text": message.text,
        "bold": message.bold,
        "edited": "edit_date" in message.body,
        "keyboard": [[_button(one) for one in row] for row in message.buttons],
        "document": document
        and {"id": document["file_id"], "name": document["file_name"], "size": document["file_size"]},
        "picture": message.photo and message.photo["file_id"],
    }


def _button(button: dict[str, Any]) -> Json:
    shown: Json = {"label": button["text"]}
    if "url" in button:
        return shown | {"kind": "link", "url": button["url"]}
    if "copy_text" in button:
        return shown | {"kind": "copy", "copy": button["copy_text"]["text"]}
    return shown | {"kind": "press"}


def start_of(link: str) -> str:
    """What opening https://t.me/<bot>?start=<token> makes the person say."""
    token = parse_qs(urlsplit(link).query).get("start", [""])[0]
    return f"/start {token}".strip()
