"""Stored raw mails: claimed in the order of their lane, one at a time of each; put aside, listed, replayed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, bindparam, case, exists, func, or_, select, update

from storage import tables as t
from storage.engine import reading
from storage.shelf import insert_once

LEASE = timedelta(minutes=5)  # outlasts the guarded reading and the turn of a whole batch


@dataclass(frozen=True)
class Raw:
    """One stored mail, claimed. `attempts` counts this one."""

    id: int
    envelope: dict[str, Any]
    raw: bytes
    received_at: datetime
    lane: str
    attempts: int
    channel: str
    company_id: int | None


@dataclass(frozen=True)
class Kept:
    """One row of the inbox, for a person who looks at it; `raw` only where one is shown."""

    id: int
    channel: str
    state: str
    received_at: datetime
    attempts: int
    envelope: dict[str, Any] | None
    verdict: dict[str, Any] | None
    raw: bytes | None = None


i = t.inbox.c
_other = t.inbox.alias("other")
# Held up by an earlier one of its lane that is not done, or by any that is being taken now.
_HELD = exists().where(
    _other.c.lane == i.lane,
    _other.c.lane != "",
    _other.c.id != i.id,
    _other.c.state.in_(("due", "taken")),
    or_(_other.c.state == "taken", _other.c.id < i.id),
)
RELEASE = (
    update(t.inbox)
    # What was taken was ready before: said again, it leads to the index.
    .where(i.state == "taken", i.ready_at <= bindparam("now"), i.lease_until < bindparam("now"))
    .values(state="due", lease_until=None)
)
_picked = (
    select(i.id)
    .where(i.state == "due", i.ready_at <= bindparam("now"), ~_HELD)
    .order_by(i.ready_at, i.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=t.inbox)
    .cte("picked")
)
CLAIM = (
    update(t.inbox)
    .where(i.id.in_(select(_picked.c.id)))
    .values(state="taken", attempts=i.attempts + 1, lease_until=bindparam("until"))
    .returning(i.id, i.envelope, i.raw, i.received_at, i.lane, i.attempts, i.channel, i.company_id)
)
FAIL = (
    update(t.inbox)
    .where(i.id == bindparam("inbox_id"), i.state == "taken")
    .values(state="due", lease_until=None, ready_at=bindparam("again"), verdict=bindparam("made"))
)
PUT_ASIDE = (
    update(t.inbox)
    .where(i.id == bindparam("inbox_id"), i.state.in_(("taken", "due")))
    .values(state=bindparam("to"), lease_until=None, done_at=bindparam("now"), verdict=bindparam("made"))
)
REPLAY = (
    update(t.inbox)
    .where(i.id == bindparam("inbox_id"), i.channel == "email")  # the worker reads mails alone
    .where(i.state.in_(("quarantine", "ignored")), i.raw.is_not(None))
    .values(state="due", attempts=0, ready_at=bindparam("now"), done_at=None, lease_until=None)
)
NOTE = (
    update(t.inbox)
    .where(i.id == bindparam("inbox_id"), i.state == "taken")
    .values(envelope=bindparam("noted"))
)
_KEPT = (i.id, i.channel, i.state, i.received_at, i.attempts, i.envelope, i.verdict)
LIST = (
    select(*_KEPT)
    .where(i.state.in_(bindparam("states", expanding=True)), i.raw.is_not(None))
    .order_by(i.id.desc())
    .limit(bindparam("most"))
)
MORE = select(i.id).where(i.state == "due").order_by(i.ready_at, i.id).offset(bindparam("most")).limit(1)
_REASON = i.verdict["reason"].as_string()
IGNORED = select(
    func.count(case((_REASON == "deposit", 1))).label("deposits"), func.count().label("all")
).where(i.state == "ignored", i.raw.is_not(None))
PASSED_ON = (
    select(i.done_at)
    .where(i.state == "ignored", i.done_at > bindparam("since"), _REASON == "passed_on")
    .order_by(i.done_at)
)
SHOW = select(*_KEPT, i.raw).where(i.id == bindparam("inbox_id"))


def note_authentication(engine: Engine, raw: Raw, told: Mapping[str, Any]) -> None:
    """What was found of the sender of a claimed mail is kept beside what the door saw."""
    with engine.begin() as db:
        db.execute(NOTE, {"inbox_id": raw.id, "noted": raw.envelope | {"authentication": dict(told)}})


def crowded(engine: Engine, most: int) -> bool:
    """Do more than these wait to be read?"""
    with reading(engine) as db:
        return db.execute(MORE, {"most": most}).first() is not None


class InboxQueue:
    def __init__(self, engine: Engine, lease: timedelta = LEASE) -> None:
        self.engine, self.lease = engine, lease

    def claim(self, now: datetime, n: int) -> list[Raw]:
        """At most `n` that are due, oldest first, at most one of each lane."""
        with self.engine.begin() as db:
            db.execute(RELEASE, {"now": now})
            found = db.execute(CLAIM, {"now": now, "most": n, "until": now + self.lease})
            return sorted((Raw(*row) for row in found), key=lambda raw: raw.id)

    def fail(self, id: int, reason: str, now: datetime, ready_at: datetime) -> None:
        """Again at `ready_at`; those of its lane wait for it."""
        with self.engine.begin() as db:
            db.execute(FAIL, {"inbox_id": id, "again": ready_at, "made": {"error": reason}})

    def quarantine(self, id: int, verdict: Mapping[str, Any], now: datetime) -> None:
        """For a person to look at."""
        self._put_aside(id, "quarantine", verdict, now)

    def ignore(self, id: int, verdict: Mapping[str, Any], now: datetime) -> None:
        self._put_aside(id, "ignored", verdict, now)

    def _put_aside(self, id: int, to: str, verdict: Mapping[str, Any], now: datetime) -> None:
        with self.engine.begin() as db:
            db.execute(PUT_ASIDE, {"inbox_id": id, "to": to, "made": dict(verdict), "now": now})

    def keep_aside(
        self,
        channel: str,
        key: str,
        raw: bytes,
        now: datetime,
        reason: str = "failed",
        envelope: Mapping[str, Any] | None = None,
    ) -> int | None:
        """A message that never got a row of its own, kept for a person; None when it is kept already."""
        row = {"channel": channel, "key": key, "received_at": now, "raw": raw, "state": "quarantine"}
        told = {"verdict": {"reason": reason}, "done_at": now} | (
            {"envelope": dict(envelope)} if envelope else {}
        )
        made = insert_once(t.inbox).values(**row, **told)
        with self.engine.begin() as db:
            found = db.execute(made.on_conflict_do_nothing(index_elements=["channel", "key"]).returning(i.id))
            return found.scalar()

    def kept(self, states: Sequence[str] = ("quarantine",), limit: int = 100) -> list[Kept]:
        """Raw mails in these states, newest first, without their bytes."""
        with reading(self.engine) as db:
            return [Kept(*row) for row in db.execute(LIST, {"states": list(states), "most": limit})]

    def ignored(self) -> tuple[int, int]:
        """How many mails are kept that nobody has to look at: the team's deposits; those of machines and the like."""
        with reading(self.engine) as db:
            row = db.execute(IGNORED).one()
            return row.deposits, row.all - row.deposits

    def passed_on(self, since: datetime) -> list[datetime]:
        """When mails were passed on to the operator since then, the oldest first."""
        with reading(self.engine) as db:
            return list(db.execute(PASSED_ON, {"since": since}).scalars())

    def show(self, id: int) -> Kept | None:
        with reading(self.engine) as db:
            row = db.execute(SHOW, {"inbox_id": id}).first()
            return Kept(*row) if row else None

    def replay(self, id: int, now: datetime) -> bool:
        """Take a mail that was put aside once more; False when there is no such mail (an update of a chat is none)."""
        with self.engine.begin() as db:
            return db.execute(REPLAY, {"inbox_id": id, "now": now}).rowcount == 1
