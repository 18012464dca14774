"""Chats: which company a chat is with now, and the accounts it was linked with by a code."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Table, Update, bindparam, exists, select, union, update

from handlers.core.ports import Chat
from handlers.rules.paper import Account, Company
from storage import rows
from storage import tables as t
from storage.shelf import Shelf, insert_once

h, k = t.chats.c, t.chat_links.c
LOAD = (
    select(*rows.COMPANY, h.company_id.label("with_company"), h.document_id, h.language, h.blocked_at)
    .select_from(t.chats.outerjoin(t.companies, t.companies.c.id == h.company_id))
    .where(h.channel == bindparam("by_channel"), h.chat == bindparam("here"))
)
_SAVE = insert_once(t.chats)
SAVE = _SAVE.on_conflict_do_update(
    index_elements=["channel", "chat"],
    set_={name: _SAVE.excluded[name] for name in ("company_id", "document_id", "language", "updated_at")},
)
BLOCK = _SAVE.on_conflict_do_update(
    index_elements=["channel", "chat"],
    set_={name: _SAVE.excluded[name] for name in ("blocked_at", "updated_at")},
)
UNBLOCK = update(t.chats).where(h.channel == bindparam("by_channel"), h.chat == bindparam("here"))
UNBLOCK = UNBLOCK.values(blocked_at=None)
_LINKED = (k.channel == bindparam("by_channel"), k.chat == bindparam("here"), k.ended_at.is_(None))
COMPANIES = (
    select(*rows.COMPANY)
    .where(exists().where(k.company_id == t.companies.c.id, *_LINKED))
    .order_by(t.companies.c.name, t.companies.c.id)
)
IS_LINKED = select(k.id).where(
    k.account_id == bindparam("of_account"), k.company_id == bindparam("at_company"), *_LINKED
)
THEIRS = (
    select(k.chat)
    .where(k.account_id == bindparam("of_account"), k.company_id == bindparam("at_company"))
    .where(k.channel == bindparam("by_channel"), k.ended_at.is_(None))
    .order_by(k.linked_at.desc(), k.id.desc())
)
_LINK = insert_once(t.chat_links)
LINK = _LINK.on_conflict_do_update(
    index_elements=["account_id", "channel", "chat"],
    set_={"linked_at": _LINK.excluded.linked_at, "ended_at": None},
    where=k.ended_at.is_not(None),
).returning(k.id)

UNLINK = (
    update(t.chat_links)
    .where(k.account_id == bindparam("of_account"), k.ended_at.is_(None))
    .values(ended_at=bindparam("now"))
)


def _moving(table: Table, column: str, *key: str) -> Update:
    """Rows of the old id get the new one, but for those that the new one already has (`key` and the column)."""
    there = table.alias("there")
    same = (there.c[name].is_not_distinct_from(table.c[name]) for name in key)
    taken = exists().where(there.c[column] == bindparam("new"), *same)
    old = (table.c.channel == bindparam("by_channel"), table.c[column] == bindparam("old"))
    return update(table).where(*old, ~taken).values({column: bindparam("new")})


_SOMEWHERE = union(
    select(k.company_id).where(k.channel == bindparam("by_channel"), k.chat == bindparam("old")),
    select(h.company_id).where(h.channel == bindparam("by_channel"), h.chat == bindparam("old")),
)
MOVES: tuple[Update, ...] = (  # the links and the chat go last: they say at which companies to look
    _moving(t.talks, "conversation", "company_id", "channel").where(t.talks.c.company_id.in_(_SOMEWHERE)),
    update(t.sessions)
    .where(
        t.sessions.c.company_id.in_(_SOMEWHERE),
        t.sessions.c.channel == bindparam("by_channel"),
        t.sessions.c.conversation == bindparam("old"),
    )
    .values(conversation=bindparam("new")),
    update(t.outbox)
    .where(
        t.outbox.c.channel == bindparam("by_channel"),
        t.outbox.c.address == bindparam("old"),
        t.outbox.c.state.in_(("due", "taken")),
    )
    .values(address=bindparam("new"), conversation=bindparam("new")),
    _moving(t.chat_links, "chat", "account_id", "channel"),
    _moving(t.chats, "chat", "channel"),
)


class SqlChats(Shelf):
    def load(self, channel: str, chat: str) -> Chat | None:
        row = self._first(LOAD, by_channel=channel, here=chat)
        if row is None:
            return None
        company = rows.company(row) if row.with_company is not None else None
        return Chat(company, row.document_id, row.language, row.blocked_at)

    def save(
        self,
        channel: str,
        chat: str,
        company: Company | None,
        document_id: int | None,
        language: str | None,
        now: datetime,
    ) -> None:
        self._run(
            SAVE,
            channel=channel,
            chat=chat,
            company_id=company.id if company else None,
            document_id=document_id,
            language=language,
            updated_at=now,
        )

    def companies(self, channel: str, chat: str) -> tuple[Company, ...]:
        return tuple(rows.company(row) for row in self._all(COMPANIES, by_channel=channel, here=chat))

    def link(self, account: Account, channel: str, chat: str, now: datetime) -> bool:
        made = self._value(
            LINK,
            company_id=account.company_id,
            account_id=account.id,
            channel=channel,
            chat=chat,
            linked_at=now,
        )
        return made is not None

    def linked(self, account: Account, channel: str, chat: str) -> bool:
        at = {"of_account": account.id, "at_company": account.company_id}
        return self._first(IS_LINKED, **at, by_channel=channel, here=chat) is not None

    def of(self, account: Account, channel: str) -> tuple[str, ...]:
        at = {"of_account": account.id, "at_company": account.company_id}
        return tuple(row.chat for row in self._all(THEIRS, **at, by_channel=channel))

    def unlink(self, account: Account, now: datetime, chat: str | None = None) -> int:
        ending = UNLINK if chat is None else UNLINK.where(k.chat == chat)
        return self._run(ending, of_account=account.id, now=now)

    def block(self, channel: str, chat: str, now: datetime | None) -> None:
        if now is None:
            self._run(UNBLOCK, by_channel=channel, here=chat)
        else:
            self._run(BLOCK, channel=channel, chat=chat, blocked_at=now, updated_at=now)

    def move(self, channel: str, old: str, new: str) -> None:
        for moving in MOVES:
            self._run(moving, by_channel=channel, old=old, new=new)
