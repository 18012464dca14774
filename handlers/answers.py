"""OUI, NON, ANNULER with no question open: a choice that is open is answered before it comes here."""

from handlers.core.menu import with_menu
from handlers.core.registry import intent
from handlers.core.talk import Turn
from handlers.core.turn import Reply


@intent("yes", scoped=True)
@intent("no", scoped=True)
def no_question(turn: Turn) -> Reply:
    return with_menu(turn, turn.say("desk.no_question"))


@intent("cancel", scoped=True)
def cancel(turn: Turn) -> Reply:
    for used in ("step", "offers", "list", "deciding"):
        turn.state.pop(used, None)
    return turn.say("desk.cancelled")
