"""The two bodies of a mail, the plain one and the HTML one: what is new in them, and whether they agree. Pure."""

from __future__ import annotations

import re

from mail_gateway.html_text import Shown, shown
from mail_gateway.parts import LONGEST_TEXT, Contents
from mail_gateway.quoting import New, new_text, normalised

LONG_LINE = 60
GREETING = re.compile(
    r"(?:bonjour|bonsoir|salut|hello|hi|hey|dear|good (?:morning|afternoon|evening)|chers?|chères?"
    r"|madame|mesdames|monsieur|messieurs|coucou)"
    r"\b[^.!?:;]{0,50}[.,!:]?",
    re.I,
)


def whats_new(found: Contents, ours: tuple[str, ...]) -> tuple[str, str, str]:
    """(what is new, all of it, why to doubt it). The plain part speaks, the HTML part must not contradict it."""
    plain = "\n".join(found.plain)[:LONGEST_TEXT]
    seen = shown("\n".join(found.html)) if found.html else Shown("")
    from_html = new_text(seen.text, ours) if seen.text else New("")
    if not plain.strip():
        return from_html.text, normalised(seen.text).strip(), _doubt(from_html, seen, differs=False)
    new = new_text(plain, ours)
    differs = bool(found.html) and _differ(new, from_html)
    return new.text, normalised(plain).strip(), _doubt(new, seen, differs)


def _doubt(new: New, seen: Shown, differs: bool) -> str:
    if new.between:
        return "between_quotes"
    return "hidden_text" if seen.hidden else "parts_differ" if differs else ""


def _differ(plain: New, other: New) -> bool:
    """Two parts that say different things where a command would stand. Line wraps and ornaments do not count."""
    if _letters(plain.text) == _letters(other.text):
        return False
    one, two = _letters(first_line(plain.text)), _letters(first_line(other.text))
    if one == two:
        return False
    return len(one) < LONG_LINE or not two.startswith(one)


def first_line(text: str) -> str:
    """The first line that says something, a greeting apart (commands stand there)."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    said = [line for line in lines[:1] if not GREETING.fullmatch(line)] + lines[1:]
    return next(iter(said), next(iter(lines), ""))


def _letters(text: str) -> str:
    """Letters and digits alone: *bold*, bullets and links' angle brackets differ between the parts of honest mails."""
    return re.sub(r"[\W_]+", "", re.sub(r"<(?:https?|mailto):[^>]*>", "", text)).casefold()
