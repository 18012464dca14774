"""Why no reminder goes out of a document: what its client said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import bindparam, or_, select, update

from handlers.rules.notices import Pause
from handlers.rules.paper import Account, Client
from storage import rows
from storage import tables as t
from storage.shelf import Shelf, insert_once

u, d = t.pauses.c, t.documents.c
_OF = (u.client_id == bindparam("of_client"), u.company_id == bindparam("at_company"), u.ended_at.is_(None))
OWN = select(d.id).where(
    d.id == bindparam("of_document"),
    d.client_id == bindparam("of_client"),
    d.company_id == bindparam("at_company"),
)
PAUSE = insert_once(t.pauses)
UNPAUSE = (
    update(t.pauses).where(u.document_id == bindparam("of_document"), *_OF).values(ended_at=bindparam("now"))
)
PAUSED = (
    select(u.document_id, u.kind, u.until, u.text, u.created_at, *rows.ACCOUNT)
    .join(t.accounts, t.accounts.c.id == u.account_id)
    .where(*_OF, or_(u.until.is_(None), u.until >= bindparam("today")))
    .order_by(u.id)
)


class Pauses(Shelf):
    def pause(
        self,
        client: Client,
        document_id: int,
        account: Account,
        kind: str,
        until: date | None,
        text: str,
        now: datetime,
    ) -> None:
        if self._first(OWN, **_own(client), of_document=document_id) is None:
            raise LookupError(f"no document {document_id} of client {client.id}")
        self.unpause(client, document_id, now)
        self._run(
            PAUSE,
            company_id=client.company_id,
            client_id=client.id,
            document_id=document_id,
            account_id=account.id,
            kind=kind,
            until=until,
            text=text,
            created_at=now,
        )

    def unpause(self, client: Client, document_id: int, now: datetime) -> bool:
        return self._run(UNPAUSE, **_own(client), of_document=document_id, now=now) > 0

    def paused(self, client: Client, today: date) -> Mapping[int, Pause]:
        found = self._all(PAUSED, **_own(client), today=today)
        return {
            row.document_id: Pause(row.kind, row.until, row.text, row.created_at, rows.account(row))
            for row in found
        }


def _own(client: Client) -> dict[str, int]:
    return {"of_client": client.id, "at_company": client.company_id}
