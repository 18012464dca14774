"""Companies and their links."""

from __future__ import annotations

import base64
import hashlib
import hmac

from sqlalchemy import Connection, bindparam, func, select

from handlers.core.ports import Clock, Target
from handlers.rules.paper import Company
from storage import rows
from storage import tables as t
from storage.keys import Keys
from storage.shelf import Shelf, insert_once

c, k = t.companies.c, t.links.c
BY_ID = select(*rows.COMPANY).where(c.id == bindparam("id"))
FIRST = select(*rows.COMPANY).order_by(c.id).limit(1)
BY_SLUG = select(*rows.COMPANY).where(c.slug == bindparam("slug"))
OLDEST = select(*rows.COMPANY).order_by(c.id).limit(1)
BY_LINK = (
    select(*rows.COMPANY, k.document_id, k.ended_at)
    .join(t.links, k.company_id == c.id)
    .where(k.token == bindparam("token"))
)
# Two forms: "IS NOT DISTINCT FROM" would find no index on PostgreSQL.
OF = {
    False: (k.company_id == bindparam("company_id"), k.document_id.is_(None)),
    True: (k.company_id == bindparam("company_id"), k.document_id == bindparam("document_id")),
}
LIVE_LINK = {one: select(k.token).where(*own, k.ended_at.is_(None)).limit(1) for one, own in OF.items()}
ENDED_LINKS = {one: select(func.count()).where(*own, k.ended_at.is_not(None)) for one, own in OF.items()}
DOCUMENT = select(t.documents.c.id).where(
    t.documents.c.company_id == bindparam("company_id"), t.documents.c.id == bindparam("document_id")
)
KIND = select(t.documents.c.kind).where(
    t.documents.c.company_id == bindparam("company_id"), t.documents.c.id == bindparam("document_id")
)
KEEP_LINK = insert_once(t.links).on_conflict_do_nothing(index_elements=["token"])


class SqlCompanies(Shelf):
    def __init__(self, db: Connection, keys: Keys, clock: Clock) -> None:
        super().__init__(db)
        self.keys, self.clock = keys, clock

    def by_id(self, id: int) -> Company:
        """Raises LookupError: an id comes from our own rows."""
        row = self._first(BY_ID, id=id)
        if row is None:
            raise LookupError(f"no company {id}")
        return rows.company(row)

    def by_slug(self, slug: str) -> Company | None:
        row = self._first(BY_SLUG, slug=slug)
        return rows.company(row) if row else None

    def oldest(self) -> Company | None:
        row = self._first(FIRST)
        return rows.company(row) if row else None

    def kind(self, company: Company, document_id: int) -> str | None:
        found: str | None = self._value(KIND, company_id=company.id, document_id=document_id)
        return found

    def by_link(self, token: str) -> Target | None:
        row = self._first(BY_LINK, token=token.lower())
        return Target(rows.company(row), row.document_id, row.ended_at is not None) if row else None

    def link(self, company: Company, document_id: int | None = None) -> str:
        """Raises LookupError when the document is not this company's."""
        scope = {"company_id": company.id, "document_id": document_id}
        of_one = document_id is not None
        live = self._value(LIVE_LINK[of_one], **scope)
        if live:
            return str(live)
        if of_one and self._first(DOCUMENT, **scope) is None:
            raise LookupError(f"no document {document_id} at company {company.id}")
        token = self._token(company, document_id, self._value(ENDED_LINKS[of_one], **scope))
        self._run(KEEP_LINK, token=token, created_at=self.clock(), **scope)
        return token

    def _token(self, company: Company, document_id: int | None, ended: int) -> str:
        """Derived from the company's e-mail address (mission S6), keyed, new after each end; 32 characters that
        survive a mail system that lowers the case, and Telegram's start parameter."""
        named = f"link\n{company.id}\n{company.email}\n{document_id or ''}\n{ended}".encode()
        mac = hmac.new(self.keys.addresses, named, hashlib.sha256).digest()
        return base64.b32encode(mac[:20]).decode("ascii").lower()

    def first(self) -> Company | None:
        row = self._first(OLDEST)
        return rows.company(row) if row else None
