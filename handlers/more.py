"""SUITE, « Voir la suite », « Page précédente »: another page of the list that was shown."""

from handlers.core.menu import with_menu
from handlers.core.registry import intent
from handlers.core.request import Request
from handlers.core.route import run
from handlers.core.talk import Turn
from handlers.core.turn import Reply


@intent("more", option="portal", right="read")
def more(turn: Turn) -> Reply | None:
    shown = turn.state.get("list")
    if shown is None:
        return with_menu(turn, turn.say("desk.no_question"))
    back = bool(turn.slots.get("back"))
    offset = shown.get("back" if back else "next")
    if offset is None:
        return turn.say("list.start" if back else "list.end")
    reply = run(turn, Request(shown["intent"], {**shown["slots"], "offset": offset}))
    return _in_place(turn, reply) if reply else None


def _in_place(turn: Turn, reply: Reply) -> Reply:
    """A pressed button changes the page where it stands; a message with a file cannot be changed into one."""
    if not (turn.said.pressed and turn.said.edits) or reply.documents:
        return reply
    return reply.note(edit=turn.said.edits)
