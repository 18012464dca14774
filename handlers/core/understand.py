"""What a message asks for: `understand(text, state, language, today) -> [Request]`.

One seam: whatever stands behind `understand` (today the phrases of handlers/phrases/*.toml, longest wins), the rest of
the house sees Requests only. Nothing here acts, and nothing here knows the client. Both languages are always read.
`state` says what the conversation waits for: "code", "yes_no", "choice" or "" (nothing).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

from handlers.core.heard import BARE, LANGUAGES, SPLIT, TYPED, pattern, topic, whole
from handlers.core.slots import numbers_in, slots_of
from handlers.core.strip import bare, strip
from handlers.rules import mention, sought
from handlers.rules.text import fold, words

State = Literal["", "code", "yes_no", "choice"]
Decision = Literal["act", "confirm", "choose", "menu", "silent"]

READ_ONLY = frozenset(
    (
        *("balance", "statement", "list_invoices", "list_quotes", "get_document", "contracts"),
        *("calendar", "interactions", "profile", "proof"),
    )
)
CHANGES = frozenset(("pay", "accept_quote", "refuse_quote", "notifications_off", "notifications_on"))
ACT, CONFIRM, CHOOSE = 0.65, 0.75, 0.45


@dataclass(frozen=True)
class Request:
    intent: str
    slots: dict[str, Any] = field(default_factory=dict)
    confidence: float = 1.0


def understand(text: str, state: State, language: str, today: date) -> list[Request]:
    """The requests of one message, in order; empty when nothing was understood."""
    if (code := _code(text)) and (state == "code" or _is_code(text)):
        return [Request("code", {"code": code})]
    if exact := _exact(text, language):
        said = slots_of(fold(text), exact.intent, today, bare(text))
        return [replace(exact, slots=exact.slots | said)]
    found: dict[str, Request] = {}
    for clause in clauses(text):
        if request := _clause(clause, today):
            former = found.get(request.intent)
            found[request.intent] = _with_numbers(former, request) if former else request
    real = [request for request in found.values() if request.intent not in BARE]
    if real:
        return real
    return list(found.values())[:1]


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


def decide(requests: list[Request]) -> tuple[Decision, list[str]]:
    """What may be done with them, and at most three intents to choose from (facts: a change is never acted on)."""
    if not requests or requests[0].intent == "out_of_scope":
        return "menu", []
    first = requests[0]
    if first.intent in CHANGES:
        return ("confirm" if first.confidence >= CONFIRM else "choose"), [first.intent, "human"]
    if first.confidence >= ACT:
        return "act", []
    if first.confidence >= CHOOSE:
        return "choose", list(dict.fromkeys([r.intent for r in requests] + ["human"]))[:3]
    return "menu", []


def _exact(text: str, language: str) -> Request | None:
    plain = bare(text)
    if plain in TYPED:
        intent, slots = TYPED[plain]
        return Request(intent, dict(slots))
    known = whole().get(words(text)) or whole().get(plain) or whole().get(text.strip())
    if known is None:
        return None
    intent = known
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


# --- one clause

MANY = re.compile(r"\b(?:factures|invoices|bills|avoirs|credit notes|quotes|estimates|quotations)\b")
ACCOUNT = re.compile(
    r"\b(?:mouvements?|releves?|extrait de compte|grand livre|statement|transactions|movements|ledger)\b"
    r"|\b(?:historique|history)\b(?=.*\b(?:factures|avoirs|paiements|invoices|payments|bills)\b)"
    r"|\b(?:invoice|billing) history\b"
)
ONE_QUOTE = re.compile(
    r"\b(?:le|mon|ce|dernier|du|un|the|my|this|last) (?:dernier |nouveau )?(?:devis|quote)\b"
)
PAPERS = ("get_document", "list_invoices", "list_quotes")
ANY_ONE = re.compile(r"(?:moi |me |for )?(?:une?|des|d'|an?|some) ?\b")
NEGATION = re.compile(r"\b(?:ne|n'|pas|jamais|aucune?|sans|not|never|\w+n't|deja|already)\b|\bn'")
CONDITION = re.compile(r"\b(?:si|condition|sauf|quand|des que|if|unless|once|provided)\b|\?")
HOW = re.compile(r"\b(?:comment|ou|how|where)\b")
SWITCHES = ("file", "company", "client")
SWITCHING = 6  # words: in a longer sentence "another company" is somebody else
SMALL_TALK = 14  # words: past these, one lone noun proves little


def _clause(clause: str, today: date) -> Request | None:
    plain = words(clause)
    found = _phrases(plain)
    phrase, intent = max(
        found, key=lambda item: (item[1] != "by_mail", len(item[0])), default=("", "")
    )  # "by e-mail" says how, never what
    if plain in whole():
        phrase, intent = plain, whole()[plain]
    number = next(iter(numbers_in(clause)), None)
    kind = mention.kind_in(clause)
    strong = _verb(found)
    if strong and intent in (*PAPERS, "balance", ""):
        intent, phrase = strong
    elif intent in PAPERS and not number and ACCOUNT.search(clause):
        intent = "statement"
    elif intent in (*PAPERS, "by_mail", "") and (number or kind or _place(clause)):
        intent, phrase = _about_documents(clause, number, kind), phrase or plain
    elif not intent and _looks_for(clause):
        intent = "get_document"
    if not intent:
        return _greeting(plain)
    slots = slots_of(clause, intent, today, phrase) | topic(phrase)
    return Request(intent, slots, _confidence(clause, plain, phrase, intent, slots))


def _looks_for(clause: str) -> bool:
    """A search said in so many words, or a clause that is nothing but words in quotes; not of "a good restaurant"."""
    wanted = sought.after_verb(clause)
    if wanted is not None:
        return bool(sought.content(wanted)) and not ANY_ONE.match(wanted)
    return clause[:1] in '«“"' and bool(sought.quoted(clause))


def _place(clause: str) -> bool:
    """ "The one before", said alone."""
    return len(clause.split()) <= 4 and mention.ordinal_in(clause) is not None


def _phrases(plain: str) -> list[tuple[str, str]]:
    """(phrase, intent) of all that are found in a clause; "by mail" within a sentence says nothing by itself."""
    found = [(match[1], whole()[match[1]]) for match in pattern().finditer(plain)]
    apart = SWITCHES if len(plain.split()) > SWITCHING else ()
    return [
        (text, intent)
        for text, intent in found
        if intent not in apart and not (intent == "by_mail" and text.count(" ") < 2)
    ]


def _verb(found: list[tuple[str, str]]) -> tuple[str, str] | None:
    """An act said beside a document wins over the document: "payer la facture F-12"."""
    acts = [
        (intent, text) for text, intent in found if intent in CHANGES | {"human", "proof", "out_of_scope"}
    ]
    return max(acts, key=lambda item: len(item[1]), default=None)


def _about_documents(clause: str, number: str | None, kind: str | None) -> str:
    if number or kind == "annex":
        return "get_document"
    if kind == "contract":
        return "contracts"
    if mention.ordinal_in(clause) and not MANY.search(clause):
        return "get_document"
    if kind == "quote":
        return "get_document" if ONE_QUOTE.search(clause) and not MANY.search(clause) else "list_quotes"
    return "list_invoices" if MANY.search(clause) else "get_document"


def _greeting(plain: str) -> Request | None:
    """A whole clause that is only a courtesy, a yes or a no."""
    intent = whole().get(plain)
    return Request(intent) if intent in BARE else None


def _confidence(clause: str, plain: str, phrase: str, intent: str, slots: dict[str, Any]) -> float:
    count = len(plain.split())
    if intent in CHANGES:
        if (
            intent != "refuse_quote"
            and (NEGATION.search(clause) or CONDITION.search(clause))
            and not HOW.search(clause)
        ):
            return 0.5
        return 0.9
    if {"doc_number", "ordinal"} & slots.keys() or count <= 6 or len(phrase.split()) >= 3:
        return 0.9
    if len(phrase.split()) == 2 or slots.keys() - {"doc_kind", "about"}:
        return 0.8
    return 0.7 if count <= SMALL_TALK else 0.5
