"""A chat that had blocked us lets us in again: each company asks once whether its messages are wanted here."""

from __future__ import annotations

from datetime import datetime

from handlers.core import phrases
from handlers.core.ports import Work
from handlers.core.talk import Turn
from handlers.core.turn import Reply


def came_back(work: Work, channel: str, chat: str, now: datetime) -> None:
    """Keep, for each company of this chat, that it is to ask."""
    here = work.chats.load(channel, chat)
    if here is None or here.blocked_at is None:
        return
    work.chats.block(channel, chat, None)
    for company in work.chats.companies(channel, chat):
        talk = work.talks.load(company, channel, chat)
        talk.state["back"] = here.blocked_at.isoformat()
        work.talks.save(company, channel, chat, talk, now)


def welcome_back(turn: Turn) -> Reply | None:
    """After the answer, in an open access, where something went by e-mail meanwhile; never beside another question."""
    if turn.session is None or turn.account is None or any(one["as"] for one in turn.offers):
        return None
    since = turn.state.pop("back", None)
    if since is None or not turn.work.notices.fell_back(turn.account, datetime.fromisoformat(since)):
        return None
    here = {"what": "", "where": [turn.said.channel]}
    labels = phrases.labels("notify", "unblocked", turn.language)
    no = ("notifications_off", here)
    return turn.yes_no(turn.say("notify.unblocked"), ("notifications_on", here), no, labels)
