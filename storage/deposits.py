"""What the team sent to its deposit address: kept, recorded after a yes, or put aside for a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, select, update

from handlers.core.deposited import LIFE, Deposit, Pdf, Seen
from handlers.rules.address import normal
from handlers.rules.paper import Company
from storage import broadcasts
from storage import tables as t
from storage.audit import hold
from storage.engine import reading
from storage.imports import deposit as imports
from storage.imports import place
from storage.imports.facturx import Reading
from storage.imports.invoice_xml import Invoice
from storage.recipients import KINDS, Asked
from storage.shelf import Shelf, insert_once
from storage.team import ROLES

p, m, k = t.deposits.c, t.staff.c, t.to_check.c
DAYS = ("issued_on", "due_on")
TUPLES = ("buyer_ids", "seller_ids")
MEMBER = select(m.address).where(
    m.company_id == bindparam("company_id"),
    m.address_norm == bindparam("address"),
    m.ended_at.is_(None),
    m.role.in_(ROLES),
)
ROW = select(t.deposits)
BY_ID = ROW.where(p.company_id == bindparam("company_id"), p.id == bindparam("id"))
BY_FILE = ROW.where(p.company_id == bindparam("company_id"), p.file_sha256 == bindparam("file"))
_KEEP = insert_once(t.deposits)
AGAIN = ("name", "sender", "read", "state", "why", "inbox_id", "created_at", "done_at")
KEEP = _KEEP.on_conflict_do_update(
    index_elements=["company_id", "file_sha256"], set_={name: _KEEP.excluded[name] for name in AGAIN}
).returning(t.deposits)
FILE = insert_once(t.files).on_conflict_do_nothing(index_elements=["company_id", "sha256"])
_CHECK = insert_once(t.to_check)
CHECK = _CHECK.on_conflict_do_update(
    index_elements=["company_id", "file_sha256"],
    set_={"reason": _CHECK.excluded.reason, "read": _CHECK.excluded.read, "done_at": None},
)
CHECKED = (
    update(t.to_check)
    .where(k.company_id == bindparam("of_company"), k.file_sha256 == bindparam("file"), k.done_at.is_(None))
    .values(done_at=bindparam("now"))
)
CLOSE = (
    update(t.deposits)
    .where(p.id == bindparam("deposit"))
    .values(
        state=bindparam("to"),
        why=bindparam("reason"),
        document_id=bindparam("document"),
        done_at=bindparam("now"),
    )
)
PUZZLED = update(t.deposits).where(p.id == bindparam("deposit")).values(read=bindparam("noted"))
OVER = (
    select(p.company_id, p.id).where(p.state == "asked", p.created_at <= bindparam("before")).order_by(p.id)
)
LISTED = (
    select(p.id, t.companies.c.slug, p.created_at, p.state, p.why, p.name, p.sender, p.read)
    .join(t.companies, t.companies.c.id == p.company_id)
    .order_by(p.id.desc())
)


class SqlDeposits(Shelf):
    def sender(self, company: Company, address_norm: str) -> str | None:
        if address_norm == normal(company.email):
            return company.email
        found: str | None = self._value(MEMBER, company_id=company.id, address=address_norm)
        return found

    def look(self, company: Company, pdf: Pdf, now: datetime) -> Seen:
        with self.db.begin_nested() as undone:
            seen = imports.record(self.db, company, pdf, now)
            undone.rollback()
        return seen

    def by_id(self, company: Company, id: int) -> Deposit | None:
        hold(self.db, company.id)
        row = self._first(BY_ID, company_id=company.id, id=id)
        return _deposit(row) if row else None

    def by_file(self, company: Company, sha256: str) -> Deposit | None:
        hold(self.db, company.id)
        row = self._first(BY_FILE, company_id=company.id, file=sha256)
        return _deposit(row) if row else None

    def keep(
        self, company: Company, pdf: Pdf, seen: Seen, why: str, sender: str, inbox: int | None, now: datetime
    ) -> Deposit:
        here = {"company_id": company.id}
        media = place.PDF if isinstance(pdf.reading, Reading) else "application/octet-stream"
        self._run(FILE, **here, sha256=pdf.sha256, size=pdf.size, media_type=media, stored_at=now)
        row = self._first(
            KEEP,
            **here,
            file_sha256=pdf.sha256,
            name=pdf.name,
            sender=sender,
            read={"size": pdf.size, "facts": seen.facts, "reading": _frozen(pdf.reading)},
            state="aside" if why else "asked",
            why=why,
            inbox_id=inbox,
            created_at=now,
            done_at=now if why else None,
        )
        assert row is not None
        kept = _deposit(row)
        if why:
            self._check(company.id, kept, seen.note or why, now)
        return kept

    def record(self, company: Company, deposit: Deposit, now: datetime) -> Seen:
        with self.db.begin_nested() as point:
            seen = imports.record(self.db, company, deposit.pdf, now)
            if seen.why or seen.paper is None:
                point.rollback()
                return seen
        self._close(deposit, "announced", "", seen.paper.id, now)
        self._run(CHECKED, of_company=company.id, file=deposit.pdf.sha256, now=now)
        if seen.paper.kind in KINDS:
            asked = Asked(kinds=(seen.paper.kind,), numbers=(seen.paper.number,))
            broadcasts.begin(self.db, company.id, "announce", asked, {}, "deposit", now)
        return seen

    def refuse(self, company: Company, deposit: Deposit, now: datetime) -> None:
        self._close(deposit, "refused", "", None, now)
        self._run(CHECKED, of_company=company.id, file=deposit.pdf.sha256, now=now)

    def put_aside(self, company: Company, deposit: Deposit, why: str, now: datetime) -> None:
        self._close(deposit, "aside", why, None, now)
        self._check(company.id, deposit, why, now)

    def puzzled(self, deposit: Deposit) -> None:
        noted = {"size": deposit.pdf.size, "facts": dict(deposit.facts), "puzzled": True}
        self._run(PUZZLED, deposit=deposit.id, noted=noted | {"reading": _frozen(deposit.pdf.reading)})

    def _close(self, deposit: Deposit, state: str, why: str, document: int | None, now: datetime) -> None:
        self._run(CLOSE, deposit=deposit.id, to=state, reason=why, document=document, now=now)

    def _check(self, company_id: int, deposit: Deposit, reason: str, now: datetime) -> None:
        reading = deposit.pdf.reading
        row = {"company_id": company_id, "file_sha256": deposit.pdf.sha256, "name": deposit.pdf.name}
        read = reading.as_json() if isinstance(reading, Reading) else {}
        self._run(CHECK, **row, reason=reason, read=read, created_at=now, done_at=None)


def over(engine: Engine, now: datetime) -> list[tuple[int, int]]:
    """(company, deposit) of what was asked and not answered in its time."""
    with reading(engine) as db:
        found = db.execute(OVER, {"before": now - LIFE})
        return [(row.company_id, row.id) for row in found]


def listed(db: Connection, slug: str | None, states: Iterable[str]) -> list[dict[str, Any]]:
    """Rows of a list, newest first."""
    wanted = LISTED.where(p.state.in_(list(states)))
    if slug:
        wanted = wanted.where(t.companies.c.slug == slug)
    return [
        {
            "id": row.id,
            "company": row.slug,
            "at": row.created_at,
            "state": row.state,
            "why": row.why,
            "file": row.name,
            "from": row.sender,
            "number": row.read["facts"].get("number", ""),
            "client": row.read["facts"].get("name"),
        }
        for row in db.execute(wanted)
    ]


# --- rows


def _deposit(row: Any) -> Deposit:
    read = row.read
    pdf = Pdf(row.name, row.file_sha256, read["size"], _thawed(read["reading"]))
    told = (read["facts"], row.inbox_id, row.created_at, row.done_at, read.get("puzzled", False))
    return Deposit(row.id, pdf, row.sender, row.state, row.why, *told)


def _frozen(reading: object) -> dict[str, Any] | None:
    """As JSON: what was read is judged again when it is recorded, the file is not."""
    if not isinstance(reading, Reading):
        return None
    made = asdict(reading)
    days = {name: made["invoice"][name] for name in DAYS}
    made["invoice"] |= {name: day.isoformat() if day else None for name, day in days.items()}
    return made


def _thawed(kept: dict[str, Any] | None) -> Reading | None:
    if kept is None:
        return None
    told = dict(kept["invoice"])
    told |= {name: date.fromisoformat(told[name]) for name in DAYS if told[name]}
    told |= {name: tuple(told[name]) for name in TUPLES}
    return Reading(Invoice(**told), kept["why_not"], kept["note"])
