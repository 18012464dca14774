"""Lists of what is no document: contracts, appointments, exchanges, movements. What is looked for, five rows a page."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from handlers.core import wording
from handlers.core.listing import page_of, paged
from handlers.core.turn import Choice, Reply, Row
from handlers.rules import period
from handlers.rules.card import Looked
from handlers.rules.days import years_later
from handlers.rules.paper import Page
from handlers.rules.text import fold, words

if TYPE_CHECKING:
    from handlers.core.talk import Turn

T = TypeVar("T")
Look = Callable[[Looked, int], Page[T]]
Slots = dict[str, Any]
Plain = Callable[[str], str]


@dataclass(frozen=True)
class Found(Generic[T]):
    """A page of what was found, what it was looked for by, and the slots that find the next one."""

    page: Page[T]
    looked: Looked = field(default_factory=Looked)
    slots: Slots = field(default_factory=dict)
    number: str = ""  # as it was written, where it was looked for too

    @property
    def sought(self) -> bool:
        return bool(self.looked.words or self.number)


def find(
    turn: Turn, look: Look[T], *, ahead: bool = False, number: Plain | None = None, **more: Any
) -> Found[T]:
    """What the slots ask for; "about" is a hint, dropped where it finds nothing.

    `ahead`: what was said without its year is that of another year where the one it was read as holds nothing.
    `number` makes words of a number that was said.
    """
    said = str(turn.slots.get("doc_number", "")) if number else ""

    def found(slots: Slots) -> Found[T]:
        looked = _looked(slots, **more)
        whole = f"{looked.words} {number(said)}".strip() if number and said else looked.words
        page = look(replace(looked, words=whole), int(slots.get("offset", 0)))
        return Found(page, looked, slots, said)

    first = found(turn.slots)
    if not first.page.count and "about" in turn.slots:
        first = found({name: value for name, value in turn.slots.items() if name != "about"})
    if not first.page.count and ahead and (other := _another_year(turn)):
        second = found({**first.slots, "period": other})
        return second if second.page.count else first
    return first


def _looked(slots: Slots, **more: Any) -> Looked:
    said = slots.get("period")
    return Looked(
        words=" ".join(slots[name] for name in ("search", "about") if slots.get(name)),
        start=date.fromisoformat(said["start"]) if said else None,
        end=date.fromisoformat(said["end"]) if said else None,
        **more,
    )


def _another_year(turn: Turn) -> dict[str, str] | None:
    """What was said in this message without its year, a year after or before the one it was read as."""
    said = period.find(fold(turn.text), turn.today)
    if said is None or not said.undated:
        return None
    other = years_later(said.period, 1 if said.period.end < turn.today else -1)
    return {"start": other.start.isoformat(), "end": other.end.isoformat()}


# --- what it was looked for by


def during(turn: Turn, looked: Looked) -> str:
    """ "en mars 2026", "le 3 mars 2026", "du 3 mars 2026 au 9 mars 2026", or nothing."""
    start, end = looked.start, looked.end
    if start is None or end is None:
        return ""
    if start == end:
        return turn.words("looked.day", date=turn.day(start))
    if (start.month, start.day, end.month, end.day) == (1, 1, 12, 31) and start.year == end.year:
        return turn.words("looked.month", date=start.year)
    if start.day == 1 and period.month_of(start.year, start.month).end == end:
        return turn.words("looked.month", date=wording.month(start, turn.language))
    return turn.words("looked.span", début=turn.day(start), fin=turn.day(end))


def spoken(turn: Turn, found: Found[T]) -> str:
    """The words that were looked for, as the client wrote them where this message holds them."""
    if found.number:
        return found.number
    said = {words(word): word for word in re.findall(r"[^\W_]+", turn.text)}
    return " ".join(said.get(word, word) for word in (found.page.words or found.looked.words).split())


def criterion(turn: Turn, found: Found[T], *parts: str) -> str:
    """ "suspendus pour « chaudière »": the parts, then the words that were looked for."""
    sought = spoken(turn, found) if found.page.count else ""
    return " ".join(filter(None, (*parts, turn.words("looked.words", recherche=sought) if sought else "")))


# --- the answer


def answer(
    turn: Turn,
    key: str,
    found: Found[T],
    rows: Sequence[Row],
    critère: str,
    choices: Sequence[Choice] = (),
    **more: object,
) -> Reply:
    """The text of `key` ("contracts.", "history.call_") for none, one, many or a further page, with its rows."""
    page = found.page
    if not page.count:
        turn.state.pop("list", None)
        if found.sought:
            file = key.partition(".")[0]
            return turn.say(f"{file}.not_found", critère=critère, recherche=spoken(turn, found))
        return turn.say(f"{key}none", critère=critère, **more)
    if not page.items:
        return turn.say("list.end")
    if page.offset:
        text = page_of(turn, page)
    else:
        ending = "one" if page.count == 1 else "many"
        text = turn.words(
            f"{key}{ending}", n=page.count, critère=critère, ligne="{rows}", liste="{rows}", **more
        )
    reply = Reply(text, rows=tuple(rows), language=turn.language).offer(*choices)
    return paged(turn, reply, page, found.slots)


# --- people's own words


def one_line(text: str) -> str:
    return " ".join(text.split())


def cut(text: str, most: int = 140) -> str:
    """One line of at most `most` characters, cut after a word."""
    line = one_line(text)
    if len(line) <= most:
        return line
    head = line[: most - 1].rpartition(" ")[0] or line[: most - 1]
    return f"{head.rstrip(' ,;:.')}…"
