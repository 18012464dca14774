"""What people say for each intent: the [ask] phrases, the words we print in capitals.

Read once from handlers/phrases/*.toml, both languages together; compared folded (rules/text.py). Under [ask] and
[ask.<topic>], `words` are the short forms that mean the intent wherever they stand in a clause; `phrases` are whole
messages: the classifier learns from them, and a message that equals one is no guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Literal

from handlers.core import phrases
from handlers.rules.period import MONTHS
from handlers.rules.text import fold, words

BARE = frozenset(("greet", "thanks", "yes", "no", "cancel"))  # meant only when they are the whole message


def _spoken(kind: Literal["words", "phrases"]) -> Iterator[tuple[str, str, str]]:
    """(phrase, intent, topic): [ask] holds the phrases of a file, [ask.<topic>] those that say a topic of it."""
    for file in phrases.files():
        for language in ("fr", "en"):
            ask = phrases.load(file, language).get("ask", {})
            topics = {"": ask} | {name: table for name, table in ask.items() if isinstance(table, dict)}
            for topic, table in topics.items():
                for phrase in table.get(kind, ()):
                    yield words(phrase) or phrase.strip(), file, topic


@cache
def _known() -> dict[str, tuple[str, str]]:
    """phrase -> (intent, topic); of a phrase that stands twice, the words count, then the first file."""
    found: dict[str, tuple[str, str]] = {}
    for kind in ("words", "phrases"):
        for phrase, intent, topic in _spoken(kind):
            found.setdefault(phrase, (intent, topic))
    return found


@cache
def asked() -> tuple[tuple[str, str], ...]:
    """(words, intent), longest first: the first one found in a text wins."""
    found = {said: _known()[said][0] for said, _, _ in _spoken("words")}
    return tuple(sorted(found.items(), key=lambda item: (-len(item[0]), item[0])))


def topic(phrase: str) -> dict[str, Any]:
    """The slot "topic" of a phrase that says one."""
    said = _known().get(phrase, ("", ""))[1]
    return {"topic": said} if said else {}


@cache
def whole() -> dict[str, str]:
    """What a message may equal, and its intent: words and phrases."""
    return {phrase: intent for phrase, (intent, _) in _known().items()}


@cache
def pattern() -> re.Pattern[str]:
    """One pass over the text finds the leftmost of the longest; every start is tried by `finditer`."""
    known = "|".join(
        re.escape(said) for said, intent in asked() if intent not in BARE and len(words(said)) > 2
    )
    return re.compile(rf"(?<![a-z0-9])(?=({known})(?![a-z0-9]))")


TYPED: dict[str, tuple[str, dict[str, Any]]] = {  # words that say more than an intent
    "deconnecter partout": ("logout", {"everywhere": True}),
    "deconnexion partout": ("logout", {"everywhere": True}),
    "log out everywhere": ("logout", {"everywhere": True}),
    "sign out everywhere": ("logout", {"everywhere": True}),
    "payer tout": ("pay", {"all": True}),
    "tout payer": ("pay", {"all": True}),
    "pay all": ("pay", {"all": True}),
    "pay everything": ("pay", {"all": True}),
    "virement": ("pay", {"topic": "transfer"}),
    "transfer": ("pay", {"topic": "transfer"}),
    "deja paye": ("human", {"topic": "already_paid"}),
    "already paid": ("human", {"topic": "already_paid"}),
    "menu": ("help", {"menu": True}),
    "suite": ("more", {}),
    "more": ("more", {}),
    "voir la suite": ("more", {}),
    "see more": ("more", {}),
    "page suivante": ("more", {}),
    "next page": ("more", {}),
    "page precedente": ("more", {"back": True}),
    "previous page": ("more", {"back": True}),
    "renoncer au contrat": ("withdraw", {}),
    "renoncer au contrat ici": ("withdraw", {}),
    "withdraw": ("withdraw", {}),
    "withdraw from the contract": ("withdraw", {}),
    "verifier": ("verify", {}),
    "verify": ("verify", {}),
    "client": ("client", {}),
    "termine": ("done", {}),
    "done": ("done", {}),
}
GOES_BACK = re.compile(  # on a contract, in a sentence: as people and the model form of the law say it
    r"\bje (?:me retracte|(?:souhaite|veux|voudrais|desire) (?:me retracter|renoncer (?:au|a ce|a mon) contrat)"
    r"|renonce (?:au|a ce|a mon) contrat)\b"
    r"|\bje (?:vous )?(?:notifie|exerce)\b[^.?!\n]{0,60}\bretractation\b"
    r"|\bi (?:hereby )?(?:(?:want|wish|would like) to )?withdraw(?: from (?:the|this|my) (?:contract|order)\b|[.!]?$)",
    re.MULTILINE,
)
LANGUAGES = {"english": "en", "anglais": "en", "french": "fr", "francais": "fr"}
NOT_APART = "|".join(sorted(MONTHS, key=len, reverse=True))  # "March and April" is one period
A_DAY = (
    rf"(?:(?:le|the) )?[0-3]?[0-9](?:er|st|nd|rd|th)?(?: (?:of |de )?(?:{NOT_APART})\b|[/.][01]?[0-9])"
    rf"|(?:{NOT_APART}) [0-9]"
)
SPLIT = re.compile(
    r"[.!?;\n]+(?: |$)|\n+| (?:et|puis|and|then|mais|but|ainsi que) "
    rf"(?=\w)(?!(?:{NOT_APART}|20[0-9]{{2}})(?![\w/-])|{A_DAY})"
)


MARKS = {
    "fr": re.compile(
        r"\b(?:je|j'ai|vous|nous|le|la|les|des|une|mes|mon|ma|votre|bonjour|merci|facture|avec|pour|est|svp|combien|dois)\b"
    ),
    "en": re.compile(
        r"\b(?:i|you|the|my|is|are|please|hello|thanks|thank|invoice|how|much|do|with|for|your|what|send|could|would|have)\b"
    ),
}


def guess(text: str) -> Literal["fr", "en"] | None:
    """The language of a text of three words or more, when its small words leave no doubt."""
    folded = fold(text)
    if len(folded.split()) < 3:
        return None
    fr, en = (len(set(MARKS[language].findall(folded))) for language in ("fr", "en"))
    return "fr" if fr > en + 1 else "en" if en > fr + 1 else None
