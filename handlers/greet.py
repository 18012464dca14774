"""“Bonjour”, or the link opened once more: what can be seen here; CODE, for a new one."""

from handlers.core import registry
from handlers.core.deciding import awaiting, line
from handlers.core.menu import with_menu
from handlers.core.registry import intent
from handlers.core.talk import Turn
from handlers.core.turn import Reply


@intent("greet", scoped=True)
def greet(turn: Turn) -> Reply:
    return with_menu(turn, turn.say("desk.greet_open"))


@intent("login", scoped=True)
def login(turn: Turn) -> Reply | None:
    """The access is open already: the same hello, but for CODE where the code of an act is awaited."""
    step = awaiting(turn) if line(turn) == "code" else ""
    return registry.STEPS[step](turn) if step else greet(turn)
