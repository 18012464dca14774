"""What the database tells: its clock, the ledgers, what waits, the keys of Stripe, the last backup."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cryptography.fernet import InvalidToken
from sqlalchemy import func, select

from bot.doctor import judge
from bot.doctor.finding import Finding, good, note, wrong
from bot.doctor.patient import Patient
from bot.night import last_night
from storage import anchors, audit
from storage import tables as t
from storage.engine import reading
from storage.keys import Keys
from storage.manifest import CURSOR

if TYPE_CHECKING:
    from sqlalchemy import Engine

WEEK = timedelta(days=7)
i, o, x, c = t.inbox.c, t.outbox.c, t.decisions.c, t.companies.c


def database(it: Patient) -> Iterator[Finding]:
    yield it.database()[0]


def ledger(it: Patient, engine: Engine) -> Iterator[Finding]:
    with reading(engine) as db:
        for row in db.execute(select(c.id, c.slug, c.timezone, c.chain_broken_at)).all():
            before = last_night(it.now, row.timezone) - timedelta(days=1)
            newest = audit.last_at(db, row.id)
            ahead = newest - it.now if newest else timedelta()
            yield from judge.ledger(
                row.slug, row.chain_broken_at, anchors.head(db, row.id, before) is not None, ahead
            )


def queue(it: Patient, engine: Engine) -> Iterator[Finding]:
    aside = select(func.count()).select_from(t.inbox).where(i.state == "quarantine", i.raw.is_not(None))
    failed = (
        select(func.count()).select_from(t.outbox).where(o.state == "failed", o.created_at > it.now - WEEK)
    )
    late = it.now - judge.WAITING
    due = [
        select(func.min(i.ready_at)).where(i.state == "due", i.ready_at < late),
        select(func.min(o.ready_at)).where(o.state == "due", o.ready_at < late),
    ]
    with reading(engine) as db:
        signatures = tuple(db.execute(select(x.signature_id).where(x.aside_at.is_not(None))).scalars())
        waits: list[datetime] = [at for one in due if (at := db.execute(one).scalar())]
        found = judge.Waits(
            db.execute(aside).scalar_one(),
            db.execute(failed).scalar_one(),
            signatures,
            min(waits, default=None),
        )
    yield from judge.queue(found, it.now)


def stripe(it: Patient, engine: Engine) -> Iterator[Finding]:
    """Each company that takes payments."""
    with reading(engine) as db:
        rows = db.execute(select(c.slug, c.options, c.stripe_key, c.stripe_webhook_secret)).all()
    paid = [row for row in rows if "payment" in row.options]
    for slug, _, *held in paid:
        yield from _stripe(it, slug, held)
    if not rows:
        yield note("There is no company yet.", "facteur company add, or facteur import")
    elif not paid:
        yield good("No company takes payments.")


def _stripe(it: Patient, slug: str, held: list[bytes | None]) -> Iterator[Finding]:
    box = Keys.of(it.settings.secret).box
    try:
        key, secret = (box.decrypt(one).decode() if one else None for one in held)
    except InvalidToken:
        said = f"What {slug} keeps of Stripe cannot be read with this SECRET_KEY."
        yield wrong(said, f"Take the former SECRET_KEY, or set the keys of {slug} again.")
        return
    yield from judge.stripe(slug, key, secret, it.settings.env)


def backup(it: Patient, engine: Engine) -> Iterator[Finding]:
    with reading(engine) as db:
        at = db.execute(select(t.cursors.c.updated_at).where(t.cursors.c.source == CURSOR)).scalar()
    yield judge.backup(at, it.now)
