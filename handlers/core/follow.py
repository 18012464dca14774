"""A whole message that means nothing by itself, but something after what was just shown (core/context.py): "la
deuxième", "celle de mars", "et pour 2025 ?", "not that one", "the others too".

Works on the text without greeting, closing and the words that ask. What none of these forms matches is no business of
this file. Nothing here is acted on: a form gives a Request, which is answered as any other.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from handlers.core import listing
from handlers.core.context import ALSO, LIST_OF, LONGEST, MOST, PAPERS, Last, all_ids, last, list_of, papers
from handlers.core.request import Request
from handlers.core.slots import slots_of
from handlers.core.strip import POLITE, strip
from handlers.rules import mention, period, pointing
from handlers.rules.place import place_in
from handlers.rules.text import words

if TYPE_CHECKING:
    from handlers.core.talk import Turn

SURE = 0.9
STATUSES = {
    "quote": ("pending", "accepted", "refused", "expired"),
    "invoice": ("overdue", "unpaid", "paid", "cancelled"),
}
SEVERAL = re.compile(r"\b(?:les|celles|ceux|the|ones|those)\b")

Form = Callable[["Turn", Last, str], Request | None]


def follow(turn: Turn) -> Request | None:
    """What a message asks for that means nothing by itself; None where it stands on its own, or after nothing."""
    shown = last(turn)
    said = _said(turn.text) if shown else ""
    if shown is None or not said or len(said) > 2 * LONGEST:
        return None
    for form in FORMS:
        if found := form(turn, shown, said):
            return found
    return None


def points(text: str) -> bool:
    """ "La deuxième", "les autres aussi": words that ask for nothing by themselves."""
    said = _said(text)
    forms = (pointing.OTHERS, pointing.NOT_THAT, pointing.NEXT, pointing.WHICH)
    pointed = place_in(words(said)) is not None or any(form.fullmatch(said) for form in forms)
    return pointed and mention.kind_in(said) is None


def _said(text: str) -> str:
    """Folded, on one line, without greeting, closing and politeness, and without the words that ask."""
    plain = POLITE.sub(" ", strip(text))
    plain = " ".join(plain.split()).strip(" .,;:!?")
    asked = pointing.LEAD.match(plain)
    return pointing.TRAIL.sub("", plain[asked.end() :] if asked else plain).strip(" .,;:!?")


def _ask(intent: str, **slots: Any) -> Request:
    return Request(intent, slots, SURE)


def _files(ids: list[int]) -> Request:
    return _ask("get_document", id=ids[0]) if len(ids) == 1 else _ask("get_document", ids=ids)


def _place(turn: Turn, shown: Last, said: str) -> Request | None:
    place = place_in(words(said)) or 0
    return _ask("get_document", id=shown.ids[place - 1]) if 0 < place <= len(shown.ids) else None


def _annexes(turn: Turn, shown: Last, said: str) -> Request | None:
    """ "Les annexes de la deuxième"."""
    found = pointing.ANNEXES.fullmatch(said)
    one = _place(turn, shown, found["rest"]) if found else None
    return _ask("get_document", **one.slots, doc_kind="annex") if one else None


def _one(turn: Turn, shown: Last, said: str) -> Request | None:
    """ "Celle de mars", "the one for €642": among those of the list first, else among all of its kind."""
    found = pointing.ONE.fullmatch(said)
    slots = _told(turn, found["rest"]) if found and shown.intent in PAPERS else {}
    if not slots:
        return None
    kind = {"doc_kind": shown.kind} if shown.kind else {}
    for base in (shown.slots, kind):
        merged = kind | {name: value for name, value in base.items() if name not in slots} | slots
        wanted = listing.wanted(merged)
        if turn.work.books.find(turn.client, wanted, turn.today, 0, 1).count:
            return _ask("get_document", **merged)
    return _ask("get_document", **kind, **slots)


def _those(turn: Turn, shown: Last, said: str) -> Request | None:
    """ "Celles de mars": the same list, narrowed."""
    found = pointing.THOSE.fullmatch(said)
    slots = _told(turn, found["rest"]) if found else {}
    return _ask(list_of(shown), **shown.slots | slots) if slots else None


def _told(turn: Turn, said: str) -> dict[str, Any]:
    """What "de mars", "à 642 €", "de la cuisine" say of a document; a whole "about" is looked for."""
    said = re.sub(r"^qui (?:est|sont) ", "", said)
    slots = slots_of(said, "get_document", turn.today)
    return {name: slots[name] for name in ("period", "amount", "status", "search", "about") if name in slots}


def _number(turn: Turn, shown: Last, said: str) -> Request | None:
    """ "La 118", after a list."""
    found = pointing.NUMBER.fullmatch(said)
    if found is None or shown.intent not in PAPERS:
        return None
    kind = {"doc_kind": shown.kind} if shown.kind else {}
    return _ask("get_document", doc_number=found["n"], **kind)


def _elsewhen(turn: Turn, shown: Last, said: str) -> Request | None:
    """ "Et pour 2025 ?", "and the overdue ones?": the same question, of another time or state."""
    found = period.find(said, turn.today)
    papers_only = shown.intent in (*PAPERS, "statement")
    if mention.kind_in(said) or (found and papers_only and found[0].start > turn.today):
        return None
    rest = said.replace(found[1], " ", 1) if found else said
    slots: dict[str, Any] = {"status": status} if (status := _status(turn, shown, rest)) else {}
    rest = mention.without(rest) if status else rest
    if not (found or status) or set(re.findall("[a-z0-9]+", rest)) - pointing.SMALL:
        return None
    if found:
        slots["period"] = {"start": found[0].start.isoformat(), "end": found[0].end.isoformat()}
    return _ask(list_of(shown) if shown.intent in PAPERS else shown.intent, **shown.slots | slots)


def _status(turn: Turn, shown: Last, said: str) -> str | None:
    """Overdue is said of invoices, refused of quotes; "paid", alone, tells something and asks for nothing."""
    status = mention.status_in(said)
    asked = SEVERAL.search(said) or strip(turn.text).startswith((*ALSO, "seulement ", "uniquement ", "only "))
    return status if asked and status in STATUSES.get(shown.kind or "", ()) else None


def _not_that(turn: Turn, shown: Last, said: str) -> Request | None:
    """ "Pas celle-là", "non, l'autre": the one that is left of the list, or those that are."""
    if (
        not pointing.NOT_THAT.fullmatch(said)
        or not shown.open
        or any(one["as"] for one in turn.state.get("offers", []))
    ):
        return None
    left = [id for id in shown.ids if id not in shown.open]
    if len(left) == 1:
        return _ask("get_document", id=left[0])
    if left:
        return _ask("get_document", among=left)
    opened = papers(turn, shown.open)
    return _ask(LIST_OF[opened[-1].kind]) if opened else None


def _others(turn: Turn, shown: Last, said: str) -> Request | None:
    """ "Les autres aussi": the files of the rest of the list; where nothing of it was opened, its next page, if any."""
    if not pointing.OTHERS.fullmatch(said) or shown.intent not in PAPERS:
        return None
    if not shown.open and "list" in turn.state:
        return Request("more", {}, SURE)
    if left := [id for id in all_ids(turn, shown) if id not in shown.open]:
        return _files(left)
    opened = papers(turn, shown.open)
    return _ask(LIST_OF[opened[-1].kind]) if opened else None


def _all(turn: Turn, shown: Last, said: str) -> Request | None:
    """ "Toutes", "both": the files of the whole list."""
    if not pointing.ALL.fullmatch(pointing.PDF.sub("", said).strip()):
        return None
    if shown.intent == "balance":
        return _ask("list_invoices", status="unpaid", files=True)
    ids = all_ids(turn, shown) if shown.intent in PAPERS and shown.ids else []
    return _files(ids) if ids else None


def _same(turn: Turn, shown: Last, said: str) -> Request | None:
    """ "La même en PDF", "send them as a PDF"."""
    rest, asked = pointing.PDF.subn("", said)
    if not asked or not pointing.SAME.fullmatch(rest.strip()):
        return None
    if shown.intent == "statement":
        return _ask("statement", **{name: shown.slots[name] for name in ("period",) if name in shown.slots})
    if shown.open:
        return _ask("get_document", id=shown.open[-1])
    ids = all_ids(turn, shown) if shown.ids else []
    return _files(ids) if ids else None


def _which(turn: Turn, shown: Last, said: str) -> Request | None:
    """ "Lesquelles ?", after "3 factures en attente"."""
    if shown.intent != "balance" or not pointing.WHICH.fullmatch(said):
        return None
    return _ask("list_invoices", status="unpaid")


def _beside(turn: Turn, shown: Last, said: str) -> Request | None:
    """ "La suivante" of the list; "celle d'avant" is the older one of its kind."""
    if not shown.open:
        return None
    here = shown.open[-1]
    if pointing.NEXT.fullmatch(said) and here in shown.ids[:-1]:
        return _ask("get_document", id=shown.ids[shown.ids.index(here) + 1])
    opened = papers(turn, (here,))
    if not pointing.OLDER.fullmatch(said) or not opened:
        return None
    wanted = listing.wanted({"doc_kind": opened[0].kind})
    ids = [paper.id for paper in turn.work.books.find(turn.client, wanted, turn.today, 0, MOST).items]
    after = ids[ids.index(here) + 1 :] if here in ids else []
    return _ask("get_document", id=after[0]) if after else None


FORMS: tuple[Form, ...] = (
    *(_place, _annexes, _number, _one, _those, _not_that, _others, _all, _same, _which, _beside),
    _elsewhen,
)
