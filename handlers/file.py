"""Which of the files that one mailbox opens: chosen after the code, changed later by one tap or one sentence."""

from __future__ import annotations

from handlers.core import files, team
from handlers.core.choices import chosen
from handlers.core.decide import ACT, sure
from handlers.core.menu import with_menu
from handlers.core.registry import intent, step
from handlers.core.request import CHANGES, Request
from handlers.core.route import resume, run
from handlers.core.talk import Turn
from handlers.core.turn import Reply
from handlers.rules.paper import Access

ANYWHERE = frozenset(  # what needs no file
    ("file", "client", "company", "help", "logout", "language", "cancel", "thanks", "done")
)
COURTESY = frozenset(("greet", "login", "yes", "no", "more", "out_of_scope", "code"))


@intent("file")
def file(turn: Turn) -> Reply | None:
    """Another one: by its choice, by its name, or the only other one."""
    mine, slots = files.own(turn), turn.slots
    if "client" in slots:
        picked = next((one for one in mine if one.client.id == slots["client"]), None)
        return open_file(turn, picked) if picked else with_menu(turn, turn.say("desk.old_button"))
    if "offset" in slots:
        return files.ask(turn, bool(team.role(turn)), offset=int(slots["offset"]))
    if name := "" if slots.get("other") else files.name_in(turn.text):
        if turn.team:
            return run(turn, Request("client", {"words": turn.text}))
        return _by_name(turn, files.named(mine, name)) or _none(turn)
    return _another(turn, mine)


def _by_name(turn: Turn, found: list[Access]) -> Reply | None:
    if len(found) == 1:
        return open_file(turn, found[0])
    return files.ask(turn, False, found) if found else None


def _none(turn: Turn) -> Reply:
    asked = _another(turn, files.own(turn), ask=True)
    return asked.after(turn.say("desk.no_account", recherche=turn.text.strip()[:60]))


def _another(turn: Turn, mine: tuple[Access, ...], ask: bool = False) -> Reply:
    """The only other one at once; else which one is asked."""
    role = team.role(turn)
    here = turn.access.client.id if turn.access and not turn.team else None
    others = [one for one in mine if one.client.id != here]
    of_team = bool(role) and not turn.team
    if turn.team and not others:
        return run(turn, Request("client")) or turn.say("staff.which_client")
    if len(others) + of_team == 0:
        return with_menu(turn, turn.say("desk.account_alone", client=turn.client.name))
    if len(others) + of_team > 1 or ask or turn.access is None:
        return files.ask(turn, bool(role))
    answer = open_file(turn, others[0]) if others else run(turn, Request("client", {"team": True}))
    return answer or turn.say("desk.greet_open")


def open_file(turn: Turn, access: Access) -> Reply | None:
    files.take(turn, access)
    return resume(turn, "desk.account_open")


@step("no_file")
def no_file(turn: Turn) -> Reply | None:
    """The code is right, the file not yet chosen: everything said chooses one, or waits until one is chosen."""
    hello = "first" in turn.slots
    if (found := chosen(turn)) is not None:
        requests = [Request(*found["do"])]
    else:
        requests = turn.heard(turn.text)
    first = requests[0] if requests else Request("", confidence=0)
    if first.intent in ANYWHERE and first.confidence >= ACT:
        if hello and first.intent == "help":
            turn.state.pop("pending", None)
        return run(turn, first)
    if turn.team and first.confidence == 1 and first.intent in CHANGES | {"human"}:
        return turn.say("staff.read_only")
    understood = first.confidence == 1 and first.intent not in COURTESY
    asked = [one for one in requests if one.intent not in COURTESY | ANYWHERE and one.confidence >= ACT]
    kept = [one for one in asked if not (turn.team and files.numbered(one))]
    if not understood and (reply := _said_by_name(turn, kept)):
        return reply
    files.keep(turn, kept)
    if turn.team and hello:
        return turn.say("staff.greet")
    if turn.team and files.name_in(turn.text) and (not any(map(_asks, requests)) or asked != kept):
        return team.nobody(turn, turn.text)
    mine = files.own(turn)
    only = mine[0] if len(mine) == 1 and not turn.team and not team.role(turn) else None
    return open_file(turn, only) if only else team.which_file(turn)


def _asks(request: Request) -> bool:
    """Is it a request, and not a name that sounds like one?"""
    stray = request.intent == "out_of_scope" and request.confidence < 1
    return request.confidence >= sure(request.intent) and not stray


def _said_by_name(turn: Turn, asked: list[Request]) -> Reply | None:
    """ "Le solde de Dupont": the file, then what is asked of it."""
    if not turn.text.strip():
        return None
    if turn.team:
        if team.find(turn, turn.text).count == 0:
            return None
        files.keep(turn, asked)
        return run(turn, Request("client", {"words": turn.text}))
    mine = files.own(turn)
    said = (files.name_in(turn.text), files.left_over(turn.text))
    named = next((found for name in said if (found := files.named(mine, name))), [])
    if named:
        files.keep(turn, asked)
    return _by_name(turn, named)
