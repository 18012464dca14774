"""What can be asked here and now: only what exists, and what the options and the rights allow."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from handlers.core import phrases, registry
from handlers.core.turn import Choice, Reply
from handlers.rules.text import fold

if TYPE_CHECKING:
    from handlers.core.talk import Turn

ENTRIES = (  # label, intent, option (facts: eight at most, two columns)
    ("balance", "balance"),
    ("invoices", "list_invoices"),
    ("quotes", "list_quotes"),
    ("pay", "pay"),
    ("contracts", "contracts"),
    ("calendar", "calendar"),
    ("interactions", "interactions"),
    ("person", "human"),
)
STANDING = "menu-"  # the ids of a menu stay good: they ask, they decide nothing
WORDS = (
    ("balance", "balance"),
    ("invoices", "list_invoices"),
    ("quotes", "list_quotes"),
    ("pay", "pay"),
    ("human", "human"),
    ("logout", "logout"),
)
LINE_WORDS = {  # the words of help.mail, by the intent they stand for
    "solde": "balance", "balance": "balance",
    "factures": "list_invoices", "invoices": "list_invoices",
    "devis": "list_quotes", "quotes": "list_quotes",
    "contrats": "contracts", "contracts": "contracts",
    "payer": "pay", "pay": "pay",
    "releve": "statement", "statement": "statement",
    "agenda": "calendar", "calendar": "calendar",
    "humain": "human", "person": "human",
    "stop": "notifications_off",
}  # fmt: skip
HELP_LINE = re.compile(r"([A-ZÉÈÀ, ]+)([\u00a0 ]?: .*)")


def offers(turn: Turn, intent: str) -> bool:
    """Does this intent exist, for this company, this access and this link?"""
    known = registry.INTENTS.get(intent)
    if known is None or (known.option and known.option not in turn.company.options):
        return False
    if turn.only is not None and not known.scoped:
        return False
    access = turn.access
    return access is None or {"pay": access.can_pay}.get(intent, True)


def choices(turn: Turn) -> tuple[Choice, ...]:
    return tuple(
        turn.choice(phrases.label(label, turn.language), intent, id=f"{STANDING}{intent}")
        for label, intent in ENTRIES
        if offers(turn, intent)
    )


def with_menu(turn: Turn, reply: Reply) -> Reply:
    """On a chat the menu comes as buttons; an e-mail names the words."""
    if not turn.chat:
        return reply.say_next(*words(turn))
    return replace(reply.offer(*choices(turn)), kind="menu").note(columns=2)


def words(turn: Turn) -> tuple[str, ...]:
    """Four to six words that make sense now."""
    return tuple(phrases.word(word, turn.language) for word, intent in WORDS if offers(turn, intent))


def help_lines(turn: Turn, text: str) -> str:
    """The lines of help.mail without the words that lead nowhere here."""
    kept = []
    for line in text.split("\n"):
        if found := HELP_LINE.fullmatch(line):
            named = [word for word in found[1].split(", ") if _leads(turn, fold(word))]
            if not named:
                continue
            line = ", ".join(named) + found[2]
        kept.append(line)
    return "\n".join(kept)


def _leads(turn: Turn, word: str) -> bool:
    return word not in LINE_WORDS or offers(turn, LINE_WORDS[word])
