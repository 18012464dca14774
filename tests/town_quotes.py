"""Clients of Atelier Exemple whose contacts may sign, and quotes in every state: what signing and refusing show."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, select, update

from handlers.core.turn import File
from handlers.rules import number
from storage import client_words, search
from storage import tables as t

if TYPE_CHECKING:
    from town import Town

DAY = date.fromisoformat
MADE = datetime(2026, 11, 24, 13, 5, tzinfo=UTC)
JEANNE, PAUL, LUC = "jeanne@roux.example", "paul@roux.example", "luc@roux.example"
CLAIRE, ANN, TIM = "claire@petit.example", "ann@quay.example", "tim@tonnelle.example"
ROSE = "rose@hill.example"
CLIENTS = (  # id, ref, name, kind, language, form, contacts: address, name, may sign
    (60, "C0060", "Menuiserie Roux", "B2B_FR", "fr", None,
     ((JEANNE, "Jeanne Roux", True), (PAUL, None, True), (LUC, "Luc Roux", False))),
    (61, "C0061", "Claire Petit", "B2C", "fr", None, ((CLAIRE, "Claire Petit", True),)),
    (62, "C0062", "Quay Ltd", "B2B_EU", "en", None, ((ANN, "Ann Quay", True),)),
    (63, "C0063", "La Tonnelle", "B2B_FR", "fr", "tu", ((TIM, "Tim Morel", True),)),
    (64, "C0064", "Rose Hill", "B2C", "en", None, ((ROSE, "Rose Hill", True),)),
)  # fmt: skip
QUOTES = (  # client, number, label, status, issued, valid until, total, annexes, why not
    (60, "D-2026-0060", "Escalier en chêne", "sent", "2026-11-10", "2026-12-15", 480000,
     ("Plan.pdf", "Conditions.pdf"), None),
    (60, "D-2026-0061", "Portes du fournil", "sent", "2026-10-01", "2026-11-10", 210000, (), None),
    (60, "D-2026-0062", "Bardage", "replaced", "2026-10-05", "2026-12-05", 330000, (), None),
    (60, "D-2026-0063", "Bardage en mélèze", "sent", "2026-11-15", None, 350000, (), "form"),
    (60, "D-2026-0064", "Parquet", "accepted", "2026-03-02", "2026-04-02", 150000, (), None),
    (60, "D-2026-0065", "Terrasse", "draft", "2026-11-23", "2026-12-23", 99000, (), None),
    (61, "D-2026-0070", "Remplacement du chauffe-eau", "sent", "2026-11-12", "2026-12-12", 185000, (), None),
    (62, "D-2026-0080", "Shop front", "sent", "2026-11-12", "2026-12-12", 640000, ("Drawing.pdf",), None),
    (63, "D-2026-0090", "Pergola", "sent", "2026-11-16", "2026-12-16", 290000, (), None),
    (64, "D-2026-0095", "Boiler replacement", "sent", "2026-11-16", "2026-12-16", 185000, (), None),
)  # fmt: skip


def settle_quotes(db: Connection) -> None:
    for id, ref, name, kind, language, form, contacts in CLIENTS:
        client = {"id": id, "company_id": 1, "ref": ref, "name": name, "name_norm": name.lower()}
        more = {"kind": kind, "language": language, "form_of_address": form, "settings": {}}
        db.execute(insert(t.clients).values(client | more))
        for address, said, signs in contacts:
            account = {"company_id": 1, "address": address, "address_norm": address, "created_at": MADE}
            made = db.execute(insert(t.accounts).values(account).returning(t.accounts.c.id)).scalar_one()
            tie = {"company_id": 1, "client_id": id, "account_id": made, "name": said, "can_sign": signs}
            db.execute(insert(t.contacts).values(tie))
    client_words.keep(db, 1, [client[0] for client in CLIENTS])
    for client_, number_, label, status, issued, until, total, annexes, why in QUOTES:
        dates = {"issued_on": DAY(issued), "valid_until": DAY(until) if until else None}
        _quote(db, client_, number_, label, status, total, annexes, why, dates)
    replaced = t.documents.c.number == "D-2026-0063"
    db.execute(update(t.documents).where(replaced).values(replaces="D-2026-0062"))


def _quote(
    db: Connection,
    client: int,
    number_: str,
    label: str,
    status: str,
    total: int,
    annexes: tuple[str, ...],
    why_not: str | None,
    dates: dict[str, Any],
) -> None:
    own = {"client_id": client, "kind": "quote", "number": number_, "number_norm": number.normal(number_)}
    own |= {"status": status, "search": search.kept(label, ref=number_)}
    both = {"company_id": 1, "label": label, "total_cents": total, "file_sha256": sha(number_, 1)} | dates
    id = db.execute(insert(t.documents).values(both | own).returning(t.documents.c.id)).scalar_one()
    _version(db, int(id), 1, both | {"why_not": why_not}, annexes)


def _version(db: Connection, id: int, nth: int, both: dict[str, Any], annexes: tuple[str, ...]) -> None:
    values = both | {"document_id": id, "version": nth, "created_at": MADE}
    made = db.execute(insert(t.document_versions).values(values).returning(t.document_versions.c.id))
    v = made.scalar_one()
    for position, name in enumerate(annexes):
        annex = {"company_id": 1, "document_version_id": v, "position": position, "name": name}
        db.execute(insert(t.annexes).values(annex | {"file_sha256": sha(name, id)}))


def sha(name: str, nth: int) -> str:
    """Of a file that nobody opens."""
    return f"{sum(map(ord, name)):08x}{nth:08x}".ljust(64, "0")


def pdf(what: str, number_: str, town: Town) -> File:
    """A PDF that somebody sends: "the signed", "the presented", "the changed", "the proof of", "another"."""
    x, d = t.decisions.c, t.documents.c
    with town.engine.begin() as db:
        of = select(x.signature_id, x.signed_sha256, x.proof_sha256, x.presented_sha256)
        row = db.execute(of.join(t.documents, d.id == x.document_id).where(d.number == number_)).first()
    assert row or what == "another"
    bytes_of = {
        "the signed": row and row.signed_sha256,
        "the presented": row and row.presented_sha256,
        "the proof of": row and row.proof_sha256,
    }
    known = bytes_of.get(what) or sha(f"{what} {number_}", 9)
    signature = row.signature_id if row and what in ("the signed", "the changed") else ""
    return File(f"{number_}.pdf", known, 9000, signature)


# --- what happens outside the conversation


def _set(number_: str, **values: Any) -> Callable[[Town], None]:
    def happens(town: Town) -> None:
        with town.engine.begin() as db:
            db.execute(update(t.documents).where(t.documents.c.number == number_).values(**values))

    return happens


def _changes(number_: str, total: int) -> Callable[[Town], None]:
    """Another version, as an import makes it: other bytes under the same number."""

    def happens(town: Town) -> None:
        d, v = t.documents.c, t.document_versions.c
        with town.engine.begin() as db:
            row = db.execute(select(t.documents).where(d.number == number_)).one()
            nth = row.version + 1
            both = {
                "company_id": 1,
                "label": row.label,
                "total_cents": total,
                "file_sha256": sha(number_, nth),
            }
            both |= {"issued_on": row.issued_on, "valid_until": row.valid_until}
            db.execute(update(t.documents).where(d.number == number_).values(**both, version=nth))
            of = (v.document_id == row.id, v.version == row.version)
            names = select(t.annexes.c.name).join(
                t.document_versions, v.id == t.annexes.c.document_version_id
            )
            _version(db, row.id, nth, both, tuple(db.execute(names.where(*of)).scalars()))

    return happens


def made(number_: str) -> Callable[[Town], None]:
    """The files of a signature are there, as the job leaves them."""

    def happens(town: Town) -> None:
        x, d = t.decisions.c, t.documents.c
        of = select(d.id).where(d.number == number_)
        values = {"state": "done", "signed_sha256": sha(number_, 7), "proof_sha256": sha(number_, 8)}
        with town.engine.begin() as db:
            db.execute(update(t.decisions).where(x.document_id.in_(of)).values(**values))
            kept = {"company_id": 1, "size": 90_000, "media_type": "application/pdf", "stored_at": MADE}
            for n in (7, 8):
                db.execute(insert(t.files).values(kept | {"sha256": sha(number_, n)}))

    return happens


def _new_right(address: str, signs: bool) -> Callable[[Town], None]:
    def happens(town: Town) -> None:
        of = select(t.accounts.c.id).where(t.accounts.c.address == address)
        with town.engine.begin() as db:
            db.execute(update(t.contacts).where(t.contacts.c.account_id.in_(of)).values(can_sign=signs))

    return happens


EVENTS: dict[str, Callable[[Town], None]] = {
    "quote D-2026-0060 changes": _changes("D-2026-0060", 520000),
    "quote D-2026-0060 is replaced": _set("D-2026-0060", status="replaced"),
    "quote D-2026-0060 ends": _set("D-2026-0060", valid_until=(MADE - timedelta(days=1)).date()),
    "quote D-2026-0080 changes": _changes("D-2026-0080", 655000),
    "the files of D-2026-0060 are made": made("D-2026-0060"),
    "the files of D-2026-0070 are made": made("D-2026-0070"),
    "the files of D-2026-0080 are made": made("D-2026-0080"),
    "Jeanne may no longer sign": _new_right(JEANNE, False),
}
