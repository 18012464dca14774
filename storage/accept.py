"""Group commit of raw mails: "250" is said once the mail is on disk, and mails that arrive together share one commit.

No timer and no least batch: while one commit waits for the disk, the next batch gathers by itself.
"""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from storage import tables as t
from storage.engine import connect
from storage.shelf import insert_once

KEEP = insert_once(t.inbox).on_conflict_do_nothing(index_elements=["channel", "key"])

Outcome = tuple["asyncio.Future[None]", Exception | None]


class Closed(Exception):
    """No more mail is taken: the service stops."""


@dataclass(frozen=True)
class Waiting:
    row: dict[str, Any]
    kept: asyncio.Future[None]
    loop: asyncio.AbstractEventLoop


class Acceptor:
    """One writer thread with a connection of its own. Give it a URL or an engine; await `close` at the end."""

    def __init__(self, database: str | Engine, channel: str = "email") -> None:
        self.engine = connect(database) if isinstance(database, str) else database
        self.channel = channel
        self._list: list[Waiting] = []
        self._changed = threading.Condition()
        self._closing = False
        self._db: Connection | None = None
        self._thread = threading.Thread(target=self._write, name="acceptor", daemon=True)
        self._thread.start()

    async def accept(
        self,
        raw: bytes,
        envelope: Mapping[str, Any],
        key: str,
        lane: str,
        company_id: int | None,
        now: datetime,
    ) -> None:
        """Returns once the mail is committed; the same key again is the same mail. Raises what its own row met."""
        row = {
            "company_id": company_id,
            "channel": self.channel,
            "key": key,
            "received_at": now,
            "ready_at": now,
            "state": "due",
            "lane": lane,
            "envelope": dict(envelope),
            "raw": raw,
        }
        loop = asyncio.get_running_loop()
        kept: asyncio.Future[None] = loop.create_future()
        with self._changed:
            if self._closing:
                raise Closed
            self._list.append(Waiting(row, kept, loop))
            self._changed.notify()
        await kept

    async def close(self) -> None:
        """Writes what is on the list, then ends the thread."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        await asyncio.to_thread(self._thread.join)

    def _write(self) -> None:
        while batch := self._next():
            try:
                errors = self._keep(batch)
            except Exception as error:
                errors = [error] * len(batch)
            _tell(batch, errors)
        self._drop_connection()

    def _next(self) -> list[Waiting]:
        """Everything on the list, once there is something; empty when closing."""
        with self._changed:
            while not self._list and not self._closing:
                self._changed.wait()
            batch, self._list = self._list, []
            return batch

    def _keep(self, batch: list[Waiting]) -> list[Exception | None]:
        try:
            self._commit([one.row for one in batch])
        except Exception as error:
            if _busy(error):  # waited for once already
                return [error] * len(batch)
            # One by one, on a new connection: a row that cannot be kept costs only itself.
            return [self._keep_one(one.row) for one in batch]
        return [None] * len(batch)

    def _keep_one(self, row: dict[str, Any]) -> Exception | None:
        try:
            self._commit([row])
        except Exception as error:
            return error
        return None

    def _commit(self, rows: list[dict[str, Any]]) -> None:
        if self._db is None:
            self._db = self.engine.connect()
        try:
            with self._db.begin():
                self._db.execute(KEEP, rows)
        except Exception:
            self._drop_connection()  # it may be the connection that is broken
            raise

    def _drop_connection(self) -> None:
        if self._db is not None:
            self._db.close()
        self._db = None


def _busy(error: Exception) -> bool:
    """SQLite waited for its one write lock in vain."""
    name: str = getattr(getattr(error, "orig", None), "sqlite_errorname", "")
    return name.startswith("SQLITE_BUSY")


def _tell(batch: list[Waiting], errors: list[Exception | None]) -> None:
    """One call into each loop for the whole batch."""
    of_loop: dict[asyncio.AbstractEventLoop, list[Outcome]] = defaultdict(list)
    for one, error in zip(batch, errors, strict=True):
        of_loop[one.loop].append((one.kept, error))
    for loop, outcomes in of_loop.items():
        try:
            loop.call_soon_threadsafe(_resolve, outcomes)
        except RuntimeError:  # the loop is closed: nobody waits any more
            continue


def _resolve(outcomes: list[Outcome]) -> None:
    for kept, error in outcomes:
        if kept.done():  # the client hung up; the mail is kept all the same
            continue
        if error is None:
            kept.set_result(None)
        else:
            kept.set_exception(error)
