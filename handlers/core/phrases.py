"""handlers/phrases/<file>.<fr|en>.toml: what we say, and what people say to us.

A file holds [say] (key = text, one paragraph a line), [tu] where French differs for people addressed as "tu",
[subject] and [tu_subject] for mails that open their own thread, [choices] (the labels that end a text), and [ask]
(phrases that mean this intent, [ask.<topic>] those that say a topic of it: read by heard.py).

A company may say things its own way: `own` holds its texts by "fr:balance.due", "fr:tu:balance.due", "en:balance.due"
(core/own_phrases.py checks them when they are set).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from handlers.core.wording import typeset

FOLDER = Path(__file__).parent.parent / "phrases"
HOLE = re.compile(r"\{([^{}]+)\}")


@cache
def load(file: str, language: str) -> Mapping[str, Any]:
    """One phrase file. Raises FileNotFoundError."""
    return tomllib.loads((FOLDER / f"{file}.{language}.toml").read_text("utf-8"))


@cache
def files() -> tuple[str, ...]:
    return tuple(sorted({path.name.split(".")[0] for path in FOLDER.glob("*.toml")}))


NONE: Mapping[str, str] = {}
typeset_once = lru_cache(1024)(typeset)


def template(
    file: str, key: str, language: str, form: str = "vous", part: str = "say", own: Mapping[str, str] = NONE
) -> str:
    """The text with its holes, typeset; the company's own one first. Raises KeyError for a key that no file holds."""
    if own and part == "say" and (text := _own(own, file, key, language, form)):
        return typeset_once(text.strip(), language)
    return _shipped(file, key, language, form, part)


def _own(own: Mapping[str, str], file: str, key: str, language: str, form: str) -> str | None:
    """Who is called "tu" never reads a text that says "vous": it stands in only where ours has no form of its own."""
    named = f"{file}.{key}"
    text = own.get(f"fr:tu:{named}") if form == "tu" and language == "fr" else None
    if text is None and not (form == "tu" and language == "fr" and key in load(file, "fr").get("tu", {})):
        text = own.get(f"{language}:{named}")
    return text if text and _fits(text, _shipped(file, key, language, form, "say")) else None


@lru_cache(1024)
def _fits(text: str, ours: str) -> bool:
    """Does it still have the {names} of ours? A new release may change them: then ours is said."""
    return set(HOLE.findall(text)) == set(HOLE.findall(ours))


@cache
def _shipped(file: str, key: str, language: str, form: str, part: str) -> str:
    book = load(file, language)
    found = None
    if form == "tu" and language == "fr":
        found = book.get("tu" if part == "say" else f"tu_{part}", {}).get(key)
    text: str = found if found is not None else book[part][key]
    return typeset(text.strip(), language)


def fill(text: str, words: Mapping[str, object]) -> str:
    """Put the values in. An empty one takes its space, and a line it had to itself, with it."""
    for name in HOLE.findall(text):
        if words.get(name) == "":
            hole = re.escape("{" + name + "}")
            text = re.sub(rf"(?:^{hole}\n|\n{hole}(?=\n|$)|[ \u00a0]?{hole})", "", text)
    return HOLE.sub(lambda hole: str(words[hole[1]]), text)


def say(
    file: str,
    key: str,
    language: str = "fr",
    form: str = "vous",
    own: Mapping[str, str] = NONE,
    **words: object,
) -> str:
    """The finished text. Raises KeyError when a key or a value is missing."""
    return fill(template(file, key, language, form, own=own), words)


def subject(file: str, key: str, language: str = "fr", form: str = "vous", **words: object) -> str:
    return fill(template(file, key, language, form, "subject"), words)


def has(file: str, key: str, language: str = "fr") -> bool:
    return key in load(file, language)["say"]


@cache
def labels(file: str, key: str, language: str = "fr") -> tuple[str, ...]:
    """The choices that end this text, in their order; empty when it offers none."""
    return tuple(load(file, language).get("choices", {}).get(key, ()))


def label(key: str, language: str = "fr", **words: str) -> str:
    """What a button says."""
    return fill(template("label", key, language), words)


def word(key: str, language: str = "fr") -> str:
    """What can be typed for it, in capitals: "SOLDE", "BALANCE"."""
    return say("word", key, language)


def the_document(kind: str, number: str, language: str, form: str = "the") -> str:
    """ "la facture F-12"; form "The": "La facture F-12"; form "of": "de la facture F-12"."""
    known = kind if has("name", kind) else "document"
    text = say("name", f"of_{known}" if form == "of" else known, language, numéro=number)
    return text[0].upper() + text[1:] if form == "The" else text
