"""“VÉRIFIER” without a file: how to have one checked. With one it is answered before anything else (N14)."""

from handlers.core import verifying
from handlers.core.registry import intent
from handlers.core.talk import Turn
from handlers.core.turn import Reply


@intent("verify", scoped=True)
def verify(turn: Turn) -> Reply | None:
    return verifying.answer(turn) if verifying.pdfs(turn) else verifying.how(turn)
