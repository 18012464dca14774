"""Reading mail where it can do no harm: in a worker process with a limit of time and of memory.

A few kilobytes can hold a parser for seconds; the event loop and the other channels must not notice. A mail that runs
out of its limits is tried once more, then set aside with its reason.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import TimeoutError as TookTooLong
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import TypeVar

from pebble import ProcessExpired, ProcessPool

from mail_gateway import arc, bounces, dkim_keys, incoming
from mail_gateway.arc import Chain
from mail_gateway.bounces import Report
from mail_gateway.dkim_keys import Signed
from mail_gateway.incoming import Envelope, Letter, Reading, set_aside

SECONDS = 5.0
MEMORY = 512 * 1024 * 1024
TRIES = 2
RENEWED_AFTER = 1000  # mails
Read = TypeVar("Read")


class OutOfLimits(Exception):
    """The worker took too long or ended. `reason`: "timeout", "too_much_memory" or "crash"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Guard:
    """`await guard.read(raw, envelope)`; `await guard.close()` at the end. Workers start with the first mail."""

    def __init__(
        self, reading: Reading, *, workers: int = 1, seconds: float = SECONDS, memory: int = MEMORY
    ) -> None:
        self.reading = reading
        self.seconds = seconds
        self._make = partial(_pool, workers, memory)
        self._pool: ProcessPool | None = None
        self._starting = asyncio.Lock()

    async def read(self, raw: bytes, envelope: Envelope, ours: Iterable[str] = ()) -> Letter:
        """Never raises over a mail; what cannot be read within the limits is a quarantine."""
        try:
            return await self._run(incoming.read, raw, envelope, self.reading, tuple(ours))
        except OutOfLimits as error:
            return set_aside(raw, "quarantine", error.reason)

    async def contents(self, raw: bytes) -> tuple[bytes, ...]:
        """The bytes of the attachments of a letter that was read. Raises OutOfLimits."""
        return await self._run(incoming.contents, raw)

    async def report(self, raw: bytes) -> Report:
        """What a bounce says; one that cannot be read within the limits says nothing."""
        try:
            return await self._run(bounces.read, raw)
        except OutOfLimits:
            return bounces.UNKNOWN

    async def signed(
        self, raw: bytes, records: Mapping[str, bytes | None]
    ) -> tuple[tuple[Signed, ...], Chain]:
        """Its signatures and its chain, verified with the keys of these records. Raises OutOfLimits."""
        return await self._run(_signed, raw, dict(records))

    async def close(self) -> None:
        """Ends the workers, whatever they are at."""
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]  # Pebble types no method of its pool
            await asyncio.to_thread(self._pool.join)

    async def _run(self, function: Callable[..., Read], *args: object) -> Read:
        reason = ""
        for _ in range(TRIES):
            pool = await self._working()
            try:
                return await asyncio.wrap_future(pool.schedule(function, args=args, timeout=self.seconds))
            except TookTooLong:
                reason = "timeout"
            except MemoryError:
                reason = "too_much_memory"
            except (ProcessExpired, BrokenProcessPool):
                reason = "crash"
        raise OutOfLimits(reason)

    async def _working(self) -> ProcessPool:
        """A pool that works: Pebble gives a whole pool up when a worker dies with nothing to do."""
        async with self._starting:
            if self._pool is None or not self._pool.active:
                self._pool = self._make()
                if not await asyncio.to_thread(getattr, self._pool, "active"):
                    raise BrokenProcessPool("no worker can be started")
            return self._pool


def _signed(raw: bytes, records: dict[str, bytes | None]) -> tuple[tuple[Signed, ...], Chain]:
    return dkim_keys.verify(raw, records), arc.chain(raw, records)


def _pool(workers: int, memory: int) -> ProcessPool:
    # Never fork: a process with threads and a running loop is not one to copy.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([incoming.__name__, arc.__name__])
    return ProcessPool(workers, RENEWED_AFTER, _limit, (memory,), context)


def _limit(memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, resource.getrlimit(resource.RLIMIT_AS)[1]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
