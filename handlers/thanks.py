"""“Merci”: one short answer on a chat; by e-mail thanks end there."""

from handlers.core.registry import intent
from handlers.core.talk import Turn
from handlers.core.turn import Reply


@intent("thanks", scoped=True)
@intent("done", scoped=True)
def thanks(turn: Turn) -> Reply | None:
    return turn.say("desk.thanks") if turn.chat else None
