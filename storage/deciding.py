"""The decision itself: one attempt, used once, on the version that is current, in the transaction of the turn."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, datetime, timedelta
from importlib.metadata import version
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from handlers.core.wording import local
from handlers.rules.paper import Client
from handlers.rules.signing import ClockBehind, Outcome, Ticket
from storage import audit, rows
from storage import tables as t
from storage.books_find import OWN

d, v, k, n, f, c = (
    t.documents.c,
    t.document_versions.c,
    t.tickets.c,
    t.contacts.c,
    t.clients.c,
    t.companies.c,
)
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LONG = 12  # signs: 60 random bits
BEHIND = timedelta(minutes=1)  # turns that wait for each other write a little out of order

# Whatever is not as it must be leaves no row: another client's, a draft, another version, an attempt that was used.
DECIDABLE = (
    select(
        *(d.id, d.number, d.kind, v.version, v.label, v.issued_on, v.valid_until, v.total_cents, v.currency),
        *(v.file_sha256, v.file_name, t.files.c.size, k.language, k.consents, k.account_id),
        *(t.accounts.c.address, n.name.label("signatory"), f.ref, f.name.label("client_name")),
        *(f.kind.label("client_kind"), c.name.label("company_name"), c.siren, c.email, c.timezone),
    )
    .select_from(t.documents)
    .join(t.document_versions, (v.document_id == d.id) & (v.version == d.version))
    .join(t.tickets, k.document_version_id == v.id)
    .join(t.accounts, t.accounts.c.id == k.account_id)
    .join(t.contacts, (n.client_id == d.client_id) & (n.account_id == k.account_id))
    .join(t.clients, f.id == d.client_id)
    .join(t.companies, c.id == d.company_id)
    .outerjoin(t.files, (t.files.c.company_id == d.company_id) & (t.files.c.sha256 == v.file_sha256))
    .where(
        OWN,
        d.kind == "quote",
        d.status == "sent",
        v.id == bindparam("version_id"),
        v.file_sha256.is_not(None),
        n.can_sign,
        n.ended_at.is_(None),
        k.id == bindparam("ticket_id"),
        k.verb == bindparam("verb"),
        k.account_id == bindparam("account_id"),
        k.channel == bindparam("channel"),
        k.conversation == bindparam("conversation"),
        k.used_at.is_(None),
        k.ended_at.is_(None),
    )
    .with_for_update(of=(t.documents, t.tickets))
)
ANNEXES = (
    select(t.annexes.c.name, t.annexes.c.file_sha256.label("sha256"))
    .where(t.annexes.c.document_version_id == bindparam("version_id"))
    .order_by(t.annexes.c.position)
)
USE = update(t.tickets).where(k.id == bindparam("ticket_id")).values(used_at=bindparam("now"))
DECIDE = insert(t.decisions)
CLOSE = (
    update(t.documents)
    .where(d.id == bindparam("document_id"))
    .values(status=bindparam("outcome"), decided_on=bindparam("today"))
)
VERBS: dict[str, Outcome] = {"accept": "accepted", "refuse": "refused"}


def decide(
    db: Connection,
    client: Client,
    ticket: Ticket,
    outcome: Outcome,
    now: datetime,
    reason: str = "",
    comment: str = "",
) -> int | None:
    """The id of the quote, once decided; None where it cannot be, and nothing is changed. Raises ClockBehind."""
    audit.hold(db, client.company_id)
    row = _decidable(db, client, ticket, outcome)
    today = local(now, row.timezone).date() if row else now.date()
    if row is None or _expired(row.valid_until, today) or (outcome == "accepted" and _unticked(row)):
        return None
    last = audit.last_at(db, client.company_id)
    if last is not None and now < last - BEHIND:
        raise ClockBehind(now, last)
    signature_id = _signature_id(now) if outcome == "accepted" else None
    db.execute(USE, {"ticket_id": ticket.id, "now": now})
    db.execute(CLOSE, {"document_id": row.id, "outcome": outcome, "today": today})
    said = {"reason": reason or None, "comment": comment or None}
    made = {"decision": outcome, "signature_id": signature_id, "at": now, **said}
    db.execute(DECIDE, {**_keys(client, ticket, row), **made, **_work(outcome, now)})
    told = _told(db, ticket, row) | (
        {"signature_id": signature_id} if signature_id else _refusal(reason, comment)
    )
    audit.append(db, client.company_id, f"quote.{outcome}", "client", now, f"quote:{row.id}", payload=told)
    return int(row.id)


def _decidable(db: Connection, client: Client, ticket: Ticket, outcome: Outcome) -> rows.Found | None:
    if VERBS[ticket.verb] != outcome:
        return None
    attempt = {"ticket_id": ticket.id, "verb": ticket.verb, "account_id": ticket.account_id}
    where = {"channel": ticket.channel, "conversation": ticket.conversation}
    own = {"client_id": client.id, "company_id": client.company_id, "version_id": ticket.version_id}
    return db.execute(DECIDABLE, own | attempt | where).first()


def _expired(valid_until: date | None, today: date) -> bool:
    return valid_until is not None and valid_until < today


def _unticked(row: rows.Found) -> bool:
    return not row.consents or any(not box["ticked"] for box in row.consents)


def _signature_id(now: datetime) -> str:
    return f"FCT-{now:%Y%m%d}-{''.join(secrets.choice(CROCKFORD) for _ in range(LONG))}"


def _keys(client: Client, ticket: Ticket, row: rows.Found) -> dict[str, Any]:
    return {
        "company_id": client.company_id,
        "client_id": client.id,
        "document_id": row.id,
        "document_version_id": ticket.version_id,
        "account_id": ticket.account_id,
        "ticket_id": ticket.id,
        "presented_sha256": row.file_sha256,
    }


def _work(outcome: Outcome, now: datetime) -> dict[str, Any]:
    """A refusal has no files to make."""
    return {"state": "decided", "ready_at": now} if outcome == "accepted" else {"state": "done"}


def _told(db: Connection, ticket: Ticket, row: rows.Found) -> dict[str, Any]:
    """What the proof will say of the parties and the document, as they are recorded at this moment."""
    annexes = db.execute(ANNEXES, {"version_id": ticket.version_id}).mappings()
    return {
        "ticket": ticket.id,
        "version": row.version,
        "presented_sha256": row.file_sha256,
        "account": row.address,
        "channel": ticket.channel,
        "conversation": ticket.conversation,
        "language": row.language,
        "timezone": row.timezone,
        "application": version("facteur"),
        "document": {
            "kind": row.kind,
            "number": row.number,
            "label": row.label,
            "issued_on": row.issued_on.isoformat() if row.issued_on else None,
            "valid_until": row.valid_until.isoformat() if row.valid_until else None,
            "total_cents": row.total_cents,
            "currency": row.currency,
            "file_name": row.file_name,
            "size": row.size,
            "annexes": [dict(one) for one in annexes],
        },
        "company": {"name": row.company_name, "siren": row.siren, "email": row.email},
        "client": {
            "ref": row.ref,
            "name": row.client_name,
            "kind": row.client_kind,
            "signatory": row.signatory,
        },
    }


def _refusal(reason: str, comment: str) -> dict[str, Any]:
    of_comment = hashlib.sha256(comment.encode()).hexdigest() if comment else None
    return {"reason": reason or None, "comment_sha256": of_comment}
