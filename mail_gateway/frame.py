"""The sentences that go around every mail: handlers/phrases/frame and letter."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

NO_BREAK = "\u00a0"


@cache
def _phrases(file: str, language: str) -> dict[str, dict[str, str]]:
    text = files("handlers").joinpath("phrases", f"{file}.{language}.toml").read_text("utf-8")
    found: dict[str, dict[str, str]] = tomllib.loads(text)
    return found


def say(file: str, key: str, language: str, tu: bool = False, **values: object) -> str:
    """Raises KeyError when the phrase does not exist."""
    phrases = _phrases(file, language)
    said = phrases["say"][key]
    if tu:
        said = phrases.get("tu", {}).get(key, said)
    if language == "fr":
        said = said.replace(" :", f"{NO_BREAK}:")
    return said.format_map(values)


def size(octets: int, language: str) -> str:
    """ "84 Ko", "9 Mo"."""
    if octets < 1_000_000:
        said = say("letter", "kilo", language, n=max(1, round(octets / 1000)))
    else:
        tenths = f"{octets / 1_000_000:.1f}".removesuffix(".0")
        said = say("letter", "mega", language, n=tenths.replace(".", "," if language == "fr" else "."))
    return said.replace(" ", NO_BREAK)
