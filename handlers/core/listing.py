"""Lists of documents: what is looked for, five a page, each line a choice."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, get_args

from handlers.core import papers, phrases, wording
from handlers.core.turn import Reply
from handlers.rules.paper import Kind, Page, Paper, Wanted
from handlers.rules.period import month_of

if TYPE_CHECKING:
    from handlers.core.talk import Turn

A_PAGE = 5
KINDS: tuple[Kind, ...] = get_args(Kind)
STATES = {"unpaid", "overdue", "paid", "accepted", "refused", "expired", "to_sign"}
VOWELS = "aeiouhâàéèêîô"


def wanted(slots: dict[str, Any], kinds: tuple[Kind, ...] = ()) -> Wanted:
    """What the slots ask for (facts: the slots)."""
    kinds = kinds or tuple(kind for kind in KINDS if kind == slots.get("doc_kind"))
    period = slots.get("period")
    state = slots.get("status", "")
    if state == "pending":
        state = "to_sign" if kinds == ("quote",) else "unpaid"
    return Wanted(
        kinds=kinds,
        start=date.fromisoformat(period["start"]) if period else None,
        end=date.fromisoformat(period["end"]) if period else None,
        amount_cents=int(Decimal(slots["amount"]) * 100) if "amount" in slots else None,
        state=state if state in STATES else "",
    )


def criterion(turn: Turn, asked: Wanted, many: bool) -> str:
    """ "en retard de mars 2026", or nothing."""
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
    """The text, its {rows}, a choice for each line, and the way to the next page."""
    choices = [turn.choice(paper.number, "get_document", {"id": paper.id}) for paper in page.items]
    rows = tuple(
        papers.row(turn, paper, choice.id) for paper, choice in zip(page.items, choices, strict=True)
    )
    reply = Reply(text, rows=rows, language=turn.language)
    after = page.offset + len(page.items)
    if after < page.count:
        word = phrases.word("more", turn.language)
        choices.append(turn.choice(phrases.label("more", turn.language), "more", word=word))
        turn.state["list"] = {"intent": turn.request.intent, "slots": {**slots, "offset": after}}
    elif page.offset:
        turn.state["list"] = {"intent": "", "slots": {}}
    else:
        turn.state.pop("list", None)
    return reply.offer(*choices)


def listed(turn: Turn, file: str, kinds: tuple[Kind, ...]) -> Reply:
    """The answer of list_invoices and list_quotes: "3 factures en retard, 1 234,56 € au total"."""
    asked = wanted({**turn.slots, "doc_kind": None}, kinds)
    offset = int(turn.slots.get("offset", 0))
    page = turn.work.books.find(turn.client, asked, turn.today, offset, A_PAGE)
    many = page.count > 1
    words = criterion(turn, asked, many)
    if page.count == 0:
        turn.state.pop("list", None)
        return turn.say(f"list.{file}_none", critère=words)
    if offset:
        pages = -(-page.count // A_PAGE)
        text = turn.words("list.page", page=offset // A_PAGE + 1, pages=pages, liste="{rows}")
    elif not many:
        text = turn.words(f"list.{file}_one", critère=words, ligne="{rows}")
    else:
        cents = page.left_cents if asked.state in ("unpaid", "overdue") else page.total_cents
        text = turn.words(
            f"list.{file}_many", n=page.count, critère=words, total=turn.amount(cents), liste="{rows}"
        )
    return show(turn, text, page, turn.slots)
