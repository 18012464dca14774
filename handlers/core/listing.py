"""Lists of documents: what is looked for, five a page, each line a choice."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from handlers.core import papers, phrases, wording
from handlers.core.turn import Reply
from handlers.rules.paper import Kind, Page, Paper, Sum, Wanted
from handlers.rules.period import month_of
from handlers.rules.text import words as plain

if TYPE_CHECKING:
    from handlers.core.talk import Turn

T = TypeVar("T")
A_PAGE = 5
KINDS: tuple[Kind, ...] = get_args(Kind)
STATES = {"unpaid", "overdue", "paid", "cancelled", "accepted", "refused", "expired", "to_sign"}
VOWELS = "aeiouhâàéèêîô"


def wanted(slots: dict[str, Any], kinds: tuple[Kind, ...] = ()) -> Wanted:
    """What the slots ask for (facts: the slots)."""
    named = slots.get("annex_of") if slots.get("doc_kind") == "annex" else slots.get("doc_kind")
    kinds = kinds or tuple(kind for kind in KINDS if kind == named)
    period = slots.get("period")
    state = slots.get("status", "")
    if state == "pending":
        state = "to_sign" if kinds == ("quote",) else "unpaid"
    return Wanted(
        kinds=kinds,
        start=date.fromisoformat(period["start"]) if period else None,
        end=date.fromisoformat(period["end"]) if period else None,
        amount_cents=int(Decimal(slots["amount"]) * 100) if "amount" in slots else None,
        words=slots.get("search") or slots.get("about") or "",
        state=state if state in STATES else "",
    )


def find(turn: Turn, kinds: tuple[Kind, ...] = (), limit: int = A_PAGE) -> tuple[Wanted, Page[Paper]]:
    """What the slots ask for and what was found; "about" is a hint, dropped where it finds nothing."""
    asked, offset = wanted(turn.slots, kinds), int(turn.slots.get("offset", 0))
    page = turn.work.books.find(turn.client, asked, turn.today, offset, limit)
    if not page.count and turn.slots.get("about") and not turn.slots.get("search"):
        asked = replace(asked, words="")
        page = turn.work.books.find(turn.client, asked, turn.today, offset, limit)
    return asked, page


def spoken(turn: Turn, asked: Wanted, page: Page[Paper]) -> str:
    """The words that were looked for: as they were written, or those that were meant."""
    said = {plain(word): word for word in re.findall(r"[^\W_]+", turn.text)}
    return " ".join(said.get(word, word) for word in (page.words or asked.words).split())


def criterion(turn: Turn, asked: Wanted, many: bool, sought: str = "") -> str:
    """ "en retard de mars 2026 contenant « cuisine »", or nothing."""
    parts = []
    if asked.state:
        key = {"overdue": "late"}.get(asked.state, asked.state)
        if key == "to_sign" and "signature" not in turn.company.options:
            key = "pending"
        plural = f"{key}_many"
        parts.append(
            phrases.say(
                "criterion", plural if many and phrases.has("criterion", plural) else key, turn.language
            )
        )
    if asked.start and asked.end:
        parts.append(span(turn, asked.start, asked.end))
    if asked.amount_cents is not None:
        parts.append(
            phrases.say("criterion", "amount", turn.language, montant=turn.amount(asked.amount_cents))
        )
    if sought:
        parts.append(turn.words("criterion.words", recherche=sought))
    return " ".join(parts)


def span(turn: Turn, start: date, end: date) -> str:
    """ "de mars 2026", "d'avril 2026", "de 2025", "du 3 juin 2026 au 9 juin 2026"."""
    language = turn.language

    def say(key: str, **words: object) -> str:
        return phrases.fill(phrases.template("criterion", key, language), words)

    if start == end:
        return say("on", date=turn.day(start))
    if (start.month, start.day, end.month, end.day) == (1, 1, 12, 31) and start.year == end.year:
        return say("year", date=start.year)
    if month_of(start.year, start.month).end == end and start.day == 1:
        month = wording.month(start, language)
        return say("of_vowel" if month[0] in VOWELS else "of", date=month)
    return say("between", début=turn.day(start), fin=turn.day(end))


def show(turn: Turn, text: str, page: Page[Paper], slots: dict[str, Any]) -> Reply:
    """The text, its {rows}, a choice for each line, and the way to the other pages."""
    more = {"doc_kind": "annex"} if slots.get("doc_kind") == "annex" else {}
    choices = [turn.choice(paper.number, "get_document", {"id": paper.id} | more) for paper in page.items]
    rows = tuple(
        papers.row(turn, paper, choice.id) for paper, choice in zip(page.items, choices, strict=True)
    )
    reply = Reply(text, rows=rows, language=turn.language).offer(*choices)
    return paged(turn, reply, page, slots)


def paged(turn: Turn, reply: Reply, page: Page[T], slots: dict[str, Any]) -> Reply:
    """The way to the next page and, on a chat, to the one before; kept for SUITE."""
    after = page.offset + len(page.items)
    forth = after if after < page.count else None
    back = max(0, page.offset - A_PAGE) if page.offset else None
    if forth is None and back is None:
        turn.state.pop("list", None)
        return reply
    turn.state["list"] = {"intent": turn.request.intent, "slots": slots, "next": forth, "back": back}
    language = turn.language
    if back is not None and turn.chat:
        reply = reply.offer(turn.choice(phrases.label("previous", language), "more", {"back": True}))
    if forth is not None:
        word = phrases.word("more", language)
        reply = reply.offer(turn.choice(phrases.label("more", language), "more", word=word))
    return reply


def page_of(turn: Turn, page: Page[T]) -> str:
    """ "Page 2 sur 3 :", then the rows."""
    pages = -(-page.count // A_PAGE)
    return turn.words("list.page", page=page.offset // A_PAGE + 1, pages=pages, liste="{rows}")


def nothing(turn: Turn, file: str, asked: Wanted) -> Reply:
    """Words that were looked for are named; without any, so is the rest of what was asked."""
    turn.state.pop("list", None)
    if asked.words:
        return turn.say("find.none", recherche=spoken(turn, asked, Page((), 0)))
    return offer_nearest(
        turn, asked, turn.say(f"list.{file}_none", critère=criterion(turn, asked, many=False))
    )


def offer_nearest(turn: Turn, asked: Wanted, none: Reply) -> Reply:
    """Nothing in the period that was said: the document nearest to it by its date, asked about, never shown instead."""
    near = _nearest(turn, asked)
    if near is None or near.issued_on is None:
        return none
    named = turn.document(near.kind, near.number)
    said = turn.words("find.near_date", date=turn.day(near.issued_on), **named)
    asking = replace(none, text=f"{none.text}\n{said}")
    return turn.yes_no(asking, ("get_document", {"id": near.id}), number=near.number)


def _nearest(turn: Turn, asked: Wanted) -> Paper | None:
    if asked.start is None or asked.end is None:
        return None
    start, end, day = asked.start, asked.end, timedelta(days=1)
    found = (
        _at(turn, replace(asked, start=None, end=start - day), newest=True),
        _at(turn, replace(asked, start=end + day, end=None), newest=False),
    )
    dated = [paper for paper in found if paper is not None and paper.issued_on is not None]
    return min(dated, key=lambda paper: _days_off(paper, start, end), default=None)


def _at(turn: Turn, asked: Wanted, newest: bool) -> Paper | None:
    """The newest that is found, or the oldest."""
    books = turn.work.books
    page = books.find(turn.client, asked, turn.today, 0, 1)
    if not newest and page.count > 1:
        page = books.find(turn.client, asked, turn.today, page.count - 1, 1)
    return page.items[0] if page.items else None


def _days_off(paper: Paper, start: date, end: date) -> int:
    on = paper.issued_on or start
    return (start - on).days if on < start else (on - end).days


def _total(turn: Turn, asked: Wanted, page: Page[Paper]) -> str:
    """What is left where that is asked for, one amount a currency; what was cancelled counts nowhere."""
    if asked.state == "cancelled":
        return turn.words("list.nothing")
    left = asked.state in ("unpaid", "overdue")
    return amounts(turn, page, lambda one: one.left_cents if left else one.total_cents)


def amounts(turn: Turn, page: Page[T], cents: Callable[[Sum], int]) -> str:
    """ "1 234,56 €", "1 234,56 € + 200,00 $US": amounts of two currencies are never added up."""
    return " + ".join(turn.amount(cents(one), one.currency) for one in page.sums) or turn.amount(0)


def listed(turn: Turn, file: str, kinds: tuple[Kind, ...]) -> Reply:
    """The answer of list_invoices and list_quotes: "3 factures en retard, 1 234,56 € au total"."""
    asked, page = find(turn, kinds)
    if not page.count:
        return nothing(turn, file, asked)
    if not page.items:
        return turn.say("list.end")
    if page.offset:
        return show(turn, page_of(turn, page), page, turn.slots)
    many = page.count > 1
    words = criterion(turn, asked, many, spoken(turn, asked, page))
    if not many:
        text = turn.words(f"list.{file}_one", critère=words, ligne="{rows}")
    else:
        text = turn.words(
            f"list.{file}_many", n=page.count, critère=words, total=_total(turn, asked, page), liste="{rows}"
        )
    return show(turn, text, page, turn.slots)
