"""Quotes that are decided. Every look-up names the company and the client in the query itself, and each change writes
its entry to the company's ledger in the same transaction.

On PostgreSQL the row of the company is held first (as an import and every entry of the ledger do), then the quote's:
two decisions at once take turns, and the second finds the quote decided. On SQLite one writer is all there is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, insert, select, update

from handlers.rules.paper import Account, Annex, Client
from handlers.rules.signing import Consent, Decision, Known, Offer, Outcome, Ticket, Verb
from storage import audit, deciding, decisions, evidence, rows
from storage import tables as t
from storage.books import ANNEXES
from storage.books_find import OWN, PAPERS
from storage.shelf import Shelf

d, v, k, x = t.documents.c, t.document_versions.c, t.tickets.c, t.decisions.c

OFFER = (
    PAPERS.add_columns(v.id.label("version_id"), v.why_not)
    .join(t.document_versions, and_(v.document_id == d.id, v.version == d.version))
    .where(OWN, d.id == bindparam("document_id"), rows.visible("quote"))
)
REPLACED_BY = (
    select(d.number)
    .where(OWN, d.kind == "quote", d.replaces == bindparam("number"), d.status != "draft")
    .order_by(d.id.desc())
    .limit(1)
)
DOCUMENT_OF = (
    select(d.id)
    .join(t.document_versions, v.document_id == d.id)
    .where(OWN, v.id == bindparam("version_id"), rows.visible("quote"))
)
_LIVE = and_(k.used_at.is_(None), k.ended_at.is_(None))
OPEN = insert(t.tickets).returning(k.id)
END_OTHERS = (
    update(t.tickets)
    .where(
        k.company_id == bindparam("of_company"),
        k.account_id == bindparam("of_account"),
        k.document_version_id.in_(select(v.id).where(v.document_id == bindparam("of_document"))),
        _LIVE,
    )
    .values(ended_at=bindparam("now"))
)
_TICKET = (k.id, k.document_version_id, k.account_id, k.verb, k.channel, k.conversation, k.created_at)
TICKET = (
    select(*_TICKET, k.consents)
    .join(t.document_versions, v.id == k.document_version_id)
    .join(t.documents, d.id == v.document_id)
    .where(
        OWN,
        k.id == bindparam("ticket_id"),
        k.account_id == bindparam("account_id"),
        k.channel == bindparam("channel"),
        k.conversation == bindparam("conversation"),
        _LIVE,
    )
)
TICK = update(t.tickets).where(k.id == bindparam("ticket_id"), _LIVE).values(consents=bindparam("boxes"))
LANGUAGE = select(k.language).where(k.id == bindparam("ticket_id"))
OF_COMPANY = select(t.companies.c.language).where(t.companies.c.id == bindparam("company_id"))


WITHDRAW = (
    update(t.decisions)
    .where(
        x.id == bindparam("decision_id"),
        x.client_id == bindparam("of_client"),
        x.company_id == bindparam("of_company"),
        x.decision == "accepted",
        x.withdrawn_at.is_(None),
    )
    .values(withdrawn_at=bindparam("now"))
)


class SqlSigning(Shelf):
    def offer(self, client: Client, document_id: int) -> Offer | None:
        own = _own(client)
        row = self._first(OFFER, **own, document_id=document_id)
        if row is None:
            return None
        annexes = self._all(ANNEXES, **own, document_id=document_id)
        return Offer(
            rows.paper(row),
            row.version_id,
            tuple(Annex(one.name, one.file_sha256, one.size or 0) for one in annexes),
            row.why_not or "",
            self._value(REPLACED_BY, **own, number=row.number) or "",
        )

    def shown(self, client: Client, offer: Offer, channel: str, conversation: str, now: datetime) -> None:
        told = {
            "version": offer.paper.version,
            "sha256": offer.paper.file_sha256,
            "annexes": [{"name": one.name, "sha256": one.sha256} for one in offer.annexes],
            "channel": channel,
            "conversation": conversation,
        }
        self._note(client, self._document(client, offer.version_id), "document.shown", now, told)

    def open(
        self,
        client: Client,
        offer: Offer,
        account: Account,
        verb: Verb,
        channel: str,
        conversation: str,
        consents: Sequence[Consent],
        now: datetime,
        language: str = "",
    ) -> Ticket:
        """`language`: in which the boxes are shown, "" for that of the client's file.

        Raises LookupError for a version that is not one of this client's quotes.
        """
        document_id = self._document(client, offer.version_id)
        audit.hold(self.db, client.company_id)
        whose = {"of_company": client.company_id, "of_account": account.id}
        self._run(END_OTHERS, **whose, of_document=document_id, now=now)
        made = {"verb": verb, "channel": channel, "conversation": conversation}
        id = self._value(
            OPEN,
            company_id=client.company_id,
            document_version_id=offer.version_id,
            account_id=account.id,
            language=language or client.language or self._value(OF_COMPANY, company_id=client.company_id),
            consents=[asdict(one) for one in consents],
            created_at=now,
            **made,
        )
        self._note(
            client, document_id, "ticket.opened", now, {"ticket": id, "version": offer.paper.version, **made}
        )
        return Ticket(id, offer.version_id, account.id, verb, channel, conversation, now, tuple(consents))

    def ticket(
        self, client: Client, account: Account, id: int, channel: str, conversation: str
    ) -> Ticket | None:
        row = self._first(
            TICKET,
            **_own(client),
            ticket_id=id,
            account_id=account.id,
            channel=channel,
            conversation=conversation,
        )
        if row is None:
            return None
        boxes = tuple(Consent(**one) for one in row.consents)
        attempt = (row.id, row.document_version_id, row.account_id, row.verb, row.channel, row.conversation)
        return Ticket(*attempt, row.created_at, boxes)

    def tick(self, client: Client, ticket: Ticket, consents: Sequence[Consent], now: datetime) -> Ticket:
        """Raises LookupError for an attempt that was used or ended."""
        document_id = self._document(client, ticket.version_id)
        if not self._run(TICK, ticket_id=ticket.id, boxes=[asdict(one) for one in consents]):
            raise LookupError(ticket.id)
        language = self._value(LANGUAGE, ticket_id=ticket.id)
        before = {one.name for one in ticket.consents if one.ticked}
        for one in consents:
            if one.ticked != (one.name in before):
                kind = "consent.given" if one.ticked else "consent.taken_back"
                self._note(client, document_id, kind, now, _box(ticket, one, language))
        return replace(ticket, consents=tuple(consents))

    def entry(
        self,
        client: Client,
        ticket: Ticket,
        kind: str,
        now: datetime,
        payload: Mapping[str, Any] | None = None,
    ) -> None:
        told = {"ticket": ticket.id, **(payload or {})}
        if told.get("inbox") is not None:
            told |= evidence.of_mail(self.db, client.company_id, told["inbox"], told.get("level", ""))
        self._note(client, self._document(client, ticket.version_id), kind, now, told)

    def decide(
        self,
        client: Client,
        ticket: Ticket,
        outcome: Outcome,
        now: datetime,
        reason: str = "",
        comment: str = "",
    ) -> Decision | None:
        """Raises ClockBehind where the clock is before the last entry of the ledger."""
        made = deciding.decide(self.db, client, ticket, outcome, now, reason, comment)
        return self.decision(client, made) if made else None

    def decision(self, client: Client, document_id: int) -> Decision | None:
        row = self._first(decisions.ONE, **_own(client), document_id=document_id)
        return decisions.decision(row) if row else None

    def decisions(self, client: Client, limit: int = 20) -> tuple[Decision, ...]:
        found = self._all(decisions.NEWEST, **_own(client), most=limit)
        return tuple(decisions.decision(row) for row in found)

    def withdraw(self, client: Client, decision: Decision, now: datetime) -> bool:
        audit.hold(self.db, client.company_id)
        whose = {"of_client": client.id, "of_company": client.company_id, "decision_id": decision.id}
        if not self._run(WITHDRAW, **whose, now=now):
            return False
        told = {"signature_id": decision.signature_id}
        self._note(client, decision.document_id, "contract.withdrawn", now, told)
        return True

    def known(self, sha256: str) -> Known | None:
        return decisions.known(self.db, sha256)

    def _document(self, client: Client, version_id: int) -> int:
        found = self._value(DOCUMENT_OF, **_own(client), version_id=version_id)
        if found is None:
            raise LookupError(version_id)
        return int(found)

    def _note(
        self, client: Client, document_id: int, kind: str, now: datetime, told: Mapping[str, Any]
    ) -> None:
        subject = f"quote:{document_id}"
        audit.append(self.db, client.company_id, kind, "client", now, subject, payload=told)


def _own(client: Client) -> dict[str, int]:
    return {"client_id": client.id, "company_id": client.company_id}


def _box(ticket: Ticket, box: Consent, language: str) -> dict[str, Any]:
    of_text = hashlib.sha256(box.text.encode()).hexdigest()
    told = {"ticket": ticket.id, "name": box.name, "text": box.text, "text_sha256": of_text}
    return told | {"language": language}
