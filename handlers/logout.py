"""DÉCONNEXION, DÉCONNECTER PARTOUT, "mes accès", "délier Telegram": what is open is closed, or shown (mission S14).

Closing everywhere needs no open access: answering a mail of ours from its mailbox is enough, and chats are unlinked.
"""

from __future__ import annotations

from typing import Any

from handlers.core import phrases, wording
from handlers.core.ports import Session
from handlers.core.registry import intent
from handlers.core.talk import Turn
from handlers.core.turn import Reply

SHOWN = 8  # of the open accesses


@intent("logout", scoped=True)
def logout(turn: Turn) -> Reply:
    topic = turn.slots.get("topic")
    if turn.account and (turn.session or turn.marked):
        if topic == "list":
            return _list(turn)
        if topic == "unlink":
            return _unlink(turn)
        if topic == "everywhere" or turn.slots.get("everywhere"):
            return _everywhere(turn)
    if turn.session:
        turn.work.sessions.end(turn.session, "client", turn.now)
        _note(turn, "access.closed", everywhere=False)
    return _left(turn, turn.say("access.left"))


def _everywhere(turn: Turn) -> Reply:
    assert turn.account is not None
    turn.work.sessions.end_all(turn.account, "all", turn.now)
    turn.work.chats.unlink(turn.account, turn.now)
    _note(turn, "access.closed", everywhere=True)
    return _left(turn, turn.say("access.left_all"))


def _left(turn: Turn, reply: Reply) -> Reply:
    for used in ("await", "pending", "list", "step", "offers", "lost"):
        turn.state.pop(used, None)
    turn.session = turn.access = None
    return reply


def _note(turn: Turn, kind: str, **more: Any) -> None:
    assert turn.account is not None
    actor = f"team:{turn.account.address}" if turn.team else "client"
    subject = f"account:{turn.account.id}"
    payload = {"channel": turn.said.channel, **more}
    turn.work.audit.write(turn.company, kind, actor, turn.now, subject, turn.role, payload)


# --- what is open


def _list(turn: Turn) -> Reply:
    """Each open access: where, since when, until when; all of them close by one tap."""
    assert turn.account is not None
    found = turn.work.sessions.listed(turn.account, turn.now)
    lines = [_line(turn, one) for one in found[:SHOWN]]
    if len(found) > SHOWN:
        more = len(found) - SHOWN
        lines.append(turn.words("access.list_more_one" if more == 1 else "access.list_more_many", n=more))
    key = {0: "access.list_none", 1: "access.list_one"}.get(len(found), "access.list_many")
    reply = turn.say(key, n=len(found), liste="\n".join(lines))
    word = phrases.word("logout_all", turn.language)
    label = phrases.label("close_all", turn.language)
    return reply.offer(turn.choice(label, "logout", {"everywhere": True}, word=word)) if found else reply


def _line(turn: Turn, session: Session) -> str:
    here = turn.session is not None and session.id == turn.session.id
    return turn.words(
        "access.list_here" if here else "access.list_line",
        canal=turn.words(f"access.on_{session.channel}"),
        début=_when(turn, session.opened_at),
        fin=_when(turn, session.expires_at),
    )


def _when(turn: Turn, at: Any) -> str:
    zone = turn.company.timezone
    day = wording.short_day(wording.local(at, zone).date(), turn.language)
    return turn.words("access.moment", date_courte=day, heure=wording.hour(at, turn.language, zone))


# --- Telegram and an address, apart again


def _unlink(turn: Turn) -> Reply:
    """This chat; by e-mail, all chats of the account. What is open there closes."""
    assert turn.account is not None
    here = turn.session.id if turn.chat and turn.session else None
    count = turn.work.chats.unlink(turn.account, turn.now, turn.said.address if turn.chat else None)
    for one in turn.work.sessions.listed(turn.account, turn.now):
        if one.id == here or (here is None and one.channel == "telegram"):
            turn.work.sessions.end(one, "client", turn.now)
    _note(turn, "access.unlinked", chats=count)
    if turn.chat:
        turn.talk.address = None
        return _left(turn, turn.say("access.unlinked_here"))
    return turn.say(f"access.unlinked_{'none' if count == 0 else 'one' if count == 1 else 'many'}", n=count)
