"""The doors of the transcripts: a raw mail through the real reader, a raw update through the real Telegram reader."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from typing import Any

from handlers.core.turn import Said
from mail_gateway.incoming import Envelope, Reading, read


def quoting(sender: str, text: str, quoted: str) -> str:
    """What is new in a reply that quotes a mail of ours as French mail programs do."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, "atelier@portail.example", "Re: Question"
    mail["Message-ID"], mail["Date"] = "<reply@mail.example>", "Tue, 24 Nov 2026 14:06:00 +0100"
    lines = "\n".join(f"> {line}" for line in quoted.split("\n"))
    wrote = "Le mar. 24 nov. 2026 à 14:05, Atelier Exemple <atelier@portail.example> a écrit :"
    mail.set_content(f"{text}\n\n{wrote}\n\n{lines}\n", cte="8bit")
    raw = mail.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    letter = read(raw, Envelope("192.0.2.1", sender, ("atelier@portail.example",)), Reading())
    assert letter.verdict == "accept"
    return letter.text


def edited(who: str, text: str, nth: int, now: datetime) -> Said:
    """What the channel makes of a message that was changed after it was sent."""
    from aiogram.types import Update

    from bot.telegram.incoming import Heard
    from bot.telegram.incoming import read as read_update

    heard = read_update(Update.model_validate(_update("edited_message", who, "private", text, nth, now)), now)
    assert isinstance(heard, Heard)
    return heard.said


def in_a_group(who: str, text: str, now: datetime) -> str:
    """What a group is told, before the bot leaves it."""
    from aiogram.types import Update

    from bot.telegram.incoming import Group
    from bot.telegram.incoming import read as read_update
    from handlers.core import phrases

    group = read_update(Update.model_validate(_update("message", "-500", "group", text, 1, now)), now)
    assert isinstance(group, Group)
    return phrases.say("trouble", "group", group.language or "fr", lien="https://t.me/FacteurDemoBot")


def _update(kind: str, chat: str, type_: str, text: str, nth: int, now: datetime) -> dict[str, Any]:
    at = int(now.timestamp())
    language = "en" if text.isascii() and "hello" in text else "fr"
    person = {"id": abs(int(chat)), "is_bot": False, "first_name": "Camille", "language_code": language}
    message = {"message_id": nth, "date": at, "from": person, "text": text}
    message["chat"] = {"id": int(chat), "type": type_} | ({"title": "Bureau"} if type_ == "group" else {})
    if kind == "edited_message":
        message["edit_date"] = at + 1
    return {"update_id": 70_000 + nth, kind: message}
