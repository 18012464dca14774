"""What is to leave. It leaves after the commit, by the queue: storage/queue.py."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, or_, select, text

from handlers.core.ports import Origin
from handlers.core.turn import Choice, Reply
from handlers.rules.paper import Account, Company
from storage import tables as t
from storage import views
from storage.keys import Keys
from storage.shelf import Shelf, insert_once

NOTIFY = "facteur_outbox"  # the channel on which PostgreSQL tells the pump, at commit

o = t.outbox.c
PUT = insert_once(t.outbox).on_conflict_do_nothing(index_elements=["dedup"]).returning(o.id)
WRITTEN = select(o.id).where(o.dedup == bindparam("key"))
_LEFT_AT = func.coalesce(o.sent_at, o.created_at)
ORIGIN = select(o.id, o.company_id, o.account_id, o.address, o.conversation, o.kind, _LEFT_AT).where(
    o.id == bindparam("outgoing")
)
REPLY = select(o.reply).where(o.id == bindparam("outgoing"))
LAST_SENT = (
    select(o.provider_id)
    .where(
        o.company_id == bindparam("at_company"),
        o.channel == bindparam("by_channel"),
        o.conversation == bindparam("here"),
        o.kind == bindparam("of_kind"),
        o.state == "sent",
        o.provider_id.is_not(None),
    )
    .order_by(o.id.desc())
    .limit(1)
)
LAST_ANSWER = (
    select(o.reply)
    .where(
        o.company_id == bindparam("at_company"),
        o.channel == bindparam("by_channel"),
        o.conversation == bindparam("here"),
        o.account_id == bindparam("of_account"),
        o.kind == "answer",
        o.created_at >= bindparam("since"),
    )
    .order_by(o.id.desc())
    .limit(1)
)
COUNT = select(func.count()).where(
    or_(bindparam("to") == "", o.address == bindparam("to")),
    o.created_at >= bindparam("since"),
    o.company_id == bindparam("at_company"),
    o.kind == bindparam("of_kind"),
)
WAKE = text(f"NOTIFY {NOTIFY}")


class SqlOutbox(Shelf):
    def __init__(self, db: Connection, keys: Keys) -> None:
        super().__init__(db)
        self.keys = keys
        self.written = False  # something is to be sent once this transaction commits

    def put(
        self,
        company: Company,
        channel: str,
        address: str,
        reply: Reply,
        now: datetime,
        *,
        dedup: str,
        conversation: str | None = None,
        account: Account | None = None,
        thread: Mapping[str, Any] | None = None,
        secret: str | None = None,
        code_id: int | None = None,
        drop_at: datetime | None = None,
        ready_at: datetime | None = None,
    ) -> int:
        made = self._value(
            PUT,
            company_id=company.id,
            channel=channel,
            address=address,
            conversation=conversation,
            account_id=account.id if account else None,
            kind=reply.kind,
            rank=int(reply.kind == "broadcast"),
            dedup=dedup,
            reply=reply.as_json(),
            secret=self.keys.box.encrypt(secret.encode()) if secret is not None else None,
            code_id=code_id,
            thread=dict(thread) if thread is not None else None,
            state="due",
            created_at=now,
            ready_at=ready_at or now,
            drop_at=drop_at,
        )
        if made is None:
            return int(self._value(WRITTEN, key=dedup))
        if account:
            views.note(self.db, account, channel, reply, now)
        self._tell()
        return int(made)

    def origin(self, outgoing: int) -> Origin | None:
        row = self._first(ORIGIN, outgoing=outgoing)
        return Origin(*row) if row else None

    def offered(self, outgoing: int) -> tuple[Choice, ...]:
        found = self._value(REPLY, outgoing=outgoing)
        return Reply.from_json(found).choices if found else ()

    def last_sent(self, company: Company, channel: str, conversation: str, kind: str) -> str | None:
        here = {"at_company": company.id, "by_channel": channel, "here": conversation}
        found: str | None = self._value(LAST_SENT, **here, of_kind=kind)
        return found

    def last_answer(self, account: Account, channel: str, conversation: str, since: datetime) -> Reply | None:
        here = {"at_company": account.company_id, "by_channel": channel, "here": conversation}
        found = self._value(LAST_ANSWER, **here, of_account=account.id, since=since)
        return Reply.from_json(found) if found else None

    def count(self, company: Company, address: str, kind: str, since: datetime) -> int:
        return int(self._value(COUNT, at_company=company.id, to=address, of_kind=kind, since=since))

    def _tell(self) -> None:
        if not self.written and self.db.dialect.name == "postgresql":
            self.db.execute(WAKE)
        self.written = True
