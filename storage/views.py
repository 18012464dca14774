"""Which documents were asked for, by whom, when: what an answer carries to one of the client's own people."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select

from handlers.core.turn import Reply
from handlers.rules.paper import Account
from storage import tables as t
from storage.types import Instant

UNASKED = ("broadcast", "notice", "company", "code")  # kinds of what nobody asked for
d, v, c = t.documents.c, t.document_versions.c, t.contacts.c
SEEN = insert(t.document_views).from_select(
    ["company_id", "client_id", "document_id", "account_id", "channel", "at"],
    select(
        d.company_id,
        d.client_id,
        d.id,
        c.account_id,
        bindparam("by_channel", type_=t.document_views.c.channel.type),
        bindparam("now", type_=Instant),
    )
    .distinct()
    .join(t.document_versions, v.document_id == d.id)
    .join(t.contacts, (c.client_id == d.client_id) & c.ended_at.is_(None))
    .where(
        v.file_sha256.in_(bindparam("files", expanding=True)),
        d.company_id == bindparam("at_company"),
        c.account_id == bindparam("of_account"),
    ),
)


def note(db: Connection, account: Account, channel: str, reply: Reply, now: datetime) -> None:
    """Of the documents of the files this account is a contact of; the team's looks are in the ledger."""
    files = {one.sha256 for one in reply.documents if one.sha256} | {
        sha256 for one in reply.documents for _, sha256 in (one.recipe or {}).get("files", ())
    }
    if files and reply.kind not in UNASKED:
        own = {"at_company": account.company_id, "of_account": account.id}
        db.execute(SEEN, {**own, "files": sorted(files), "by_channel": channel, "now": now})
