"""Another of the companies that one chat can reach. By e-mail each company has its own address."""

from handlers.core import chat, files
from handlers.core.menu import with_menu
from handlers.core.registry import intent
from handlers.core.talk import Turn
from handlers.core.turn import Reply


@intent("company", scoped=True)
def company(turn: Turn) -> Reply:
    """By its choice, by its name, or the only other one."""
    if not turn.chat:
        return turn.say("desk.company_by_mail")
    others = chat.others(turn)
    if not others:
        return turn.say("desk.company_alone")
    wanted, name = turn.slots.get("id"), files.name_in(turn.text)
    if wanted == turn.company.id:
        return with_menu(turn, turn.say("desk.company_now"))
    picked = [one for one in others if one.id == wanted or (name and name == files.name_in(one.name))]
    if wanted is None and (turn.slots.get("other") or not name) and len(others) == 1:
        picked = others
    return chat.switch_to(turn, picked[0]) if len(picked) == 1 else chat.which_company(turn, others)
