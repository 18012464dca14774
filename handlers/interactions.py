"""“Our calls”: the contact history, newest first, by type, period or words (mission S18-S20)."""

from typing import get_args

from handlers.core import rows, wording
from handlers.core.listing import A_PAGE
from handlers.core.registry import intent
from handlers.core.talk import Turn
from handlers.core.turn import Reply, Row
from handlers.rules.card import Interaction, InteractionType
from handlers.rules.text import words

TYPES = get_args(InteractionType)


@intent("interactions", option="portal", right="read")
def interactions(turn: Turn) -> Reply:
    cards, zone = turn.work.cards, turn.company.timezone
    asked = turn.slots.get("type")
    kind = asked if asked in TYPES else ""
    found = rows.find(
        turn,
        lambda looked, offset: cards.interactions(turn.client, looked, zone, offset, A_PAGE),
        number=words,
        type=kind,
    )
    lines = [_row(turn, one) for one in found.page.items]
    criterion = rows.criterion(turn, found, rows.during(turn, found.looked))
    return rows.answer(turn, f"history.{kind}_" if kind else "history.", found, lines, criterion)


def _row(turn: Turn, one: Interaction) -> Row:
    """Date, type, text: what came through this service is a message, whatever its channel."""
    on = wording.local(one.at, turn.company.timezone).date()
    kind = "message" if one.by_portal and one.type == "other" else one.type
    return Row(
        number=wording.short_day(on, turn.language),
        date="",
        amount="",
        status=turn.words(f"history.{kind}"),
        more=rows.cut(one.text),
    )
