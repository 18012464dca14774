"""A client's file as the company sees it, in the shapes of `facteur client show --json`.

Amounts are those on the papers: an invoice and a credit note are positive, a payment is positive and a refund negative.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from itertools import islice
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, bindparam, func, or_, select

from handlers.rules.card import Contact, Delivery
from handlers.rules.paper import Client
from storage import bounces
from storage import tables as t
from storage.books import SqlBooks
from storage.cards import rights
from storage.movements import KIND

Rows = list[dict[str, Any]]
CARD = ("ref", "name", "kind", "language")
CLIENT = ("id", "company_id", "ref", "name", "kind", "language", "form_of_address")
LOOKED_AT = 200  # of the newest messages: an old one is no news of whether a document came
INTERACTIONS = 50  # the newest
MOVES = ("invoice", "credit_note")

n, a, d, p, o = t.contacts.c, t.accounts.c, t.documents.c, t.payments.c, t.outbox.c
k, s, v, x = t.chat_links.c, t.sessions.c, t.document_versions.c, t.tries.c
LOCKED_UNTIL = select(func.max(x.locked_until)).where(x.account_id == n.account_id).scalar_subquery()
PEOPLE = (
    select(n.account_id, a.address, n.name, LOCKED_UNTIL, n.can_read, n.can_pay, n.can_sign, n.can_notify)
    .join(t.accounts, a.id == n.account_id)
    .where(
        n.client_id == bindparam("client_id"),
        n.company_id == bindparam("company_id"),
        n.ended_at.is_(None),
    )
    .order_by(n.id)
)


def card(db: Connection, row: RowMapping, now: datetime) -> dict[str, Any]:
    """`row`: that of the client. Instants and dates as they are."""
    client = Client(*(row[name] for name in CLIENT))
    contacts, accounts = people(db, client, now), _accounts(db, client)
    silenced = bounces.reasons(db, accounts, now)
    return {
        **{name: row[name] for name in CARD},
        "contacts": [_contact(one, silenced.get(one.address)) for one in contacts],
        "balance": _balance(db, client, now),
        "documents": _documents(db, client, accounts),
        "movements": _movements(db, client.id),
        "interactions": _rows(db, _interactions(client.id)),
        "sessions": _rows(db, _sessions(client.id, accounts, now)),
        "decisions": _rows(db, _decisions(client.id)),
    }


def _rows(db: Connection, statement: Select[Any]) -> Rows:
    return [dict(row) for row in db.execute(statement).mappings()]


def _contact(one: Contact, suppressed: str | None) -> dict[str, Any]:
    """`suppressed`, only while mail to the address is: why."""
    shown = {
        "email": one.address,
        "rights": list(one.rights),
        "locked_until": one.locked_until,
        "telegram": one.telegram or None,
        "notifications": "notify" in one.rights,
    }
    return shown | {"suppressed": suppressed} if suppressed else shown


def people(db: Connection, client: Client, now: datetime) -> tuple[Contact, ...]:
    """The contacts of a file, with what only the company sees: who is locked until when, who is on Telegram."""
    bound = {"client_id": client.id, "company_id": client.company_id}
    chats = _chats(db, _accounts(db, client))
    return tuple(
        Contact(address, name, rights(*may), until if until and until > now else None, chats.get(id, ""))
        for id, address, name, until, *may in db.execute(PEOPLE, bound)
    )


def deliveries(db: Connection, client: Client, document_id: int, most: int = 10) -> tuple[Delivery, ...]:
    """Among the newest messages to the people of its file, those that carried this document, latest first."""
    accounts = _accounts(db, client)
    files = select(v.file_sha256).join(t.documents, d.id == v.document_id).where(v.document_id == document_id)
    mine = files.where(d.client_id == client.id, d.company_id == client.company_id)
    carried = set(db.execute(mine.where(v.file_sha256.is_not(None))).scalars())
    newest = select(o.id).where(o.account_id.in_(accounts)).order_by(o.id.desc()).limit(LOOKED_AT)
    went = db.execute(_messages(o.id.in_(newest)).order_by(o.id.desc())) if carried else ()
    found = (row for row in went if carried & _files_of(row.reply) and row.told in (None, document_id))
    return tuple(
        Delivery(row.channel, row.address, row.state, row.sent_at or row.created_at)
        for row in islice(found, most)
    )


def _accounts(db: Connection, client: Client) -> list[int]:
    mine = select(n.account_id).where(n.client_id == client.id, n.company_id == client.company_id)
    return list(db.execute(mine.where(n.ended_at.is_(None))).scalars())


def _chats(db: Connection, accounts: list[int]) -> dict[int, Literal["linked", "blocked"]]:
    """ "linked", or "blocked" where every chat of the account refuses our messages."""
    chats = t.chats
    linked = (
        select(k.account_id, chats.c.blocked_at)
        .outerjoin(chats, (chats.c.channel == k.channel) & (chats.c.chat == k.chat))
        .where(k.account_id.in_(accounts), k.ended_at.is_(None))
    )
    states: dict[int, Literal["linked", "blocked"]] = {}
    for account_id, blocked_at in db.execute(linked):
        if blocked_at is None or account_id not in states:
            states[account_id] = "blocked" if blocked_at else "linked"
    return states


def _balance(db: Connection, client: Client, now: datetime) -> dict[str, int]:
    found = SqlBooks(db).balance(client, now.date())
    names = ("invoiced", "credited", "received", "in_progress", "balance")
    return {f"{name}_cents": getattr(found, f"{name}_cents") for name in names}


def _documents(db: Connection, client: Client, accounts: list[int]) -> Rows:
    columns = (d.id, d.kind, d.number, d.version, d.status, d.total_cents, d.paid_cents, d.in_progress_cents)
    listed = select(*columns, d.file_sha256.label("sha256")).where(d.client_id == client.id)
    went = _deliveries(db, client, accounts)
    papers = _rows(db, listed.order_by(d.issued_on.desc(), d.id.desc()))
    ids = [paper.pop("id") for paper in papers]
    return [{**paper, "deliveries": went[id]} for id, paper in zip(ids, papers, strict=True)]


def _deliveries(db: Connection, client: Client, accounts: list[int]) -> dict[int, Rows]:
    """By document: the messages to these people that carried one of its versions, oldest first.

    `state` is that of the outbox: due, taken, sent, failed, dropped; `at` is when it left, else when it was written.
    """
    versions = select(v.file_sha256, v.document_id).join(t.documents, d.id == v.document_id)
    mine = versions.where(d.client_id == client.id, v.file_sha256.is_not(None))
    of: dict[str, set[int]] = defaultdict(set)  # several where their files are the same
    for version in db.execute(mine):
        of[version.file_sha256].add(version.document_id)
    found: dict[int, Rows] = defaultdict(list)
    for row in db.execute(_messages(o.account_id.in_(accounts)).order_by(o.id)):
        went = {"channel": row.channel, "state": row.state, "at": row.sent_at or row.created_at}
        carried = set().union(*(of[sha256] for sha256 in _files_of(row.reply) & of.keys()))
        for document in carried if row.told is None else carried & {row.told}:
            found[document].append(went)
    return found


_became = func.coalesce(o.outcome, o.state).label("state")


def _messages(which: ColumnElement[bool]) -> Select[Any]:
    """`told`: the document that a message announces; None where it answers or is about none."""
    columns = (o.channel, o.address, _became, o.sent_at, o.created_at, o.reply)
    told = t.notices.c.document_id.label("told")
    return select(*columns, told).outerjoin(t.notices, t.notices.c.outbox_id == o.id).where(which)


def _files_of(reply: dict[str, Any]) -> set[str]:
    """The SHA-256 of the files that a message carried, those in an archive too."""
    carried: set[str] = set()
    for document in reply.get("documents", ()):
        archived = (document.get("recipe") or {}).get("files", ())
        carried |= {document["sha256"], *(sha256 for _, sha256 in archived)}
    return carried


def _movements(db: Connection, client_id: int) -> Rows:
    papers = select(d.issued_on.label("at"), d.kind, d.number.label("reference"), d.total_cents)
    moved = papers.where(d.client_id == client_id, d.kind.in_(MOVES), d.status == "issued").order_by(d.id)
    money = select(p.received_on.label("at"), KIND.label("kind"), p.ref.label("reference"), p.amount_cents)
    paid = money.where(p.client_id == client_id, p.state == "received").order_by(p.id)
    rows = [_movement(*row) for statement in (moved, paid) for row in db.execute(statement)]
    return sorted(rows, key=lambda row: str(row["at"] or ""))


def _movement(at: Any, kind: str, reference: str, cents: int) -> dict[str, Any]:
    return {"at": at, "kind": kind, "reference": reference, "amount_cents": cents}


def _interactions(client_id: int) -> Select[Any]:
    c = t.interactions.c
    newest = select(c.type, c.at, c.text).where(c.client_id == client_id)
    return newest.order_by(c.at.desc(), c.id.desc()).limit(INTERACTIONS)


def _sessions(client_id: int, accounts: list[int], now: datetime) -> Select[Any]:
    mine = or_(s.client_id == client_id, s.client_id.is_(None) & s.account_id.in_(accounts))
    live = select(s.channel, s.opened_at.label("since"), s.expires_at)
    return live.where(mine, s.ended_at.is_(None), s.expires_at > now).order_by(s.id)


def _decisions(client_id: int) -> Select[Any]:
    c = t.decisions.c
    made = select(d.number.label("quote"), v.version, c.decision, c.signature_id, c.at, c.comment)
    made = made.select_from(t.decisions).join(t.documents, d.id == c.document_id)
    made = made.join(t.document_versions, v.id == c.document_version_id)
    return made.where(c.client_id == client_id).order_by(c.at, c.id)
