"""What is done once a day for each company, from ten past midnight where it is: the ledger is checked, its head is
anchored, and what the law no longer asks to keep is erased."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Engine

from handlers.core import ledger_mails
from handlers.rules.paper import Company
from storage import anchors, audit, retention
from storage.anchors import Anchor, Stamp
from storage.engine import reading
from storage.files import Store
from storage.keys import Keys
from storage.outbox import SqlOutbox
from storage.unarchive import unarchive

log = structlog.get_logger()

AT = time(0, 10)
TSA_WAIT = timedelta(hours=1)  # between two tries for the token of an anchor


class Night:
    """Called at each tick of the clock; several processes may do it at once. `stamp` asks a time-stamping authority."""

    def __init__(
        self,
        engine: Engine,
        keys: Keys,
        files: Store,
        folder: Path,
        years: int,
        wake: Callable[[], object] = lambda: None,
        stamp: Stamp | None = None,
    ) -> None:
        self.engine, self.keys, self.files, self.folder = engine, keys, files, folder
        self.years, self.wake, self.stamp = years, wake, stamp
        self._checked: dict[int, datetime] = {}  # the last one of this process
        self._stamped: dict[int, datetime] = {}  # when a token was asked for last
        self._erased: date | None = None

    def __call__(self, now: datetime) -> None:
        with reading(self.engine) as db:
            companies = list(anchors.companies(db))
        for company in companies:
            try:
                self._company(company, now)
            except Exception:
                log.exception("night.failed", company=company.slug)
        if self._erased != now.date():
            self._erased = now.date()
            retention.expire(self.engine, self.files.forget, now, self.years)

    def _company(self, company: Company, now: datetime) -> None:
        since = last_night(now, company.timezone)
        if self._checked.get(company.id, datetime.min.replace(tzinfo=UTC)) < since:
            self._check(company, now)
            self._checked[company.id] = now
        with reading(self.engine) as db:
            if audit.is_broken(db, company.id):
                return
        if not company.archive:
            unarchive(self.engine, company.id, self.files.forget, now)
        with reading(self.engine) as db:
            former, head = anchors.last(db, company.id), anchors.head(db, company.id, since)
        if head:
            self._anchor(company, former, self._with_token(company, head, now), now)
        elif former and not former.tsa and self._may_ask(company, now):
            stamped = self._with_token(company, former, now)
            if stamped.tsa:
                self._anchor(company, former, stamped, now)

    def _check(self, company: Company, now: datetime) -> None:
        kept = anchors.kept(self.folder, company.slug)
        with reading(self.engine) as db:
            fault = audit.check(db, company.id, kept)
        with self.engine.begin() as db:
            audit.mark(db, company.id, fault, now)
            if fault:
                key = f"ledger:{company.id}:{fault.seq}:{now:%Y-%m-%d}"
                told = ledger_mails.broken(company, fault.seq, now)
                anchors.post(SqlOutbox(db, self.keys), company, key, told, now)
        if fault:
            log.error("ledger.altered", company=company.slug, entry=fault.seq, what=fault.what)
            self.wake()

    def _anchor(self, company: Company, former: Anchor | None, anchor: Anchor, now: datetime) -> None:
        """The line first: what is written twice after a crash is still true."""
        anchors.keep(self.folder, company, anchor, now)
        with self.engine.begin() as db:
            if anchors.write(db, company, former, anchor, now):
                told = ledger_mails.anchor(company, anchor.seq, anchor.hash, now)
                key = f"anchor:{company.id}:{anchor.seq}"
                anchors.post(SqlOutbox(db, self.keys), company, key, told, now)
        self.wake()

    def _with_token(self, company: Company, anchor: Anchor, now: datetime) -> Anchor:
        """Without a token where the authority gives none: it is asked again later."""
        if self.stamp is None:
            return anchor
        self._stamped[company.id] = now
        try:
            return replace(anchor, tsa=self.files.put(self.stamp(bytes.fromhex(anchor.hash))))
        except Exception as error:  # whatever a server on the network may do
            log.warning("anchor.no_token", company=company.slug, error=type(error).__name__)
            return anchor

    def _may_ask(self, company: Company, now: datetime) -> bool:
        asked = self._stamped.get(company.id)
        return self.stamp is not None and (asked is None or now - asked >= TSA_WAIT)


def last_night(now: datetime, zone: str) -> datetime:
    """The last ten past midnight of the company's clock."""
    there = now.astimezone(ZoneInfo(zone))
    at = datetime.combine(there.date(), AT, there.tzinfo)
    if at > there:
        at = datetime.combine(there.date() - timedelta(days=1), AT, there.tzinfo)
    return at.astimezone(UTC)
