"""What came in, once each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from storage import tables as t
from storage.shelf import Shelf, insert_once

i, o = t.inbox.c, t.outbox.c
ACCEPT = insert_once(t.inbox).on_conflict_do_nothing(index_elements=["channel", "key"]).returning(i.id)
DONE = (
    update(t.inbox)
    .where(i.id == bindparam("inbox_id"), i.state.in_(("due", "taken")))
    .values(state="done", verdict=bindparam("made"), done_at=bindparam("now"), lease_until=None)
)
ANSWERS = ("answer", "menu", "code")
ANSWERED = (
    select(o.created_at)
    .where(o.address == bindparam("to"), o.created_at >= bindparam("since"), o.kind.in_(ANSWERS))
    .order_by(o.created_at.desc())
)
ANSWERED_THERE = ANSWERED.where(o.conversation == bindparam("conversation"))


class SqlInbox(Shelf):
    def accept(self, channel: str, key: str, now: datetime, company_id: int | None = None) -> bool:
        made = self._value(
            ACCEPT,
            channel=channel,
            key=key,
            company_id=company_id,
            received_at=now,
            state="done",
            done_at=now,
        )
        return made is not None

    def done(self, id: int, verdict: Mapping[str, Any], now: datetime) -> bool:
        return self._run(DONE, inbox_id=id, made=dict(verdict), now=now) == 1

    def answered(self, address: str, since: datetime, conversation: str | None = None) -> list[datetime]:
        there = {} if conversation is None else {"conversation": conversation}
        found = self._all(ANSWERED_THERE if there else ANSWERED, to=address, since=since, **there)
        return [row.created_at for row in found]
