"""“Invoice F-2026-0118”, “last quote”, “the March invoice”: one document as its file (mission S25)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from handlers.core import listing, papers
from handlers.core.registry import intent
from handlers.core.route import run
from handlers.core.talk import Turn
from handlers.core.turn import Document, Reply
from handlers.core.understand import Request
from handlers.rules.mention import read_digits
from handlers.rules.number import normal
from handlers.rules.paper import Page, Paper, Wanted


@intent("get_document", scoped=True, right="read")
def get_document(turn: Turn) -> Reply | None:
    slots = turn.slots
    if turn.only is not None or "id" in slots:
        paper = turn.work.books.by_id(turn.client, turn.only if turn.only is not None else int(slots["id"]))
        return show(turn, paper) if paper else turn.say("desk.old_button")
    if number := slots.get("doc_number"):
        return _by_number(turn, number)
    if slots.get("ordinal"):
        return _by_place(turn, slots)
    asked = listing.wanted(slots)
    offset = int(slots.get("offset", 0))
    page = turn.work.books.find(turn.client, asked, turn.today, offset, listing.A_PAGE)
    if page.count != 1 and not {"period", "amount", "status", "offset"} & slots.keys():
        return run(
            turn, Request("list_quotes" if slots.get("doc_kind") == "quote" else "list_invoices", slots)
        )
    if page.count == 0:
        return turn.say("find.none", recherche=turn.text.strip()[:60])
    return _one_of(turn, page)


def _one_of(turn: Turn, page: Page[Paper]) -> Reply:
    if page.count == 1 and page.items:
        return show(turn, page.items[0])
    return listing.show(turn, turn.words("find.many", n=page.count, liste="{rows}"), page, turn.slots)


def _by_number(turn: Turn, written: str) -> Reply:
    """Digits must match exactly; O and l may stand for digits; a piece of a number will do."""
    books, offset = turn.work.books, int(turn.slots.get("offset", 0))
    number = normal(written)
    tried = list(dict.fromkeys((number, read_digits(written))))
    for wanted in [Wanted(number=one) for one in tried] + [Wanted(number_part=tried[-1])]:
        page = books.find(turn.client, wanted, turn.today, offset, listing.A_PAGE)
        if page.count:
            return _one_of(turn, _of_kind(turn, page))
    kind = str(turn.slots.get("doc_kind") or "document")
    near = books.nearest_number(turn.client, tried[-1])
    if near is None:
        return turn.say("document.unknown", **turn.document(kind, written))
    reply = turn.say("document.unknown_near", proche=near.number, **turn.document(kind, written))
    return turn.yes_no(reply, ("get_document", {"id": near.id}), number=near.number)


def _of_kind(turn: Turn, page: Page[Paper]) -> Page[Paper]:
    """The kind that was said decides between an invoice and a quote with the same digits."""
    kind = turn.slots.get("doc_kind")
    items = tuple(paper for paper in page.items if paper.kind == kind)
    if not items or page.count > len(page.items):
        return page
    return replace(page, items=items, count=len(items))


def _by_place(turn: Turn, slots: dict[str, Any]) -> Reply:
    """First, previous or last, of the invoices unless another kind is said."""
    kind = slots.get("doc_kind")
    asked = listing.wanted(slots if kind in ("quote", "credit_note") else {**slots, "doc_kind": "invoice"})
    books, place = turn.work.books, slots["ordinal"]
    page = books.find(turn.client, asked, turn.today, 1 if place == "previous" else 0, 1)
    if place == "first" and page.count > 1:
        page = books.find(turn.client, asked, turn.today, page.count - 1, 1)
    if not page.items:
        return turn.say("find.none", recherche=turn.text.strip()[:60])
    return show(turn, page.items[0])


# --- the answer


def show(turn: Turn, paper: Paper) -> Reply:
    names = turn.document(paper.kind, paper.number)
    annexes = turn.work.books.annexes(turn.client, paper.id) if _wants_annexes(turn, paper) else ()
    files = tuple(Document(one.name, one.sha256, one.size) for one in annexes)
    if turn.slots.get("doc_kind") == "annex":
        if not files:
            return turn.say("annex.none", **names)
        listed = ", ".join(one.name for one in files)
        key = "annex.one" if len(files) == 1 else "annex.many"
        return turn.say(key, n=len(files), liste=listed, **names).attach(*files)
    if paper.file_sha256 is None:
        ask = {"message": turn.words("document.ask_file", **names)}
        return turn.yes_no(turn.say("document.no_file", **names), ("human", ask), number=paper.number)
    reply = Reply("\n".join(_lines(turn, paper)), language=turn.language)
    return reply.attach(papers.document(turn, paper), *files)


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
