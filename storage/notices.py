"""What is told of our own accord: each thing once to each person on each channel, and what they stopped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, and_, bindparam, delete, or_, select, update

from handlers.core.turn import Reply
from handlers.rules.notices import Reach, Ways
from handlers.rules.paper import Account, Client, Company, Paper
from storage import tables as t
from storage import ways as settings
from storage.companies import SqlCompanies
from storage.keys import Keys
from storage.outbox import SqlOutbox
from storage.pauses import Pauses
from storage.reaches import reaches
from storage.shelf import insert_once
from storage.unsubscribe import OptOut, Unsubscribe

n, x, v = t.notices.c, t.optouts.c, t.document_versions.c
f, d = t.clients.c, t.documents.c
SETTINGS = select(t.companies.c.settings).where(t.companies.c.id == bindparam("of_company"))
_NOTICE = insert_once(t.notices).values(
    version_id=select(v.id)
    .where(v.document_id == bindparam("of_document"), v.version == bindparam("of_version"))
    .scalar_subquery()
)
AGAIN = (
    "broadcast_id",
    "document_id",
    "version_id",
    "state",
    "reason",
    "created_at",
    "ready_at",
    "outbox_id",
)
WRITE = _NOTICE.on_conflict_do_update(
    index_elements=["account_id", "channel", "key"],
    set_={name: _NOTICE.excluded[name] for name in AGAIN},
    # A broadcast is asked for again by a person, a reminder by each hour.
    where=and_(n.state == "skipped", or_(n.kind != "remind", n.reason != "failed")),
).returning(n.id)
LEAVES = update(t.notices).where(n.id == bindparam("notice")).values(outbox_id=bindparam("outgoing"))
# Whatever is written of a client names its row, or locks the sums of a document. Who holds both never waits for others.
HOLD = (
    select(f.id)
    .where(f.id == bindparam("of_client"), f.company_id == bindparam("at_company"))
    .with_for_update(skip_locked=True)
)
HOLD_DOCUMENTS = (
    select(d.id)
    .where(d.id.in_(bindparam("ids", expanding=True)), d.client_id == bindparam("of_client"))
    .with_for_update(skip_locked=True)
)
# An opt-out names no client: so it waits for what is being written to theirs.
NAME_CLIENTS = (
    select(f.id)
    .join(t.contacts, t.contacts.c.client_id == f.id)
    .where(t.contacts.c.account_id == bindparam("of_account"), f.company_id == bindparam("at_company"))
    .order_by(f.id)
    .with_for_update(read=True, key_share=True, of=t.clients)
)
ABOUT = select(n.document_id).where(n.outbox_id == bindparam("outgoing"))
STOP = insert_once(t.optouts).on_conflict_do_nothing(index_elements=["account_id", "kind", "channel"])
WAITING = (
    select(n.id, n.outbox_id)
    .join(t.outbox, t.outbox.c.id == n.outbox_id)
    .where(
        n.account_id == bindparam("of_account"),
        n.company_id == bindparam("at_company"),
        n.channel.in_(bindparam("channels", expanding=True)),
        n.kind.in_(bindparam("kinds", expanding=True)),
        n.state == "planned",
        t.outbox.c.state == "due",
    )
    .with_for_update(of=t.outbox)
)
_IDS: BindParameter[list[int]] = bindparam("ids", expanding=True)
DROPPED = update(t.outbox).where(t.outbox.c.id.in_(_IDS)).values(state="dropped", last_error="stopped")
SKIPPED = update(t.notices).where(n.id.in_(_IDS)).values(state="skipped", reason="stopped")
RESUME = delete(t.optouts).where(
    x.account_id == bindparam("of_account"),
    x.company_id == bindparam("at_company"),
    x.kind.in_(bindparam("kinds", expanding=True)),
    x.channel.in_(bindparam("channels", expanding=True)),
)
STOPPED = select(x.kind, x.channel).where(
    x.account_id == bindparam("of_account"), x.company_id == bindparam("at_company")
)
FELL_BACK = select(n.id).where(
    n.account_id == bindparam("of_account"),
    n.company_id == bindparam("at_company"),
    n.channel == "telegram",
    n.state == "skipped",
    n.reason == "blocked",
    n.created_at >= bindparam("since"),
)


class SqlNotices(Pauses):
    def __init__(self, db: Connection, keys: Keys, companies: SqlCompanies, outbox: SqlOutbox) -> None:
        super().__init__(db)
        self.companies, self.outbox = companies, outbox
        self.unsubscribe = Unsubscribe(keys)
        self._known: dict[int, Company] = {}

    def ways(self, company: Company) -> Ways:
        return settings.ways(self._value(SETTINGS, of_company=company.id))

    def reaches(self, client: Client, now: datetime) -> tuple[Reach, ...]:
        company = self._company(client.company_id)
        return reaches(self.db, company, self.ways(company), [client.id], now).get(client.id, ())

    def hold(self, client: Client, documents: Sequence[int]) -> bool:
        own = {"of_client": client.id, "at_company": client.company_id}
        if self._first(HOLD, **own) is None:
            return False
        ids = sorted(set(documents))
        return len(self._all(HOLD_DOCUMENTS, ids=ids, of_client=client.id)) == len(ids)

    def tell(
        self,
        reach: Reach,
        channel: str,
        address: str,
        reply: Reply,
        key: str,
        kind: str,
        what: str,
        now: datetime,
        ready_at: datetime,
        *,
        document: Paper | None = None,
        broadcast_id: int | None = None,
    ) -> bool:
        row = _row(reach, channel, key, kind, what, now, document, broadcast_id)
        notice = self._value(WRITE, **row, state="planned", reason="", ready_at=ready_at)
        if notice is None:
            return False
        if channel == "email":
            optout = OptOut(reach.client.company_id, reach.account.id, kind, channel)
            reply = reply.note(unsubscribe=self.unsubscribe.token(optout))
        outgoing = self.outbox.put(
            self._company(reach.client.company_id),
            channel,
            address,
            replace(reply, kind="broadcast"),
            now,
            dedup=f"notice:{notice}:{now.isoformat()}",  # what was skipped may be told again, later
            conversation=address if channel == "telegram" else None,
            account=reach.account,
            ready_at=ready_at,
        )
        self._run(LEAVES, notice=notice, outgoing=outgoing)
        return True

    def skip(
        self,
        reach: Reach,
        channel: str,
        key: str,
        kind: str,
        what: str,
        reason: str,
        now: datetime,
        *,
        document: Paper | None = None,
        broadcast_id: int | None = None,
    ) -> None:
        row = _row(reach, channel, key, kind, what, now, document, broadcast_id)
        self._run(WRITE, **row, state="skipped", reason=reason, ready_at=now)

    def about(self, outgoing: int) -> int | None:
        found: int | None = self._value(ABOUT, outgoing=outgoing)
        return found

    def stop(
        self, account: Account, kinds: Sequence[str], channels: Sequence[str], how: str, now: datetime
    ) -> None:
        at = {"of_account": account.id, "at_company": account.company_id}
        self._all(NAME_CLIENTS, **at)
        own = {"company_id": account.company_id, "account_id": account.id, "since": now, "how": how}
        for kind in kinds:
            for channel in channels:
                self._run(STOP, **own, kind=kind, channel=channel)
        waiting = self._all(WAITING, **at, kinds=list(kinds), channels=list(channels))
        if waiting:
            self._run(DROPPED, ids=[row.outbox_id for row in waiting])
            self._run(SKIPPED, ids=[row.id for row in waiting])

    def resume(self, account: Account, kinds: Sequence[str], channels: Sequence[str]) -> None:
        at = {"of_account": account.id, "at_company": account.company_id}
        self._run(RESUME, **at, kinds=list(kinds), channels=list(channels))

    def stopped(self, account: Account) -> frozenset[tuple[str, str]]:
        found = self._all(STOPPED, of_account=account.id, at_company=account.company_id)
        return frozenset((row.kind, row.channel) for row in found)

    def fell_back(self, account: Account, since: datetime) -> bool:
        own = {"of_account": account.id, "at_company": account.company_id}
        return self._first(FELL_BACK.limit(1), **own, since=since) is not None

    def _company(self, id: int) -> Company:
        if id not in self._known:
            self._known[id] = self.companies.by_id(id)
        return self._known[id]


def _row(
    reach: Reach,
    channel: str,
    key: str,
    kind: str,
    what: str,
    now: datetime,
    document: Paper | None,
    broadcast_id: int | None,
) -> dict[str, Any]:
    return {
        "company_id": reach.client.company_id,
        "broadcast_id": broadcast_id,
        "client_id": reach.client.id,
        "account_id": reach.account.id,
        "channel": channel,
        "key": key,
        "kind": kind,
        "what": what,
        "document_id": document.id if document else None,
        "of_document": document.id if document else None,
        "of_version": document.version if document else None,
        "created_at": now,
        "outbox_id": None,
    }
