"""What a "stop" or "resume" is about: announcements, reminders or both; by e-mail, on Telegram, here, everywhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from handlers.rules.notices import CHANNELS
from handlers.rules.text import fold

if TYPE_CHECKING:
    from handlers.core.talk import Turn

REMINDERS = re.compile(r"\b(?:rappels?|relances?|reminders?|chasers?)\b")
ANNOUNCEMENTS = re.compile(
    r"\b(?:annonces?|announcements?|(?:nouve\w+|new|prochain\w*) (?:factures?|devis|documents?|invoices?|quotes?)"
    r"|newsletters?|actualites|publicites?|nouvelles|news)\b"
)
HERE = re.compile(r"\b(?:ici|here)\b")
EVERYWHERE = re.compile(r"\b(?:partout|everywhere|nulle part|anywhere|tous les canaux|all channels)\b")
PLACES = {
    "email": re.compile(r"\b(?:e-?mails?|mails?|courriels?|boite)\b"),
    "telegram": re.compile(r"\b(?:telegram|chat|bot)\b"),
}
KINDS = {"announcements": ("announce", "news"), "reminders": ("remind",)}


def what(turn: Turn) -> str:
    """One of KINDS, or "" for all of them."""
    if "what" in turn.slots:
        return str(turn.slots["what"])
    said = fold(turn.text)
    named = [bool(ANNOUNCEMENTS.search(said)), bool(REMINDERS.search(said))]
    return "announcements" if named == [True, False] else "reminders" if named == [False, True] else ""


def where(turn: Turn) -> tuple[str, ...]:
    """Here, unless another place is named."""
    if "where" in turn.slots:
        return tuple(str(one) for one in turn.slots["where"])
    said = fold(turn.text)
    named = tuple(name for name, place in PLACES.items() if place.search(said))
    if EVERYWHERE.search(said) or len(named) > 1:
        return CHANNELS
    return named if named and not HERE.search(said) else (turn.said.channel,)


def kinds(what: str) -> tuple[str, ...]:
    return KINDS.get(what) or tuple(kind for kinds in KINDS.values() for kind in kinds)


def place(turn: Turn, where: tuple[str, ...]) -> str:
    """In words."""
    name = "here" if where == (turn.said.channel,) else where[0] if len(where) == 1 else "everywhere"
    return turn.words(f"notify.{name}")
