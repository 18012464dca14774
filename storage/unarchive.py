"""Where a company keeps no signed PDFs, each goes once both mails that carry it have left; its SHA-256 stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, delete, exists, select

from storage import audit
from storage import tables as t

x, f, o = t.decisions.c, t.files.c, t.outbox.c
_UNDER_WAY = exists().where(
    o.dedup.in_((x.signature_id + ":client", x.signature_id + ":company")), o.state != "sent"
)
MAILED = (
    select(x.company_id, x.signature_id, x.signed_sha256)
    .join(t.files, (f.company_id == x.company_id) & (f.sha256 == x.signed_sha256))
    .where(x.company_id == bindparam("of_company"), x.state == "done", ~x.held, ~_UNDER_WAY)
    .order_by(x.id)
)
NO_FILE = delete(t.files).where(f.company_id == bindparam("of_company"), f.sha256 == bindparam("of_file"))


def unarchive(engine: Engine, company_id: int, forget: Callable[[str], object], now: datetime) -> int:
    """How many signed PDFs went. `forget` removes a file from the store, by its SHA-256. One that could not be
    delivered stays, and so does one that a dispute holds."""
    with engine.connect() as db:
        found = db.execute(MAILED, {"of_company": company_id}).all()
    for row in found:
        with engine.begin() as db:
            _erase(db, row, now)
            forget(row.signed_sha256)  # before the commit: a file that stays behind would be found by nobody
    return len(found)


def _erase(db: Connection, row: Any, now: datetime) -> None:
    audit.hold(db, row.company_id)
    if db.execute(NO_FILE, {"of_company": row.company_id, "of_file": row.signed_sha256}).rowcount:
        subject, told = f"signature:{row.signature_id}", {"signed_sha256": row.signed_sha256}
        audit.append(db, row.company_id, "signature.copy_erased", "facteur", now, subject, payload=told)
