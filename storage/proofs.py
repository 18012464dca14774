"""The data of a proof, as JSON, from the entries of the ledger alone: what is not written there is null.

The extract holds the entries of the attempt that signed and of what was shown of that version, up to the seal; so the
data are the same before the proof file is made and ten years later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, or_, select

from storage import tables as t
from storage.audit import ENTRY
from storage.chain import Entry

FORMAT = "facteur-proof/1"
YEARS = 10  # from the signature (payments-and-law, section 5); the setting PROOF_YEARS
SEALED = ("signature.sealed", "signature.proof_only")
OF_SIGNATURE = ("mail.key_seen", *SEALED)

x, e = t.decisions.c, t.ledger.c
SIGNATURE = select(x.company_id, x.document_id, x.ticket_id).where(x.signature_id == bindparam("signature"))
WHOSE = (
    select(x.company_id, t.companies.c.slug)
    .join(t.companies, t.companies.c.id == x.company_id)
    .where(x.signature_id == bindparam("signature"))
)
ENTRIES = (
    select(*ENTRY)
    .where(
        e.company_id == bindparam("company_id"),
        or_(e.subject == bindparam("of_quote"), e.subject == bindparam("of_signature")),
    )
    .order_by(e.seq)
)

Json = dict[str, Any]
Told = Mapping[str, Any]


class Erased(LookupError):
    """The legal delay is over: what the proof held was erased, its hashes stay."""


def proof_data(db: Connection, company_id: int, signature_id: str, years: int = YEARS) -> Json:
    """ "facteur-proof/1". Raises LookupError for a signature that this company has not, Erased."""
    row = db.execute(SIGNATURE.where(x.company_id == company_id), {"signature": signature_id}).first()
    if row is None:
        raise LookupError(signature_id)
    of = {"of_quote": f"quote:{row.document_id}", "of_signature": f"signature:{signature_id}"}
    found = db.execute(ENTRIES, {"company_id": company_id, **of}).all()
    return of_entries([Entry(*one) for one in found], row.ticket_id, signature_id, years)


def company_of(db: Connection, signature_id: str) -> tuple[int, str] | None:
    """Whose signature it is: the company's id and slug."""
    found = db.execute(WHOSE, {"signature": signature_id}).first()
    return (found.company_id, found.slug) if found else None


def of_entries(entries: Iterable[Entry], ticket: int, signature_id: str, years: int) -> Json:
    """From the entries of one quote and one signature, in order. Pure."""
    events = _extract(list(entries), ticket)
    accepted = _last(events, "quote.accepted")
    if accepted is None or accepted.payload is None:
        raise Erased(signature_id)
    told, sealed = accepted.payload, next((one for one in events if one.kind in SEALED), None)
    seal: Told = (sealed.payload if sealed else None) or {}
    return {
        "format": FORMAT,
        "application": {"name": "Facteur", "version": told["application"]},
        "signature_id": told["signature_id"],
        "decision": "accepted",
        "at": instant(accepted.at),
        "timezone": told["timezone"],
        "language": told["language"],
        "document": _document(told, seal),
        "company": dict(told["company"]),
        "client": {**told["client"], "email": told["account"], "capacity": _capacity(events)},
        "channel": told["channel"],
        "conversation": _conversation(told, _last(events, "mail.received")),
        "events": [_event(one) for one in events],
        "seal": _seal(seal),
        "chain": {"seq": events[-1].seq, "hash": events[-1].hash},
        "keep_until": _keep_until(accepted.at, told["timezone"], years),
    }


def _extract(entries: list[Entry], ticket: int) -> list[Entry]:
    """Up to the seal. Attempts of other people on the same quote are theirs."""
    accepted = _last(entries, "quote.accepted")
    version = accepted.payload["version"] if accepted and accepted.payload else None
    kept: list[Entry] = []
    for one in entries:
        of = one.payload or {}
        shown = one.kind == "document.shown" and of.get("version") == version
        if shown or of.get("ticket") == ticket or one.kind in OF_SIGNATURE:
            kept.append(one)
        if one.kind in SEALED:
            break
    return kept


def _last(entries: list[Entry], kind: str) -> Entry | None:
    return next((one for one in reversed(entries) if one.kind == kind), None)


def _document(told: Told, seal: Told) -> Json:
    """`pages` are those presented: the signed file has one more, its signature page."""
    pages = seal.get("pages")
    return {
        **told["document"],
        "version": told["version"],
        "pages": pages - 1 if pages else None,
        "presented_sha256": told["presented_sha256"],
        "signed_sha256": seal.get("signed_sha256"),
    }


def _capacity(events: list[Entry]) -> bool:
    """Was the box ticked that says that they may sign for their firm?"""
    return any(
        one.kind == "consent.given" and bool(one.payload) and one.payload["name"] == "power" for one in events
    )


def _conversation(told: Told, mail: Entry | None) -> Json:
    if told["channel"] != "email":
        return {"chat": told["conversation"]}
    of = (mail.payload if mail else None) or {}
    names = ("message_id", "raw_sha256", "level", "authentication")
    return {"thread": told["conversation"], **{name: of.get(name) for name in names}}


def _event(one: Entry) -> Json:
    """All that its hash covers (storage/chain.py), so that anyone can work it out again."""
    return {
        "seq": one.seq,
        "at": instant(one.at),
        "kind": one.kind,
        "actor": one.actor,
        "role": one.role,
        "subject": one.subject,
        "payload": one.payload,
        "salt": one.salt,
        "payload_hash": one.payload_hash,
        "prev_hash": one.prev_hash,
        "hash": one.hash,
    }


def _seal(seal: Told) -> Json:
    return {
        "level": seal.get("level"),
        "why_not": seal.get("why"),
        "certificate_sha256": seal.get("certificate_sha256"),
        "time": seal.get("time", "server"),
        "tsa": seal.get("tsa"),
    }


def instant(at: datetime) -> str:
    """ "2026-11-24T08:00:00.000000Z"."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _keep_until(at: datetime, zone: str, years: int) -> str:
    """The day, where the company is: after it the payloads are erased."""
    day = at.astimezone(ZoneInfo(zone)).date()
    try:
        return day.replace(year=day.year + years).isoformat()
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28).isoformat()
