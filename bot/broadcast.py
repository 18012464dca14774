"""Broadcasts: looked at without writing (a dry run), written a page at a time, gone on with where one was cut off.

Each page is a transaction of its own: its notices and what is to leave are there together, or not at all. A notice is
written once (its key), so whoever goes on after a crash, or at the same time, tells nobody twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Engine

from bot.survey import Found, Notice, Survey
from handlers.core import announce
from handlers.core.announce import Announcement, PayLink
from handlers.core.happening import today
from handlers.core.ports import Clock, Due, Open, Work
from handlers.core.turn import Reply
from handlers.rules import notices
from handlers.rules.notices import Reach, Ways
from handlers.rules.paper import Client, Company
from storage import broadcasts, recipients
from storage.broadcasts import Broadcast, Told
from storage.engine import reading
from storage.reaches import reaches
from storage.recipients import Asked, Item

log = structlog.get_logger()

CUT_OFF = timedelta(minutes=5)  # a broadcast that is still being written by then is gone on with
LATELY = timedelta(hours=1)  # within which the same message to the same clients is taken for a mistake
Progress = Callable[[int, int], None]  # recipients' documents or clients done, of how many


class JustSent(Exception):
    """The same message to the same clients was sent of late: `id` is its broadcast."""

    def __init__(self, id: int) -> None:
        super().__init__(id)
        self.id = id


class Broadcaster:
    """`pay_link`: the URL of a page to pay on, "" where there is none."""

    def __init__(
        self, engine: Engine, open: Open, clock: Clock, pay_link: PayLink = announce.no_link
    ) -> None:
        self.engine, self.open, self.clock, self.pay_link = engine, open, clock, pay_link

    # --- before

    def look(self, company: Company, asked: Asked, text: Mapping[str, str] | None = None) -> Survey:
        """`text`: of news, by language."""
        draft = Broadcast(0, company.id, "news" if text else "announce", asked, text or {})
        survey, now = Survey(), self.clock()
        with reading(self.engine) as db:
            survey.unknown = recipients.unknown(db, company, asked)
        for found, _ in self._pages(company, draft, now):
            survey.add(found, company, now)
        return survey

    # --- now

    def begin(
        self, company: Company, asked: Asked, text: Mapping[str, str] | None, by: str, again: bool = True
    ) -> Broadcast:
        """`again`: a message that was sent to the same clients of late may be sent once more. Raises JustSent."""
        kind, now = "news" if text else "announce", self.clock()
        with self.engine.begin() as db:
            if text and not again and (id := broadcasts.same(db, company.id, asked, text, now - LATELY)):
                raise JustSent(id)
            return broadcasts.begin(db, company.id, kind, asked, text or {}, by, now)

    def write(
        self, company: Company, broadcast: Broadcast, progress: Progress = lambda done, known: None
    ) -> int:
        """How many notices were written by this call."""
        now, written, done = self.clock(), 0, 0
        for found, known in self._pages(company, broadcast, now):
            made = [(one, one.compose()) for one in found.notices if not one.plan.reason]
            with self.open() as work:
                written += sum(_tell(work, company, broadcast, one, reply, now) for one, reply in made)
                for one in found.notices:
                    if one.plan.reason:
                        _skip(work, broadcast, one, now)
            done = min(known, done + recipients.AT_ONCE)
            progress(done, known)
        with self.engine.begin() as db:
            broadcasts.planned(db, broadcast, now)
        return written

    # --- after

    def __call__(self, now: datetime) -> None:
        """At each tick of the clock: what an import asked for is written, what was cut off is gone on with, and what is
        over is noted so."""
        with reading(self.engine) as db:
            waiting = broadcasts.unplanned(db, now - CUT_OFF)
        for broadcast in waiting:
            try:
                self._go_on(broadcast)
            except Exception:  # the others do not wait for it
                log.exception("broadcast.failed", id=broadcast.id)
        broadcasts.finish(self.engine, now)

    def _go_on(self, broadcast: Broadcast) -> None:
        with self.open() as work:
            company = work.companies.by_id(broadcast.company_id)
        written = self.write(company, broadcast)
        log.info("broadcast.written", id=broadcast.id, company=company.slug, notices=written)

    def blocked(self, due: Due) -> None:
        """A chat no longer takes what we send there. A document goes by e-mail, where none was written."""
        if due.kind != "broadcast":
            return
        with self.engine.begin() as db:
            told = broadcasts.told_by(db, due.id)
            if told is not None:
                broadcasts.not_told(db, told.notice, "blocked")
        if told is not None and told.kind == "announce" and told.document_id:
            self._by_email(due.company, told, told.document_id)

    def _by_email(self, company: Company, told: Told, document_id: int) -> None:
        now = self.clock()
        again = Broadcast(told.broadcast_id or 0, company.id, "announce", Asked(), {})
        found = self._page(company, again, [document_id], now)
        with self.open() as work:
            for one in found.notices:
                mine = one.plan.reach.account.id == told.account_id
                if mine and one.plan.channel == "email" and not one.plan.reason:
                    _tell(work, company, again, one, one.compose(), now)

    # --- who is told what

    def _pages(self, company: Company, broadcast: Broadcast, now: datetime) -> Iterator[tuple[Found, int]]:
        """Each page, and how many documents or clients there are in all."""
        listed = recipients.clients if broadcast.kind == "news" else recipients.documents
        with reading(self.engine) as db:
            ids = listed(db, company, broadcast.asked, today(now, company))
        for page in recipients.pages(ids):
            yield self._page(company, broadcast, page, now), len(ids)

    def _page(self, company: Company, broadcast: Broadcast, ids: Sequence[int], now: datetime) -> Found:
        found = self._found(company, broadcast, ids, now)
        with reading(self.engine) as db:
            accounts = {one.plan.reach.account.id for one in found.notices}
            told = recipients.told(db, accounts, {one.key for one in found.notices})
        found.already = found.leave_out(told)
        return found

    def _found(self, company: Company, broadcast: Broadcast, ids: Sequence[int], now: datetime) -> Found:
        with self.open() as work:
            ways = work.notices.ways(company)
        with reading(self.engine) as db:
            if broadcast.kind == "news":
                clients = recipients.named(db, company, ids)
                return _news(company, broadcast, clients, reaches(db, company, ways, ids, now))
            items = recipients.items(db, company, ids)
            people = reaches(db, company, ways, sorted({one.client.id for one in items}), now)
        found = Found()
        for item in items:
            self._announced(company, ways, item, people.get(item.client.id, ()), now, found)
        return found

    def _announced(
        self, company: Company, ways: Ways, item: Item, people: tuple[Reach, ...], now: datetime, found: Found
    ) -> None:
        paper, day = item.paper, today(now, company)
        if why := announce.why_not(paper, day):
            found.closed.append((paper, why))
            return
        if not people:
            found.missing.append(item.client)
        for reach in people:
            said = Announcement(company, ways, reach, paper, item.annexes, day, self.pay_link)
            for plan in notices.plan(reach, "announce"):
                compose = said.email if plan.channel == "email" else said.telegram
                key = notices.key("announce", item.version_id or f"d{paper.id}")
                found.notices.append(Notice(said.fits(plan), key, "announce", paper.kind, paper, compose))


def _news(
    company: Company, broadcast: Broadcast, clients: list[Client], people: Mapping[int, tuple[Reach, ...]]
) -> Found:
    found = Found(missing=[client for client in clients if not people.get(client.id)])
    key = notices.key("news", broadcast.id)
    for client in clients:
        for reach in people.get(client.id, ()):
            for plan in notices.plan(reach, "news"):
                compose = _saying(company, reach, broadcast.text, plan.channel)
                found.notices.append(Notice(plan, key, "news", "news", None, compose))
    return found


def _saying(company: Company, reach: Reach, text: Mapping[str, str], channel: str) -> Callable[[], Reply]:
    return lambda: announce.news(company, reach, text, channel)


def _tell(
    work: Work, company: Company, broadcast: Broadcast, one: Notice, reply: Reply, now: datetime
) -> bool:
    plan = one.plan
    return work.notices.tell(
        plan.reach,
        plan.channel,
        plan.address,
        reply,
        one.key,
        one.kind,
        one.what,
        now,
        notices.leaves_at(now, company.timezone, plan.reach.quiet),
        document=one.paper,
        broadcast_id=broadcast.id or None,
    )


def _skip(work: Work, broadcast: Broadcast, one: Notice, now: datetime) -> None:
    plan = one.plan
    work.notices.skip(
        plan.reach,
        plan.channel,
        one.key,
        one.kind,
        one.what,
        plan.reason,
        now,
        document=one.paper,
        broadcast_id=broadcast.id or None,
    )
