"""The two queues: stored raw mails that wait for a worker, and answers that wait for the pump.

Each call is a short transaction of its own. What is claimed is leased: when its holder dies, it becomes due again.
"""

from sqlalchemy import Engine, update

from storage import tables as t
from storage.inbox_queue import InboxQueue, Kept, Raw, note_authentication
from storage.outbox_queue import OutboxQueue
from storage.sent_papers import sent_documents, sent_lines

__all__ = [
    "InboxQueue",
    "Kept",
    "OutboxQueue",
    "Raw",
    "note_authentication",
    "release",
    "sent_documents",
    "sent_lines",
]


def release(engine: Engine) -> None:
    """On SQLite one process works at a time: what a former one had claimed when it died is due at once."""
    if engine.dialect.name != "sqlite":
        return
    with engine.begin() as db:
        for table in (t.inbox, t.outbox):
            db.execute(update(table).where(table.c.state == "taken").values(state="due", lease_until=None))
        x = t.decisions.c
        db.execute(update(t.decisions).where(x.ready_at.is_not(None)).values(ready_at=x.at))
