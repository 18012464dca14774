"""What was signed and waits for its files: claimed, sealed, done, in short transactions that can be replayed.

"decided" -> "sealed" -> "done". Each step is an UPDATE that names the state before: the second of two that do the same
step changes nothing and writes nothing. What is claimed is leased; when its holder dies, it becomes due again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Executable, and_, bindparam, select, update

from handlers.core.turn import Reply
from handlers.rules.paper import Account
from storage import audit, evidence, rows
from storage import tables as t
from storage.evidence import KeySeen
from storage.keys import Keys
from storage.outbox import SqlOutbox
from storage.shelf import insert_once
from storage.waiting import Waiting, waiting

LEASE = timedelta(minutes=5)  # outlasts the press of the largest file and a slow time-stamp
FIRST_WAIT = timedelta(minutes=1)

x, c = t.decisions.c, t.companies.c


@dataclass(frozen=True)
class Seal:
    """What the press made. `pages`: of the signed file, with its signature page."""

    sha256: str
    size: int
    pages: int
    level: str  # "B-B", "B-T", "B-LT"
    certificate_sha256: str
    time: str  # "server" or "tsa"
    tsa: str = ""


@dataclass(frozen=True)
class Kept:
    """A file that the store holds now, beside the signed one: the raw mail that decided."""

    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True)
class Mail:
    """A message that leaves with the end of a step, once: `key` names it among those of one signature."""

    key: str
    address: str
    reply: Reply
    channel: str = "email"
    account: Account | None = None
    conversation: str | None = None
    thread: Mapping[str, Any] | None = None


_WORK = and_(x.state.in_(("decided", "sealed")), x.aside_at.is_(None))
_picked = (
    select(x.id)
    .join(t.companies, c.id == x.company_id)
    .where(_WORK, x.ready_at <= bindparam("now"), c.chain_broken_at.is_(None))
    .order_by(x.ready_at, x.id)
    .limit(1)
    .with_for_update(skip_locked=True, of=t.decisions)
    .cte("picked")
)
CLAIM = (
    update(t.decisions)
    .where(x.id.in_(select(_picked.c.id)))
    .values(ready_at=bindparam("until"), attempts=x.attempts + 1)
    .returning(x.id)
)
_STEP = update(t.decisions).where(x.id == bindparam("decision_id"), x.aside_at.is_(None))
SEALED = (
    _STEP.where(x.state == "decided")
    .values(state="sealed", signed_sha256=bindparam("sha256"), attempts=0, last_error=None)
    .returning(x.company_id, x.signature_id, x.presented_sha256)
)
DONE = (
    _STEP.where(x.state == "sealed")
    .values(state="done", proof_sha256=bindparam("sha256"), ready_at=None, last_error=None)
    .returning(x.company_id, x.signature_id)
)
ATTEMPTS = select(x.attempts).where(x.id == bindparam("decision_id"))
FAILED = _STEP.where(_WORK).values(ready_at=bindparam("again"), last_error=bindparam("error"))
ASIDE = (
    _STEP.where(_WORK)
    .values(aside_at=bindparam("now"), last_error=bindparam("error"))
    .returning(x.company_id, x.signature_id)
)
AGAIN = (
    update(t.decisions)
    .where(x.signature_id == bindparam("signature"), x.aside_at.is_not(None))
    .values(aside_at=None, attempts=0, ready_at=bindparam("now"))
)
OF_COMPANY = select(x.company_id).where(x.id == bindparam("decision_id"))
SIZE = select(t.files.c.size).where(
    t.files.c.company_id == bindparam("company_id"), t.files.c.sha256 == bindparam("sha256")
)
COMPANY = select(*rows.COMPANY).where(c.id == bindparam("company_id"))
KEEP = insert_once(t.files).on_conflict_do_nothing(index_elements=["company_id", "sha256"])
PDF = "application/pdf"


class SealingQueue:
    """`wake` is called after a commit that put something in the outbox."""

    def __init__(
        self,
        engine: Engine,
        keys: Keys,
        wake: Callable[[], object] = lambda: None,
        lease: timedelta = LEASE,
    ) -> None:
        self.engine, self.keys, self.wake, self.lease = engine, keys, wake, lease

    def claim(self, now: datetime) -> Waiting | None:
        """The one that waits longest; none of a company whose ledger was found altered."""
        with self.engine.begin() as db:
            id = db.execute(CLAIM, {"now": now, "until": now + self.lease}).scalar()
            return waiting(db, id) if id is not None else None

    def sealed(
        self, id: int, now: datetime, seal: Seal, kept: Sequence[Kept] = (), seen: Sequence[KeySeen] = ()
    ) -> bool:
        """The signed file is in the store. False where this step was done before."""
        with self.engine.begin() as db:
            row = _step(db, SEALED, id, sha256=seal.sha256)
            if row is None:
                return False
            _keep(db, row.company_id, now, Kept(seal.sha256, seal.size, PDF), *kept)
            evidence.note(db, row.company_id, row.signature_id, now, seen)
            told = {
                "signature_id": row.signature_id,
                "presented_sha256": row.presented_sha256,
                "signed_sha256": seal.sha256,
                "presented_size": _size(db, row.company_id, row.presented_sha256),
                "pages": seal.pages,
                "level": seal.level,
                "certificate_sha256": seal.certificate_sha256,
                "time": seal.time,
                "tsa": seal.tsa or None,
            }
            _note(db, row, "signature.sealed", now, told)
            return True

    def proof_only(
        self, id: int, now: datetime, why: str, kept: Sequence[Kept] = (), seen: Sequence[KeySeen] = ()
    ) -> bool:
        """Its PDF cannot hold a signature. False where this step was done before."""
        with self.engine.begin() as db:
            row = _step(db, SEALED, id, sha256=None)
            if row is None:
                return False
            _keep(db, row.company_id, now, *kept)
            evidence.note(db, row.company_id, row.signature_id, now, seen)
            _note(db, row, "signature.proof_only", now, {"signature_id": row.signature_id, "why": why})
            return True

    def done(self, id: int, now: datetime, proof_sha256: str, size: int, mails: Sequence[Mail]) -> bool:
        """The proof file is in the store: the mails leave. False where this step was done before."""
        with self.engine.begin() as db:
            row = _step(db, DONE, id, sha256=proof_sha256)
            if row is None:
                return False
            _keep(db, row.company_id, now, Kept(proof_sha256, size, PDF))
            _note(db, row, "proof.made", now, {"signature_id": row.signature_id, "sha256": proof_sha256})
            self._post(db, row, now, mails)
        self.wake()
        return True

    def failed(self, id: int, now: datetime, error: str) -> None:
        """Again after 1, 2, 4... minutes."""
        with self.engine.begin() as db:
            attempts = db.execute(ATTEMPTS, {"decision_id": id}).scalar_one()
            again = now + FIRST_WAIT * 2 ** max(0, attempts - 1)
            db.execute(FAILED, {"decision_id": id, "again": again, "error": error})

    def put_aside(self, id: int, now: datetime, error: str, mails: Sequence[Mail]) -> bool:
        """It was tried often enough: the mails say so to the company. False where that was done before."""
        with self.engine.begin() as db:
            row = _step(db, ASIDE, id, now=now, error=error)
            if row is None:
                return False
            self._post(db, row, now, mails)
        self.wake()
        return True

    def again(self, signature_id: str, now: datetime) -> bool:
        """What was put aside is tried anew; False where nothing was."""
        with self.engine.begin() as db:
            return db.execute(AGAIN, {"signature": signature_id, "now": now}).rowcount == 1

    def _post(self, db: Connection, row: rows.Found, now: datetime, mails: Sequence[Mail]) -> None:
        outbox = SqlOutbox(db, self.keys)
        company = rows.company(db.execute(COMPANY, {"company_id": row.company_id}).one())
        for mail in mails:
            outbox.put(
                company,
                mail.channel,
                mail.address,
                mail.reply,
                now,
                dedup=f"{row.signature_id}:{mail.key}",
                conversation=mail.conversation,
                account=mail.account,
                thread=mail.thread,
            )


def _step(db: Connection, statement: Executable, id: int, **values: Any) -> rows.Found | None:
    """The chain is held before the decision, as whoever decides or withdraws holds them."""
    company_id = db.execute(OF_COMPANY, {"decision_id": id}).scalar()
    if company_id is None:
        return None
    audit.hold(db, company_id)
    return db.execute(statement, {"decision_id": id, **values}).first()


def _keep(db: Connection, company_id: int, now: datetime, *files: Kept) -> None:
    for file in files:
        row = {"sha256": file.sha256, "size": file.size, "media_type": file.media_type}
        db.execute(KEEP, {"company_id": company_id, "stored_at": now, **row})


def _size(db: Connection, company_id: int, sha256: str) -> int | None:
    size: int | None = db.execute(SIZE, {"company_id": company_id, "sha256": sha256}).scalar()
    return size


def _note(db: Connection, row: rows.Found, kind: str, now: datetime, told: Mapping[str, Any]) -> None:
    audit.append(db, row.company_id, kind, "facteur", now, f"signature:{row.signature_id}", payload=told)
