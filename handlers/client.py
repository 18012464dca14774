"""The client that a member of the team looks at: by name, number, address or document (design, section 2)."""

from __future__ import annotations

from handlers.core import files, team
from handlers.core.menu import with_menu
from handlers.core.registry import STEPS, intent
from handlers.core.request import Request
from handlers.core.route import resume, run
from handlers.core.talk import Turn
from handlers.core.turn import Reply
from handlers.rules.number import normal
from handlers.rules.paper import Client


@intent("client")
def client(turn: Turn) -> Reply | None:
    """CLIENT, "autre client", "dossier Dupont", a choice, or a text that says nothing else."""
    slots = turn.slots
    if slots.get("team") and team.role(turn):
        team.leave_file(turn)
        return STEPS["report"](turn) if team.asks_what_happened(turn) else turn.say("staff.greet")
    if not turn.team:
        return run(turn, Request("file", {key: slots[key] for key in slots.keys() & {"client", "offset"}}))
    if "client" in slots:
        picked = turn.work.team.client(turn.company, int(slots["client"]))
        if picked is None:
            return with_menu(turn, turn.say("desk.old_button"))
        return _open(turn, picked, slots.get("document"))
    text = str(slots.get("words", "" if slots.get("other") else turn.text))
    # "Client A" holds no word that could not be "another client": it is a name where somebody has it.
    if not files.name_in(text) and not (text and team.find(turn, text).count):
        team.leave_file(turn)
        return turn.say("staff.which_client")
    return _by_words(turn, text, int(slots.get("offset", 0)))


def _by_words(turn: Turn, text: str, offset: int) -> Reply | None:
    found = team.find(turn, text, offset)
    if only := found.only:
        return _open(turn, only[0], only[1].id if only[1] else None)
    return team.which(turn, found, text) if found.count else team.nobody(turn, text)


def _open(turn: Turn, client: Client, document: int | None) -> Reply | None:
    """The file, and what was asked for before it was chosen; a document that was named comes first."""
    team.open_file(turn, client)
    if document is not None and not _waits(turn, document):
        asked = "proof" if _asked(turn) == "proof" else "get_document"
        turn.state["pending"] = {"requests": [[asked, {"id": document}, 1.0]], "text": turn.text}
    return resume(turn, "staff.client")


def _asked(turn: Turn) -> str:
    """PREUVE, before its quote was named."""
    return next((str(name) for name, *_ in turn.state.get("pending", {}).get("requests", [])), "")


def _waits(turn: Turn, document: int) -> bool:
    """Is what was asked for already about this document: its proof, its copy by e-mail?"""
    paper = turn.work.books.by_id(turn.client, document)
    asked = turn.state.get("pending", {}).get("requests", [])[:1]
    said = [str(slots.get("doc_number", "")) for name, slots, *_ in asked if name != "get_document"]
    return paper is not None and normal(paper.number) in map(normal, said)
