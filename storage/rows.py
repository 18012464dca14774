"""Rows become the values of the trade, and which columns that takes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, ColumnElement, Label, Row, Table, and_, bindparam, or_

from handlers.core.ports import Session
from handlers.rules.paper import Account, Client, Company, Paper, Sum
from storage import tables as t

Found = Row[*tuple[Any, ...]]

c, f, d, s = t.companies.c, t.clients.c, t.documents.c, t.sessions.c


def _named(prefix: str, *columns: Column[Any]) -> tuple[Label[Any], ...]:
    """Told apart where tables meet: "company_id", "company_slug"..."""
    return tuple(column.label(f"{prefix}_{column.name}") for column in columns)


COMPANY = _named(
    "company",
    *(c.id, c.slug, c.name, c.email, c.phone, c.language, c.timezone, c.options, c.form_of_address, c.as_of),
    *(c.siren, c.settings, c.learning),
)
ACCOUNT = _named("account", t.accounts.c.id, t.accounts.c.company_id, t.accounts.c.address)
CLIENT = _named("client", f.id, f.company_id, f.ref, f.name, f.kind, f.language, f.form_of_address)
PAPER = (
    *(d.id, d.kind, d.number, d.status, d.label, d.issued_on, d.due_on, d.valid_until),
    *(d.total_cents, d.currency, d.paid_cents, d.credited_cents, d.in_progress_cents, d.paid_on),
    *(d.version, d.file_sha256, d.file_name),
)
PAPER_NAMES = tuple(column.name for column in PAPER)
SESSION = (
    *(s.id, s.client_id, s.document_id, s.channel, s.conversation, s.first_outgoing),
    *(s.opened_at, s.seen_at, s.expires_at, s.team),
)

SEEN = {  # what a client may see of each kind: never a draft
    "quote": ("sent", "accepted", "refused", "expired", "replaced"),
    "invoice": ("issued", "cancelled"),
    "credit_note": ("issued",),
}


def visible(*kinds: str) -> Any:
    """The condition under which a document of these kinds (none: of any kind) is shown to its client."""
    return or_(*(and_(d.kind == kind, d.status.in_(SEEN[kind])) for kind in kinds or SEEN))


def of_company(table: Table) -> ColumnElement[bool]:
    """The company, beside the client that a look-up names. The sum keeps it from being looked up by: until ANALYZE has
    run, SQLite takes the unique index of the company, and reads the rows of all its clients."""
    return table.c.company_id + 0 == bindparam("company_id")


def company(row: Found) -> Company:
    return Company(
        id=row.company_id,
        slug=row.company_slug,
        name=row.company_name,
        email=row.company_email,
        phone=row.company_phone,
        language=row.company_language,
        timezone=row.company_timezone,
        options=frozenset(row.company_options),
        form_of_address=row.company_form_of_address,
        as_of=row.company_as_of,
        siren=row.company_siren,
        phrases=row.company_settings.get("phrases", {}),
        learning=row.company_learning,
        archive=row.company_settings.get("archive", True),
        withdrawal=row.company_settings.get("withdrawal", True),
    )


def account(row: Found) -> Account:
    return Account(row.account_id, row.account_company_id, row.account_address)


def client(row: Found) -> Client:
    return Client(
        row.client_id,
        row.client_company_id,
        row.client_ref,
        row.client_name,
        row.client_kind,
        row.client_language,
        row.client_form_of_address,
    )


def paper(row: Found) -> Paper:
    """From the columns PAPER and a `file_size` that may be null, whatever else the row holds."""
    values = {name: row._mapping[name] for name in PAPER_NAMES}
    return Paper(**values, file_size=row.file_size or 0)


def sums(found: Iterable[Found]) -> tuple[int, tuple[Sum, ...]]:
    """How many there are, and what they add up to, from rows of currency, count, total and what is left."""
    counts: dict[str, int] = defaultdict(int)
    totals: dict[str, tuple[int, int]] = {}
    for currency, count, total, left in found:
        before = totals.get(currency, (0, 0))
        counts[currency] += int(count)
        totals[currency] = (before[0] + int(total), before[1] + int(left))
    ordered = sorted((name for name in counts if counts[name]), key=lambda name: (-counts[name], name))
    return sum(counts.values()), tuple(Sum(name, *totals[name]) for name in ordered)


def session(row: Found) -> Session:
    return Session(
        id=row.id,
        account=account(row),
        client_id=row.client_id,
        document_id=row.document_id,
        channel=row.channel,
        conversation=row.conversation,
        first_outgoing=row.first_outgoing,
        opened_at=row.opened_at,
        seen_at=row.seen_at,
        expires_at=row.expires_at,
        team=row.team,
    )
