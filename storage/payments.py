"""What is paid through the provider (payments-and-law 11, rules 1 to 13). Look-ups name the company and the client.

On PostgreSQL the row of the company is held first, as an import and every entry of the ledger do: two at once take
turns, and what was read stays so until the end of the transaction. On SQLite one writer is all there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import BindParameter, bindparam, select

from handlers.rules.paper import Account, Client, Company, Paper
from handlers.rules.paying import Bank, CheckoutSeen, Line, PaymentNews, PayRequest, Settled
from storage import audit, requests, reversals, rows, settling
from storage import tables as t
from storage.books_find import ISSUED, LEFT, OWN, PAPERS
from storage.shelf import Shelf

d, c = t.documents.c, t.companies.c
_IDS: BindParameter[list[int]] = bindparam("ids", expanding=True)
PAYABLE = PAPERS.where(OWN, ISSUED, d.in_progress_cents < LEFT)
THESE = PAYABLE.where(d.id.in_(_IDS))
BANK = select(c.account_holder, c.iban, c.bic, c.iban_changed_at, c.iban_replaced_at).where(
    c.id == bindparam("company_id")
)

ONLINE = select(c.id).where(c.id == bindparam("company_id"), c.stripe_key.is_not(None))


class SqlPayments(Shelf):
    def payable(
        self, client: Client, today: date, document_ids: Sequence[int] | None = None
    ) -> tuple[Paper, ...]:
        audit.hold(self.db, client.company_id)
        return self.shown(client, today, document_ids)

    def shown(self, client: Client, today: date, document_ids: Sequence[int] | None) -> tuple[Paper, ...]:
        """What is payable, without holding anything: to be looked at, not asked for."""
        own = {"client_id": client.id, "company_id": client.company_id}
        if document_ids is None:
            found = self._all(PAYABLE, **own)
        else:
            found = self._all(THESE, **own, ids=list(document_ids))
        papers = map(rows.paper, found)
        return tuple(sorted(papers, key=lambda one: (one.due_on or one.issued_on or today, one.number)))

    def request(
        self,
        client: Client,
        account: Account,
        lines: Sequence[Line],
        currency: str,
        channel: str,
        conversation: str,
        now: datetime,
        expires_at: datetime,
    ) -> PayRequest:
        """Raises LookupError where a line is for what is not due by this client now: it was read before it changed."""
        due = {one.id: one for one in self.payable(client, now.date(), [one.document_id for one in lines])}
        for line in lines:
            paper = due.get(line.document_id)
            if paper is None or paper.currency != currency or line.amount_cents > _due(paper):
                raise LookupError(f"not due: {line.amount_cents} on document {line.document_id}")
        before = requests.open_on(self.db, client.company_id, list(due))
        for one in before:
            if requests.serves(one, lines, currency, now):
                return one
        requests.become(self.db, [one.id for one in before], "expired", now)
        where = channel, conversation, now, expires_at
        return requests.make(self.db, client, account, lines, currency, *where)

    def by_id(self, company: Company, id: int) -> PayRequest | None:
        return requests.by_id(self.db, company.id, id)

    def settle(self, news: PaymentNews, now: datetime) -> Settled:
        audit.hold(self.db, news.company_id)
        if isinstance(news.seen, CheckoutSeen):
            return settling.settle(self.db, news.company_id, news.seen, now)
        return reversals.settle(self.db, news.company_id, news.seen, now)

    def disputed(self, client: Client) -> frozenset[int]:
        return reversals.disputed(self.db, client)

    def online(self, company: Company) -> bool:
        return self._first(ONLINE, company_id=company.id) is not None

    def bank(self, company: Company) -> Bank | None:
        row = self._first(BANK, company_id=company.id)
        if row is None or not row.account_holder or not row.iban:
            return None
        return Bank(row.account_holder, row.iban, row.bic or "", row.iban_changed_at, row.iban_replaced_at)


def _due(paper: Paper) -> int:
    return paper.left_cents - paper.in_progress_cents
