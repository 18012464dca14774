"""The first lines of a text as a title: what opens the way to the answer, the answer, what stands out of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from handlers.core.phrases import HOLE, template

AMOUNT = r"-?(?:€\d[\d,]*\.\d\d|\d[\d\u202f\u00a0]*,\d\d[\u00a0\u202f ]€)"
HEADLINE = re.compile(rf"(?P<title>.{{3,90}}?)[ \u00a0]?: (?P<amount>{AMOUNT})[ \u00a0,]*(?P<lead>.*)")
CODE = re.compile(r"(?P<title>[^:]{2,60}?)[ \u00a0]?: (?P<code>\d{6})")
SENTENCE = re.compile(r"(?<=[.?])[ \u00a0]+(?=\S)")
TOPIC = re.compile(r"(?P<title>[^:]{3,60}?)[ \u00a0]?: (?P<lead>.+)")
LONG = 90
ENDS = ": \u00a0"  # a title needs no colon
OPENINGS = (  # said before an answer, never the answer itself: "Merci, c'est le bon code. Voici..."
    ("code", "right_pending"),
    ("code", "right_short"),
    ("desk", "account_open_pending"),
    ("staff", "client_pending"),
    ("access", "closed_short"),
)


@dataclass(frozen=True)
class Headline:
    """The answer, and what stands out of it. `code` and `amount` are "" where there is none."""

    intro: tuple[str, ...]  # the lines before it
    answer: str  # the whole line; the others are its parts
    title: str
    code: str
    amount: str
    lead: str


def headline(
    lines: tuple[str, ...], kind: str, language: str, form: str, own: Mapping[str, str]
) -> tuple[Headline, tuple[str, ...]]:
    """The headline of these lines, and the lines after it. `own`: the company's own phrases."""
    n = 0
    while n < len(lines) - 1 and _opens(lines[n], language, form, own):
        n += 1
    answer = lines[n] if lines else ""
    return Headline(lines[:n], answer, *_parts(answer, kind)), lines[n + 1 :]


def _opens(line: str, language: str, form: str, own: Mapping[str, str]) -> bool:
    texts = (template(file, key, language, form, own=own) for file, key in OPENINGS)
    return any(re.fullmatch(".+".join(map(re.escape, HOLE.split(text)[::2])), line) for text in texts)


def _parts(first: str, kind: str) -> tuple[str, str, str, str]:
    """The title, and what stands out under it: the code, or the amount and the rest of its sentence."""
    if kind == "code" and (found := CODE.match(first)):
        return found["title"], found["code"], "", first[found.end() :].strip(" .")
    if found := HEADLINE.fullmatch(first):
        return found["title"].rstrip(ENDS), "", found["amount"], "" if found["lead"] == "." else found["lead"]
    title, *rest = SENTENCE.split(first, maxsplit=1) if len(first) > LONG else [first]
    if len(title) > LONG and (found := TOPIC.fullmatch(title)):
        title, rest = found["title"], [found["lead"], *rest]
    return title.rstrip(f".{ENDS}" if rest else ENDS), "", "", " ".join(rest)
