"""Reminders: what is due to be said again is looked for a page of clients at a time, and written a client at a time.

Nothing waits in the outbox: a reminder is written at an hour at which it may leave, in a transaction that has just read
the document, its pauses and the people, and in which they stay so. Each is written once (its key), by however many
processes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Engine

from bot.reminder_items import Item, Letter, Page, Seen, letter, plans, to_tell
from handlers.core import remind
from handlers.core.announce import PayLink, no_link
from handlers.core.happening import today
from handlers.core.ports import Open, Work
from handlers.rules import notices, reminders
from handlers.rules.notices import Plan, Ways
from handlers.rules.paper import Client, Company
from storage import anchors
from storage import reminders as store
from storage.engine import reading
from storage.reaches import reaches

log = structlog.get_logger()

ASKS = ("no_rate", "no_notice")  # what the company is told of, once


@dataclass(frozen=True)
class Foreseen:
    """One line of what the next days would send; the reason of its plan says why one would not leave."""

    on: date
    client: Client
    item: Item
    plan: Plan


class Reminders:
    """Called at each tick of the clock, it looks once an hour; again at the next tick where something was being written
    of a client. `pay_link`: the URL of a page to pay on, "" where there is none."""

    def __init__(self, engine: Engine, open: Open, pay_link: PayLink = no_link) -> None:
        self.engine, self.open, self.pay_link = engine, open, pay_link
        self._looked: datetime | None = None
        self._busy = False

    def __call__(self, now: datetime) -> None:
        hour = now.replace(minute=0, second=0, microsecond=0)
        if self._looked == hour:
            return
        self._looked, self._busy = hour, False
        with reading(self.engine) as db:
            companies = list(anchors.companies(db))
        for company in companies:
            try:
                if written := self.run(company, now):
                    log.info("reminders.written", company=company.slug, reminders=written)
            except Exception:
                log.exception("reminders.failed", company=company.slug)
        if self._busy:
            self._looked = None

    def run(self, company: Company, now: datetime) -> int:
        """How many reminders of this company were written."""
        written, ways = 0, self._ways(company)
        for ids in self._pages(company):
            self._expire(company, ids, now)
            for client_id, items in self._waiting(company, ways, ids, now):
                try:
                    written += self._write(company, ways, client_id, items, now)
                except Exception:  # the other clients do not wait for it
                    log.exception("reminders.failed", company=company.slug, client=client_id)
        return written

    def forecast(self, company: Company, now: datetime, days: int) -> Iterator[Foreseen]:
        """What the next days would send as things stand, day by day. Writes nothing."""
        ways, seen, first = self._ways(company), Seen(), today(now, company)
        pages = self._pages(company)
        for on in (first + timedelta(days=n) for n in range(days)):
            noon = datetime.combine(on, time(12), ZoneInfo(company.timezone))
            for ids in pages:
                yield from self._foreseen(company, ways, ids, max(now, noon), on, seen)

    # --- now

    def _waiting(
        self, company: Company, ways: Ways, ids: list[int], now: datetime
    ) -> Iterator[tuple[int, list[Item]]]:
        """By client, what somebody is still to hear, and may at this hour."""
        with reading(self.engine) as db:
            items = Page(db, company, ways, ids, now).items()
            people = reaches(db, company, ways, sorted({one.client_id for one in items}), now)
            accounts = {reach.account.id for some in people.values() for reach in some}
            known = store.known(db, accounts, {one.key for one in items})

        def waits(item: Item) -> bool:
            written = (
                letter(company, ways, reach, item, now, self.pay_link)
                for reach in people.get(item.client_id, ())
            )
            return any(to_tell(plan, item, known, company, now) for one in written for plan in plans(one))

        yield from _by_client([one for one in items if waits(one)])

    def _write(self, company: Company, ways: Ways, client_id: int, items: list[Item], now: datetime) -> int:
        written = 0
        with self.open() as work:
            client = work.team.client(company, client_id)
            if client is None:
                return 0
            if not work.notices.hold(client, [one.paper.id for one in items if one.paper]):
                self._busy = True
                return 0
            people = work.notices.reaches(client, now)
            for item in self._fresh(work, company, client, items, now):
                for reach in people:
                    one = letter(company, ways, reach, item, now, self.pay_link)
                    written += sum(_tell(work, company, one, plan, item, now) for plan in plans(one))
        return written

    def _fresh(
        self, work: Work, company: Company, client: Client, items: list[Item], now: datetime
    ) -> Iterator[Item]:
        """Those that nothing stops, with their documents as they are in this transaction."""
        day = today(now, company)
        disputed, paused = work.payments.disputed(client), work.notices.paused(client, day)
        for item in items:
            if item.paper is None:
                yield item
                continue
            id = item.paper.id
            paper = work.books.by_id(client, id)
            same = paper is not None and (paper.due_on, paper.version) == (
                item.paper.due_on,
                item.paper.version,
            )
            if paper and same and not reminders.why_not(paper, day, id in disputed, paused.get(id)):
                yield replace(item, about=paper)

    def _expire(self, company: Company, ids: list[int], now: datetime) -> None:
        day = today(now, company)
        with reading(self.engine) as db:
            over = store.over(db, company, ids, day)
        if over:
            with self.engine.begin() as db:
                store.expire(db, company, over, day, now)

    # --- in the days to come

    def _foreseen(
        self, company: Company, ways: Ways, ids: list[int], now: datetime, on: date, seen: Seen
    ) -> Iterator[Foreseen]:
        with reading(self.engine) as db:
            items = Page(db, company, ways, ids, now, seen).items()
        for client_id, mine in _by_client(items):
            with self.open() as work:
                client = work.team.client(company, client_id)
                people = work.notices.reaches(client, now) if client else ()
                fresh = list(self._fresh(work, company, client, mine, now)) if client else []
            accounts = {reach.account.id for reach in people}
            with reading(self.engine) as db:
                known = store.known(db, accounts, {one.key for one in fresh})
            for item in fresh:
                for reach in people:
                    one = letter(company, ways, reach, item, now, self.pay_link)
                    for plan in plans(one):
                        leaves = notices.leaves_at(now, company.timezone, reach.quiet)
                        told = known.get((reach.account.id, plan.channel, item.key)) == ""
                        if client and not told and today(leaves, company) == on:
                            seen.add(item, on)
                            yield Foreseen(on, client, item, plan)

    # --- both

    def _ways(self, company: Company) -> Ways:
        with self.open() as work:
            return work.notices.ways(company)

    def _pages(self, company: Company) -> list[list[int]]:
        with reading(self.engine) as db:
            return list(store.pages(db, company))


def _by_client(items: list[Item]) -> Iterator[tuple[int, list[Item]]]:
    ordered = sorted(items, key=lambda one: one.client_id)
    for client_id, mine in groupby(ordered, key=lambda one: one.client_id):
        yield client_id, list(mine)


def _tell(work: Work, company: Company, one: Letter, plan: Plan, item: Item, now: datetime) -> bool:
    common = (item.key, "remind", item.what)
    if plan.reason:
        work.notices.skip(plan.reach, plan.channel, *common, plan.reason, now, document=item.paper)
        _ask(work, company, plan.reason, now)
        return False
    if notices.leaves_at(now, company.timezone, plan.reach.quiet) > now:
        return False
    reply = one.email() if plan.channel == "email" or isinstance(one, remind.Renewal) else one.telegram()
    return work.notices.tell(
        plan.reach, plan.channel, plan.address, reply, *common, now, now, document=item.paper
    )


def _ask(work: Work, company: Company, why: str, now: datetime) -> None:
    if why in ASKS:
        key = f"reminders:{why}:{company.id}"
        told = remind.to_company(company, why)
        work.outbox.put(company, "email", company.email, told, now, dedup=key, conversation=f"own:{key}")
