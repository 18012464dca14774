"""BILAN: what happened of late, for the company's own people, with all of its clients (mission B2, N11)."""

from __future__ import annotations

from datetime import timedelta

from handlers.core import digest, team
from handlers.core.registry import step
from handlers.core.talk import Turn
from handlers.core.turn import Reply

LATELY = timedelta(days=7)


@step("report")
def report(turn: Turn) -> Reply:
    if "report" in turn.state.get("pending", {}):
        turn.state.pop("pending")
    if turn.access:
        team.leave_file(turn)
    what = turn.work.team.happened(turn.company, turn.now - LATELY, turn.now, turn.today)
    turn.work.audit.write(
        turn.company,
        "team.report",
        f"team:{turn.account.address}" if turn.account else "",
        turn.now,
        role=turn.role,
    )
    return Reply("\n".join(digest.lines(turn.company, what, turn.language)), language=turn.language)
