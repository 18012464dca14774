"""What a broadcast would do, before anything is written: its notices a page at a time, and all of it counted."""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass, field
from datetime import datetime

from handlers.core.turn import Reply
from handlers.rules import notices
from handlers.rules.notices import Plan
from handlers.rules.paper import Client, Company, Paper

Told = tuple[int, str, str]  # account, channel, key


@dataclass(frozen=True)
class Notice:
    """One to be written, or skipped for the reason of its plan."""

    plan: Plan
    key: str
    kind: str
    what: str
    paper: Paper | None
    compose: Callable[[], Reply]

    @property
    def told(self) -> Told:
        return self.plan.reach.account.id, self.plan.channel, self.key


@dataclass
class Found:
    """Of one page: the notices, the clients whom nobody is to be told for, the documents that are not announced."""

    notices: list[Notice] = field(default_factory=list)
    missing: list[Client] = field(default_factory=list)
    closed: list[tuple[Paper, str]] = field(default_factory=list)
    already: int = 0  # notices that were written before

    def leave_out(self, told: Set[Told]) -> int:
        """How many are told already. A person of several clients is told once."""
        before = sum(one.told in told for one in self.notices)
        self.notices = list({one.told: one for one in self.notices if one.told not in told}.values())
        return before


@dataclass
class Survey:
    """What a broadcast would do. `counts`: by channel, and by reason of what is skipped; `leaves`: the first and the
    last moment at which something may leave."""

    counts: dict[str, int] = field(default_factory=dict)
    documents: dict[str, set[int]] = field(default_factory=dict)  # by kind
    already: int = 0
    missing: list[Client] = field(default_factory=list)
    closed: dict[str, list[str]] = field(default_factory=dict)  # numbers, by reason
    unknown: list[str] = field(default_factory=list)
    leaves: tuple[datetime, datetime] | None = None
    _seen: set[Told] = field(default_factory=set, repr=False)

    @property
    def recipients(self) -> int:
        return sum(self.counts.get(channel, 0) for channel in notices.CHANNELS)

    def add(self, found: Found, company: Company, now: datetime) -> None:
        """One page more."""
        found.leave_out(self._seen)
        self._seen |= {one.told for one in found.notices}
        for name, count in notices.counted(one.plan for one in found.notices).items():
            self.counts[name] = self.counts.get(name, 0) + count
        self.already += found.already
        self.missing += found.missing
        for paper, why in found.closed:
            self.closed.setdefault(why, []).append(paper.number)
        goes = [one for one in found.notices if not one.plan.reason]
        for kind, id in ((one.paper.kind, one.paper.id) for one in goes if one.paper):
            self.documents.setdefault(kind, set()).add(id)
        times = [notices.leaves_at(now, company.timezone, one.plan.reach.quiet) for one in goes]
        if times:
            known = self.leaves or (times[0], times[0])
            self.leaves = min(*times, known[0]), max(*times, known[1])
