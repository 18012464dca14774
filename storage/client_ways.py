"""A client's own ways: what takes the place of the company's settings for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, select, update

from storage import tables as t

c, f = t.companies.c, t.clients.c


def set_client(engine: Engine, slug: str, ref: str, values: Mapping[str, Any]) -> bool:
    """Keep these settings of a client; None takes one away. False where there is no such client."""
    with engine.begin() as db:
        mine = select(f.id, f.settings).join(t.companies, c.id == f.company_id)
        row = db.execute(mine.where(c.slug == slug, f.ref == ref).with_for_update(of=t.clients)).first()
        if row is None:
            return False
        kept = {name: value for name, value in {**row.settings, **values}.items() if value is not None}
        db.execute(update(t.clients).where(f.id == row.id).values(settings=kept))
        return True
