"""Whom to tell, and how they are reached: a page of clients at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Select, and_, bindparam, select

from handlers.rules.bounces import Standing
from handlers.rules.notices import Reach, Ways
from handlers.rules.paper import Access, Company
from storage import rows, ways
from storage import tables as t

n, k, h, x, s = t.contacts.c, t.chat_links.c, t.chats.c, t.optouts.c, t.suppressions.c
_IDS: BindParameter[list[int]] = bindparam("ids", expanding=True)
STANDING = tuple(s[field.name] for field in fields(Standing))
PEOPLE: Select[*tuple[Any, ...]] = (
    select(
        *(*rows.CLIENT, *rows.ACCOUNT, t.clients.c.settings, n.name),
        *(n.can_read, n.can_pay, n.can_sign, n.can_notify, s.account_id.label("bounced"), *STANDING),
    )
    .select_from(t.contacts)
    .join(t.clients, t.clients.c.id == n.client_id)
    .join(t.accounts, t.accounts.c.id == n.account_id)
    .outerjoin(t.suppressions, s.account_id == n.account_id)
    .where(
        n.client_id.in_(_IDS), n.ended_at.is_(None), n.can_notify, n.company_id + 0 == bindparam("at_company")
    )
    .order_by(n.client_id, n.id)
)
CHATS = (
    select(k.account_id, k.chat, h.blocked_at)
    .outerjoin(t.chats, and_(h.channel == k.channel, h.chat == k.chat))
    .where(k.account_id.in_(_IDS), k.channel == "telegram", k.ended_at.is_(None))
    .order_by(k.linked_at.desc(), k.id.desc())
)
STOPPED = select(x.account_id, x.kind, x.channel).where(x.account_id.in_(_IDS))


def reaches(
    db: Connection, company: Company, own: Ways, client_ids: Sequence[int], now: datetime
) -> dict[int, tuple[Reach, ...]]:
    """Of each of these clients of this company: their contacts with the right "notify"."""
    found = db.execute(PEOPLE, {"ids": list(client_ids), "at_company": company.id}).all()
    accounts = {"ids": [row.account_id for row in found]}
    chats, stopped = _chats(db, accounts), defaultdict(set)
    for id, kind, channel in db.execute(STOPPED, accounts):
        stopped[id].add((kind, channel))
    made: dict[int, tuple[Reach, ...]] = defaultdict(tuple)
    for row in found:
        there = chats[row.account_id]
        made[row.client_id] += (_one(row, company, own, there, frozenset(stopped[row.account_id]), now),)
    return made


def _chats(db: Connection, accounts: dict[str, list[int]]) -> dict[int, list[tuple[str, bool]]]:
    """Each chat, and whether it takes our messages."""
    found = defaultdict(list)
    for id, chat, blocked_at in db.execute(CHATS, accounts):
        found[id].append((chat, blocked_at is None))
    return found


def _one(
    row: rows.Found,
    company: Company,
    own: Ways,
    chats: list[tuple[str, bool]],
    stopped: frozenset[tuple[str, str]],
    now: datetime,
) -> Reach:
    client, settings = rows.client(row), row.settings
    open_chats = tuple(chat for chat, takes in chats if takes)
    may = Access(client, row.name, row.can_read, row.can_pay, row.can_sign, row.can_notify)
    standing = Standing(*(row._mapping[one.name] for one in STANDING)) if row.bounced else Standing()
    return Reach(
        client=client,
        account=rows.account(row),
        name=row.name,
        language=client.language or company.language,
        form=client.form_of_address or company.form_of_address,
        chats=open_chats,
        blocked=bool(chats) and not open_chats,
        bounced=standing.stops(True, now),
        stopped=stopped,
        rights=may.rights,
        discreet=settings.get("discretion", own.discretion),
        quiet=ways.quiet(own, settings),
    )
