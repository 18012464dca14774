"""Another of the files that one mailbox opens, chosen again later."""

from handlers.core.menu import with_menu
from handlers.core.registry import intent
from handlers.core.talk import Turn
from handlers.core.turn import Reply


@intent("file", scoped=True)
def file(turn: Turn) -> Reply:
    assert turn.account is not None
    assert turn.session is not None
    files = turn.files(turn.account)
    picked = next((one for one in files if one.client.id == turn.slots.get("client")), None)
    if picked is None or turn.only is not None:
        return with_menu(turn, turn.say("desk.old_button"))
    turn.session = turn.work.sessions.choose(turn.session, picked.client)
    turn.access = picked
    return with_menu(turn, turn.say("desk.greet_open"))
