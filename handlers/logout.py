"""DÉCONNEXION, DÉCONNECTER PARTOUT: the access is closed, here or everywhere (mission S14)."""

from handlers.core.registry import intent
from handlers.core.talk import Turn
from handlers.core.turn import Reply


@intent("logout", proven=False, scoped=True)
def logout(turn: Turn) -> Reply:
    everywhere = bool(turn.slots.get("everywhere"))
    reply = turn.say("access.left_all" if everywhere and turn.session else "access.left")
    if turn.session and turn.account:
        if everywhere:
            turn.work.sessions.end_all(turn.account, "all", turn.now)
        else:
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
    return reply
