"""What is due by the clock. APScheduler is the clock here, in one process, with no store: each job only looks at the
database, and writes to it."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from handlers.core.ports import Clock

log = structlog.get_logger()

IN_THREADS = "default"  # of three workers
ON_THE_LOOP = "loop"


@dataclass(frozen=True)
class Job:
    """`work` is given the time. A function runs in a thread, a coroutine function on the loop; it never runs twice at
    once, and one that fails is run again at its next time."""

    id: str
    work: Callable[[datetime], object] | Callable[[datetime], Awaitable[object]]
    seconds: float


def scheduler(jobs: Iterable[Job], clock: Clock) -> AsyncIOScheduler:
    """Start and stop it yourself."""
    made = AsyncIOScheduler(timezone="UTC")
    made.add_executor("threadpool", IN_THREADS, max_workers=3)
    made.add_executor("asyncio", ON_THE_LOOP)
    for job in jobs:
        run, where = _quiet(job, clock)
        often: dict[str, Any] = {"seconds": job.seconds, "max_instances": 1, "coalesce": True}
        made.add_job(run, "interval", executor=where, id=job.id, **often)
    return made


def _quiet(job: Job, clock: Clock) -> tuple[Callable[[], object], str]:
    def run() -> None:
        try:
            job.work(clock())
        except Exception:
            log.exception("job.failed", job=job.id)

    async def on_the_loop() -> None:
        try:
            await job.work(clock())  # type: ignore[misc]  # its kind was looked at
        except Exception:
            log.exception("job.failed", job=job.id)

    return (on_the_loop, ON_THE_LOOP) if inspect.iscoroutinefunction(job.work) else (run, IN_THREADS)
