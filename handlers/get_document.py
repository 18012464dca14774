"""“Invoice F-2026-0118”, “last quote”, “the kitchen quote”, “its annexes”: documents as files (mission S24, S25)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from handlers.core import acts, listing, papers, quotes, several, team
from handlers.core.registry import intent
from handlers.core.request import Request
from handlers.core.route import run
from handlers.core.talk import Turn
from handlers.core.turn import Document, Reply
from handlers.rules.card import Looked
from handlers.rules.number import read_digits, ways
from handlers.rules.paper import Page, Paper, Wanted

FILTERS = {"period", "amount", "status", "offset"}  # one of these, and the answer is no mere list


@intent("get_document", scoped=True, right="read")
def get_document(turn: Turn) -> Reply | None:
    slots = turn.slots
    if turn.only is not None or "id" in slots:
        paper = turn.work.books.by_id(turn.client, turn.only if turn.only is not None else int(slots["id"]))
        return show(turn, paper) if paper else turn.say("desk.old_button")
    if slots.get("ids") or slots.get("among"):
        return _of_the_list(turn)
    if slots.get("doc_numbers"):
        return several.numbered(turn)
    if number := slots.get("doc_number"):
        return _by_number(turn, number)
    if slots.get("ordinal"):
        return _by_place(turn, slots)
    if paper := _shown(turn):
        return show(turn, paper)
    if slots.get("files"):
        return several.asked(turn, "documents")
    return _by_words(turn)


def _of_the_list(turn: Turn) -> Reply:
    """ "The others too": their files; "not that one": one of those that are left."""
    books, wanted = turn.work.books, turn.slots.get("ids") or turn.slots["among"]
    found = tuple(paper for id in wanted if (paper := books.by_id(turn.client, int(id))))
    if not found:
        return turn.say("desk.old_button")
    return several.together(turn, found) if "ids" in turn.slots else _one_of(turn, Page(found, len(found)))


def _shown(turn: Turn) -> Paper | None:
    """ "And its annexes?": of the document that was shown last."""
    if turn.slots.keys() - {"message"} != {"doc_kind"} or turn.slots["doc_kind"] != "annex":
        return None
    last = turn.state.get("paper")
    return turn.work.books.by_id(turn.client, last) if last else None


def _by_words(turn: Turn) -> Reply | None:
    slots = turn.slots
    asked, page = listing.find(turn)
    if page.count == 1 and page.items:
        return _meant(turn, page, show(turn, page.items[0]))
    annex = slots.get("doc_kind") == "annex"
    if not asked.words and not annex and not FILTERS & slots.keys():
        quotes = slots.get("doc_kind") == "quote"
        return run(turn, Request("list_quotes" if quotes else "list_invoices", slots))
    if page.count:
        return _one_of(turn, page, listing.spoken(turn, asked, page))
    return _nothing(turn, asked)


def _meant(turn: Turn, page: Page[Paper], reply: Reply) -> Reply:
    """A word that was put right is said."""
    if not page.words:
        return reply
    return replace(reply, text=f"{reply.text}\n{turn.words('find.meant', recherche=page.words)}")


def _one_of(turn: Turn, page: Page[Paper], sought: str = "") -> Reply:
    """One is shown; of several the client picks."""
    if page.count == 1 and page.items:
        return show(turn, page.items[0])
    if page.offset:
        text = listing.page_of(turn, page)
    elif turn.slots.get("doc_kind") == "annex":
        text = turn.words("annex.which", liste="{rows}")
    elif sought:
        text = turn.words("find.many_for", n=page.count, recherche=sought, liste="{rows}")
    else:
        text = turn.words("find.many", n=page.count, liste="{rows}")
    return listing.show(turn, text, page, turn.slots)


def _nothing(turn: Turn, asked: Wanted) -> Reply | None:
    """No document: words without a kind are looked for in the rest of the file."""
    if asked.words and not asked.kinds and (elsewhere := _elsewhere(turn, asked.words)):
        return run(turn, Request(elsewhere, turn.slots))
    words = listing.spoken(turn, asked, Page((), 0)) if asked.words else turn.text.strip()[:60]
    return listing.offer_nearest(turn, asked, turn.say("find.none", recherche=words))


def _elsewhere(turn: Turn, words: str) -> str:
    """The intent that finds these words, in an access to the whole file."""
    cards, zone, looked = turn.work.cards, turn.company.timezone, Looked(words=words)
    if "portal" not in turn.company.options:
        return ""
    if cards.contracts(turn.client, looked, 0, 1).count:
        return "contracts"
    if cards.events(turn.client, looked, turn.now, zone, 0, 1).count:
        return "calendar"
    return "interactions" if cards.interactions(turn.client, looked, zone, 0, 1).count else ""


def _by_number(turn: Turn, written: str) -> Reply:
    """Digits must match exactly; O and l may stand for digits; the end of a number will do."""
    books, offset = turn.work.books, int(turn.slots.get("offset", 0))
    for wanted in ways(written):
        page = books.find(turn.client, wanted, turn.today, offset, listing.A_PAGE)
        if page.count:
            return _one_of(turn, _of_kind(turn, page))
    kind = str(turn.slots.get("annex_of") or turn.slots.get("doc_kind") or "document")
    near = books.nearest_number(turn.client, read_digits(written))
    if near is None:
        return turn.say("document.unknown", **turn.document(kind, written))
    reply = turn.say("document.unknown_near", proche=near.number, **turn.document(kind, written))
    annex = {"doc_kind": "annex"} if turn.slots.get("doc_kind") == "annex" else {}
    return turn.yes_no(reply, ("get_document", {"id": near.id} | annex), number=near.number)


def _of_kind(turn: Turn, page: Page[Paper]) -> Page[Paper]:
    """The kind that was said decides between an invoice and a quote with the same digits."""
    kind = turn.slots.get("annex_of") or turn.slots.get("doc_kind")
    items = tuple(paper for paper in page.items if paper.kind == kind)
    if not items or page.count > len(page.items):
        return page
    return replace(page, items=items, count=len(items))


def _by_place(turn: Turn, slots: dict[str, Any]) -> Reply:
    """First, previous or last, of the invoices unless another kind is said."""
    kind = slots.get("annex_of") if slots.get("doc_kind") == "annex" else slots.get("doc_kind")
    kind = kind if kind in ("quote", "credit_note") else "invoice"
    page = _at(turn, listing.wanted({**slots, "doc_kind": kind}), slots["ordinal"])
    if not page.items and slots.get("about"):
        page = _at(turn, listing.wanted({**slots, "doc_kind": kind, "about": ""}), slots["ordinal"])
    if not page.items:
        return turn.say("find.none", recherche=turn.text.strip()[:60])
    return show(turn, page.items[0])


def _at(turn: Turn, asked: Wanted, place: str) -> Page[Paper]:
    books = turn.work.books
    page = books.find(turn.client, asked, turn.today, 1 if place == "previous" else 0, 1)
    if place == "first" and page.count > 1:
        return books.find(turn.client, asked, turn.today, page.count - 1, 1)
    return page


# --- the answer


def show(turn: Turn, paper: Paper) -> Reply:
    """The document with what comes with it, or its annexes alone."""
    turn.state["paper"] = paper.id
    turn.seen.append(paper.id)
    names = turn.document(paper.kind, paper.number)
    annexes = turn.work.books.annexes(turn.client, paper.id) if _wants_annexes(turn, paper) else ()
    files = tuple(Document(one.name, one.sha256, one.size) for one in annexes)
    if turn.slots.get("doc_kind") == "annex":
        return _annexes(turn, paper, files)
    if paper.file_sha256 is None and turn.team:
        return turn.say("document.no_file_short", **names)
    if paper.file_sha256 is None:
        ask = {"message": turn.words("document.ask_file", **names)}
        return turn.yes_no(turn.say("document.no_file", **names), ("human", ask), number=paper.number)
    lines = [*_lines(turn, paper), *team.paper_lines(turn, paper)]
    reply = Reply("\n".join(lines), language=turn.language)
    reply = reply.attach(papers.document(turn, paper)).offer(*acts.offered(turn, paper))
    quotes.read_here(turn, paper)
    if len(files) < several.FEW:
        return reply.attach(*files)
    bundle = _zipped(turn, paper, files)
    said = turn.words("annex.zipped", n=len(files), fichier=bundle.name)
    return replace(reply, text=f"{reply.text}\n{said}").attach(bundle)


def _annexes(turn: Turn, paper: Paper, files: tuple[Document, ...]) -> Reply:
    names = turn.document(paper.kind, paper.number)
    if not files:
        return turn.say("annex.none", **names)
    if len(files) > several.FEW:
        bundle = _zipped(turn, paper, files)
        return turn.say("annex.together", n=len(files), fichier=bundle.name, **names).attach(bundle)
    listed = ", ".join(one.name for one in files)
    key = "annex.one" if len(files) == 1 else "annex.many"
    return turn.say(key, n=len(files), liste=listed, **names).attach(*files)


def _zipped(turn: Turn, paper: Paper, files: tuple[Document, ...]) -> Document:
    return several.zipped(f"{turn.words('files.name_annexes')}_{papers.plain(paper)}", files)


def _wants_annexes(turn: Turn, paper: Paper) -> bool:
    return paper.kind == "quote" or turn.slots.get("doc_kind") == "annex"


def _lines(turn: Turn, paper: Paper) -> list[str]:
    """What it is and what is left of it; for a professional, that an invoice here is a copy."""
    words: dict[str, object] = {
        "numéro": paper.number,
        "total": turn.total(paper.total_cents, paper.currency),
        "reste": turn.amount(paper.left_cents, paper.currency),
        "statut": papers.status(turn, paper),
    }
    lines = [turn.words(f"document.{_key(turn, paper, words)}", **words)]
    if paper.kind == "invoice" and paper.state(turn.today) == "in_progress":
        running = turn.amount(paper.in_progress_cents, paper.currency)
        lines.append(turn.words("pay.already_running", montant=running, numéro=paper.number))
    if paper.kind == "invoice" and turn.client.kind != "B2C":
        lines.append(turn.words("document.copy_plain", numéro=paper.number))
    return lines


def _key(turn: Turn, paper: Paper, words: dict[str, object]) -> str:
    """The key of the text; the dates it needs are added to `words`."""
    state = paper.state(turn.today)
    if paper.kind == "credit_note":
        return "credit_note"
    if paper.kind == "quote":
        if state != "to_sign" or paper.valid_until is None:
            return "quote_short"
        words["date"] = turn.day(paper.valid_until)
        return "quote"
    if state == "cancelled":
        return "invoice_cancelled"
    if state == "paid":
        if paper.paid_on is None:
            return "invoice_paid_short"
        words["date"] = turn.day(paper.paid_on)
        return "invoice_paid"
    if paper.due_on is None:
        return "invoice_due_short"
    words["échéance"] = turn.day(paper.due_on)
    return "invoice_late" if state == "late" else "invoice_due"
