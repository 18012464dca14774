"""The deposit address of a company, "slug+depot-secret": a new one takes its place as its generation is counted on."""

from __future__ import annotations

import base64
import hmac
from typing import Any

from sqlalchemy import Connection, Engine, select, update

from storage import tables as t
from storage.engine import reading
from storage.keys import Keys

c = t.companies.c
GENERATION = "deposit_generation"  # in the settings of a company
BYTES = 15  # 24 letters and digits: slug and all fit in 64 (RFC 5321, 4.5.3.1.1)


def local_part(keys: Keys, id: int, slug: str, generation: int) -> str:
    mac = hmac.digest(keys.deposits, f"{id}\0{generation}".encode(), "sha256")[:BYTES]
    return f"{slug}+depot-{base64.b32encode(mac).decode('ascii').lower()}"


def all_of(engine: Engine, keys: Keys) -> dict[str, str]:
    """The slug of each company by the local part of its deposit address."""
    with reading(engine) as db:
        rows = db.execute(select(c.id, c.slug, c.settings)).all()
    return {local_part(keys, row.id, row.slug, _generation(row.settings)): row.slug for row in rows}


def of(engine: Engine, keys: Keys, slug: str) -> str | None:
    """Of one company, None where there is none."""
    with reading(engine) as db:
        return _of(db, keys, slug)


def renew(engine: Engine, keys: Keys, slug: str) -> str | None:
    """A new one: the former is refused from now on."""
    with engine.begin() as db:
        row = db.execute(select(c.settings).where(c.slug == slug).with_for_update()).first()
        if row is not None:
            settings: dict[str, Any] = {**row.settings, GENERATION: _generation(row.settings) + 1}
            db.execute(update(t.companies).where(c.slug == slug).values(settings=settings))
        return _of(db, keys, slug)


def _of(db: Connection, keys: Keys, slug: str) -> str | None:
    row = db.execute(select(c.id, c.settings).where(c.slug == slug)).first()
    return local_part(keys, row.id, slug, _generation(row.settings)) if row else None


def _generation(settings: dict[str, Any]) -> int:
    return int(settings.get(GENERATION, 0))
