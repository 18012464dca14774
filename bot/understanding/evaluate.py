"""How well a labelled set is understood: the figures that matter to the one who writes.

A row: {"text", "lang", "intent", "slots", "kind"}, and for kinds other than "plain" {"accept", "forbid"}; "channel",
"subject" and "awaiting" as `facteur understand` takes them. Nothing of its texts is kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MONEY = frozenset(("pay", "accept_quote"))
STRAY = "out_of_scope"
NOTHING = ("menu", "silent")
Hear = Callable[[Mapping[str, Any]], dict[str, Any]]  # a row -> what `messages.answer` gives


@dataclass(frozen=True)
class Outcome:
    """What became of one row."""

    row: Mapping[str, Any]
    answer: Mapping[str, Any]
    seconds: float

    @property
    def wanted(self) -> frozenset[str]:
        return frozenset(self.row.get("accept") or (self.row["intent"],))

    @property
    def stray(self) -> bool:
        return bool(self.row["intent"] == STRAY)

    @property
    def said(self) -> str:
        """The intent that is acted on or asked to be confirmed; "" for none."""
        first = next(iter(self.answer["requests"]), {"intent": ""})
        return str(first["intent"]) if self.answer["decision"] in ("act", "confirm") else ""

    @property
    def at_once(self) -> bool:
        if self.answer["decision"] in NOTHING:
            return STRAY in self.wanted
        return self.said in self.wanted

    @property
    def one_tap(self) -> bool:
        asked = self.answer["decision"] == "choose" and not self.wanted.isdisjoint(self.answer["choices"])
        return self.at_once or asked

    @property
    def wrong(self) -> bool:
        return self.said not in ("", STRAY, *self.wanted)

    @property
    def money(self) -> bool:
        """A step of money or signature that nobody asked for."""
        return self.said in MONEY - self.wanted

    @property
    def whole(self) -> bool:
        """Everything that was asked for was found; thanks are no request."""
        found = {request["intent"] for request in self.answer["requests"]}
        return self.wanted - {"thanks"} <= found


def outcomes(rows: Iterable[Mapping[str, Any]], hear: Hear) -> list[Outcome]:
    found = []
    for row in rows:
        started = time.perf_counter()
        answer = hear(row)
        found.append(Outcome(row, answer, time.perf_counter() - started))
    return found


def tables(found: Sequence[Outcome]) -> dict[str, dict[str, Any]]:
    """One line of figures for all, then for each language, channel and kind that the rows name."""
    lines = {"all": summary(found)}
    for field in ("lang", "channel", "kind"):
        for value in sorted({str(one.row[field]) for one in found if field in one.row}):
            lines[f"{field} {value}"] = summary([one for one in found if one.row.get(field) == value])
    return lines


def summary(found: Sequence[Outcome]) -> dict[str, Any]:
    """Shares in per cent of the messages in scope; those about strays of the strays."""
    scope = [one for one in found if not one.stray]
    strays = [one for one in found if one.stray]
    several = [one for one in scope if one.row.get("kind") == "multi"]
    times = sorted(one.seconds for one in found)
    return {
        "messages": len(found),
        "in_scope": len(scope),
        "right_at_once": _share(scope, lambda one: one.at_once),
        "right_after_one_tap": _share(scope, lambda one: one.one_tap),
        "confident_wrong": _share(scope, lambda one: one.wrong),
        "fell_back": _share(scope, lambda one: one.answer["decision"] in NOTHING and not one.at_once),
        "money_or_signature_wrong": sum(one.money for one in found),
        "out_of_scope_answered": _share(strays, lambda one: one.wrong),
        "out_of_scope_asked": _share(strays, lambda one: one.answer["decision"] == "choose"),
        "several_all_found": f"{sum(one.whole for one in several)}/{len(several)}",
        "p95_ms": round(1000 * times[int(0.95 * (len(times) - 1))], 2) if times else 0.0,
    }


def slots(found: Sequence[Outcome]) -> dict[str, str]:
    """ "right/given" for each slot that the rows give a value."""
    counts: dict[str, list[int]] = {}
    for one in found:
        heard: dict[str, Any] = {}
        for request in reversed(one.answer["requests"]):
            heard |= request["slots"]
        for name, value in (one.row.get("slots") or {}).items():
            right = counts.setdefault(name, [0, 0])
            right[0] += _plain(heard.get(name)) == _plain(value)
            right[1] += 1
    return {name: f"{right}/{given}" for name, (right, given) in sorted(counts.items())}


def confused(found: Sequence[Outcome]) -> list[tuple[str, str, int]]:
    """(wanted, taken for, how often), most often first."""
    pairs: dict[tuple[str, str], int] = {}
    for one in found:
        if one.wrong:
            pair = (str(one.row["intent"]), one.said)
            pairs[pair] = pairs.get(pair, 0) + 1
    return sorted(((*pair, times) for pair, times in pairs.items()), key=lambda item: (-item[2], item))


def _share(held: Sequence[Outcome], test: Callable[[Outcome], bool]) -> float:
    return round(100 * sum(map(test, held)) / len(held), 1) if held else 0.0


def _plain(value: object) -> str:
    """Periods are written "start/end" in files and {"start", "end"} in answers."""
    return f"{value.get('start')}/{value.get('end')}" if isinstance(value, dict) else str(value)
