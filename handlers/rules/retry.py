"""When a message that did not leave is tried again.

1, 5, 15, 30 minutes, 1, 2, 4 hours, then every 4 hours to 48 hours (RFC 5321, 4.5.4.1: retry for days, not for
minutes); an announcement to 5 days. Greylisting wants a try some minutes later. A one-time code is tried often and
dropped after its 5 minutes: a dead code is never delivered.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers.rules.lock import CODE_LIFE

MINUTES = (1, 5, 15, 30, 60, 120, 240)
CODE_SECONDS = (15, 30, 45, 60)
LIMIT = timedelta(hours=48)
BROADCAST_LIMIT = timedelta(days=5)
JITTER = 0.2


def next_try(
    attempt: int, created_at: datetime, now: datetime, kind: str, spread: float = 0.5
) -> datetime | None:
    """None: give up. `attempt` counts those made (1 after the first); `spread` in 0..1 is the luck of the draw."""
    wait = _wait(attempt, kind) * (1 - JITTER + 2 * JITTER * spread)
    again = now + wait
    return again if again <= created_at + _limit(kind) else None


def _wait(attempt: int, kind: str) -> timedelta:
    made = max(0, attempt - 1)
    if kind == "code":
        return timedelta(seconds=CODE_SECONDS[min(made, len(CODE_SECONDS) - 1)])
    return timedelta(minutes=MINUTES[min(made, len(MINUTES) - 1)])


def _limit(kind: str) -> timedelta:
    if kind == "code":
        return CODE_LIFE
    return BROADCAST_LIMIT if kind == "broadcast" else LIMIT
