"""The phrases that the classifier learns from: [ask] of handlers/phrases/*.toml, and those of a company on top.

A company keeps its own in <data>/phrases/<intent>.<fr|en>.toml, written the same way.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from handlers.core.phrases import FOLDER
from handlers.rules.text import words

# Recognised by rules alone; to those outside they are the intent beside them.
INSIDE = {
    "more": "help",
    "done": "thanks",
    "file": "login",
    "company": "login",
    "client": "login",
    "by_mail": "get_document",
    "address": "login",
    "verify": "human",
    "withdraw": "human",
}
FEWEST = 15  # phrases of an intent, both languages together
LISTS = ("words", "phrases")


class WrongPhrases(ValueError):
    """A phrase file that cannot be used; the message names it."""


@dataclass(frozen=True)
class Example:
    text: str
    intent: str
    language: str
    place: str  # "pay.fr.toml, phrase 12": where a person finds it


def folders(own: Path | None) -> list[Path]:
    return [FOLDER] + ([own] if own and own.is_dir() else [])


def files(own: Path | None = None) -> list[Path]:
    """All phrase files, ours first, each folder in the order of names."""
    return [path for folder in folders(own) for path in sorted(folder.glob("*.toml"))]


def collect(own: Path | None = None) -> list[Example]:
    """Every phrase once, in a fixed order. Raises WrongPhrases."""
    kept: dict[str, Example] = {}
    for path in files(own):
        for example in _read(path):
            if path.parent != FOLDER and example.intent not in intents():
                raise WrongPhrases(f"{path}: no such intent; known are {', '.join(intents())}")
            kept.setdefault(key(example.text), example)
    return list(kept.values())


def intents() -> list[str]:
    """The names that may be recognised: the files of ours that hold phrases."""
    named = {path.name.split(".")[0] for path in files() if "\n[ask" in path.read_text("utf-8")}
    return sorted(named - INSIDE.keys())


def faults(own: Path | None = None) -> list[str]:
    """What must not be: a phrase under two intents (both places), an intent with too few phrases. In words."""
    first: dict[str, Example] = {}
    counts = dict.fromkeys(intents(), 0)
    wrong = []
    for example in (one for path in files(own) for one in _read(path)):
        former = first.setdefault(key(example.text), example)
        counts[example.intent] = counts.get(example.intent, 0) + (former is example)
        if former.intent != example.intent:
            wrong.append(f"{example.text!r}: {former.place}, and {example.place}")
    few = [
        f"{intent}: {count} phrases, at least {FEWEST} are needed"
        for intent, count in counts.items()
        if count < FEWEST
    ]
    return wrong + few


def key(text: str) -> str:
    """Two phrases with the same key are one: what an exact match compares."""
    return words(text) or text.strip()


def _read(path: Path) -> Iterator[Example]:
    intent, _, language = path.name.removesuffix(".toml").partition(".")
    try:
        ask = tomllib.loads(path.read_text("utf-8")).get("ask", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongPhrases(f"{path}: {error}") from error
    if intent in INSIDE or not ask:
        return
    if language not in ("fr", "en"):
        raise WrongPhrases(f"{path}: a phrase file is named <intent>.fr.toml or <intent>.en.toml")
    name = path.name if path.parent == FOLDER else str(path)
    for list_name, text, place in _phrases(path, ask):
        yield Example(text, intent, language, f"{name}, {list_name} {place}")


def _phrases(path: Path, ask: Mapping[str, Any], topic: str = "") -> Iterable[tuple[str, str, int]]:
    for name, held in ask.items():
        if isinstance(held, dict) and not topic:
            yield from _phrases(path, held, name)
        elif name in LISTS and isinstance(held, list) and all(isinstance(one, str) for one in held):
            for place, text in enumerate(held, 1):
                if text.strip():
                    yield f"{topic}.{name}".strip("."), text, place
        else:
            raise WrongPhrases(f"{path}: [ask] takes words = [...] and phrases = [...], not {name}")
