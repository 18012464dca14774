"""What became of the mails that left, and which accounts are left alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, Engine, bindparam, delete, func, or_, select, update

from handlers.core.ports import Mailed
from handlers.rules.bounces import Standing
from handlers.rules.paper import Account
from storage import rows
from storage import tables as t
from storage.audit import append
from storage.engine import reading
from storage.shelf import Shelf, insert_once

o, s, a = t.outbox.c, t.suppressions.c, t.accounts.c
STANDING = tuple(s[field.name] for field in fields(Standing))
MAIL = (
    select(
        *rows.COMPANY,
        *rows.ACCOUNT,
        o.kind,
        func.coalesce(o.sent_at, o.created_at).label("left_at"),
        t.codes.c.conversation.label("chat"),
    )
    .join(t.companies, t.companies.c.id == o.company_id)
    .outerjoin(t.accounts, (a.id == o.account_id) & (a.company_id == o.company_id))
    .outerjoin(t.codes, (t.codes.c.id == o.code_id) & (t.codes.c.channel == "telegram"))
    .where(o.id == bindparam("outgoing"), o.channel == "email")
)
MARK = (
    update(t.outbox)
    .where(
        o.id == bindparam("outgoing"),
        # What bounced stays so: a forwarded copy may arrive, and a late word of delay says nothing new.
        or_(o.outcome.is_(None), o.outcome == "delayed", bindparam("final")),
    )
    .values(outcome=bindparam("became"))
)
TOLD = (
    update(t.notices)
    .where(t.notices.c.outbox_id == bindparam("outgoing"))
    .values(outcome=bindparam("became"))
)
FIND = select(*STANDING).where(s.account_id == bindparam("of_account")).with_for_update()
_put = insert_once(t.suppressions)
KEEP = _put.on_conflict_do_update(
    index_elements=["account_id"],
    set_={field.name: _put.excluded[field.name] for field in fields(Standing)},
)
LIFT = delete(t.suppressions).where(
    s.account_id == bindparam("of_account"), s.company_id == bindparam("at_company")
)
STANDINGS = select(s.account_id, *STANDING).where(
    s.account_id.in_(bindparam("of", expanding=True)), s.since.is_not(None)
)
TRIED = (
    update(t.suppressions).where(s.account_id == bindparam("of_account")).values(tried_at=bindparam("now"))
)
_LIVE = s.since.is_not(None) & or_(s.until.is_(None), s.until > bindparam("now"))
LIST = (
    select(t.companies.c.slug, a.address, s.reason, s.since, s.until)
    .join(t.accounts, a.id == s.account_id)
    .join(t.companies, t.companies.c.id == s.company_id)
    .where(_LIVE)
    .order_by(t.companies.c.slug, a.address)
)
REASONS = (
    select(a.address, s.reason)
    .join(t.accounts, a.id == s.account_id)
    .where(s.account_id.in_(bindparam("of", expanding=True)), _LIVE)
)
AT = (
    select(s.account_id, s.company_id, s.reason)
    .join(t.accounts, a.id == s.account_id)
    .join(t.companies, t.companies.c.id == a.company_id)
    .where(t.companies.c.slug == bindparam("at"), a.address_norm == bindparam("address"))
)


class SqlBounces(Shelf):
    def mail(self, outgoing: int) -> Mailed | None:
        row = self._first(MAIL, outgoing=outgoing)
        if row is None:
            return None
        account = rows.account(row) if row.account_id else None
        return Mailed(rows.company(row), account, row.kind, row.left_at, row.chat)

    def mark(self, outgoing: int, outcome: str) -> None:
        final = outcome in ("bounced", "complaint")
        if self._run(MARK, outgoing=outgoing, became=outcome, final=final):
            self._run(TOLD, outgoing=outgoing, became=outcome)

    def standing(self, account: Account) -> Standing:
        row = self._first(FIND, of_account=account.id)
        return Standing(*row) if row else Standing()

    def keep(self, account: Account, standing: Standing) -> None:
        self._run(KEEP, company_id=account.company_id, account_id=account.id, **asdict(standing))

    def lift(self, account: Account) -> None:
        self._run(LIFT, of_account=account.id, at_company=account.company_id)


def held(db: Connection, found: Sequence[rows.Found], now: datetime) -> set[int]:
    """The mails that their address would refuse. Judged at the first try: one that was let through is not held at its
    second."""
    mails = [row for row in found if row.channel == "email" and row.account_id and row.attempts == 1]
    of = [row.account_id for row in mails]
    standings = {id: Standing(*kept) for id, *kept in db.execute(STANDINGS, {"of": of})} if of else {}
    stopped = set()
    for row in mails:
        standing = standings.get(row.account_id, Standing())
        if standing.stops(row.kind == "broadcast", now):
            stopped.add(row.id)
        elif standing.suppressed(now):
            db.execute(TRIED, {"of_account": row.account_id, "now": now})
    return stopped


@dataclass(frozen=True)
class Suppressed:
    company: str
    address: str
    reason: str
    since: datetime
    until: datetime | None


def suppressed(engine: Engine, now: datetime) -> list[Suppressed]:
    with reading(engine) as db:
        return [Suppressed(*row) for row in db.execute(LIST, {"now": now})]


def reasons(db: Connection, accounts: Sequence[int], now: datetime) -> dict[str, str]:
    """By address, of those of these accounts that are left alone: "hard", "soft" or "complaint"."""
    return {row.address: row.reason for row in db.execute(REASONS, {"of": accounts, "now": now})}


def lift(engine: Engine, slug: str, address_norm: str, now: datetime) -> bool:
    """False where nothing was kept of this address at this company. It is written in the audit log."""
    with engine.begin() as db:
        found = db.execute(AT, {"at": slug, "address": address_norm}).first()
        if found is None:
            return False
        db.execute(delete(t.suppressions).where(s.account_id == found.account_id))
        subject, told = f"account:{found.account_id}", {"reason": found.reason}
        append(db, found.company_id, "mail.suppression_lifted", "operator", now, subject, payload=told)
        return True
