"""What a client picks of a "did you mean" can teach: kept masked, of no client and no account, for a person to read.

`facteur understand --suggest` lists it; nothing is trained by itself. Nothing is kept of the team's messages, nor where
the company turned it off. What was said before the code is kept once the code was right: its answer comes after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handlers.core.advice import clause

if TYPE_CHECKING:
    from handlers.core.talk import Turn

MOST = 200  # characters of a text that is kept
OTHER = "other"  # "Something else" was picked


def asked(turn: Turn) -> None:
    """A "did you mean" is open; its choices are those of this turn, "something else" the last of them."""
    turn.state.pop("asked", None)
    if not turn.company.learning or turn.team:
        return
    *intents, _other = (one["do"][0] for one in turn.offers)
    if text := clause(turn, intents)[:MOST].strip():
        turn.state["asked"] = {
            "text": text,
            "offered": intents,
            "ids": [one["id"] for one in turn.offers],
            "language": turn.language,
        }


def taken(turn: Turn, choice: dict[str, Any]) -> None:
    """Keep it where it is one of these choices, once: a second tap teaches nothing more."""
    open_now = turn.state.get("asked")
    if open_now is None or choice["id"] not in open_now["ids"]:
        return
    turn.state.pop("asked")
    if not turn.company.learning or turn.team:
        return
    intent = dict(zip(open_now["ids"], (*open_now["offered"], OTHER), strict=True))[choice["id"]]
    turn.work.picks.keep(
        turn.company, open_now["language"], open_now["text"], open_now["offered"], intent, turn.now
    )
