"""What clients picked of a "did you mean": masked texts, of a company and of nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, insert, select

from handlers.rules.paper import Company
from storage import tables as t
from storage.engine import reading
from storage.shelf import Shelf

KEEP = insert(t.picks)


@dataclass(frozen=True)
class Pick:
    """One row. `offered` are the intents shown, in their order; `taken` is one of them, or "other"."""

    company: str  # its slug
    at: datetime
    language: str
    text: str
    offered: tuple[str, ...]
    taken: str


class SqlPicks(Shelf):
    def keep(
        self, company: Company, language: str, text: str, offered: Sequence[str], taken: str, now: datetime
    ) -> None:
        self._run(
            KEEP,
            company_id=company.id,
            at=now,
            language=language,
            text=text,
            offered=list(offered),
            taken=taken,
        )


def listed(engine: Engine, slug: str | None = None) -> list[Pick]:
    """All that is kept, oldest first; of one company where its slug is given."""
    p, c = t.picks.c, t.companies.c
    wanted = select(c.slug, p.at, p.language, p.text, p.offered, p.taken).join(
        t.companies, c.id == p.company_id
    )
    if slug is not None:
        wanted = wanted.where(c.slug == slug)
    with reading(engine) as db:
        rows = db.execute(wanted.order_by(p.at, p.id)).all()
    return [Pick(row.slug, row.at, row.language, row.text, tuple(row.offered), row.taken) for row in rows]
