"""A message a line, as `facteur understand` reads it, and what is made of it, as it prints it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any, cast, get_args

from bot.understanding.examples import INSIDE
from handlers.core.decide import decide
from handlers.core.heard import guess
from handlers.core.request import Ear, Request, State
from handlers.core.understand import understand

TOLD = ("doc_kind", "doc_number", "ordinal", "period", "amount", "status", "comment", "code", "topic")


@dataclass(frozen=True)
class Message:
    text: str
    language: str = ""  # "fr", "en"; "" is guessed
    awaiting: State = ""

    @classmethod
    def read(cls, line: str) -> Message:
        """Plain text, or a JSON object with a "text"; a mail without words is its subject."""
        line = line.rstrip("\r\n")
        try:
            given = json.loads(line) if line.lstrip().startswith("{") else None
        except (ValueError, RecursionError):
            given = None
        if not isinstance(given, dict) or not isinstance(given.get("text"), str):
            return cls(line)
        text = given["text"] if given["text"].strip() else str(given.get("subject") or "")
        language, awaiting = given.get("lang"), given.get("awaiting")
        return cls(
            text,
            language if language in ("fr", "en") else "",
            cast(State, awaiting) if awaiting in get_args(State) else "",
        )


def answer(message: Message, today: date, ear: Ear | None) -> dict[str, Any]:
    """{"requests": [{"intent", "slots", "confidence"}], "decision", "choices"}; plain data."""
    language = message.language or guess(message.text) or "fr"
    requests = understand(message.text, message.awaiting, language, today, ear)
    decision, choices = decide(requests)
    return {
        "requests": [_request(request) for request in requests],
        "decision": decision,
        "choices": list(dict.fromkeys(INSIDE.get(choice, choice) for choice in choices)),
    }


def _request(request: Request) -> dict[str, Any]:
    return {
        "intent": INSIDE.get(request.intent, request.intent),
        "slots": {name: request.slots[name] for name in TOLD if name in request.slots},
        "confidence": round(request.confidence, 4),
    }
