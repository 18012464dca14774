"""What the ledger keeps of the mail that decided: its fingerprint, what was found of its sender, and the key that
signed it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from email.parser import BytesHeaderParser

from sqlalchemy import Connection, bindparam, select

from storage import audit
from storage import tables as t

i = t.inbox.c
RAW = select(i.raw, i.envelope).where(
    i.id == bindparam("inbox_id"), i.company_id == bindparam("company_id"), i.raw.is_not(None)
)


@dataclass(frozen=True)
class KeySeen:
    """The DKIM key of a mail that decided, as the DNS had it; `verified`: does the mail verify with it?"""

    message_id: str
    domain: str
    selector: str
    record: str | None  # None: not available
    verified: bool | None


def of_mail(db: Connection, company_id: int, inbox_id: int, level: str) -> dict[str, str | None]:
    """SHA-256 of the raw mail; what our own check found, else our relay's word as text
    where its level rests on it, else null."""
    row = db.execute(RAW, {"inbox_id": inbox_id, "company_id": company_id}).first()
    if row is None:
        return {"raw_sha256": None, "authentication": None}
    found = (row.envelope or {}).get("authentication")
    told = str(found["results"]) if found else _relayed(row.raw, level)
    return {"raw_sha256": hashlib.sha256(row.raw).hexdigest(), "authentication": told}


def _relayed(raw: bytes, level: str) -> str | None:
    """Only a verified mail is known to hold a result that our own relay wrote, at the top."""
    said = BytesHeaderParser().parsebytes(raw)["Authentication-Results"] if level == "verified" else None
    return " ".join(str(said).split()) if said else None


def note(db: Connection, company_id: int, signature_id: str, now: datetime, seen: Iterable[KeySeen]) -> None:
    """Before the seal: what comes after it is in no proof."""
    for key in seen:
        told = {"signature_id": signature_id, **asdict(key)}
        audit.append(
            db, company_id, "mail.key_seen", "facteur", now, f"signature:{signature_id}", payload=told
        )
