"""Sessions: who is logged in where, until when, and with what scope."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from handlers.core.ports import Session
from handlers.rules.paper import Account, Client, Company
from storage import rows
from storage import tables as t
from storage.shelf import Shelf

s = t.sessions.c
_OPEN = s.ended_at.is_(None)
_HERE = (
    s.company_id == bindparam("at_company"),
    s.channel == bindparam("by_channel"),
    s.conversation == bindparam("here"),
    _OPEN,
)
FIND = (
    select(*rows.SESSION, *rows.ACCOUNT)
    .join(t.accounts, t.accounts.c.id == s.account_id)
    .where(*_HERE)
    .order_by(s.id.desc())
    .limit(1)
)
_ENDED: dict[str, Any] = {"ended_at": bindparam("now"), "ended_by": bindparam("by")}
END_HERE = update(t.sessions).where(*_HERE).values(_ENDED)
END = update(t.sessions).where(s.id == bindparam("session_id"), _OPEN).values(_ENDED)
END_ALL = (
    update(t.sessions)
    .where(s.account_id == bindparam("of_account"), s.company_id == bindparam("at_company"), _OPEN)
    .values(_ENDED)
)
OPEN = insert(t.sessions).returning(s.id)
KEPT = tuple(column.name for column in rows.SESSION if column is not s.id)
TOUCH = (
    update(t.sessions)
    .where(s.id == bindparam("session_id"))
    .values(seen_at=bindparam("now"), expires_at=bindparam("until"))
)
CHOOSE = (
    update(t.sessions)
    .where(s.id == bindparam("session_id"), s.company_id == bindparam("at_company"))
    .values(client_id=bindparam("chosen"), team=bindparam("as_team"))
)
LISTED = (
    select(*rows.SESSION, *rows.ACCOUNT)
    .join(t.accounts, t.accounts.c.id == s.account_id)
    .where(
        s.account_id == bindparam("of_account"),
        s.company_id == bindparam("at_company"),
        _OPEN,
        s.expires_at > bindparam("now"),
    )
    .order_by(s.seen_at.desc(), s.id.desc())
)
EXPIRED = (
    select(*rows.COMPANY, *rows.SESSION, *rows.ACCOUNT)
    .join(t.accounts, t.accounts.c.id == s.account_id)
    .join(t.companies, t.companies.c.id == s.company_id)
    .where(_OPEN, s.expires_at <= bindparam("now"))
    .order_by(s.expires_at, s.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=t.sessions)
)


class SqlSessions(Shelf):
    def find(self, company: Company, channel: str, conversation: str) -> Session | None:
        row = self._first(FIND, at_company=company.id, by_channel=channel, here=conversation)
        return rows.session(row) if row else None

    def open(
        self,
        account: Account,
        channel: str,
        conversation: str,
        first_outgoing: int | None,
        document_id: int | None,
        client_id: int | None,
        now: datetime,
        expires_at: datetime,
        team: bool = False,
    ) -> Session:
        here = {"at_company": account.company_id, "by_channel": channel, "here": conversation}
        self._run(END_HERE, **here, now=now, by="client")
        place = (client_id, document_id, channel, conversation, first_outgoing)
        session = Session(0, account, *place, now, now, expires_at, team)
        told = {name: getattr(session, name) for name in KEPT}
        id = self._value(OPEN, company_id=account.company_id, account_id=account.id, **told)
        return replace(session, id=int(id))

    def touch(self, session: Session, now: datetime, expires_at: datetime) -> None:
        self._run(TOUCH, session_id=session.id, now=now, until=expires_at)

    def choose(self, session: Session, client: Client | None, team: bool = False) -> Session:
        """Raises LookupError for a client of another company."""
        company_id = client.company_id if client else session.account.company_id
        id = client.id if client else None
        if not self._run(CHOOSE, session_id=session.id, at_company=company_id, chosen=id, as_team=team):
            raise LookupError(f"session {session.id} is not at the company of client {id}")
        return replace(session, client_id=id, team=team)

    def listed(self, account: Account, now: datetime) -> list[Session]:
        found = self._all(LISTED, of_account=account.id, at_company=account.company_id, now=now)
        return [rows.session(row) for row in found]

    def end(self, session: Session, by: str, now: datetime) -> None:
        self._run(END, session_id=session.id, now=now, by=by)

    def end_all(self, account: Account, by: str, now: datetime) -> int:
        return self._run(END_ALL, of_account=account.id, at_company=account.company_id, now=now, by=by)

    def expired(self, now: datetime, limit: int = 100) -> list[tuple[Company, Session]]:
        return [(rows.company(row), rows.session(row)) for row in self._all(EXPIRED, now=now, most=limit)]
