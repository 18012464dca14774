"""What happens to the keys of the seal, in the ledger of every company: they seal for all of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine, select

from storage import audit
from storage import tables as t

COMPANIES = select(t.companies.c.id).order_by(t.companies.c.id)


def note(engine: Engine, clock: Callable[[], datetime]) -> Callable[[str, str], None]:
    """Write `key.made` or `key.retired` with the fingerprint of the certificate."""

    def write(happened: str, fingerprint: str) -> None:
        with engine.begin() as db:
            for id in db.scalars(COMPANIES).all():
                audit.append(
                    db, id, happened, "facteur", clock(), "seal", payload={"certificate_sha256": fingerprint}
                )

    return write
