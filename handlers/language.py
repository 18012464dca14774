"""FR, EN: the language is remembered for this conversation, this chat and this contact."""

from handlers.core.registry import intent
from handlers.core.talk import Turn
from handlers.core.turn import Reply


@intent("language", scoped=True)
def language(turn: Turn) -> Reply:
    to = turn.slots.get("language") or ("en" if turn.language == "fr" else "fr")
    turn.talk.language = to
    if turn.said.channel == "telegram":
        turn.work.chats.save(turn.said.channel, turn.said.address, turn.company, turn.scope, to, turn.now)
    if turn.access and not turn.team:
        turn.work.accounts.remember_language(turn.access, to)
    return turn.say("settings.language")
