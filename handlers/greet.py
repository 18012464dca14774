"""“Bonjour”, or the link opened once more: what can be seen here."""

from handlers.core.menu import with_menu
from handlers.core.registry import intent
from handlers.core.talk import Turn
from handlers.core.turn import Reply


@intent("greet", scoped=True)
@intent("login", scoped=True)
def greet(turn: Turn) -> Reply:
    """The access is open already: a log-in asked for now is the same hello."""
    return with_menu(turn, turn.say("desk.greet_open"))
