"""What has served is forgotten: counters of unknown addresses, codes, talks that nobody went on with, old picks."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, select, update

from storage import tables as t

SHADOW = timedelta(days=5)  # as long as a suspension lasts (design, section 2)
CODES = timedelta(days=2)  # they are counted by the hour and live five minutes
TALKS = timedelta(days=90)
PICKS = timedelta(days=180)


def purge(engine: Engine, now: datetime, picks: timedelta = PICKS) -> dict[str, int]:
    """How many rows went, by table; `picks` is how long they are kept (LEARNING_DAYS).

    Short transactions: turns do not wait for it."""
    old_codes = select(t.codes.c.id).where(t.codes.c.created_at < now - CODES)
    freed = update(t.outbox).where(t.outbox.c.code_id.in_(old_codes)).values(code_id=None)
    went = {
        "tries": delete(t.tries).where(t.tries.c.account_id.is_(None), t.tries.c.updated_at < now - SHADOW),
        "codes": delete(t.codes).where(t.codes.c.created_at < now - CODES),
        "talks": delete(t.talks).where(t.talks.c.updated_at < now - TALKS),
        "picks": delete(t.picks).where(t.picks.c.at < now - picks),
    }
    counts = {}
    for name, statement in went.items():
        with engine.begin() as db:
            if name == "codes":
                db.execute(freed)
            counts[name] = db.execute(statement).rowcount
    return counts
