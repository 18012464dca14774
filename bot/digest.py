"""The summary of the morning: at half past seven by the company's clock, once a day, where something happened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Connection, Engine, select

from handlers.core import digest
from handlers.core.happening import today
from handlers.rules.paper import Company
from storage import anchors, cursors, happened
from storage import tables as t
from storage.engine import reading
from storage.keys import Keys
from storage.outbox import SqlOutbox
from storage.ways import ways

log = structlog.get_logger()

AT = time(7, 30)
FARTHEST = timedelta(days=7)  # what is older, after a longer stop, is in the report


class Digest:
    """Called at each tick of the clock; several processes may do it at once."""

    def __init__(self, engine: Engine, keys: Keys, wake: Callable[[], object] = lambda: None) -> None:
        self.engine, self.keys, self.wake = engine, keys, wake
        self._done: dict[int, datetime] = {}  # of this process

    def __call__(self, now: datetime) -> None:
        with reading(self.engine) as db:
            companies = list(anchors.companies(db))
        for company in companies:
            due = last_morning(now, company.timezone)
            if self._done.get(company.id) == due:
                continue
            try:
                self._tell(company, due, now)
                self._done[company.id] = due
            except Exception:
                log.exception("digest.failed", company=company.slug)

    def _tell(self, company: Company, due: datetime, now: datetime) -> None:
        """What was told, and up to when, commit together."""
        with self.engine.begin() as db:
            since = max(_told_until(db, company) or due - timedelta(days=1), due - FARTHEST)
            if since >= due or not _wanted(db, company):
                return
            what = happened.between(db, company, since, due, today(due, company))
            cursors.put(db, _source(company), due.isoformat(), now)
            if not what.nothing:
                key = f"digest:{company.id}:{due:%Y-%m-%d}"
                anchors.post(SqlOutbox(db, self.keys), company, key, digest.mail(company, what), now)
        self.wake()


def last_morning(now: datetime, zone: str) -> datetime:
    """The last half past seven of the company's clock, UTC."""
    there = now.astimezone(ZoneInfo(zone))
    at = datetime.combine(there.date(), AT, there.tzinfo)
    if at > there:
        at = datetime.combine(there.date() - timedelta(days=1), AT, there.tzinfo)
    return at.astimezone(UTC)


def _source(company: Company) -> str:
    return f"digest:{company.id}"


def _told_until(db: Connection, company: Company) -> datetime | None:
    kept = cursors.get(db, _source(company))
    return datetime.fromisoformat(kept) if kept else None


def _wanted(db: Connection, company: Company) -> bool:
    kept = db.execute(select(t.companies.c.settings).where(t.companies.c.id == company.id)).scalar_one()
    return ways(kept).digest
