"""A process apart for PDFs of others: a broken or hostile one costs the child, never us.

One worker, limited in memory and processor time, unable to write a file and without our settings; each call has a time
limit, after which the worker is ended. A worker that has nothing to do for a while ends too, and gives its memory back.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import resource
import sys
import threading
from concurrent.futures import TimeoutError as TookTooLong
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from pebble import ProcessExpired, ProcessPool

SECONDS = 20.0
CPU_SECONDS = 15
MEMORY = 1024**3  # bytes of address space
IDLE = 60.0  # seconds
SWITCH = 0.0005  # seconds: what a thread has printed is not kept waiting
INHERITED = ("LD_LIBRARY_PATH", "HOME", "PATH", "SSL_CERT_FILE", "http_proxy", "https_proxy", "no_proxy")


class Overrun(Exception):
    """The work took too long or too much memory, or ended the child."""


class Child:
    """Shared by all threads, one call at a time. The worker starts with the first call."""

    def __init__(self, seconds: float = SECONDS, idle: float = IDLE) -> None:
        self.seconds, self.idle = seconds, idle
        self._pool: ProcessPool | None = None
        self._timer: threading.Timer | None = None
        self._lock = threading.Lock()

    def run(self, work: str, *args: object) -> Any:
        """`work` is "module:function": only the child imports it. Raises Overrun, or what the function raised."""
        with self._lock:
            self._stop_timer()
            if self._pool is None or not self._pool.active:
                context = multiprocessing.get_context("spawn")
                self._pool = ProcessPool(max_workers=1, initializer=_limit, context=context)
            try:
                return self._pool.schedule(_call, args=[work, *args], timeout=self.seconds).result()
            except (TookTooLong, ProcessExpired, BrokenProcessPool, MemoryError) as error:
                raise Overrun(type(error).__name__) from error
            finally:
                self._timer = threading.Timer(self.idle, self.close)
                self._timer.daemon = True
                self._timer.start()

    def close(self) -> None:
        """Ends the worker; the next call starts another."""
        with self._lock:
            self._stop_timer()
            if self._pool is not None:
                self._pool.stop()  # type: ignore[no-untyped-call]  # Pebble types no method of its pool
                self._pool.join()
                self._pool = None

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


CHILD = Child()


def _limit() -> None:
    for name in set(os.environ) - set(INHERITED):
        del os.environ[name]
    os.environ["RAYON_NUM_THREADS"] = "1"  # each thread reserves memory: with many cores, more than the limit
    sys.setswitchinterval(SWITCH)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _call(work: str, *args: object) -> Any:
    """Within the processor time of one call, counted from now."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime)
    resource.setrlimit(resource.RLIMIT_CPU, (spent + CPU_SECONDS, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    module, _, function = work.partition(":")
    return getattr(importlib.import_module(module), function)(*args)
