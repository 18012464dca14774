"""On PostgreSQL another process may write what this one's pump is to send: the database tells us, at its commit."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from storage.outbox import NOTIFY

LOOK = 0.5  # seconds between two looks at whether to stop
PAUSE = 2.0  # before a lost connection is made anew; what was missed meanwhile, the pump's poll finds


class Listener:
    """Calls `wake` in its own thread whenever an outbox was written anywhere. Does nothing on SQLite."""

    def __init__(self, engine: Engine, wake: Callable[[], object]) -> None:
        self.engine, self.wake = engine, wake
        self.ready = threading.Event()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        if engine.dialect.name == "postgresql":
            self._thread = threading.Thread(target=self._run, name="listener", daemon=True)
            self._thread.start()

    def close(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        from psycopg import Error

        while not self._stop.is_set():
            try:
                self._listen()
            except (Error, DBAPIError):
                self.ready.clear()
                self._stop.wait(PAUSE)

    def _listen(self) -> None:
        with self.engine.connect() as db:
            db.detach()  # it never goes back to the pool: it stays ours until it is closed
            raw: Any = db.connection.dbapi_connection
            raw.autocommit = True
            raw.execute(f"LISTEN {NOTIFY}")
            self.ready.set()
            while not self._stop.is_set():
                for _ in raw.notifies(timeout=LOOK, stop_after=1):
                    self.wake()
