"""What can be asked here and now: only what exists, and what the options and the rights allow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from handlers.core import files, phrases, team
from handlers.core.allowed import barred
from handlers.core.turn import Choice, Reply
from handlers.rules import scope
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
ACTS = (("sign", "accept_quote"), ("decline", "refuse_quote"))  # where one document is open, and nothing else
DECIDED = tuple(intent for _, intent in ACTS)
STANDING = "menu-"  # the ids of a menu stay good: they ask, they decide nothing
LONGEST_ID, DIGITS = 64, re.compile(r"[0-9]{1,15}")  # 64 bytes is what Telegram gives back
OF_COMPANY = re.compile(rf"(?:{STANDING}\w+\.)?c([0-9]{{1,15}})(?:\.|$)")
WORDS = (
    ("balance", "balance"),
    ("invoices", "list_invoices"),
    ("quotes", "list_quotes"),
    ("pay", "pay"),
    ("sign", "accept_quote"),
    ("human", "human"),
    ("client", "client"),
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
    return not barred(turn, intent)


def standing(company: int, intent: str, ids: Sequence[int] = (), topic: str = "") -> str:
    """The id of a choice that stays good, under a menu or a message that no turn wrote: it asks this company about
    these documents, whichever one the chat is with by then."""
    asks = f"{STANDING}{intent}.c{company}"
    made = ".".join([asks, *filter(None, [topic]), *map(str, ids)])
    return made if len(made) <= LONGEST_ID else asks


def company_in(id: str) -> int | None:
    """The company whose choice this is, where its id names one. Anybody can send one: see chat.py."""
    found = OF_COMPANY.match(id)
    return int(found[1]) if found else None


def pressed_standing(id: str) -> list[Any]:
    """The intent and the slots of such an id. Anybody can send one: its documents are looked up in their own file."""
    intent, *told = id.removeprefix(STANDING).split(".")
    ids = [int(one) for one in told if DIGITS.fullmatch(one)]
    if intent in DECIDED:
        return [intent, {"id": ids[0]} if ids else {}]
    if intent != "pay":
        return [intent, {}]
    slots: dict[str, Any] = {"id": ids[0]} if len(ids) == 1 else {"ids": ids, "each": True} if ids else {}
    return [intent, slots | ({"topic": "transfer"} if "transfer" in told else {})]


def choices(turn: Turn) -> tuple[Choice, ...]:
    entries: list[tuple[str, str, dict[str, Any]]] = [
        (label, intent, {})
        for label, intent in ENTRIES + (ACTS if turn.one() else ())
        if offers(turn, intent) and _waits(turn, intent)
    ]
    entries += [(label, intent, {"other": True}) for label, intent in _elsewhere(turn)]
    named = [(phrases.label(label, turn.language), intent, slots) for label, intent, slots in entries]
    if (one := turn.one()) and offers(turn, "get_document"):
        named.insert(
            0, (phrases.the_document(one.kind, one.number, turn.language, "The"), "get_document", {})
        )
    return tuple(turn.choice(label, intent, slots, id=_id(turn, intent)) for label, intent, slots in named)


def _id(turn: Turn, intent: str) -> str:
    """Another company than the one the chat is with by then."""
    return f"{STANDING}{intent}" if intent == "company" else standing(turn.company.id, intent)


def _waits(turn: Turn, intent: str) -> bool:
    """Where one document is open, an act is offered while that document waits for it."""
    one = turn.one()
    return one is None or intent not in scope.ACTS_ON or intent in scope.acts(one, turn.today)


def _elsewhere(turn: Turn) -> Iterator[tuple[str, str]]:
    """Another client for the team; another file, another company, only where there are several."""
    if turn.only is None and turn.access:
        if turn.team:
            yield "other_client", "client"
        if len(files.own(turn)) + bool(team.role(turn)) > 1:
            yield "other_file", "file"
    if turn.state.get("several"):
        yield "other_company", "company"


def with_menu(turn: Turn, reply: Reply) -> Reply:
    """On a chat the menu comes as buttons; an e-mail names the words."""
    if not turn.chat:
        return reply.say_next(*words(turn))
    return replace(reply.offer(*choices(turn)), kind="menu").note(columns=2)


def words(turn: Turn) -> tuple[str, ...]:
    """Four to six words that make sense now."""
    one = turn.one()
    number = (one.number,) if one and offers(turn, "get_document") else ()
    left_out = (*(() if one else ACTS), *(() if turn.team else (("client", "client"),)))
    known = (pair for pair in WORDS if pair not in left_out)
    return number + tuple(phrases.word(word, turn.language) for word, intent in known if offers(turn, intent))


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
