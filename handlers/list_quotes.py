"""“My quotes”, “quotes to sign”: those sent or decided, never a draft; five a page, or all as PDF (mission S23)."""

from handlers.core import several
from handlers.core.listing import listed
from handlers.core.registry import intent
from handlers.core.talk import Turn
from handlers.core.turn import Reply


@intent("list_quotes", option="portal", right="read")
def list_quotes(turn: Turn) -> Reply | None:
    answer = several.asked if turn.slots.get("files") else listed
    return answer(turn, "quotes", ("quote",))
