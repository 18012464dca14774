"""What a clause asks for by its words alone: the short forms of the phrase files, and what it says of documents.

Without a trained classifier this is all there is; with one, it makes what it says likelier.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Any

from handlers.core.heard import BARE, asked, pattern, topic, whole
from handlers.core.request import CHANGES, Request
from handlers.core.slots import numbers_in, slots_of
from handlers.core.strip import strip
from handlers.rules import mention, sought
from handlers.rules.place import place_in, places_in
from handlers.rules.pointing import SMALL
from handlers.rules.text import words

MANY = re.compile(r"\b(?:factures|invoices|bills|avoirs|credit notes|quotes|estimates|quotations)\b")
ACCOUNT = re.compile(
    r"\b(?:mouvements?|releves?|extrait de compte|grand livre|statement|transactions|movements|ledger)\b"
    r"|\b(?:historique|history)\b(?=.*\b(?:factures|avoirs|paiements|invoices|payments|bills)\b)"
    r"|\b(?:invoice|billing) history\b"
)
ONE_QUOTE = re.compile(
    r"\b(?:le|mon|ce|dernier|du|un|the|my|this|last) (?:dernier |nouveau )?(?:devis|quote)\b"
)
BALANCE = re.compile(r"\b(?:soldes?|balance)\b")
PAPERS = ("get_document", "list_invoices", "list_quotes")
ANY_ONE = re.compile(r"(?:moi |me |for )?(?:une?|des|d'|an?|some) ?\b")
NEGATION = re.compile(r"\b(?:ne|n'|pas|jamais|aucune?|sans|not|never|\w+n't|deja|already)\b|\bn'")
CONDITION = re.compile(r"\b(?:si|condition|sauf|quand|des que|if|unless|once|provided)\b|\?")
HOW = re.compile(r"\b(?:comment|ou|how|where)\b")
ABOUT_ONE = frozenset(("pay", "accept_quote", "refuse_quote"))  # acts on a document
SWITCHES = ("file", "company", "client")
SWITCHING = 6  # words: in a longer sentence "another company" is somebody else
FEW = 3  # words: such a clause is nothing but the document
SHORT = 7  # words: such a clause asks for one thing
SMALL_TALK = 14  # words: past these, one lone noun proves little


def by_rule(clause: str, today: date) -> Request | None:
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
    slots = slots_of(clause, intent, today, phrase) | _topic(found, phrase, intent)
    return Request(intent, slots, _confidence(clause, plain, phrase, intent, slots))


def _topic(found: tuple[tuple[str, str], ...], phrase: str, intent: str) -> dict[str, Any]:
    """Of an act, whatever says it: "je voudrais payer" says no topic, "par virement" does."""
    others = [text for text, name in found if name == intent and intent in CHANGES]
    return next((said for text in (phrase, *others) if (said := topic(text))), {})


def act_on(text: str) -> Request | None:
    """An act and its document, and nothing else: "payer F-12", "signer la deuxième"; one pays several at once."""
    said = strip(text)
    for phrase, intent in asked():
        if intent in ABOUT_ONE and said.startswith(f"{phrase} "):
            named = _only_names(said.removeprefix(phrase), several=intent == "pay")
            return Request(intent, topic(phrase)) if named else None
    return None


def _only_names(rest: str, several: bool) -> bool:
    if place_in(words(rest)) or (several and places_in(words(rest))):
        return True
    left = {*re.findall("[a-z]+", mention.without(rest))} - ({"et", "and"} if several else set())
    count = len(mention.numbers_in(rest))
    return (count == 1 or (several and count > 1)) and SMALL.issuperset(left)


def spelled_out(clause: str, request: Request) -> bool:
    """Is it said in a form that leaves no doubt: a search, files, several numbers, a ledger, "solde", "ce devis"?"""
    slots, count = request.slots, len(clause.split())
    if "search" in slots or "files" in slots or {"doc_numbers", "places"} & slots.keys():
        return True
    if request.intent == "statement":
        return bool(ACCOUNT.search(clause))
    if request.intent == "balance":
        return count <= SHORT and bool(BALANCE.search(clause))
    if request.intent != "get_document":
        return False
    if "doc_number" in slots:
        return sought.after_verb(clause) is not None or ("doc_kind" in slots and count <= FEW + 1)
    return count <= FEW and bool(ONE_QUOTE.search(clause) or _place(clause))


def _looks_for(clause: str) -> bool:
    """A search said in so many words, or a clause that is nothing but words in quotes; not of "a good restaurant"."""
    wanted = sought.after_verb(clause)
    if wanted is not None:
        return bool(sought.content(wanted)) and not ANY_ONE.match(wanted)
    return clause[:1] in '«“"' and bool(sought.quoted(clause))


def _place(clause: str) -> bool:
    """ "The one before", said alone."""
    return len(clause.split()) <= 4 and mention.ordinal_in(clause) is not None


@lru_cache(32)  # the message, then its clauses; a message of one clause twice
def _phrases(plain: str) -> tuple[tuple[str, str], ...]:
    """(phrase, intent) of all that are found in a clause; "by mail" within a sentence says nothing by itself."""
    found = [(match[1], whole()[match[1]]) for match in pattern().finditer(plain)]
    apart = SWITCHES if len(plain.split()) > SWITCHING else ()
    return tuple(
        (text, intent)
        for text, intent in found
        if intent not in apart and not (intent == "by_mail" and text.count(" ") < 2)
    )


def _verb(found: tuple[tuple[str, str], ...]) -> tuple[str, str] | None:
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
