"""What was just shown, and which document a request that names none is about: "payer", right after a balance.

`state["last"]`: {"intent", "slots" (what the list was asked by), "ids" (the documents of the page, in its order),
"open" (those shown since), "of" (account and file of the access), "at" (seconds)}. It holds for ten minutes on a chat,
by e-mail as long as an access, and only in the same file. Ids are looked up again in the client's own rows by whatever
shows them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from handlers.core import listing
from handlers.core.request import READ_ONLY, Request
from handlers.core.strip import strip
from handlers.rules.paper import Kind, Paper
from handlers.rules.place import place_within
from handlers.rules.text import words

if TYPE_CHECKING:
    from handlers.core.talk import Turn

ON_A_CHAT = timedelta(minutes=10)
MOST = 100  # documents of "the others", of "all"
LONGEST = 60  # characters of a slot that is kept
LISTS: dict[str, Kind] = {"list_invoices": "invoice", "list_quotes": "quote"}
LIST_OF = {"invoice": "list_invoices", "credit_note": "list_invoices", "quote": "list_quotes"}
PAPERS = (*LISTS, "get_document")
KEPT = frozenset(("doc_kind", "period", "amount", "status", "search", "about", "moves", "type", "when"))
ABOUT: dict[str, Kind] = {
    "pay": "invoice",
    "accept_quote": "quote",
    "refuse_quote": "quote",
    "proof": "quote",
}
SAID_WHICH = frozenset(("doc_number", "doc_numbers", "id", "all", "topic", "ordinal", "amount", "period"))
ELLIPTIC = {"doc_kind", "files", "ordinal"}
ALSO = ("et ", "and ", "what about ", "how about ", "qu'en est", "quid ")


@dataclass(frozen=True)
class Last:
    intent: str
    slots: dict[str, Any]
    ids: tuple[int, ...]
    open: tuple[int, ...]

    @property
    def kind(self) -> Kind | None:
        named = self.slots.get("doc_kind") or LISTS.get(self.intent)
        return next((kind for kind in listing.KINDS if kind == named), None)


def keep(turn: Turn, request: Request) -> None:
    """After an answer: what it listed or opened. A document picked from the list leaves the list where it is."""
    if request.intent not in READ_ONLY or turn.access is None or turn.only is not None:
        return
    listed = tuple(dict.fromkeys(_id(one) for one in turn.offers if _id(one) and not one["as"]))
    opened = tuple(dict.fromkeys(turn.seen))
    if request.intent == "get_document" and not (listed or opened):
        return
    before = last(turn) if opened and not listed else None
    if before and set(opened) <= {*before.ids, *before.open, *all_ids(turn, before)}:
        now = replace(before, open=(*(id for id in before.open if id not in opened), *opened))
    else:
        now = Last(request.intent, _short(request.slots), listed, () if listed else opened[:MOST])
    _write(turn, now)


def remember(turn: Turn, ids: Sequence[int]) -> None:
    """The invoices that a question lists: "payer la 1 et la 3" points at them."""
    if turn.access is not None and turn.only is None:
        _write(turn, Last("list_invoices", {}, tuple(ids), ()))


def _write(turn: Turn, now: Last) -> None:
    turn.state["last"] = {
        "intent": now.intent,
        "slots": now.slots,
        "ids": list(now.ids),
        "open": list(now.open),
        "of": _whose(turn),
        "at": int(turn.now.timestamp()),
    }


def _id(offer: dict[str, Any]) -> int:
    intent, slots = offer["do"]
    return int(slots.get("id", 0)) if intent == "get_document" else 0


def _short(slots: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in slots.items() if name in KEPT}
    return {name: value for name, value in kept.items() if len(str(value)) <= LONGEST}


def _whose(turn: Turn) -> list[int | None]:
    return [turn.account.id if turn.account else None, turn.client.id]


def last(turn: Turn) -> Last | None:
    kept = turn.state.get("last")
    if kept is None or turn.access is None or turn.only is not None:
        return None
    limit = ON_A_CHAT if turn.chat else turn.manners.idle_email
    if kept["of"] != _whose(turn) or turn.now.timestamp() - kept["at"] > limit.total_seconds():
        turn.state.pop("last")
        return None
    return Last(kept["intent"], kept["slots"], tuple(kept["ids"]), tuple(kept["open"]))


# --- looked up anew, in the client's own rows


def papers(turn: Turn, ids: Sequence[int]) -> list[Paper]:
    found = (turn.work.books.by_id(turn.client, id) for id in ids)
    return [paper for paper in found if paper is not None]


def list_of(shown: Last) -> str:
    return LIST_OF.get(shown.kind or "", "list_invoices") if shown.intent == "get_document" else shown.intent


def all_ids(turn: Turn, shown: Last) -> list[int]:
    """Of the whole list, its other pages too; of the page alone where the list was not asked by its slots."""
    if shown.intent not in LISTS:
        return list(shown.ids)
    wanted = listing.wanted(shown.slots, (shown.kind,) if shown.kind else ())
    page = turn.work.books.find(turn.client, wanted, turn.today, 0, MOST)
    ids = [paper.id for paper in page.items]
    return ids if set(shown.ids) <= set(ids) else list(shown.ids)


# --- a request that leaves out which document


def complete(turn: Turn, requests: list[Request]) -> list[Request]:
    """The same requests, the first one with the document, or the time, that what was shown makes plain."""
    shown = last(turn) if requests else None
    if shown is None:
        return requests
    return [_completed(turn, shown, requests[0]), *requests[1:]]


def _completed(turn: Turn, shown: Last, first: Request) -> Request:
    if places := first.slots.get("places"):
        ids = [shown.ids[place - 1] for place in places if place <= len(shown.ids)]
        each = {"ids": ids, "each": True} if len(ids) == len(places) else {}
        return replace(first, slots={**first.slots, **each})
    if (kind := ABOUT.get(first.intent)) and not SAID_WHICH & first.slots.keys():
        ids = _in_question(turn, shown, kind)
        if len(ids) == 1:
            return replace(first, slots={**first.slots, "id": ids[0]})
        return replace(first, slots={**first.slots, "ids": ids}) if ids else first
    if first.intent not in (*PAPERS, "statement") or first.slots.keys() - ELLIPTIC:
        return first
    if first.slots == {"doc_kind": "annex"}:
        return replace(first, slots={**first.slots, **_with_annexes(shown)})
    if first.intent == "get_document" and first.slots.get("doc_kind", shown.kind) == shown.kind:
        of_list = first.slots.keys() == {"ordinal"} and shown.ids and shown.kind
        return (
            replace(first, slots={**shown.slots, "doc_kind": shown.kind, **first.slots}) if of_list else first
        )
    span = shown.slots.get("period")
    if not span or not strip(turn.text).startswith(ALSO):
        return first
    intent = LIST_OF.get(first.slots.get("doc_kind", ""), first.intent)
    return replace(first, intent=intent, slots={**first.slots, "period": span})


def _with_annexes(shown: Last) -> dict[str, Any]:
    """ "Ses annexes": of what is open, else of the list."""
    if shown.open or len(shown.ids) == 1:
        return {"id": (shown.open or shown.ids)[-1]}
    return {"among": list(shown.ids)} if shown.ids else {}


def _in_question(turn: Turn, shown: Last, kind: Kind) -> list[int]:
    """ "Payer", after a balance: what is left to pay; after a list or a document: those of them that can be."""
    if shown.intent == "balance":
        wanted = listing.wanted({"status": "unpaid"}, ("invoice",)) if kind == "invoice" else None
        page = turn.work.books.find(turn.client, wanted, turn.today, 0, MOST) if wanted else None
        return [paper.id for paper in page.items] if page else []
    place = place_within(words(turn.text)) or 0
    named = shown.ids[place - 1 : place] if place else shown.open[-1:] or shown.ids
    fit = [paper for paper in papers(turn, named) if paper.kind == kind]
    return [paper.id for paper in fit if kind != "invoice" or (paper.status == "issued" and paper.left_cents)]
