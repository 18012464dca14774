"""What a message asks for: `understand(text, state, language, today, ear) -> [Request]`.

In this order: the code that is awaited; the very words of a known phrase; then, without greeting, closing and quotes
(strip.py), each clause: what the guards settle (guards.py), what its words say by rule (spoken.py), what the
classifier hears (`Ear`). Nothing here acts, and nothing here knows the client. Both languages are always read.
`state` says what the conversation waits for: "code", "yes_no", "choice" or "" (nothing).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from handlers.core import guards
from handlers.core.heard import BARE, GOES_BACK, LANGUAGES, SPLIT, TYPED, topic, whole
from handlers.core.request import MONEY, READ_ONLY, Ear, Request, State
from handlers.core.ruling import Ruling
from handlers.core.rulings import ruling
from handlers.core.slots import comment_of, slots_of
from handlers.core.spoken import act_on, by_rule, spelled_out
from handlers.core.strays import AUTOMATIC
from handlers.core.strip import bare, strip
from handlers.rules import mention
from handlers.rules.text import fold, words


def understand(text: str, state: State, language: str, today: date, ear: Ear | None = None) -> list[Request]:
    """The requests of one message, in order; empty when nothing was understood. Without an ear, by rules alone."""
    if (code := _code(text)) and (state == "code" or _is_code(text)):
        return [Request("code", {"code": code})]
    if exact := _exact(text, language):
        said = slots_of(fold(text), exact.intent, today, bare(text))
        return [replace(exact, slots=exact.slots | said)]
    found = _heard(strip(text), ear, today) if ear is not None else _by_rules(text, today)
    return [replace(one, slots=one.slots | comment_of(text, one.intent)) for one in found]


def _by_rules(text: str, today: date) -> list[Request]:
    said = strip(text)
    if (ruled := ruling(said)) is not None:
        return [_request(Reading(said, ((ruled.intent, ruled.sure),), ruled=ruled), said, today, said)]
    found: dict[str, Request] = {}
    for clause in clauses(text):
        if request := by_rule(clause, today):
            former = found.get(request.intent)
            found[request.intent] = _with_numbers(former, request) if former else request
    real = [request for request in found.values() if request.intent not in BARE]
    most = HELD if guards.denied(said) else 1
    return [
        _request(Reading(said, ((one.intent, min(most, one.confidence)),), one), said, today, "")
        for one in real or list(found.values())[:1]
    ]


# --- with an ear

ALONE = BARE | {"help", "code", "login", "language", "out_of_scope"}  # never one of several requests
APART = 0.5  # how sure each of several requests must be
RULED, SPELLED = 2.0, 9.0  # how much likelier a rule makes what it says; one that leaves no doubt
OTHERS = 6  # kept of what else it may mean
HELD = 0.6  # the most that a guarded act can be
SHORT = 240  # characters: such a text is read as one for its numbers and times


@dataclass(frozen=True)
class Reading:
    """What one clause may mean, likeliest first; `by` is what a rule found in it."""

    clause: str
    ranked: tuple[tuple[str, float], ...]
    by: Request | None = None
    ruled: Ruling | None = None

    @property
    def intent(self) -> str:
        return self.ranked[0][0]

    @property
    def sure(self) -> float:
        return self.ranked[0][1]


def _heard(said: str, ear: Ear, today: date) -> list[Request]:
    if not said:
        return []
    by = by_rule(said, today)
    several = by is not None and bool({"doc_numbers", "places"} & by.slots.keys())
    pieces = [] if several else [piece for piece in clauses(said) if piece != said]
    readings = [_read(piece, ear, today) for piece in pieces]
    full = _read(said, ear, today, whole=not pieces)
    apart: dict[str, Reading] = {}
    for one in readings:
        if one.sure >= APART and one.intent not in ALONE and not (full.ruled and one.intent in MONEY):
            apart.setdefault(one.intent, one)
    if len(apart) > 1 and not (full.ruled and full.ruled.topic == "condition"):
        return [_request(one, said, today, one.clause) for one in apart.values()]
    best = full if full.ruled else _best(full, readings)
    return [_request(best, said, today, said if len(said) <= SHORT else best.clause)]


def _best(full: Reading, pieces: list[Reading]) -> Reading:
    """A request in the middle of a long message is surer by itself than the message is; what the pieces may mean as
    well can be chosen."""
    asking = [one for one in pieces if one.intent not in ALONE]
    if not asking:
        return full
    best = max(asking, key=lambda one: one.sure)
    if full.intent not in ALONE and full.sure >= best.sure:
        best = full
    likely: dict[str, float] = {}
    for one in (full, *asking):
        for intent, sure in one.ranked[:OTHERS]:
            likely[intent] = max(sure, likely.get(intent, 0))
    others = sorted(
        ((intent, p) for intent, p in likely.items() if intent != best.intent), key=lambda i: -i[1]
    )
    return replace(best, ranked=(best.ranked[0], *others))


def _read(clause: str, ear: Ear, today: date, whole: bool = False) -> Reading:
    if (ruled := ruling(clause)) is not None:
        return Reading(clause, ((ruled.intent, ruled.sure),), ruled=ruled)
    by = by_rule(clause, today)
    scores = dict(ear(clause))
    if by is not None and by.intent not in scores and whole:
        return Reading(clause, ((by.intent, by.confidence),), by)
    if by is not None and by.intent in scores:
        rest = 1 - scores[by.intent]
        scores[by.intent] = max(scores[by.intent] * RULED, SPELLED * rest if spelled_out(clause, by) else 0)
    if _code(clause) is None or guards.TROUBLE.search(clause):
        scores.pop("code", None)
    total = sum(scores.values())
    ranked = sorted(((intent, p / total) for intent, p in scores.items()), key=lambda item: -item[1])
    return Reading(clause, tuple(ranked), by)


def _request(one: Reading, said: str, today: date, around: str) -> Request:
    """The guards look at the whole text: a condition may stand in another clause than the yes."""
    intent, sure = one.intent, one.sure
    others = one.ranked[1:OTHERS]
    by = one.by if one.by and one.by.intent == intent else None
    consents = "accept_quote" in (intent, one.by and one.by.intent) or intent == "yes"
    if consents and guards.conditional(said):
        return Request("human", {"topic": "condition"}, 0.9)
    named: dict[str, Any] = {"topic": one.ruled.topic} if one.ruled and one.ruled.topic else {}
    slots = _slots(around, intent, today, by) | named
    if _held(intent, slots, said):
        sure = min(sure, HELD)
    if intent == "code":
        return Request("code", {"code": _code(said) or ""}, sure, others)
    return Request(intent, slots, sure, others)


def _held(intent: str, slots: dict[str, Any], said: str) -> bool:
    """To ask for bank details is no act: a question is answered."""
    if slots.get("topic") == "transfer":
        return bool(guards.NEGATION.search(said) or guards.CONDITION.search(said))
    return guards.held(intent, said) or (intent in READ_ONLY and guards.unwanted(said))


def _slots(around: str, intent: str, today: date, by: Request | None) -> dict[str, Any]:
    """What is looked for is what the rule found, which knows the words that ask; the rest, of the whole text."""
    found = slots_of(around, intent, today)
    if by is None:
        return found
    return {name: value for name, value in found.items() if name not in ("search", "about")} | by.slots


def _with_numbers(first: Request, second: Request) -> Request:
    """ "F-12 and F-13" are two clauses that ask for the same: several documents."""
    if first.intent != "get_document":
        return first
    both = [number for one in (first, second) for number in _numbers(one)]
    numbers = list(dict.fromkeys(both))
    return replace(first, slots=first.slots | {"doc_numbers": numbers}) if len(numbers) > 1 else first


def _numbers(request: Request) -> list[str]:
    slots = request.slots
    return list(slots.get("doc_numbers") or [slots["doc_number"]] if "doc_number" in slots else [])


def _code(text: str) -> str | None:
    """The only six-digit number of a text."""
    codes = mention.codes_in(text)
    return codes[0] if len(codes) == 1 else None


def _is_code(text: str) -> bool:
    """Nothing but digits, or digits that are called a code."""
    return re.fullmatch("[0-9 ]+", bare(text)) is not None or re.search(r"\bcode\b", fold(text)) is not None


def _exact(text: str, language: str) -> Request | None:
    plain = bare(text)
    if plain in TYPED:
        intent, slots = TYPED[plain]
        return Request(intent, dict(slots))
    if GOES_BACK.search(fold(text)) and "?" not in text:
        return Request("withdraw")
    if AUTOMATIC.holds(fold(text)):  # some are known phrases, but they get no answer
        return None
    intent = whole().get(words(text)) or whole().get(plain) or whole().get(text.strip(), "")
    if not intent:
        return act_on(text)
    if intent == "language":
        named = (code for word, code in LANGUAGES.items() if re.search(rf"\b{word}\b", plain))
        typed = plain if plain in ("fr", "en") else None
        return Request(
            intent, {"language": typed or next(named, None) or ("en" if language == "fr" else "fr")}
        )
    return Request(intent, topic(plain))


def clauses(text: str) -> list[str]:
    """Folded pieces that may each ask for something; greeting, closing and politeness left out."""
    folded = strip(text)
    whole = [piece.strip() for piece in SPLIT.split(folded) if piece and piece.strip()]
    return whole[:6] or [folded]
