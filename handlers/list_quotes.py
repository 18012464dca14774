"""“My quotes”, “quotes to sign”: those sent or decided, never a draft (mission S23)."""

from handlers.core.listing import listed
from handlers.core.registry import intent
from handlers.core.talk import Turn
from handlers.core.turn import Reply


@intent("list_quotes", option="portal", right="read")
def list_quotes(turn: Turn) -> Reply:
    return listed(turn, "quotes", ("quote",))
