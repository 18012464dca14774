"""DÉCONNEXION, DÉCONNECTER PARTOUT: the access is closed, here or everywhere (mission S14).

Everywhere needs no open access: answering a mail of ours from its mailbox is enough to close, and chats are unlinked.
"""

from handlers.core.registry import intent
from handlers.core.talk import Turn
from handlers.core.turn import Reply


@intent("logout", scoped=True)
def logout(turn: Turn) -> Reply:
    everywhere = bool(turn.slots.get("everywhere")) and (turn.session is not None or turn.marked)
    reply = turn.say("access.left_all" if everywhere else "access.left")
    if turn.account and (turn.session or everywhere):
        if everywhere:
            turn.work.sessions.end_all(turn.account, "all", turn.now)
            turn.work.chats.unlink(turn.account, turn.now)
        elif turn.session:
            turn.work.sessions.end(turn.session, "client", turn.now)
        turn.work.audit.write(
            turn.company,
            "access.closed",
            "client",
            turn.now,
            f"account:{turn.account.id}",
            payload={"channel": turn.said.channel, "everywhere": everywhere},
        )
    for used in ("await", "pending", "list", "step", "offers", "lost"):
        turn.state.pop(used, None)
    turn.session = turn.access = None
    return reply
