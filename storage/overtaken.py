"""What was written of our own accord and is true no more when it may leave, for a night or a Sunday lies between."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BindParameter, Connection, and_, bindparam, case, exists, or_, select, update

from storage import tables as t
from storage.books_find import LEFT

n, d, v, x = t.notices.c, t.documents.c, t.document_versions.c, t.optouts.c
_IDS: BindParameter[list[int]] = bindparam("ids", expanding=True)
# One of before does not count: a document may go by e-mail all the same (handlers/rules/notices.py: plan).
_STOPPED = exists().where(
    x.account_id == n.account_id, x.kind == n.kind, x.channel == n.channel, x.since > n.created_at
)
WHY = case(
    (_STOPPED, "stopped"),
    (n.kind != "announce", ""),
    (or_(v.version != d.version, d.status.not_in(("issued", "sent"))), "closed"),
    (and_(d.kind == "invoice", LEFT <= 0), "paid"),
    else_="",
)
OVERTAKEN = (
    select(n.id, n.outbox_id, WHY.label("why"))
    .outerjoin(t.documents, d.id == n.document_id)
    .outerjoin(t.document_versions, v.id == n.version_id)
    .where(n.outbox_id.in_(_IDS), n.state == "planned", WHY != "")
)
DROP = (
    update(t.outbox)
    .where(t.outbox.c.id == bindparam("outgoing"))
    .values(state="dropped", lease_until=None, last_error=bindparam("why"))
)
SKIP = update(t.notices).where(n.id == bindparam("notice")).values(state="skipped", reason=bindparam("why"))


def drop(db: Connection, ids: Sequence[int]) -> list[int]:
    """Of these rows of the outbox, which are claimed, those that may still leave."""
    gone = db.execute(OVERTAKEN, {"ids": list(ids)}).all()
    for notice, outgoing, why in gone:
        db.execute(DROP, {"outgoing": outgoing, "why": why})
        db.execute(SKIP, {"notice": notice, "why": why})
    over = {outgoing for _, outgoing, _ in gone}
    return [id for id in ids if id not in over]
