"""Which reminders are due, and how each is said: the rules, put to what the database holds. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from handlers.core.announce import PayLink
from handlers.core.happening import today
from handlers.core.remind import Appointment, Reminder, Renewal
from handlers.rules import notices, reminders, scope
from handlers.rules.card import Contract, Event
from handlers.rules.notices import Plan, Reach, Ways
from handlers.rules.paper import Company, Paper
from storage import reminders as store
from storage.reminders import Open

COMING = timedelta(days=4)  # an appointment is told of two days before, at most
LONGEST = timedelta(days=100)  # before its last day to refuse, a renewal is told of
Letter = Reminder | Renewal | Appointment


@dataclass(frozen=True)
class Item:
    """One thing to be said to the people of a client."""

    client_id: int
    what: str
    key: str
    about: Paper | Contract | Event
    last_day: date | None = None  # of a contract: to refuse its renewal; None where the notice is not known

    @property
    def paper(self) -> Paper | None:
        return self.about if isinstance(self.about, Paper) else None

    @property
    def reference(self) -> str:
        if isinstance(self.about, Paper):
            return self.about.number
        return self.about.ref if isinstance(self.about, Contract) else self.about.title


@dataclass
class Seen:
    """What a forecast has said already: the last day of each document, and the keys."""

    last: dict[int, date] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)

    def add(self, item: Item, on: date) -> None:
        self.keys.add(item.key)
        if item.paper:
            self.last[item.paper.id] = on


@dataclass(frozen=True)
class Page:
    """Some clients of a company, at a moment."""

    db: Connection
    company: Company
    ways: Ways
    ids: list[int]
    now: datetime
    seen: Seen = field(default_factory=Seen)

    @property
    def today(self) -> date:
        return today(self.now, self.company)

    def items(self) -> list[Item]:
        every = (*self._invoices(), *self._quotes(), *self._renewals(), *self._appointments())
        return [one for one in every if one.key not in self.seen.keys]

    def _invoices(self) -> Iterator[Item]:
        due = reminders.first_days(self.ways.remind, self.today)
        if due is None or not scope.opens(self.company.options, "invoice"):
            return
        for one in store.invoices(self.db, self.company, self.ids, due):
            assert one.paper.due_on is not None, "it was looked up by it"
            levels = reminders.of_invoice(self.ways.remind, one.paper.due_on)
            yield from self._due(one, levels, "remind", one.paper.id, str(one.paper.due_on))

    def _quotes(self) -> Iterator[Item]:
        wanted = self.ways.quotes_after or self.ways.quotes_ending
        if not wanted or not scope.opens(self.company.options, "quote"):
            return
        for one in store.quotes(self.db, self.company, self.ids):
            sent_on = today(one.announced_at, self.company) if one.announced_at else one.paper.issued_on
            after = self.ways.quotes_after if sent_on else ()
            levels = reminders.of_quote(
                after, self.ways.quotes_ending, sent_on or self.today, one.paper.valid_until
            )
            yield from self._due(one, levels, "quote", one.version_id or f"d{one.paper.id}")

    def _due(
        self, one: Open, levels: Iterable[reminders.Level], kind: str, id: object, *more: str
    ) -> Iterator[Item]:
        """`kind`, `id` and `more` make its key, with the level between them."""
        levels = tuple(levels)
        what = reminders.due(levels, self.today, None)
        key = notices.key(kind, id, what, *more)
        if what and reminders.due(levels, self.today, self._last(one, key)):
            yield Item(one.client_id, what, key, one.paper)

    def _last(self, one: Open, key: str) -> date | None:
        """The day on which something else was told of it; the company sent it itself on the day of its issue."""
        told = one.told_before(key)
        known = (
            today(told, self.company) if told else None,
            one.paper.issued_on,
            self.seen.last.get(one.paper.id),
        )
        return max(filter(None, known), default=None)

    def _renewals(self) -> Iterator[Item]:
        if self.ways.renewal == "off" or "portal" not in self.company.options:
            return
        notice = self.ways.renewal_notice
        first = self.today + timedelta(days=notice or 0)
        found = store.contracts(self.db, self.company, self.ids, first, first + LONGEST)
        clients = store.named(self.db, [id for id, _ in found])
        for client_id, contract in found:
            assert contract.next_due_on is not None, "it was looked up by it"
            last_day = reminders.last_refusal(contract.next_due_on, notice or 0)
            told = self.ways.renewal == "all" or clients[client_id].kind == "B2C"
            if told and reminders.renewal_due(last_day, self.today):
                key = notices.key("renewal", contract.id, contract.next_due_on)
                yield Item(client_id, "renewal", key, contract, last_day if notice is not None else None)

    def _appointments(self) -> Iterator[Item]:
        if not self.ways.appointments or "portal" not in self.company.options:
            return
        for client_id, event in store.events(self.db, self.company, self.ids, self.now, self.now + COMING):
            day = today(event.starts_at, self.company)
            if reminders.appointment_due(day, self.today, self.ways.quiet.sundays):
                key = notices.key("event", event.id, event.starts_at.isoformat())
                yield Item(client_id, "appointment", key, event)


# --- to one person


def letter(
    company: Company, ways: Ways, reach: Reach, item: Item, now: datetime, pay_link: PayLink
) -> Letter:
    if isinstance(item.about, Paper):
        return Reminder(company, ways, reach, item.about, (), today(now, company), pay_link, what=item.what)
    if isinstance(item.about, Contract):
        return Renewal(company, reach, item.about, item.last_day)
    return Appointment(company, reach, item.about, now)


def plans(written: Letter) -> tuple[Plan, ...]:
    """One of each channel; a contract's renewal goes by e-mail alone."""
    every = notices.plan(written.reach, "remind")
    kept = [one for one in every if one.channel == "email" or not isinstance(written, Renewal)]
    return tuple(written.fits(one) for one in kept)


def to_tell(
    plan: Plan, item: Item, known: Mapping[tuple[int, str, str], str], company: Company, now: datetime
) -> bool:
    """Is it still to be written, or to be noted that it is not? `known`: storage/reminders.py. In the quiet hours of
    that person it waits."""
    before = known.get((plan.reach.account.id, plan.channel, item.key))
    if plan.reason or before == "":
        return before not in ("", plan.reason)
    return notices.leaves_at(now, company.timezone, plan.reach.quiet) <= now
