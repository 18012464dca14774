"""The methods of the Bot API that a bot of ours calls. Each takes the parameters as sent and returns the result.

Unknown parameters are accepted, as Telegram does. Raises Refused.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.demo.botapi import rules
from bot.demo.botapi.rules import Refused, bad
from bot.demo.botapi.state import Json, Message, State

UNCHANGED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)


@dataclass(frozen=True)
class Part:
    """A file of a multipart body."""

    name: str
    data: bytes
    media_type: str


class Methods:
    def __init__(self, state: State) -> None:
        self._state = state
        self.all: dict[str, Callable[[Json], Any]] = {
            "getme": self._get_me,
            "sendmessage": self._send_message,
            "senddocument": self._send_document,
            "sendphoto": self._send_photo,
            "editmessagetext": self._edit_text,
            "editmessagereplymarkup": self._edit_keyboard,
            "deletemessage": self._delete,
            "deletemessages": self._delete_many,
            "answercallbackquery": self._answer,
            "sendchataction": self._action,
            "leavechat": self._leave,
            "getfile": self._file,
            "setmycommands": self._set_commands,
            "getmycommands": self._get_commands,
        }

    def _get_me(self, params: Json) -> Json:
        return self._state.me

    def _send_message(self, params: Json) -> Json:
        text, keyboard = rules.text(params), rules.keyboard(params)
        chat = self._state.chat(params.get("chat_id"))
        bold = rules.entities(params)
        return self._post(chat.id, params, text=text, entities=bold, reply_markup=keyboard)

    def _send_document(self, params: Json) -> Json:
        caption, keyboard = rules.caption(params), rules.keyboard(params)
        chat = self._state.chat(params.get("chat_id"))
        bold, document = rules.entities(params, "caption_entities"), self._file_of(params, "document")
        return self._post(
            chat.id, params, document=document, caption=caption, caption_entities=bold, reply_markup=keyboard
        )

    def _send_photo(self, params: Json) -> Json:
        caption, keyboard = rules.caption(params), rules.keyboard(params)
        chat = self._state.chat(params.get("chat_id"))
        bold, held = rules.entities(params, "caption_entities"), self._file_of(params, "photo")
        width, height = rules.picture(self._state.files[held["file_id"]].data)
        size = {name: held[name] for name in ("file_id", "file_unique_id", "file_size")}
        photo = [size | {"width": width, "height": height}]
        return self._post(
            chat.id, params, photo=photo, caption=caption, caption_entities=bold, reply_markup=keyboard
        )

    def _post(self, chat_id: int, params: Json, **body: Any) -> Json:
        chat = self._state.chat(chat_id)
        protect = bool(params.get("protect_content"))
        message = self._state.post(chat, self._state.me, False, has_protected_content=protect, **body)
        message.silent = bool(params.get("disable_notification"))
        return message.body

    def _file_of(self, params: Json, field: str) -> Json:
        given = params.get(field)
        if isinstance(given, str) and given.startswith("attach://"):
            given = params.get(given.removeprefix("attach://"))
        if isinstance(given, Part):
            if not given.data:
                raise bad("file must be non-empty")
            if len(given.data) > rules.UPLOAD_LIMIT:
                raise Refused(413, "Request Entity Too Large")
            guessed = mimetypes.guess_type(given.name)[0] or given.media_type
            return self._state.store(given.name, given.data, guessed)
        if isinstance(given, str) and given in self._state.files:
            return self._state.describe(given)
        raise bad(
            "wrong file identifier/HTTP URL specified" if given else f"there is no {field} in the request"
        )

    # --- changing what was sent

    def _ours(self, params: Json) -> Message:
        chat = self._state.chat(params.get("chat_id"))
        message = chat.find(params.get("message_id"))
        if message is None:
            raise bad("message to edit not found")
        if message.mine:
            raise bad("message can't be edited")
        return message

    def _edit_text(self, params: Json) -> Json:
        text, keyboard, bold = rules.text(params), rules.keyboard(params), rules.entities(params)
        message = self._ours(params)
        if "text" not in message.body:
            raise bad("there is no text in the message to edit")
        shown = [message.body.get(part) for part in ("text", "entities", "reply_markup")]
        if shown == [text, bold, keyboard]:
            raise bad(UNCHANGED)
        message.body.pop("entities", None)
        return self._changed(message, keyboard, text=text, **({"entities": bold} if bold else {}))

    def _edit_keyboard(self, params: Json) -> Json:
        keyboard = rules.keyboard(params)
        message = self._ours(params)
        if message.body.get("reply_markup") == keyboard:
            raise bad(UNCHANGED)
        return self._changed(message, keyboard)

    def _changed(self, message: Message, keyboard: Json | None, **body: Any) -> Json:
        message.body = {**message.body, **body, "edit_date": self._state.now()}
        message.body.pop("reply_markup", None)
        if keyboard:
            message.body["reply_markup"] = keyboard
        self._state.touch()
        return message.body

    def _delete(self, params: Json) -> bool:
        message = self._state.chat(params.get("chat_id")).find(params.get("message_id"))
        if message is None:
            raise bad("message to delete not found")
        if self._old(message):
            raise bad("message can't be deleted for everyone")
        message.deleted = True
        self._state.touch()
        return True

    def _delete_many(self, params: Json) -> bool:
        """Those that cannot be found or deleted are skipped."""
        ids = params.get("message_ids")
        if not isinstance(ids, list) or not 1 <= len(ids) <= 100:
            raise bad("message identifiers are not specified")
        chat = self._state.chat(params.get("chat_id"))
        for message in filter(None, map(chat.find, ids)):
            message.deleted = message.deleted or not self._old(message)
        self._state.touch()
        return True

    def _old(self, message: Message) -> bool:
        return self._state.now() - int(message.body["date"]) > timedelta(hours=48).total_seconds()

    # --- the rest

    def _answer(self, params: Json) -> bool:
        press = str(params.get("callback_query_id"))
        if rules.units(str(params.get("text", ""))) > rules.ANSWER_LIMIT:
            raise bad("MESSAGE_TOO_LONG")
        if press not in self._state.presses:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        self._state.presses.remove(press)
        self._state.touch()
        return True

    def _action(self, params: Json) -> bool:
        chat = self._state.chat(params.get("chat_id"))
        chat.actions.append(str(params.get("action")))
        chat.acted_at = self._state.clock()
        return True

    def _leave(self, params: Json) -> bool:
        chat = self._state.chat(params.get("chat_id"))
        if chat.body["type"] == "private":
            raise bad("chat member status can't be changed in private chats")
        chat.open, chat.shut = False, f"bot is not a member of the {chat.body['type']} chat"
        self._state.touch()
        return True

    def _file(self, params: Json) -> Json:
        file_id = str(params.get("file_id"))
        if file_id not in self._state.files:
            raise bad("wrong file_id or the file is temporarily unavailable")
        held = self._state.files[file_id]
        if len(held.data) > rules.DOWNLOAD_LIMIT:
            raise bad("file is too big")
        named = {"file_id": file_id, "file_unique_id": f"Ag{file_id[-8:]}"}
        return named | {"file_size": len(held.data), "file_path": held.path}

    def _set_commands(self, params: Json) -> bool:
        self._state.commands[str(params.get("language_code", ""))] = rules.commands(params)
        return True

    def _get_commands(self, params: Json) -> list[Json]:
        return self._state.commands.get(str(params.get("language_code", "")), [])
