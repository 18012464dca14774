"""“My details”: what the company recorded, and who may do what; a correction is passed on (mission S16)."""

from handlers.core import files, route, rows, team
from handlers.core.decide import sure
from handlers.core.registry import intent, step
from handlers.core.request import Request
from handlers.core.talk import Turn
from handlers.core.turn import Copy, Reply, Row
from handlers.rules.card import Contact, Details

CORRECTS = 3  # words; fewer are a question or a slip


@intent("profile", option="portal", right="read")
def profile(turn: Turn) -> Reply:
    details = turn.work.cards.details(turn.client)
    lines = (*_recorded(turn, details), *(_person(turn, one) for one in details.contacts))
    said = [turn.words("staff.card" if turn.team else "card.show", liste="{rows}"), *team.sheet_lines(turn)]
    reply = Reply("\n".join(said), rows=lines, language=turn.language)
    reply = reply.copy(Copy(turn.words("card.copy"), details.ref)).note(protect=True)
    if turn.team or turn.session is None:
        return reply
    return turn.then("profile.correction", reply, session=turn.session.id)


@step("profile.correction")
def correction(turn: Turn) -> Reply | None:
    """What comes next is answered as ever; what is no question of ours, or speaks of these details, is passed on.

    Only while the access that showed them is open: an old question waits for nobody.
    """
    waited = turn.session is not None and turn.data["session"] == turn.session.id
    turn.state.pop("step")
    requests = turn.heard(turn.text)
    asks = [
        one
        for one in requests
        if one.intent not in ("profile", "human", "out_of_scope") and one.confidence >= sure(one.intent)
    ]
    another = len(files.own(turn)) > 1 and files.asks(turn.text)
    if asks or another or not waited or len(turn.text.split()) < CORRECTS:
        return route.act(turn, requests)
    return route.run(turn, Request("human", {"message": turn.text}))


def _recorded(turn: Turn, details: Details) -> list[Row]:
    said = {
        "name": details.name,
        "number": details.ref,
        "address": ", ".join((details.address or "").splitlines()),
        "phone": details.phone or "",
        "siren": details.siren or "",
    }
    return [_row(turn.words(f"card.{key}"), rows.one_line(value)) for key, value in said.items() if value]


def _person(turn: Turn, contact: Contact) -> Row:
    """ "camille@dupain.example · Camille Dupain · peut voir le dossier et payer"."""
    allowed = [turn.words(f"card.{right}") for right in contact.rights]
    may = turn.words("card.may", liste=_and(turn, allowed)) if allowed else ""
    return _row(contact.address, " · ".join(filter(None, (rows.one_line(contact.name or ""), may))))


def _row(head: str, more: str) -> Row:
    return Row(number=head, date="", amount="", status="", more=more)


def _and(turn: Turn, listed: list[str]) -> str:
    *first, last = listed
    return turn.words("card.and", liste=", ".join(first), mot=last) if first else last
