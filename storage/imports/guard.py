"""A child process for what opens files of strangers: a broken or hostile PDF costs the child, never us.

One warm worker, limited in memory, unable to write a file; each call has a time limit, after which the worker is
killed and replaced. Spawned, not forked: our process may hold threads and open databases.
"""

from __future__ import annotations

import logging
import multiprocessing
import resource
import threading
from collections.abc import Callable
from concurrent.futures import TimeoutError as TooLong
from types import TracebackType
from typing import Any, Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from storage.imports.facturx import NOTHING, Reading, examine

SECONDS = 10.0
MEMORY = 1024**3  # bytes of address space
T = TypeVar("T")


class Overrun(Exception):
    """The work took too long or too much memory, or ended the child."""


def _limit() -> None:
    # What pypdf says of a broken file is no news of ours.
    logging.getLogger().addHandler(logging.NullHandler())
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


class Guard:
    """Use as a context manager; the worker starts with the first call, and is shared by all threads."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self.seconds = seconds
        self._pool: ProcessPool | None = None
        self._lock = threading.Lock()

    def run(self, work: Callable[[bytes], T], data: bytes) -> T:
        """`work` must be a function of a module. Raises Overrun, or what `work` raised."""
        with self._lock:
            if self._pool is None:
                spawn = multiprocessing.get_context("spawn")
                self._pool = ProcessPool(max_workers=1, initializer=_limit, context=spawn)
            future: Any = self._pool.schedule(work, args=[data], timeout=self.seconds)
            try:
                done: T = future.result()
            except (TooLong, ProcessExpired, MemoryError) as error:
                raise Overrun(type(error).__name__) from error
            return done

    def read(self, pdf: bytes) -> Reading:
        """Never raises on a bad file: what overruns the limits is too large for us."""
        try:
            return self.run(examine, pdf)
        except Overrun:
            return Reading(NOTHING, "too_large", "reading it took too long or too much memory")

    def close(self) -> None:
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]  # pebble has no types
            self._pool.join()
            self._pool = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
