"""What we are in the middle of, in each conversation."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select

from handlers.core.ports import Talk
from handlers.rules.paper import Company
from storage import tables as t
from storage.shelf import Shelf, insert_once

k = t.talks.c
LOAD = select(k.id, k.address, k.language, k.state).where(
    k.company_id == bindparam("at_company"),
    k.channel == bindparam("by_channel"),
    k.conversation == bindparam("here"),
)
_SAVE = insert_once(t.talks)
SAVE = _SAVE.on_conflict_do_update(
    index_elements=["company_id", "channel", "conversation"],
    set_={name: _SAVE.excluded[name] for name in ("address", "language", "state", "updated_at")},
).returning(k.id)


class SqlTalks(Shelf):
    def load(self, company: Company, channel: str, conversation: str) -> Talk:
        row = self._first(LOAD, at_company=company.id, by_channel=channel, here=conversation)
        return Talk(row.id, row.address, row.language, row.state) if row else Talk()

    def save(self, company: Company, channel: str, conversation: str, talk: Talk, now: datetime) -> None:
        talk.id = self._value(
            SAVE,
            company_id=company.id,
            channel=channel,
            conversation=conversation,
            address=talk.address,
            language=talk.language,
            state=talk.state,
            updated_at=now,
        )
