"""What a check says: each says what is so, and what to do about it where it is not well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["good", "note", "wrong"]


@dataclass(frozen=True)
class Finding:
    state: State  # a note is worth knowing, and may be meant so
    said: str
    do: str = ""


def good(said: str) -> Finding:
    return Finding("good", said)


def note(said: str, do: str = "") -> Finding:
    return Finding("note", said, do)


def wrong(said: str, do: str) -> Finding:
    return Finding("wrong", said, do)
