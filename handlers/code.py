"""Six digits when no step awaits them: the code of an act, the code typed twice, or the number of a document."""

from handlers.core import registry
from handlers.core.deciding import awaiting
from handlers.core.menu import with_menu
from handlers.core.registry import intent
from handlers.core.request import Request
from handlers.core.route import run
from handlers.core.talk import Turn
from handlers.core.turn import Reply
from handlers.rules.paper import Wanted


@intent("code", scoped=True)
def code(turn: Turn) -> Reply | None:
    if step := awaiting(turn):
        return registry.STEPS[step](turn)
    digits = str(turn.slots.get("code", ""))
    for wanted in (Wanted(number=digits), Wanted(number_part=digits)):
        if turn.only is None and turn.work.books.find(turn.client, wanted, turn.today, 0, 1).count:
            return run(turn, Request("get_document", {"doc_number": digits}))
    return with_menu(turn, turn.say("desk.greet_open"))
