"""A company of any size, written by the database itself: 20 documents a client, and all that hangs on a client's file.

What a client has depends on its number alone, and its rows lie among those of all others: client 1 of a small company
and client 1 of a large one are told the same.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Engine, insert, text

from handlers.rules.text import searchable
from storage import tables as t

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CLIENT, TEAM = "c1@x.example", "sam@atelier.example"
PER_CLIENT = 20  # documents: 14 invoices, 4 quotes, 2 credit notes
LABELS = (
    "Fabrication d'un plan de travail", "Remplacement d'un vitrage", "Rayonnages de la réserve", "Pose d'une serrure",
    "Entretien annuel des portes", "Réfection de l'escalier", "Porte d'entrée, acompte", "Porte d'entrée, solde",
    "Réglage des volets", "Bibliothèque murale", "Banque d'accueil", "Panneaux acoustiques", "Placard sous l'escalier",
    "Dépannage du rideau", "Cloison vitrée", "Table de réunion", "Parquet du bureau", "Garde-corps", "Deux marches",
    "Panneau abîmé",
)  # fmt: skip
KIND = "CASE WHEN nth < 14 THEN 'invoice' WHEN nth < 18 THEN 'quote' ELSE 'credit_note' END"
LETTER = "CASE WHEN nth < 14 THEN 'F' WHEN nth < 18 THEN 'D' ELSE 'A' END"
COUNT = "(1000000 + client * 20 + nth)"
REFERENCE = f"' ' || lower({LETTER}) || ' ' || {COUNT} || ' ' || lower({LETTER}) || {COUNT}"
CENTS = "(10000 + client % 977 * 10 + nth * 1111)"
PAID = "nth < 10"
SHA = "(1000000000 + client * 20 + nth) || '" + "f" * 54 + "'"
NAME = "CASE client WHEN 1 THEN 'Dupain' ELSE 'Nom' || client END"
WORD = "CASE client WHEN 1 THEN 'dupain' ELSE 'nom' || client END"

# One row a client, then one row a document. {day}: a date of the nth document, {at}: an instant of it.
CLIENTS = {
    "clients (id, company_id, ref, name, name_norm, language)": f"client, 1, 'C' || client, {NAME}, {WORD}, 'fr'",
    "accounts (id, company_id, address, address_norm, created_at)":
        "client, 1, 'c' || client || '@x.example', 'c' || client || '@x.example', {at}",
    "contacts (company_id, client_id, account_id)": "1, client, client",
    "client_words (company_id, client_id, word)": f"1, client, {WORD}",
    "sessions (company_id, account_id, client_id, channel, conversation, opened_at, seen_at, expires_at, ended_at)":
        "1, client, client, 'email', 'c' || client, {at}, {at}, {at}, {at}",
    "talks (company_id, channel, conversation, state, updated_at)": "1, 'email', 'c' || client, '{{}}', {at}",
}  # fmt: skip
DOCUMENTS = {
    "files (company_id, sha256, size, media_type, stored_at)": f"1, {SHA}, 40000, 'application/pdf', {{at}}",
    "documents (id, company_id, client_id, kind, number, number_norm, status, label, search, issued_on, due_on,"
    " valid_until, total_cents, paid_cents, file_sha256, file_name)":
        f"id, 1, client, {KIND}, {LETTER} || '-' || {COUNT}, {LETTER} || {COUNT},"
        f" CASE WHEN nth < 14 OR nth > 17 THEN 'issued' ELSE 'sent' END, label, search || {REFERENCE},"
        f" {{day}}, {{day}}, {{day}}, {CENTS}, CASE WHEN {PAID} THEN {CENTS} ELSE 0 END, {SHA}, 'x.pdf'",
    "document_versions (id, company_id, document_id, version, label, issued_on, total_cents, file_sha256, created_at)":
        f"id, 1, id, 1, label, {{day}}, {CENTS}, {SHA}, {{at}}",
    "interactions (company_id, client_id, type, at, text, search)":
        "1, client, CASE nth % 3 WHEN 0 THEN 'call' WHEN 1 THEN 'note' ELSE 'meeting' END, {at}, label, search",
}  # fmt: skip
SOME = {  # for some of the documents only
    f"payments (company_id, client_id, document_id, ref, received_on, amount_cents, created_at, search) WHERE {PAID}":
        f"1, client, id, 'RG-' || {COUNT}, {{day}}, {CENTS}, {{at}}, 'rg ' || {COUNT} || {REFERENCE}",
    "contracts (company_id, client_id, ref, label, status, next_due_on, search) WHERE nth < 3":
        f"1, client, 'CT-' || {COUNT}, label, 'active', {{day}}, search",
    "events (company_id, client_id, uid, title, starts_at, search) WHERE nth < 8":
        "1, client, 'rdv-' || id, label, {at}, search",
    "outbox (company_id, channel, address, account_id, kind, dedup, reply, state, created_at, ready_at) WHERE nth < 5":
        "1, 'email', 'c' || client || '@x.example', client, 'answer', 'd' || id, '{{}}', 'sent', {at}, {at}",
    "ledger (company_id, seq, at, kind, actor, payload_hash, prev_hash, hash) WHERE nth < 2":
        "1, id, {at}, 'access.opened', 'client', 'h', 'h', 'h' || id",
    "inbox (channel, key, received_at, state, lane, ready_at) WHERE nth < 2":
        "'email', 'k' || id, {at}, 'done', 'l' || client, {at}",
}  # fmt: skip


def fill(engine: Engine, documents: int) -> None:
    """`documents` of them in an empty database at head."""
    postgresql = engine.dialect.name == "postgresql"
    with engine.begin() as db:
        if postgresql:  # the keys are right: nothing to check
            db.execute(text("SET LOCAL session_replication_role = replica"))
        company = {"id": 1, "slug": "atelier", "name": "Atelier", "email": "a@atelier.example"}
        db.execute(insert(t.companies).values(**company, options=["portal"], created_at=AT))
        member = {"company_id": 1, "name": "Sam", "address": TEAM, "address_norm": TEAM, "role": "accountant"}
        db.execute(insert(t.staff).values(**member))
        for target, values in [*CLIENTS.items(), *DOCUMENTS.items(), *SOME.items()]:
            table, _, condition = target.partition(" WHERE ")
            condition = "nth = 0" if target in CLIENTS else condition or "nth >= 0"
            values = values.format(**(DATES_OF_POSTGRESQL if postgresql else DATES_OF_SQLITE))
            values = values.replace("'{}'", "'{}'::jsonb") if postgresql else values
            rows = f"{_each(documents, postgresql)} SELECT {values} FROM r WHERE {condition} ORDER BY id"
            db.execute(text(f"INSERT INTO {table} {rows}"))
        own = {"company_id": 1, "address": TEAM, "address_norm": TEAM, "created_at": AT}
        db.execute(insert(t.accounts).values(id=documents, **own))
        if postgresql:
            for table in t.meta.tables:
                if "id" in t.meta.tables[table].c:
                    db.execute(text(f"SELECT setval('{table}_id_seq', {documents + 1000})"))
    _settled(engine, postgresql)


def _each(documents: int, postgresql: bool) -> str:
    """The rows of a WITH: r(id, client, nth, label, search), one a document."""
    count, last = documents // PER_CLIENT, documents - 1
    number = f"SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {last}"
    if postgresql:
        number = f"SELECT generate_series(0, {last})"
    labels = ", ".join(f"({nth}, {_text(one)}, {_text(searchable(one))})" for nth, one in enumerate(LABELS))
    return (
        f"WITH RECURSIVE n(i) AS ({number}), l(label_of, label, search) AS (VALUES {labels}),"
        f" r AS (SELECT i + 1 AS id, i % {count} + 1 AS client, i / {count} AS nth, label, search"
        f" FROM n JOIN l ON label_of = i / {count})"
    )


DATES_OF_SQLITE = {
    "day": "date('2026-11-20', '-' || (nth * 17 + client % 5) || ' days')",
    "at": "strftime('%Y-%m-%d %H:%M:%S.000000', '2026-12-10 08:00:00', '-' || (nth * 5 + client % 3) || ' days')",
}
DATES_OF_POSTGRESQL = {
    "day": "DATE '2026-11-20' - CAST(nth * 17 + client % 5 AS integer)",
    "at": "TIMESTAMPTZ '2026-12-10 08:00:00+00' - (nth * 5 + client % 3) * INTERVAL '1 day'",
}


def _settled(engine: Engine, postgresql: bool) -> None:
    """As a database is some time after an import: statistics made, pages known to be visible."""
    with engine.connect() as db:
        if postgresql:
            db.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))
        else:
            db.execute(text("ANALYZE"))
            db.commit()


def _text(label: str) -> str:
    return "'" + label.replace("'", "''") + "'"
