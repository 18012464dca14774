"""A company that turns the signature on is told, once, what its level is and that it may not suit its trade (S41)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Engine, select, update

from handlers.core.level_mail import level
from handlers.rules.paper import Company
from storage import anchors, rows
from storage import tables as t
from storage.engine import reading
from storage.keys import Keys
from storage.outbox import SqlOutbox

OPTION, TOLD = "signature", "level_told"  # TOLD: of `settings`, the instant at which the mail was written
c = t.companies.c
COMPANIES = select(*rows.COMPANY).order_by(c.id).with_for_update(of=t.companies)


def warning(engine: Engine, slug: str) -> str:
    """In the language of the company. LookupError where there is none of this name."""
    with reading(engine) as db:
        row = db.execute(select(*rows.COMPANY).where(c.slug == slug)).first()
    if row is None:
        raise LookupError(slug)
    said = level(rows.company(row))
    return f"{said.subject}\n{said.text}"


def tell(engine: Engine, keys: Keys, now: datetime) -> None:
    """Each company whose option is on, and which was not told yet."""
    with engine.begin() as db:
        for row in db.execute(COMPANIES).all():
            if OPTION in row.company_options and TOLD not in row.company_settings:
                _tell(db, keys, rows.company(row), now)
                settings = {**row.company_settings, TOLD: now.isoformat()}
                db.execute(update(t.companies).where(c.id == row.company_id).values(settings=settings))


def _tell(db: Connection, keys: Keys, company: Company, now: datetime) -> None:
    anchors.post(SqlOutbox(db, keys), company, f"level:{company.id}", level(company), now)
