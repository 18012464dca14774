"""STOP and REPRENDRE: which of the messages that nobody asked for come, and where (mission B4, N16).

An answer to a mail of ours from the mailbox that received it is enough, as with the link in its header: no code.
"""

from __future__ import annotations

from handlers.core import stopping
from handlers.core.registry import intent
from handlers.core.talk import Turn
from handlers.core.turn import Reply


@intent("notifications_off", scoped=True, team=False)
def off(turn: Turn) -> Reply:
    assert turn.account is not None
    what, where = stopping.what(turn), stopping.where(turn)
    turn.work.notices.stop(turn.account, stopping.kinds(what), where, "word", turn.now)
    return _said(turn, "stopped", what, where)


@intent("notifications_on", scoped=True, team=False)
def on(turn: Turn) -> Reply:
    assert turn.account is not None
    what, where = stopping.what(turn), stopping.where(turn)
    turn.work.notices.resume(turn.account, stopping.kinds(what), where)
    return _said(turn, "back", what, where)


def _said(turn: Turn, done: str, what: str, where: tuple[str, ...]) -> Reply:
    """In full where it is everything and here, as most say it."""
    if where == (turn.said.channel,) and not what:
        return turn.say(f"notify.{done}")
    quoi = turn.words(f"notify.{done}_{what or 'both'}")
    return turn.say(f"notify.{done}_some", quoi=quoi, où=stopping.place(turn, where))
