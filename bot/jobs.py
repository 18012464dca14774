"""What is due by the clock: idle sessions end, old codes and counters are forgotten, ledgers are checked and anchored,
payments are looked at that no webhook told of. APScheduler is the clock here, in one process, with no store: each tick
only writes to the database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = structlog.get_logger()


def scheduler(
    tick: Callable[[datetime], object],
    purge: Callable[[datetime], object],
    night: Callable[[datetime], object],
    reconcile: Callable[[], Awaitable[object]],
    clock: Callable[[], datetime],
    seconds: float,
) -> AsyncIOScheduler:
    """`tick` and `night` every `seconds`, `purge` every hour: synchronous, in threads. `reconcile` every `seconds`, on
    the loop. Start and stop it yourself."""

    def quiet(job: Callable[[datetime], object]) -> Callable[[], None]:
        def run() -> None:
            try:
                job(clock())
            except Exception:
                log.exception("job.failed", job=getattr(job, "__name__", "job"))

        return run

    async def reconciled() -> None:
        try:
            await reconcile()
        except Exception:
            log.exception("job.failed", job="reconcile")

    made = AsyncIOScheduler(timezone="UTC")
    made.add_executor("threadpool", "default", max_workers=3)
    made.add_executor("asyncio", "loop")
    made.add_job(quiet(tick), "interval", seconds=seconds, max_instances=1, coalesce=True, id="tick")
    made.add_job(quiet(night), "interval", seconds=seconds, max_instances=1, coalesce=True, id="night")
    made.add_job(quiet(purge), "interval", hours=1, max_instances=1, coalesce=True, id="purge")
    made.add_job(
        reconciled,
        "interval",
        seconds=seconds,
        executor="loop",
        max_instances=1,
        coalesce=True,
        id="reconcile",
    )
    return made
