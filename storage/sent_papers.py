"""What a mail that left said and held."""

from __future__ import annotations

from sqlalchemy import Engine, bindparam, exists, or_, select

from handlers.core.turn import Document, Reply
from storage import tables as t
from storage.accounts import IS_CONTACT, IS_TEAM
from storage.engine import reading

o = t.outbox.c
SAID = select(t.outbox.c.reply).where(t.outbox.c.id == bindparam("outgoing"))
_STILL_THERE = exists().where(t.accounts.c.id == o.account_id, or_(IS_CONTACT, IS_TEAM))
MAILED = select(o.reply).where(
    o.id == bindparam("outgoing"),
    o.channel == "email",
    o.state.in_(("taken", "sent")),
    or_(o.account_id.is_(None), _STILL_THERE),  # no account: to the company itself
)


def sent_lines(engine: Engine, outgoing: int) -> list[str]:
    """The lines of a mail of ours, to know them again where a reply quotes them without a mark."""
    with reading(engine) as db:
        reply = db.execute(SAID, {"outgoing": outgoing}).scalar()
    return str(reply["text"]).split("\n") if reply else []


def sent_documents(engine: Engine, outgoing: int) -> tuple[Document, ...]:
    """The documents of a mail that left; none for any other row, nor once its reader has no access any more."""
    with reading(engine) as db:
        reply = db.execute(MAILED, {"outgoing": outgoing}).scalar()
    return Reply.from_json(reply).documents if reply else ()
