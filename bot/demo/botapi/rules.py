"""What Telegram refuses, with its words (core.telegram.org/bots/api). Lengths are counted in UTF-16 units."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

TEXT_LIMIT, CAPTION_LIMIT, ANSWER_LIMIT = 4096, 1024, 200
UPLOAD_LIMIT, DOWNLOAD_LIMIT = 50 * 1024 * 1024, 20 * 1024 * 1024
PHOTO_LIMIT = 10 * 1024 * 1024
ACTIONS = ("url", "callback_data", "web_app", "login_url", "copy_text", "pay", "callback_game")
TAG = re.compile(r"<(/?)([a-z][a-z0-9-]*)((?:\s[^<>]*)?)>", re.IGNORECASE)
TAGS = {
    *("b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "a", "code", "pre"),
    *("span", "tg-spoiler", "blockquote"),
}


class Refused(Exception):
    """An answer with `ok: false`."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters

    def as_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        return body | ({"parameters": self.parameters} if self.parameters else {})


def bad(words: str) -> Refused:
    return Refused(400, f"Bad Request: {words}")


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def text(params: dict[str, Any]) -> str:
    made = plain(str(params.get("text", "")), params.get("parse_mode"))
    if not made.strip():
        raise bad("message text is empty")
    if units(made) > TEXT_LIMIT:
        raise bad("message is too long")
    return made


def picture(data: bytes) -> tuple[int, int]:
    """Width and height of a PNG, the only pictures that we send. Telegram takes 10 MB, and a sum of 10,000 pixels."""
    if data[:8] != b"\x89PNG\r\n\x1a\n" or len(data) > PHOTO_LIMIT:
        raise bad("IMAGE_PROCESS_FAILED")
    width, height = int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    if width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise bad("PHOTO_INVALID_DIMENSIONS")
    return width, height


def caption(params: dict[str, Any]) -> str:
    made = plain(str(params.get("caption", "")), params.get("parse_mode"))
    if units(made) > CAPTION_LIMIT:
        raise bad("message caption is too long")
    return made


def plain(text: str, mode: str | None) -> str:
    """The text as shown. HTML is checked; Markdown is taken as it is."""
    if (mode or "").upper() != "HTML":
        return text
    open_tags: list[str] = []
    for closing, name, _ in TAG.findall(text):
        tag = name.lower()
        if tag not in TAGS:
            raise bad(f'can\'t parse entities: Unsupported start tag "{tag}"')
        if not closing:
            open_tags.append(tag)
        elif not open_tags or open_tags.pop() != tag:
            raise bad(f'can\'t parse entities: Unmatched end tag "{tag}"')
    shown = TAG.sub("", text)
    if open_tags:
        raise bad(f"can't parse entities: Can't find end tag corresponding to start tag \"{open_tags[-1]}\"")
    if "<" in shown:
        raise bad("can't parse entities: Unsupported start tag")
    return unescape(shown)


def entities(params: dict[str, Any], name: str = "entities") -> list[dict[str, Any]] | None:
    """What is bold, a link... in a text sent without parse mode; what lies outside of it is dropped."""
    made = params.get(name)
    if not made:
        return None
    if not isinstance(made, list) or not all(isinstance(one, dict) and one.get("type") for one in made):
        raise bad("can't parse entities: expected an array of MessageEntity")
    within = units(str(params.get("caption" if name == "caption_entities" else "text", "")))
    return [one for one in made if 0 <= int(one["offset"]) < within and int(one["length"]) > 0] or None


def keyboard(params: dict[str, Any]) -> dict[str, Any] | None:
    markup = params.get("reply_markup")
    if not markup:
        return None
    if not isinstance(markup, dict):
        raise bad("object expected as reply markup")
    buttons = [button for row in markup.get("inline_keyboard", ()) for button in row]
    for button in buttons:
        _button(button)
    if len(buttons) > 100:
        raise bad("reply markup is too long")
    return markup if buttons else None


def _button(button: dict[str, Any]) -> None:
    if not button.get("text"):
        raise bad("can't parse inline keyboard button: text must be non-empty")
    if sum(button.get(action) is not None for action in ACTIONS) != 1:
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    data, link, copy = button.get("callback_data"), button.get("url"), button.get("copy_text")
    if data is not None and not 1 <= len(data.encode()) <= 64:
        raise bad("BUTTON_DATA_INVALID")
    if link is not None and not re.match(r"(https?|tg)://[^\s/]", link):
        raise bad("inline keyboard button URL is invalid: Wrong HTTP URL")
    if copy is not None and not 1 <= len(copy.get("text", "")) <= 256:
        raise bad("BUTTON_COPY_TEXT_INVALID")


def commands(params: dict[str, Any]) -> list[dict[str, str]]:
    made = params.get("commands") or []
    if not isinstance(made, list) or len(made) > 100:
        raise bad("can't parse commands")
    for one in made:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", one.get("command", "")):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(one.get("description", "")) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    return made
