"""Which quote is meant: by its number, the one that was shown, the one that waits; never another in its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from handlers.core import listing, papers, phrases
from handlers.core.quotes import INTENTS, TEXTS
from handlers.core.turn import Reply
from handlers.rules.number import read_digits, ways
from handlers.rules.paper import Page, Paper, Wanted

if TYPE_CHECKING:
    from handlers.core.talk import Turn
    from handlers.rules.signing import Offer, Verb


def asked(turn: Turn, verb: Verb) -> Offer | Reply:
    """The quote that is meant, never another in its place; several to choose from, or words where there is none."""
    slots = turn.slots
    if turn.only is not None or "id" in slots:
        return _offer(turn, turn.only if turn.only is not None else int(slots["id"]))
    if number := slots.get("doc_number"):
        return _numbered(turn, verb, str(number))
    if ids := slots.get("ids"):
        return _one_of(
            turn, verb, [one for id in ids if (one := turn.work.books.by_id(turn.client, int(id)))]
        )
    return _described(turn, verb)


def _offer(turn: Turn, id: int) -> Offer | Reply:
    return turn.work.signing.offer(turn.client, id) or turn.say("desk.old_button")


def _numbered(turn: Turn, verb: Verb, written: str) -> Offer | Reply:
    books = turn.work.books
    for wanted in ways(written):
        page = books.find(turn.client, replace(wanted, kinds=("quote",)), turn.today, 0, listing.A_PAGE)
        if page.count == 1:
            return _offer(turn, page.items[0].id)
        if page.count:
            return _choose(turn, verb, page)
    unknown = turn.document("quote", written)
    near = books.nearest_number(turn.client, read_digits(written), ("quote",))
    if near is None:
        return turn.say("document.unknown", **unknown)
    reply = turn.say("document.unknown_near", proche=near.number, **unknown)
    return turn.yes_no(reply, (INTENTS[verb], {"id": near.id}), number=near.number)


def _one_of(turn: Turn, verb: Verb, found: Sequence[Paper]) -> Offer | Reply:
    """Those that were shown: the one that waits, else the only one."""
    waiting = [paper for paper in found if paper.state(turn.today) == "to_sign"] or list(found)
    if len(waiting) == 1:
        return _offer(turn, waiting[0].id)
    return _choose(turn, verb, Page(tuple(waiting[: listing.A_PAGE]), len(waiting)))


def _described(turn: Turn, verb: Verb) -> Offer | Reply:
    """ "The last one", "the one for €4,800", or just the one that waits."""
    said = listing.wanted(turn.slots, ("quote",))
    offset = int(turn.slots.get("offset", 0))
    if turn.slots.get("ordinal") == "last":
        page = _find(turn, replace(said, state=""), 0, 1)
        return _offer(turn, page.items[0].id) if page.items else _none(turn)
    page = _find(turn, replace(said, state="to_sign"), offset)
    if not page.count and said != Wanted(kinds=("quote",)):
        page = _find(turn, replace(said, state=""))
    if page.count == 1 and not offset:
        return _offer(turn, page.items[0].id)
    return _choose(turn, verb, page) if page.count else _none(turn)


def _find(turn: Turn, wanted: Wanted, offset: int = 0, limit: int = listing.A_PAGE) -> Page[Paper]:
    return turn.work.books.find(turn.client, wanted, turn.today, offset, limit)


def _none(turn: Turn) -> Reply:
    return turn.say("list.quotes_none", critère=phrases.say("criterion", "to_sign", turn.language))


def _choose(turn: Turn, verb: Verb, page: Page[Paper]) -> Reply:
    text = turn.words(f"{TEXTS[verb]}.which", n=page.count, liste="{rows}")
    return chosen_from(turn, text, page, INTENTS[verb])


def chosen_from(turn: Turn, text: str, page: Page[Paper], intent: str) -> Reply:
    """A list whose lines lead to `intent`."""
    choices = [turn.choice(paper.number, intent, {"id": paper.id}) for paper in page.items]
    rows = (papers.row(turn, paper, choice.id) for paper, choice in zip(page.items, choices, strict=True))
    reply = Reply(text, rows=tuple(rows), language=turn.language).offer(*choices)
    return listing.paged(turn, reply, page, turn.slots)
