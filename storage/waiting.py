"""A signature whose files are to be made, as the job that makes them sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, select

from handlers.rules.paper import Account, Annex, Client, Company, Paper
from handlers.rules.signing import Consent, Decision
from storage import decisions, rows
from storage import tables as t

MOST = 5  # tries; then a person looks at it

x, d, v, k, c, e = (
    t.decisions.c,
    t.documents.c,
    t.document_versions.c,
    t.tickets.c,
    t.companies.c,
    t.ledger.c,
)


@dataclass(frozen=True)
class Waiting:
    """A signature whose files are to be made. `attempt` counts this one."""

    decision: Decision
    company: Company
    client: Client
    account: Account
    signatory: str  # as the company recorded the name, "" where it did not
    paper: Paper  # the version that was decided; its size is that of the file presented
    annexes: tuple[Annex, ...]
    why_not: str  # why its PDF cannot hold a signature (judge.py): only the proof records it
    judged: bool  # found to hold one, when it was taken in
    language: str
    channel: str
    conversation: str
    consents: tuple[Consent, ...]
    mails: tuple[bytes, ...]  # the raw mails by which it was decided: evidence, kept with the files
    attempt: int

    @property
    def exhausted(self) -> bool:
        """It was tried often enough: `put_aside`, and tell the company."""
        return self.attempt > MOST


CLAIMED: Select[*tuple[Any, ...]] = (
    select(
        *rows.COMPANY,
        *rows.ACCOUNT,
        *rows.CLIENT,
        *rows.PAPER,
        *(t.files.c.size.label("file_size"), v.why_not, v.signable, x.attempts, k.consents),
        *(k.language.label("in_language"), k.channel, k.conversation, k.id.label("ticket_id")),
    )
    .select_from(t.decisions)
    .join(t.companies, c.id == x.company_id)
    .join(t.accounts, t.accounts.c.id == x.account_id)
    .join(t.clients, t.clients.c.id == x.client_id)
    .join(t.documents, d.id == x.document_id)
    .join(t.document_versions, v.id == x.document_version_id)
    .join(t.tickets, k.id == x.ticket_id)
    .outerjoin(t.files, and_(t.files.c.company_id == x.company_id, t.files.c.sha256 == x.presented_sha256))
    .where(x.id == bindparam("decision_id"))
)
OF_ID = decisions.DECISIONS.where(x.id == bindparam("decision_id"))
ANNEXES = (
    select(t.annexes.c.name, t.annexes.c.file_sha256, t.files.c.size)
    .outerjoin(
        t.files,
        and_(t.files.c.company_id == t.annexes.c.company_id, t.files.c.sha256 == t.annexes.c.file_sha256),
    )
    .where(t.annexes.c.document_version_id == bindparam("version_id"))
    .order_by(t.annexes.c.position)
)
TOLD = select(e.kind, e.payload).where(
    e.company_id == bindparam("company_id"),
    e.subject == bindparam("subject"),
    e.kind.in_(("quote.accepted", "mail.received")),
)
RAW = select(t.inbox.c.raw).where(t.inbox.c.id == bindparam("inbox_id"), t.inbox.c.raw.is_not(None))


def waiting(db: Connection, id: int) -> Waiting:
    """Everything about one decision; of the ledger only what names the signatory and the mails."""
    row = db.execute(CLAIMED, {"decision_id": id}).one()
    made = decisions.decision(db.execute(OF_ID, {"decision_id": id}).one())
    entries = db.execute(TOLD, {"company_id": row.company_id, "subject": f"quote:{made.document_id}"})
    told = [(kind, payload) for kind, payload in entries if payload and payload["ticket"] == row.ticket_id]
    named = [payload["client"]["signatory"] for kind, payload in told if kind == "quote.accepted"]
    annexes = db.execute(ANNEXES, {"version_id": made.version_id})
    return Waiting(
        decision=made,
        company=rows.company(row),
        client=rows.client(row),
        account=rows.account(row),
        signatory=next(iter(named), None) or "",
        paper=rows.paper(row),
        annexes=tuple(Annex(name, sha256, size or 0) for name, sha256, size in annexes),
        why_not=row.why_not or "",
        judged=bool(row.signable),
        language=row.in_language,
        channel=row.channel,
        conversation=row.conversation,
        consents=tuple(Consent(**box) for box in row.consents),
        mails=_raw(db, [payload.get("inbox") for kind, payload in told if kind == "mail.received"]),
        attempt=row.attempts,
    )


def _raw(db: Connection, inbox: list[int | None]) -> tuple[bytes, ...]:
    found = (db.execute(RAW, {"inbox_id": id}).scalar() for id in inbox if id is not None)
    return tuple(raw for raw in found if raw is not None)
