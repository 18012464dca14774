"""AIDE, MENU: what can be asked, and that access is to be closed after use (mission S14)."""

from dataclasses import replace

from handlers.core.menu import help_lines, offers, with_menu
from handlers.core.registry import intent
from handlers.core.talk import Turn
from handlers.core.turn import Reply


@intent("help", scoped=True)
def help(turn: Turn) -> Reply:
    if turn.team:
        return with_menu(
            turn, turn.say("menu.telegram" if turn.slots.get("menu") and turn.access else "staff.help")
        )
    if turn.slots.get("menu") and turn.chat:
        return with_menu(turn, turn.say("menu.telegram"))
    if one := turn.one():
        text = turn.words("desk.only_this", **turn.document(one.kind, one.number))
    elif turn.chat and not offers(turn, "balance"):
        text = turn.words("help.person")
    elif turn.chat:
        text = turn.words("help.telegram")
    else:
        text = help_lines(turn, turn.words("help.mail"))
    reply = with_menu(turn, turn.say("menu.telegram"))
    return replace(reply, text=f"{text}\n{turn.words('help.leave')}")
