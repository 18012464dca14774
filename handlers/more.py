"""SUITE: the next page of the list that was shown."""

from handlers.core.menu import with_menu
from handlers.core.registry import intent
from handlers.core.route import run
from handlers.core.talk import Turn
from handlers.core.turn import Reply
from handlers.core.understand import Request


@intent("more", option="portal", right="read")
def more(turn: Turn) -> Reply | None:
    shown = turn.state.get("list")
    if shown is None:
        return with_menu(turn, turn.say("desk.no_question"))
    if not shown["intent"]:
        return turn.say("list.end")
    return run(turn, Request(shown["intent"], shown["slots"]))
