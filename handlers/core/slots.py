"""The slots of a clause: all that it says of documents, times, states and words; JSON only.

`search` holds the words that were looked for in so many words, `about` what is left of the clause: a mere hint, which
a handler drops where nothing matches.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import Any

from handlers.core import heard
from handlers.rules import facets, mention, period, sought
from handlers.rules.comment import comment_in
from handlers.rules.place import places_in
from handlers.rules.text import words

SOUGHT = frozenset(
    (
        *("get_document", "list_invoices", "list_quotes", "contracts", "calendar", "interactions"),
        "statement",
    )
)
NONE = frozenset(
    (
        *("greet", "thanks", "help", "yes", "no", "cancel", "login", "logout", "language", "more", "done"),
        *("file", "company", "client", "by_mail"),
    )
)
# what is read for one intent alone: the slot, and the words that say it
FACETS: dict[str, tuple[str, mention.Named]] = {
    "contracts": ("status", facets.CONTRACT_STATUSES_FOUND),
    "calendar": ("when", facets.WHEN_FOUND),
    "interactions": ("type", facets.TYPES_FOUND),
    "statement": ("moves", facets.MOVES_FOUND),
}


ORDERED = SOUGHT | {
    "pay",
    "accept_quote",
    "refuse_quote",
    "proof",
}  # of these one may be the first or the last
SEVERAL = ("get_document", "pay")  # several documents at once
ALL = re.compile(
    r"\b(?:tout(?! de suite)|toutes|tous|(?:la )?totalite|l'ensemble|all|everything|the (?:whole )?lot)\b"
)
COUNTS = {
    "deux": 2,
    "trois": 3,
    "quatre": 4,
    "cinq": 5,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "both": 2,
}
COUNT = re.compile(
    r"\b(?:(?:les|mes|the|all|my) (deux|trois|quatre|cinq|two|three|four|five|[2-9])|(both))\b"
    r"(?! (?:plus|premi|derni|first|last|oldest|latest))"
)
STATED = frozenset(("get_document", "list_invoices", "list_quotes", "pay", "statement"))


def comment_of(text: str, intent: str) -> dict[str, str]:
    """The slot "comment", from the message as it was written."""
    found = comment_in(text, intent)
    return {"comment": found} if found else {}


def slots_of(folded: str, intent: str, today: date, phrase: str = "") -> dict[str, Any]:
    """Everything the clause says; `phrase` is the one by which the intent was known."""
    if intent in NONE:
        return {}
    slots: dict[str, Any] = {}
    places = places_in(words(folded)) if intent == "pay" else ()
    if places:
        slots["places"] = list(places)
    numbers = [] if places else numbers_in(folded)
    said = None if numbers else period.find(folded, today)
    if numbers:
        slots["doc_number"] = mention.number_in(folded) or numbers[0]
    if len(numbers) > 1 and intent in SEVERAL:
        slots["doc_numbers"] = numbers
    if kind := mention.kind_in(folded):
        slots["doc_kind"] = kind
    if kind == "annex" and (of := mention.kind_in(folded, apart="annex")):
        slots["annex_of"] = of
    if intent in ORDERED and (ordinal := mention.ordinal_in(folded)) and not numbers:
        slots["ordinal"] = ordinal
    if said:
        slots["period"] = {"start": said[0].start.isoformat(), "end": said[0].end.isoformat()}
    if (cents := mention.amount_in(folded)) is not None:
        slots["amount"] = f"{cents // 100}.{cents % 100:02}"
    if intent == "pay" and not numbers:
        slots |= _how_many(folded)
    if intent in STATED and (status := mention.status_in(folded)) and (intent, status) != ("pay", "paid"):
        slots["status"] = status
    rest = folded.replace(said[1], " ") if said else folded
    if intent in SOUGHT:
        slots |= _facet(rest, intent) | _words(rest, intent, phrase, bool(numbers))
    if intent in ("get_document", "list_invoices", "list_quotes") and _files(folded, slots):
        slots["files"] = True
    return slots


def _how_many(folded: str) -> dict[str, Any]:
    """ "Tout", "les deux": all that is due, or as many as there are."""
    if found := COUNT.search(folded):
        said = found[1] or found[2]
        return {"count": COUNTS.get(said) or int(said)}
    return {"all": True} if ALL.search(folded) else {}


def _files(folded: str, slots: dict[str, Any]) -> bool:
    """ "The latest of my invoices as a PDF" is one file."""
    return "ordinal" not in slots and facets.files_in(folded)


def numbers_in(folded: str) -> list[str]:
    """The document numbers of a clause; digits alone after "find" are one too."""
    return mention.numbers_in(folded) or mention.numbers_in(sought.content(sought.after_verb(folded) or ""))


def _facet(rest: str, intent: str) -> dict[str, str]:
    name, table = FACETS.get(intent, ("", ()))
    found = facets.type_in(rest) if name == "type" else mention.named_in(rest, table)
    return {name: found} if found else {}


def _words(rest: str, intent: str, phrase: str, numbered: bool) -> dict[str, str]:
    """What is searched for in so many words, else what the clause is about."""
    if quoted := sought.quoted(rest):
        return {"search": quoted}
    _, table = FACETS.get(intent, ("", ()))
    verb = sought.after_verb(rest)
    left = mention.without(rest if verb is None else verb, table)
    found = sought.content(left, _of(phrase)) if verb is not None else ""
    if found and not (numbered and found.isdigit()):
        return {"search": found}
    if numbered:
        return {}
    found = sought.content(left, _spoken(), least=3)
    return {"about": found} if found and not any(c.isdigit() for c in found) else {}


def _of(phrase: str) -> frozenset[str]:
    """The words of a known phrase: those of any other text may be what is looked for."""
    return frozenset(phrase.split() if phrase in heard.whole() else ())


@cache
def _spoken() -> frozenset[str]:
    """The words of the phrases themselves: they say what is asked for, not about what."""
    return frozenset(
        word for said, intent in heard.asked() if intent in SOUGHT for word in words(said).split()
    )
