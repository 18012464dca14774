"""Answers on their way: claimed in order, one at a time to an address; marked one by one; their secrets blanked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, Connection, Engine, Select, bindparam, case, exists, or_, select, update

from bot.clock import now as read_clock
from handlers.core.ports import Clock, Due
from handlers.core.turn import Reply
from handlers.core.wording import hour
from handlers.rules.lock import CODE_LIFE
from handlers.rules.paper import Company
from storage import bounces, overtaken, rows
from storage import tables as t
from storage.companies import SqlCompanies
from storage.keys import Keys

LEASE = timedelta(minutes=10)  # outlasts the slowest batch
PATIENCE = timedelta(
    minutes=2
)  # an answer that waits longer for its next try lets the others to its address go

o = t.outbox.c
_other = t.outbox.alias("other")
_HELD = exists().where(
    _other.c.channel == o.channel,
    _other.c.address == o.address,
    _other.c.id != o.id,
    _other.c.state.in_(("due", "taken")),  # so that the index leads past what was sent there for years
    or_(
        _other.c.state == "taken",
        (_other.c.id < o.id) & (_other.c.rank <= o.rank) & (_other.c.ready_at <= bindparam("soon")),
    ),
)
RELEASE = (
    update(t.outbox)
    # What was taken was ready before: said again, it leads to the index.
    .where(o.state == "taken", o.ready_at <= bindparam("now"), o.lease_until < bindparam("now"))
    .values(state="due", lease_until=None)
)
_picked = (
    select(o.id)
    .where(
        o.state == "due",
        o.rank == bindparam("of_rank"),
        o.ready_at <= bindparam("now"),
        o.channel.in_(bindparam("channels", expanding=True)),
        ~_HELD,
    )
    .order_by(o.ready_at, o.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=t.outbox)
    .cte("picked")
)
CLAIM = (
    update(t.outbox)
    .where(o.id.in_(select(_picked.c.id)))
    .values(state="taken", attempts=o.attempts + 1, lease_until=bindparam("until"))
    .returning(o.id, o.drop_at)
)
_IDS: BindParameter[list[int]] = bindparam("ids", expanding=True)
_BEFORE = exists().where(
    _other.c.company_id == o.company_id,
    _other.c.channel == o.channel,
    _other.c.conversation == o.conversation,
    _other.c.id < o.id,
    _other.c.state.in_(("taken", "sent")),
)
CLAIMED: Select[*tuple[Any, ...]] = (
    select(
        *rows.COMPANY,
        *(o.id, o.channel, o.address, o.conversation, o.reply, o.kind, o.thread, o.secret),
        *(o.created_at, o.attempts, o.account_id, _BEFORE.label("followed")),
    )
    .join(t.companies, t.companies.c.id == o.company_id)
    .where(o.id.in_(_IDS))
    .order_by(o.id)
)
_OVER = {"lease_until": None, "secret": None}
DROP = (
    update(t.outbox)
    .where(o.id.in_(_IDS))
    .values(_OVER | {"state": "dropped", "last_error": bindparam("error")})
)
SENT = (
    update(t.outbox)
    .where(o.id == bindparam("outgoing"), o.state.in_(("taken", "due")))
    .values(_OVER | {"state": "sent", "provider_id": bindparam("provider"), "sent_at": bindparam("now")})
    .returning(o.code_id, o.rank)
)
HAND_OVER = (
    update(t.codes)
    .where(t.codes.c.id == bindparam("code_id"), t.codes.c.ended_at.is_(None))
    .values(handed_at=bindparam("now"), expires_at=bindparam("until"), outbox_id=bindparam("outgoing"))
)
RETRY = (
    update(t.outbox)
    .where(o.id == bindparam("outgoing"), o.state == "taken")
    .values(
        state="due",
        lease_until=None,
        last_error=bindparam("error"),
        # Not past its end: it is dropped there, and its secret with it.
        ready_at=case((o.drop_at < bindparam("again"), o.drop_at), else_=bindparam("again")),
    )
)
_NOTICE = update(t.notices).where(
    t.notices.c.outbox_id == bindparam("outgoing"), t.notices.c.state == "planned"
)
TOLD = _NOTICE.values(state="sent")
NOT_TOLD = _NOTICE.values(state="skipped", reason=bindparam("why"))
FAILED = (
    update(t.outbox)
    .where(o.id == bindparam("outgoing"), o.state.in_(("taken", "due")))
    .values(_OVER | {"state": "failed", "last_error": bindparam("error")})
    .returning(o.rank)
)
CHANNELS = ("email", "telegram", "console")
WAITED_FOR, BULK = 0, 1  # ranks: what somebody waits for, and what we write of our own accord


class OutboxQueue:
    """`late`: is told the id of each message that is dropped because its time is over."""

    def __init__(
        self,
        engine: Engine,
        keys: Keys,
        clock: Clock = read_clock,
        lease: timedelta = LEASE,
        late: Callable[[int], None] = lambda id: None,
    ) -> None:
        self.engine, self.keys, self.clock, self.lease, self.late = engine, keys, clock, lease, late

    def claim(
        self,
        now: datetime,
        n: int,
        channels: Sequence[str] = CHANNELS,
        ranks: Sequence[int] = (WAITED_FOR, BULK),
    ) -> list[Due]:
        """At most `n` that are due, in order, at most one to an address: what somebody waits for, then what we write of
        our own accord. What is past its `drop_at`, or true no more, is dropped."""
        wanted = {
            "now": now,
            "most": n,
            "channels": list(channels),
            "until": now + self.lease,
            "soon": now + PATIENCE,
        }
        with self.engine.begin() as db:
            db.execute(RELEASE, {"now": now})
            live: list[int] = []
            late: list[int] = []
            for rank in ranks:
                live += self._live(db, wanted | {"of_rank": rank, "most": n - len(live)}, now, late)
            due = self._due(db, live, now) if live else []
        for id in late:
            self.late(id)
        return due

    def _live(self, db: Connection, wanted: dict[str, Any], now: datetime, late: list[int]) -> list[int]:
        """What is past its time goes to `late`, and more is taken in its place."""
        while wanted["most"] and (taken := db.execute(CLAIM, wanted).all()):
            over = [id for id, drop_at in taken if drop_at is not None and drop_at <= now]
            if over:
                db.execute(DROP, {"ids": over, "error": "too late"})
                late += over
            live = [id for id, _ in taken if id not in over]
            if wanted["of_rank"] == BULK:
                live = overtaken.drop(db, live)
            if live:
                return live
        return []

    def sent(self, id: int, provider_id: str | None, now: datetime) -> None:
        """It left. The validity of the code it carried runs from here (mission S11)."""
        with self.engine.begin() as db:
            row = db.execute(SENT, {"outgoing": id, "provider": provider_id, "now": now}).first()
            if row is not None and row.rank:
                db.execute(TOLD, {"outgoing": id})
            if row is not None and row.code_id is not None:
                until = now + CODE_LIFE
                db.execute(HAND_OVER, {"code_id": row.code_id, "now": now, "until": until, "outgoing": id})

    def retry(self, id: int, error: str, now: datetime, ready_at: datetime) -> None:
        self._mark(RETRY, outgoing=id, error=error, again=ready_at)

    def failed(self, id: int, error: str, now: datetime, why: str = "failed") -> None:
        """For good. `why`: what its notice says of it, "failed" or "suppressed"."""
        with self.engine.begin() as db:
            if db.execute(FAILED, {"outgoing": id, "error": error}).scalar():
                db.execute(NOT_TOLD, {"outgoing": id, "why": why})

    def dropped(self, id: int, error: str, now: datetime) -> None:
        """Not to be sent any more: its time is over, or nobody wants it."""
        self._mark(DROP, ids=[id], error=error)

    def _mark(self, statement: Any, **values: Any) -> None:
        with self.engine.begin() as db:
            db.execute(statement, values)

    def _due(self, db: Connection, ids: list[int], now: datetime) -> list[Due]:
        found = db.execute(CLAIMED, {"ids": ids}).all()
        companies = {row.company_id: rows.company(row) for row in found}
        shelf = SqlCompanies(db, self.keys, self.clock)
        links = {place: shelf.link(companies[place[0]], place[1]) for place in map(_place, found)}
        held = bounces.held(db, found, now)
        return [
            self._one(row, companies[row.company_id], links[_place(row)], now, row.id in held)
            for row in found
        ]

    def _one(self, row: rows.Found, company: Company, link: str, now: datetime, held: bool) -> Due:
        reply = Reply.from_json(row.reply)
        if row.secret is not None:
            code = self.keys.box.decrypt(row.secret).decode()
            reply = filled(reply, code, now + CODE_LIFE, company.timezone)
        return Due(
            id=row.id,
            company=company,
            link=link,
            channel=row.channel,
            address=row.address,
            conversation=row.conversation,
            reply=reply,
            kind=row.kind,
            thread=row.thread or {},
            created_at=row.created_at,
            attempt=row.attempts,
            first=not row.followed,
            suppressed=held,
        )


def _place(row: rows.Found) -> tuple[int, int | None]:
    """What the foot of a mail links to: the company, or one of its documents."""
    return row.company_id, row.reply["notes"].get("document")


def filled(reply: Reply, code: str, until: datetime, zone: str) -> Reply:
    """The mail of a code, ready to leave: it exists in clear from here to the relay."""
    text = reply.text.replace("{code}", code).replace("{heure}", hour(until, reply.language, zone))
    return replace(reply, text=text)
