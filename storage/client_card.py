"""A client's file as the company sees it, in the shapes of `facteur client show --json`.

Amounts are those on the papers: an invoice and a credit note are positive, a payment is positive and a refund negative.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, or_, select

from handlers.rules.card import Contact, Delivery
from handlers.rules.paper import Client
from storage import tables as t
from storage.books import SqlBooks

Rows = list[dict[str, Any]]
CARD = ("ref", "name", "kind", "language")
INTERACTIONS = 50  # the newest
MOVES = ("invoice", "credit_note")

n, a, d, p, o = t.contacts.c, t.accounts.c, t.documents.c, t.payments.c, t.outbox.c
k, s, v = t.chat_links.c, t.sessions.c, t.document_versions.c


def card(db: Connection, row: RowMapping, now: datetime) -> dict[str, Any]:
    """`row`: that of the client. Instants and dates as they are."""
    id = int(row["id"])
    people = _people(db, id)
    return {
        **{name: row[name] for name in CARD},
        "contacts": _contacts(db, people, now),
        "balance": _balance(db, row, now),
        "documents": _documents(db, id, people),
        "movements": _movements(db, id),
        "interactions": _rows(db, _interactions(id)),
        "sessions": _rows(db, _sessions(id, [one["account_id"] for one in people], now)),
        "decisions": _rows(db, _decisions(id)),
    }


def _rows(db: Connection, statement: Select[Any]) -> Rows:
    return [dict(row) for row in db.execute(statement).mappings()]


def _people(db: Connection, client_id: int) -> Rows:
    rights = (n.can_read, n.can_pay, n.can_sign, n.can_notify)
    found = select(n.account_id, a.address, t.tries.c.locked_until, *rights)
    found = found.join(t.accounts, a.id == n.account_id).outerjoin(
        t.tries, (t.tries.c.account_id == n.account_id) & (t.tries.c.conversation == "")
    )
    return _rows(db, found.where(n.client_id == client_id, n.ended_at.is_(None)).order_by(n.id))


def _contacts(db: Connection, people: Rows, now: datetime) -> Rows:
    chats = _chats(db, people)
    return [
        {
            "email": one["address"],
            "rights": [name for name in ("read", "pay", "sign", "notify") if one[f"can_{name}"]],
            "locked_until": one["locked_until"]
            if one["locked_until"] and one["locked_until"] > now
            else None,
            "telegram": chats.get(one["account_id"]),
            "notifications": one["can_notify"],
        }
        for one in people
    ]


def people(db: Connection, client: Client, now: datetime) -> tuple[Contact, ...]:
    """The contacts of a file, with what only the company sees: who is locked until when, who is on Telegram."""
    found = _people(db, client.id)
    names = dict(
        db.execute(
            select(a.address, n.name)
            .join(t.accounts, a.id == n.account_id)
            .where(n.client_id == client.id, n.company_id == client.company_id)
        )
        .tuples()
        .all()
    )
    return tuple(
        Contact(
            one["email"],
            names.get(one["email"]),
            tuple(one["rights"]),
            one["locked_until"],
            one["telegram"] or "",
        )
        for one in _contacts(db, found, now)
    )


def deliveries(db: Connection, client: Client, document_id: int) -> tuple[Delivery, ...]:
    """The messages that carried this document to the people of its file, latest first."""
    went = _deliveries(db, client.id, _people(db, client.id))[document_id]
    return tuple(Delivery(one["channel"], "", one["state"], one["at"]) for one in reversed(went[-10:]))


def _chats(db: Connection, people: Rows) -> dict[int, str]:
    """ "linked", or "blocked" where every chat of the account refuses our messages."""
    chats = t.chats
    linked = (
        select(k.account_id, chats.c.blocked_at)
        .outerjoin(chats, (chats.c.channel == k.channel) & (chats.c.chat == k.chat))
        .where(k.account_id.in_([one["account_id"] for one in people]), k.ended_at.is_(None))
    )
    states: dict[int, str] = {}
    for account_id, blocked_at in db.execute(linked):
        if blocked_at is None or account_id not in states:
            states[account_id] = "blocked" if blocked_at else "linked"
    return states


def _balance(db: Connection, row: RowMapping, now: datetime) -> dict[str, int]:
    keys = ("id", "company_id", "ref", "name", "kind", "language", "form_of_address")
    found = SqlBooks(db).balance(Client(*(row[name] for name in keys)), now.date())
    names = ("invoiced", "credited", "received", "in_progress", "balance")
    return {f"{name}_cents": getattr(found, f"{name}_cents") for name in names}


def _documents(db: Connection, client_id: int, people: Rows) -> Rows:
    columns = (d.id, d.kind, d.number, d.version, d.status, d.total_cents, d.paid_cents, d.in_progress_cents)
    listed = select(*columns, d.file_sha256.label("sha256")).where(d.client_id == client_id)
    went = _deliveries(db, client_id, people)
    papers = _rows(db, listed.order_by(d.issued_on.desc(), d.id.desc()))
    ids = [paper.pop("id") for paper in papers]
    return [{**paper, "deliveries": went[id]} for id, paper in zip(ids, papers, strict=True)]


def _deliveries(db: Connection, client_id: int, people: Rows) -> dict[int, Rows]:
    """By document: the messages to these people that carried one of its versions, oldest first.

    `state` is that of the outbox: due, taken, sent, failed, dropped; `at` is when it left, else when it was written.
    """
    versions = select(v.file_sha256, v.document_id).join(t.documents, d.id == v.document_id)
    of = dict(db.execute(versions.where(d.client_id == client_id, v.file_sha256.is_not(None))).tuples().all())
    found: dict[int, Rows] = defaultdict(list)
    for row in db.execute(_messages(db, people)):
        for sha256 in {document["sha256"] for document in row.reply.get("documents", ())} & of.keys():
            found[of[sha256]].append(
                {"channel": row.channel, "state": row.state, "at": row.sent_at or row.created_at}
            )
    return found


def _messages(db: Connection, people: Rows) -> Select[Any]:
    accounts = [one["account_id"] for one in people]
    chats = db.execute(select(k.chat).where(k.account_id.in_(accounts))).scalars()
    places = {*(one["address"] for one in people), *chats}
    written = select(o.channel, o.state, o.sent_at, o.created_at, o.reply)
    return written.where(o.address.in_(places), o.account_id.in_(accounts)).order_by(o.id)


def _movements(db: Connection, client_id: int) -> Rows:
    papers = select(d.issued_on.label("at"), d.kind, d.number.label("reference"), d.total_cents)
    moved = papers.where(d.client_id == client_id, d.kind.in_(MOVES), d.status == "issued").order_by(d.id)
    money = select(p.received_on, p.ref, p.amount_cents)
    paid = money.where(p.client_id == client_id, p.state == "received").order_by(p.id)
    rows = [_movement(*row) for row in db.execute(moved)]
    rows += [
        _movement(at, "payment" if cents >= 0 else "refund", ref, cents)
        for at, ref, cents in db.execute(paid)
    ]
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
