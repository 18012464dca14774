"""Decisions as they are read: of a client's quotes, and by what a file is recognised."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import Connection, Select, and_, bindparam, select

from handlers.rules.signing import Decision, Known
from storage import rows
from storage import tables as t

d, v, x = t.documents.c, t.document_versions.c, t.decisions.c
SIGNED, PROOF = t.files.alias("signed"), t.files.alias("proof")


def _is(files: Any, sha256: Any) -> Any:
    return and_(files.c.company_id == x.company_id, files.c.sha256 == sha256)


COLUMNS = (
    *(x.id, x.document_id, x.document_version_id, d.number, x.decision, x.signature_id, x.at, x.state),
    *(x.reason, x.comment, x.presented_sha256, x.signed_sha256, SIGNED.c.size.label("signed_size")),
    *(x.proof_sha256, PROOF.c.size.label("proof_size"), x.withdrawn_at),
)
DECISIONS: Select[*tuple[Any, ...]] = (
    select(*COLUMNS)
    .select_from(t.decisions)
    .join(t.documents, d.id == x.document_id)
    .outerjoin(SIGNED, _is(SIGNED, x.signed_sha256))
    .outerjoin(PROOF, _is(PROOF, x.proof_sha256))
)
OF_CLIENT = DECISIONS.where(x.client_id == bindparam("client_id"), rows.of_company(t.decisions))
ONE = OF_CLIENT.where(x.document_id == bindparam("document_id"))
NEWEST = OF_CLIENT.order_by(x.at.desc(), x.id.desc()).limit(bindparam("most"))


def decision(row: rows.Found) -> Decision:
    """From the columns COLUMNS, whatever else the row holds."""
    return Decision(
        id=row.id,
        document_id=row.document_id,
        version_id=row.document_version_id,
        number=row.number,
        outcome=row.decision,
        signature_id=row.signature_id or "",
        at=row.at,
        state=row.state,
        reason=row.reason or "",
        comment=row.comment or "",
        presented_sha256=row.presented_sha256 or "",
        signed_sha256=row.signed_sha256 or "",
        signed_size=row.signed_size or 0,
        proof_sha256=row.proof_sha256 or "",
        proof_size=row.proof_size or 0,
        withdrawn_at=row.withdrawn_at,
    )


def _signature(column: Any) -> Select[Any]:
    return select(x.signature_id).where(column == bindparam("sha256"), x.signature_id.is_not(None)).limit(1)


KNOWN: dict[Literal["signed", "proof", "presented"], Select[Any]] = {
    "signed": _signature(x.signed_sha256),
    "proof": _signature(x.proof_sha256),
    "presented": _signature(x.presented_sha256),
}
# By the file first, in so many words: where most versions have no file, SQLite takes its index for a poor one.
_OF_FILE = select(v.document_id).where(v.file_sha256 == bindparam("sha256"))
SHOWN = select(d.id).where(d.id.in_(_OF_FILE), rows.visible("quote")).limit(1)


def known(db: Connection, sha256: str) -> Known | None:
    """What a file is, in this installation. A quote that nobody signed is "presented" with no signature."""
    for what, asked in KNOWN.items():
        if signature_id := db.execute(asked, {"sha256": sha256}).scalar():
            return Known(what, signature_id)
    shown = db.execute(SHOWN, {"sha256": sha256}).first()
    return Known("presented", "") if shown else None
