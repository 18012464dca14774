"""One-time codes, wrong tries and locks. A known and an unknown address walk through the same statements."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, func, insert, null, or_, select, update

from handlers.core.ports import LiveCode
from handlers.rules.lock import Tries
from handlers.rules.paper import Account, Company
from storage import tables as t
from storage.keys import Keys
from storage.shelf import Shelf, insert_once

c, w = t.codes.c, t.tries.c
LOGIN = "login"

MAILED = (
    select(c.created_at)
    .where(
        c.address_key == bindparam("key"),
        c.created_at > bindparam("since"),
        c.pool == bindparam("of_pool"),
        # Log-in codes have one budget, those for all acts together another (design, section 2).
        or_(
            and_(bindparam("wanted") == LOGIN, c.purpose == LOGIN),
            and_(bindparam("wanted") != LOGIN, c.purpose != LOGIN),
        ),
    )
    .order_by(c.created_at)
)
_HERE = (
    c.address_key == bindparam("key"),
    c.purpose == bindparam("for_purpose"),
    c.conversation == bindparam("here"),
    c.ended_at.is_(None),
)
END_FORMER = update(t.codes).where(*_HERE).values(ended_at=bindparam("now"), digest=null())
ISSUE = insert(t.codes).returning(c.id)
LIVE = select(c.id, c.outbox_id, c.expires_at, c.created_at).where(*_HERE).order_by(c.id.desc()).limit(1)
DIGEST = select(c.digest, c.account_id).where(
    c.id == bindparam("id"),
    c.address_key == bindparam("key"),
    c.purpose == bindparam("for_purpose"),
    c.ended_at.is_(None),
)
END = (
    update(t.codes)
    .where(c.id == bindparam("code_id"), c.ended_at.is_(None))
    .values(ended_at=bindparam("now"), digest=null())
)
# A row that is not there yet cannot be locked: the key itself is, until the end of the transaction.
LOCK_KEY = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("key"), 0)))
TRIES = (
    select(w.wrong, w.locked_until, w.locked_in)
    .where(w.address_key == bindparam("key"), w.conversation == bindparam("here"))
    .with_for_update()
)
_KEEP = insert_once(t.tries)
KEEP = _KEEP.on_conflict_do_update(
    index_elements=["address_key", "conversation"],
    set_={
        name: _KEEP.excluded[name]
        for name in ["account_id", "wrong", "locked_until", "locked_in", "updated_at"]
    },
)


class SqlCodes(Shelf):
    def __init__(self, db: Connection, keys: Keys) -> None:
        super().__init__(db)
        self.keys = keys

    def mailed(self, key: str, purpose: str, pool: str, since: datetime) -> list[datetime]:
        """When codes were asked for since then, oldest first; every purpose but "login" counts as one: an act."""
        return [
            row.created_at for row in self._all(MAILED, key=key, wanted=purpose, of_pool=pool, since=since)
        ]

    def issue(
        self,
        company: Company,
        key: str,
        account: Account | None,
        purpose: str,
        channel: str,
        conversation: str,
        pool: str,
        code: str,
        now: datetime,
    ) -> int:
        self._run(END_FORMER, key=key, for_purpose=purpose, here=conversation, now=now)
        made = self._value(
            ISSUE,
            company_id=company.id,
            address_key=key,
            account_id=account.id if account else None,
            purpose=purpose,
            channel=channel,
            conversation=conversation,
            pool=pool,
            digest=self._digest(code, key, purpose),
            created_at=now,
        )
        return int(made)

    def live(self, key: str, purpose: str, conversation: str) -> LiveCode | None:
        row = self._first(LIVE, key=key, for_purpose=purpose, here=conversation)
        return LiveCode(row.id, row.outbox_id, row.expires_at, row.created_at) if row else None

    def right(self, id: int, key: str, purpose: str, typed: str) -> bool:
        row = self._first(DIGEST, id=id, key=key, for_purpose=purpose)
        kept = (row.digest if row else None) or ""
        same = hmac.compare_digest(kept.encode(), self._digest(typed, key, purpose).encode())
        return same and row is not None and row.account_id is not None

    def end(self, id: int, now: datetime) -> None:
        self._run(END, code_id=id, now=now)

    def tries(self, key: str, conversation: str = "") -> Tries:
        if self.db.dialect.name == "postgresql":
            self._run(LOCK_KEY, key=key)
        row = self._first(TRIES, key=key, here=conversation)
        return Tries(row.wrong, row.locked_until, row.locked_in) if row else Tries()

    def keep_tries(
        self,
        company: Company,
        key: str,
        account: Account | None,
        tries: Tries,
        now: datetime,
        conversation: str = "",
    ) -> None:
        self._run(
            KEEP,
            company_id=company.id,
            address_key=key,
            conversation=conversation,
            account_id=account.id if account else None,
            wrong=tries.wrong,
            locked_until=tries.locked_until,
            locked_in=tries.locked_in,
            updated_at=now,
        )

    def _digest(self, code: str, key: str, purpose: str) -> str:
        named = f"{code}\n{key}\n{purpose}".encode("utf-8", "surrogatepass")
        return hmac.new(self.keys.codes, named, hashlib.sha256).hexdigest()
