"""What the command line asks and changes: companies, their links, clients, locks. One transaction a call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, delete, func, insert, select, update

from storage import bank, staff, ways
from storage import tables as t
from storage.client_card import card
from storage.engine import reading

SECRET = ("stripe_key", "stripe_webhook_secret")
SETTINGS: dict[str, Any] = {  # of `settings`, with what they are until they are set
    "archive": True,
    "withdrawal": True,
    "payment_methods": ["card"],
    **ways.DEFAULTS,
}


class NotThere(LookupError):
    """No such company, client or member of the team; the message says which."""


def companies(engine: Engine) -> list[RowMapping]:
    with reading(engine) as db:
        rows = select(t.companies.c.slug, t.companies.c.name, t.companies.c.email).order_by(
            t.companies.c.slug
        )
        return list(db.execute(rows).mappings())


def slugs(engine: Engine) -> dict[str, int]:
    """The id of each company by its slug."""
    with reading(engine) as db:
        return {row.slug: row.id for row in db.execute(select(t.companies.c.slug, t.companies.c.id))}


def company(engine: Engine, slug: str) -> dict[str, Any]:
    """Every setting of a company; of secrets only whether they are there."""
    with reading(engine) as db:
        row = _company(db, slug)
    shown = {name: value for name, value in row.items() if name not in (*SECRET, "id", "iban_told")}
    secrets = {f"{name}_set": bool(row[name]) for name in SECRET}
    return {**shown, **secrets, **_settings(row)}


def add_company(engine: Engine, values: Mapping[str, Any], now: datetime) -> None:
    with engine.begin() as db:
        db.execute(insert(t.companies).values(**{"options": ["portal"], "created_at": now, **values}))


def set_company(engine: Engine, slug: str, values: Mapping[str, Any], now: datetime) -> list[str]:
    """Change settings; returns what changed. A changed e-mail address ends the company's links (mission S6);
    where learning is turned off, what was kept for it goes."""
    with engine.begin() as db:
        row = _company(db, slug)
        was = {**row, **_settings(row)}
        changed = {name: value for name, value in values.items() if was[name] != value}
        if changed:
            columns = {name: value for name, value in changed.items() if name not in SETTINGS}
            if "iban" in changed:
                columns |= bank.follows(row, changed["iban"], now)
                bank.record(db, row["id"], changed["iban"], "operator", now)
            if turned := {name: value for name, value in changed.items() if name in SETTINGS}:
                columns["settings"] = {**row["settings"], **turned}
            db.execute(update(t.companies).where(t.companies.c.id == row["id"]).values(**columns))
        if changed.get("learning") is False:
            db.execute(delete(t.picks).where(t.picks.c.company_id == row["id"]))
        if "email" in changed:
            end_links(db, row["id"], now)
        return sorted(changed)


def _settings(row: RowMapping) -> dict[str, Any]:
    return {name: row["settings"].get(name, default) for name, default in SETTINGS.items()}


def end_links(db: Connection, company_id: int, now: datetime) -> None:
    """The links of a company end; the next one asked for is new. Those of documents live on."""
    live = (
        (t.links.c.company_id == company_id) & t.links.c.document_id.is_(None) & t.links.c.ended_at.is_(None)
    )
    db.execute(update(t.links).where(live).values(ended_at=now))


def clients(engine: Engine, slug: str) -> list[dict[str, Any]]:
    """Rows of ref, name and balance in cents, by name."""
    with reading(engine) as db:
        company_id = _company(db, slug)["id"]
        due = _sums(t.documents.c.total_cents, t.documents, "invoice")
        credited = _sums(t.documents.c.total_cents, t.documents, "credit_note")
        paid = (
            select(func.coalesce(func.sum(t.payments.c.amount_cents), 0))
            .where(t.payments.c.client_id == t.clients.c.id, t.payments.c.state == "received")
            .scalar_subquery()
        )
        rows = (
            select(t.clients.c.ref, t.clients.c.name, (due - credited - paid).label("balance_cents"))
            .where(t.clients.c.company_id == company_id)
            .order_by(t.clients.c.name_norm, t.clients.c.id)
        )
        return [dict(row) for row in db.execute(rows).mappings()]


def _sums(column: Any, table: Any, kind: str) -> Any:
    return (
        select(func.coalesce(func.sum(column), 0))
        .where(table.c.client_id == t.clients.c.id, table.c.kind == kind, table.c.status == "issued")
        .scalar_subquery()
    )


def client(engine: Engine, slug: str, ref: str, now: datetime) -> dict[str, Any]:
    """A client's file, with everything that hangs on it: storage/client_card.py."""
    with reading(engine) as db:
        return card(db, _client(db, slug, ref), now)


def unlock(
    engine: Engine, slug: str, ref: str, address_norm: str | None, now: datetime
) -> list[tuple[int, str]]:
    """Forget wrong tries and locks of a client's accounts (or of one of them). Returns (account id, address) of those
    that were locked."""
    n = t.contacts.c
    with engine.begin() as db:
        its = select(n.account_id).where(n.client_id == _client(db, slug, ref)["id"])
        accounts: list[Any] = [t.accounts.c.id.in_(its)]
        if address_norm:
            accounts.append(t.accounts.c.address_norm == address_norm)
        return _forget_tries(db, accounts, now)


def unlock_team(engine: Engine, slug: str, address_norm: str, now: datetime) -> list[tuple[int, str]]:
    """The same for the address of a member of the team. Raises NotThere."""
    m = t.staff.c
    with engine.begin() as db:
        company_id = _company(db, slug)["id"]
        here = (m.company_id == company_id, m.address_norm == address_norm, m.ended_at.is_(None))
        if db.execute(select(m.id).where(*here)).first() is None:
            raise NotThere(f"Company {slug!r} has nobody at {address_norm!r} in its team.")
        own = (t.accounts.c.company_id == company_id, t.accounts.c.address_norm == address_norm)
        return _forget_tries(db, own, now)


def _forget_tries(db: Connection, accounts: Iterable[Any], now: datetime) -> list[tuple[int, str]]:
    r, a = t.tries.c, t.accounts.c
    rows = select(a.id, a.address, r.locked_until).join(t.tries, r.account_id == a.id).where(*accounts)
    found = db.execute(rows).all()
    db.execute(delete(t.tries).where(r.account_id.in_([id for id, _, _ in found])))
    return sorted({(id, address) for id, address, until in found if until and until > now})


def staff_list(engine: Engine, slug: str) -> list[dict[str, Any]]:
    """Rows of name, email and role, by name."""
    with reading(engine) as db:
        return staff.listed(db, _company(db, slug)["id"])


def staff_add(engine: Engine, slug: str, name: str, address: str, role: str, now: datetime) -> staff.Outcome:
    """Add somebody to the team, or change name and role. Raises BadAddress, or RowError for what an import refuses."""
    with engine.begin() as db:
        return staff.add(db, _company(db, slug)["id"], name, address, role, now)


def staff_remove(engine: Engine, slug: str, address: str, now: datetime) -> None:
    """Take somebody off the team. Raises BadAddress."""
    with engine.begin() as db:
        if not staff.remove(db, _company(db, slug)["id"], address, now):
            raise NotThere(f"Company {slug!r} has nobody at {address!r} in its team.")


def _company(db: Connection, slug: str) -> RowMapping:
    """Raises NotThere."""
    row = db.execute(select(t.companies).where(t.companies.c.slug == slug)).mappings().first()
    if row is None:
        raise NotThere(f"No company has the slug {slug!r}.")
    return row


def _client(db: Connection, slug: str, ref: str) -> RowMapping:
    found = select(t.clients).where(
        t.clients.c.company_id == _company(db, slug)["id"], t.clients.c.ref == ref
    )
    row = db.execute(found).mappings().first()
    if row is None:
        raise NotThere(f"Company {slug!r} has no client {ref!r}.")
    return row
