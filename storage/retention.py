"""What the law no longer asks to keep is erased: payloads and salts of the ledger, signed files and proofs.

The rows and their hashes stay, so that the chain is whole. Ten years from the signature (PROOF_YEARS) for what was
signed; one year for refusals, failed codes, and attempts on a quote that nobody signed. What is held is left alone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Text,
    and_,
    bindparam,
    cast,
    delete,
    literal,
    null,
    or_,
    select,
    update,
)

from storage import audit
from storage import tables as t

REFUSAL_YEARS = 1
ATTEMPT = (
    *("document.shown", "ticket.opened", "consent.given", "consent.taken_back", "code.issued"),
    *("code.verified", "mail.received", "quote.refused"),
)

x, e, f, i = t.decisions.c, t.ledger.c, t.files.c, t.inbox.c
_QUOTE = literal("quote:") + cast(x.document_id, Text)
_WRITTEN = e.salt.is_not(None)
_ERASED = {"payload": null(), "salt": null()}
SIGNED = select(_QUOTE).where(x.company_id == bindparam("of_company"), x.decision == "accepted")
HELD = select(_QUOTE).where(x.company_id == bindparam("of_company"), x.held)
FORGET = (
    update(t.ledger)
    .where(
        e.company_id == bindparam("of_company"),
        e.at < bindparam("before"),
        _WRITTEN,
        or_(
            and_(e.kind == "code.failed", e.subject.not_in(HELD)),
            and_(e.kind.in_(ATTEMPT), e.subject.not_in(SIGNED), e.subject.not_in(HELD)),
        ),
    )
    .values(_ERASED)
)
OVER = (
    select(
        *(x.id, x.company_id, x.document_id, x.signature_id, x.signed_sha256, x.proof_sha256),
    )
    .where(
        x.decision == "accepted",
        x.at < bindparam("before"),
        x.erased_at.is_(None),
        ~x.held,
        x.state == "done",
    )
    .order_by(x.id)
)
MAILS = select(e.payload).where(
    e.company_id == bindparam("company_id"),
    e.subject == bindparam("subject"),
    e.kind == "mail.received",
    _WRITTEN,
)
ERASE = (
    update(t.ledger)
    .where(e.company_id == bindparam("of_company"), e.subject.in_(bindparam("subjects", expanding=True)))
    .where(_WRITTEN)
    .values(_ERASED)
)
NO_FILES = delete(t.files).where(
    f.company_id == bindparam("of_company"), f.sha256.in_(bindparam("files", expanding=True))
)
NO_MAIL = (
    update(t.inbox)
    .where(i.company_id == bindparam("of_company"), i.id.in_(bindparam("mails", expanding=True)))
    .values(raw=None)
)
CLOSE = update(t.decisions).where(x.id == bindparam("decision_id")).values(erased_at=bindparam("now"))
HOLD = (
    update(t.decisions)
    .where(x.signature_id == bindparam("signature"))
    .values(held=bindparam("is_held"))
    .returning(x.company_id)
)


def expire(engine: Engine, forget: Callable[[str], object], now: datetime, years: int) -> dict[str, int]:
    """How many payloads and signatures went. `forget` removes a file from the store, by its SHA-256."""
    return {"payloads": _attempts(engine, now), "signatures": _signatures(engine, forget, now, years)}


def hold(engine: Engine, signature_id: str, held: bool, now: datetime) -> bool:
    """A dispute: nothing of this signature is erased until it is let go. False for an unknown one."""
    with engine.begin() as db:
        company_id = db.execute(HOLD, {"signature": signature_id, "is_held": held}).scalar()
        if company_id is None:
            return False
        kind = "proof.held" if held else "proof.released"
        audit.append(db, company_id, kind, "operator", now, f"signature:{signature_id}")
        return True


def _attempts(engine: Engine, now: datetime) -> int:
    before = years_before(now, REFUSAL_YEARS)
    with engine.connect() as db:
        companies = list(db.execute(select(t.companies.c.id)).scalars())
    count = 0
    for company_id in companies:
        with engine.begin() as db:
            count += db.execute(FORGET, {"of_company": company_id, "before": before}).rowcount
    return count


def _signatures(engine: Engine, forget: Callable[[str], object], now: datetime, years: int) -> int:
    with engine.connect() as db:
        over = db.execute(OVER, {"before": years_before(now, years)}).all()
    for row in over:
        with engine.begin() as db:
            files = _erase(db, row, now)
            for sha256 in files:  # before the commit: a file that stays behind would be found by nobody
                forget(sha256)
    return len(over)


def _erase(db: Connection, row: Any, now: datetime) -> list[str]:
    """The files that are to go with it."""
    quote, signature = f"quote:{row.document_id}", f"signature:{row.signature_id}"
    of, asked = {"of_company": row.company_id}, {"company_id": row.company_id, "subject": quote}
    mails = list(db.execute(MAILS, asked).scalars())
    files = [row.signed_sha256, row.proof_sha256, *(mail.get("raw_sha256") for mail in mails)]
    gone = [sha256 for sha256 in files if sha256]
    db.execute(ERASE, {**of, "subjects": [quote, signature]})
    db.execute(NO_FILES, {**of, "files": gone})
    db.execute(NO_MAIL, {**of, "mails": [mail["inbox"] for mail in mails if mail.get("inbox")]})
    db.execute(CLOSE, {"decision_id": row.id, "now": now})
    return gone


def years_before(now: datetime, years: int) -> datetime:
    try:
        return now.replace(year=now.year - years)
    except ValueError:  # 29 February
        return now.replace(year=now.year - years, day=28)
