"""Whose file: where one mailbox opens several, always asked, always named, changed by one tap or one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from handlers.core import phrases
from handlers.core.heard import asked
from handlers.core.strip import bare
from handlers.core.turn import Reply
from handlers.rules.card import Looked
from handlers.rules.number import normal
from handlers.rules.paper import Access, Client, Wanted
from handlers.rules.text import fold, searchable

if TYPE_CHECKING:
    from handlers.core.ports import Session
    from handlers.core.request import Request
    from handlers.core.talk import Turn

LONGEST = 4000  # characters of a message kept for later
A_NAME = 8  # words; a longer text is a sentence
A_PAGE = 8  # the buttons of one screen
NAMED_BESIDE = frozenset(("balance", "profile"))  # where other words are no search within the file
CALLED = frozenset(("dossier", "client", "fiche", "account", "file", "customer"))
SAID_AROUND = """
dossier dossiers client cliente clients fiche compte file files account accounts customer customers
entreprise entreprises societe company companies autre autres other another un une the a an
le la les l de du des d of for to on sur pour mon ma mes my notre our s y il elle au aux
je j nous i we veux voudrais aimerais want would like need voir see show me moi montre montrez
ouvre ouvrir ouvrez open change changer changez passe passer passons switch go aller maintenant
tous toutes all every liste list which quel quelle quels
now svp stp please merci is est celui chez at with avec
"""
REPORT = frozenset(
    ("bilan", "quoi de neuf", "que s'est il passe", "report", "what's new", "whats new", "what happened")
)
AROUND = frozenset(SAID_AROUND.split())  # they say "another file", and are no part of its name


def name_in(text: str) -> str:
    """ "Je voudrais voir le dossier de Dupont" names "dupont"; "autre dossier" names none."""
    return " ".join(word for word in bare(text).split() if word not in AROUND)


def asks(text: str) -> bool:
    """Is a file asked for by name: "dossier Dupont"?"""
    said = bare(text).split()
    return len(said) <= A_NAME and bool(CALLED & set(said)) and bool(name_in(text))


def asks_all(text: str) -> bool:
    """ "Tous les clients", with no name."""
    return bool({"clients", "customers"} & set(bare(text).split())) and not name_in(text)


def asks_what_happened(text: str) -> bool:
    """BILAN, said alone: no intent, for it is nothing to anybody but the team."""
    return bare(fold(text)).strip(" ?!.") in REPORT


def left_over(text: str) -> str:
    """ "Quel est le solde de Dupont ?" is about "dupont": what no phrase of any intent says."""
    return " ".join(word for word in name_in(text).split() if word not in _spoken() and len(word) > 2)


@cache
def _spoken() -> frozenset[str]:
    return frozenset(word for phrase, _ in asked() for word in phrase.split())


def named(files: Sequence[Access], name: str) -> list[Access]:
    """Those whose name or number holds each of these words, or its beginning."""
    wanted = searchable(name).split()

    def fits(one: Access) -> bool:
        has = searchable(f"{one.client.name} {one.client.ref}").split()
        return bool(wanted) and all(any(word.startswith(part) for word in has) for part in wanted)

    return [one for one in files if fits(one)]


def names_one(turn: Turn) -> bool:
    """Does this message name a file, where there are several?"""
    mine = own(turn)
    return len(mine) > 1 and (asks(turn.text) or bool(named(mine, name_in(turn.text))))


def own(turn: Turn) -> tuple[Access, ...]:
    """The files that this mailbox opens as a contact."""
    return turn.files(turn.account) if turn.account else ()


def standing(turn: Turn, session: Session) -> tuple[bool, Access | None]:
    """Is there still a file, and which one is open, with the rights of today."""
    mine = turn.files(session.account)
    return bool(mine), next((one for one in mine if one.client.id == session.client_id), None)


def meant(turn: Turn, first: Request) -> Access | None:
    """The one other file that is meant: named ("le solde du garage"), or the only one with a document so numbered."""
    others = [one for one in own(turn) if one.client.id != turn.client.id] if not turn.team else []
    if not others:
        return None
    found = named(others, beside(turn, first))
    if (number := numbered(first)) and not holds(turn, turn.client, number, True):
        found = [one for one in others if holds(turn, one.client, number)]
    return found[0] if len(found) == 1 else None


def beside(turn: Turn, request: Request) -> str:
    """The words of a request that match nothing in this file: perhaps the name of another one."""
    if request.intent in NAMED_BESIDE:
        return left_over(turn.text)
    about = str(request.slots.get("about", ""))
    return about if about and not _matches(turn, request.intent, about) else ""


def _matches(turn: Turn, intent: str, said: str) -> bool:
    cards, client, zone, looked = turn.work.cards, turn.client, turn.company.timezone, Looked(words=said)
    if intent == "contracts":
        return cards.contracts(client, looked, 0, 1).count > 0
    if intent == "calendar":
        return cards.events(client, looked, turn.now, zone, 0, 1).count > 0
    if intent == "interactions":
        return cards.interactions(client, looked, zone, 0, 1).count > 0
    return turn.work.books.find(client, Wanted(words=said), turn.today, 0, 1).count > 0


def numbered(request: Request) -> str:
    """The number of the one document that is asked for, normalised."""
    return normal(str(request.slots.get("doc_number", ""))) if request.intent == "get_document" else ""


def holds(turn: Turn, client: Client, number: str, part: bool = False) -> bool:
    """Is there a document of this number, or where `part`, of a number that holds this, in the file?"""
    wanted = [Wanted(number=number)] + ([Wanted(number_part=number)] if part else [])
    return any(turn.work.books.find(client, one, turn.today, 0, 1).count for one in wanted)


def take(turn: Turn, access: Access) -> None:
    """Look at this file from now on."""
    assert turn.session is not None
    turn.session = turn.work.sessions.choose(turn.session, access.client)
    turn.access = access
    forget(turn)


def keep(turn: Turn, requests: Sequence[Request]) -> None:
    """What was asked is answered right after the code, or the choice of a file; newer requests replace it. Words that
    ask for nothing may be the name of a file. BILAN stands beside the rest: only the code tells whether it means the
    team's report."""
    before, text = turn.state.get("pending", {}), turn.text[:LONGEST]
    name = "@" not in text and 0 < len(text.split()) <= A_NAME and not before
    report = asks_what_happened(text)
    if requests or name:
        report |= "report" in before and before["text"] == text
        turn.state["pending"] = {"requests": [one.kept() for one in requests], "text": text}
    if report:
        turn.state.setdefault("pending", {"requests": [], "text": text})["report"] = True


def forget(turn: Turn) -> None:
    """Nothing that was begun, listed or offered in one file goes on in another."""
    for used in ("step", "list", "last", "offers", "lost", "paper", "asked", "deciding", "shown"):
        turn.state.pop(used, None)
    turn.offers = []


def ask(turn: Turn, team: bool, found: Sequence[Access] = (), offset: int = 0) -> Reply:
    """Which one? `team` adds the team's own access; `found` are those that a name left open."""
    turn.state["files"] = True
    listed = found or own(turn)
    if found:
        key = "desk.accounts_found"
    elif team:
        key = "staff.which_one" if len(listed) == 1 else "staff.which_many"
    else:
        key = "desk.which_account"
    reply = turn.say(key, n=len(listed), liste="")
    for one in listed[offset : offset + A_PAGE]:
        reply = reply.offer(turn.choice(one.client.name, "file", {"client": one.client.id}))
    if len(listed) > offset + A_PAGE:
        word, label = phrases.word("more", turn.language), phrases.label("more", turn.language)
        reply = reply.offer(turn.choice(label, "file", {"offset": offset + A_PAGE}, word=word))
    if team and not found:
        reply = reply.offer(turn.choice(phrases.label("team", turn.language), "client", {"team": True}))
    return reply


def heading(turn: Turn) -> str:
    """Whose file and which company, where either could be another: "Dupont SARL · Atelier Exemple"."""
    names = []
    if turn.access and (turn.team or len(own(turn)) > 1 or "files" in turn.state):
        names.append(turn.client.name)
    if turn.chat and turn.state.get("several"):
        names.append(turn.company.name)
    return " · ".join(names)
