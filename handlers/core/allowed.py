"""Whether an intent may be used here and now: the team, the link, the options, the rights (mission S3, S4, S9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from handlers.core import registry
from handlers.core.request import CHANGES
from handlers.rules import scope

if TYPE_CHECKING:
    from handlers.core.talk import Turn

Bar = Literal["", "team", "off", "only", "right"]
ON_A_DOCUMENT = frozenset(("get_document", *scope.ACTS_ON))


def barred(turn: Turn, name: str) -> Bar:
    """What stands against it: "team" changes nothing; "off": the company does not offer it; "only": this access opens
    one document, and that is another matter; "right": this contact may not. "" is nothing."""
    intent = registry.INTENTS.get(name)
    if turn.team and (name in CHANGES or (intent is not None and not intent.team)):
        return "team"
    if intent is None:
        return "off"
    one = turn.one()
    if turn.only is not None and (not intent.scoped or (one and not scope.fits(name, one.kind))):
        return "only"
    options = turn.company.options
    if intent.option and intent.option not in options:
        return "off"
    if intent.right == "read" and not scope.opens(options, one.kind if one else None):
        return "off"
    if intent.right and (turn.team if turn.access is None else intent.right not in turn.access.rights):
        return "right"
    return ""


def elsewhere(turn: Turn, name: str, slots: dict[str, object]) -> bool:
    """Does this ask for another document than the one that this access opens?"""
    one = turn.one()
    return one is not None and name in ON_A_DOCUMENT and not scope.names(one, slots)
