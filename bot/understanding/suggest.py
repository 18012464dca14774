"""What clients picked of a "did you mean", counted for a person who may add it to the phrases."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from bot.understanding.examples import collect
from handlers.core.masking import masked
from handlers.core.picks import OTHER


class Picked(NamedTuple):
    taken: str
    language: str
    text: str


@dataclass(frozen=True)
class Suggestion:
    """`taken` is an intent, or "other"; `known_as` the intent that has this phrase already, "" where none has."""

    taken: str
    language: str
    text: str  # masked
    times: int
    known_as: str


def suggestions(kept: Iterable[Picked], own: Path | None = None) -> list[Suggestion]:
    """Most often picked first, "other" last. `own` is the folder of the company phrases. Raises WrongPhrases."""
    counted = Counter(kept)
    known = _known({one.text for one in counted}, own)
    found = [Suggestion(*one, times, known.get(one.text, "")) for one, times in counted.items()]
    return sorted(found, key=lambda one: (one.taken == OTHER, -one.times, one.taken, one.text, one.language))


def _known(texts: set[str], own: Path | None) -> dict[str, str]:
    """Those that a phrase, masked in the same way, equals: with its intent."""
    if not texts:
        return {}
    phrases = ((masked(example.text), example.intent) for example in collect(own))
    return {text: intent for text, intent in phrases if text in texts}


def as_toml(found: Iterable[Suggestion], own: Path) -> str:
    """New ones as phrase files, to be read and pasted; what is no intent, or known, is left out."""
    files: dict[tuple[str, str], list[str]] = {}
    for one in found:
        if one.taken != OTHER and not one.known_as:
            line = f"  {json.dumps(one.text, ensure_ascii=False)},  # {one.times}"
            files.setdefault((one.taken, one.language), []).append(line)
    return "\n\n".join(
        "\n".join((f"# {own / f'{intent}.{language}.toml'}", "[ask]", "phrases = [", *lines, "]"))
        for (intent, language), lines in sorted(files.items())
    )
