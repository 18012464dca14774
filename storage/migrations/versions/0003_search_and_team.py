"""What a search looks in, the words by which the team finds a client, sessions of the team, accounts of its members."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from handlers.rules.text import searchable
from storage import client_words, search
from storage.types import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

AT_ONCE = 500  # rows that are held in memory
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COVERING = {  # the sums of one client are read from the index alone: the company too is in it now
    "ix_documents_balance": (
        "documents",
        "client_id kind status due_on total_cents paid_cents credited_cents in_progress_cents currency".split(),
        ["company_id"],
    ),
    "ix_payments_client": (
        "payments",
        ["client_id", "state", "received_on", "amount_cents"],
        ["currency", "company_id"],
    ),
}
Words = Callable[[Any], str]
SEARCHED: dict[str, tuple[str, Words]] = {  # the columns that its words come from
    "documents": ("label, number", lambda row: search.kept(row.label, ref=row.number)),
    "payments": (
        "ref, (SELECT number FROM documents d WHERE d.id = document_id) AS number",
        lambda row: search.kept(ref=row.ref, of=row.number),
    ),
    "contracts": ("label, ref", lambda row: search.kept(row.label, ref=row.ref)),
    "events": ("title, place", lambda row: search.kept(row.title, row.place)),
    "interactions": ("text", lambda row: search.kept(row.text)),
}


def upgrade() -> None:
    for table in SEARCHED:
        op.add_column(table, sa.Column("search", sa.Text(), server_default="", nullable=False))
    op.add_column("sessions", sa.Column("team", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(op.f("ix_outbox_account_id_id"), "outbox", ["account_id", "id"])
    for name, (table, before, more) in COVERING.items():
        op.drop_index(name, table)
        op.create_index(name, table, before + more)
    _create_client_words()
    for table, (columns, words) in SEARCHED.items():
        _fill(table, "search", columns, words)
    _fill("clients", "name_norm", "name", lambda row: searchable(row.name))
    _learn_clients()
    _open_accounts()


def _create_client_words() -> None:
    op.create_table(
        "client_words",
        sa.Column("id", ID, nullable=False),
        sa.Column("company_id", ID, nullable=False),
        sa.Column("client_id", ID, nullable=False),
        sa.Column(
            "word",
            sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_client_words_company_id_companies")
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("fk_client_words_client_id_clients")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_words")),
        sa.UniqueConstraint("client_id", "word", name=op.f("uq_client_words_client_id_word")),
    )
    op.create_index(
        op.f("ix_client_words_company_id_word_client_id"),
        "client_words",
        ["company_id", "word", "client_id"],
    )


def _in_parts(table: str, columns: str) -> Iterator[list[Any]]:
    part = sa.text(f"SELECT id, {columns} FROM {table} WHERE id > :last ORDER BY id LIMIT {AT_ONCE}")
    last = 0
    while rows := list(op.get_bind().execute(part, {"last": last})):
        yield rows
        last = rows[-1].id


def _fill(table: str, column: str, columns: str, words: Words) -> None:
    change = sa.text(f"UPDATE {table} SET {column} = :words WHERE id = :row")
    for rows in _in_parts(table, columns):
        op.get_bind().execute(change, [{"words": words(row), "row": row.id} for row in rows])


def _learn_clients() -> None:
    for rows in _in_parts("clients", "company_id"):
        for company_id in {row.company_id for row in rows}:
            mine = [row.id for row in rows if row.company_id == company_id]
            client_words.keep(op.get_bind(), company_id, mine)


def _open_accounts() -> None:
    """A code is sent to an account: members listed before the team could ask for one had none."""
    open_ = sa.text(
        "INSERT INTO accounts (company_id, address, address_norm, created_at)"
        " SELECT company_id, address, address_norm, :now FROM staff s WHERE ended_at IS NULL AND NOT EXISTS"
        " (SELECT 1 FROM accounts a WHERE a.company_id = s.company_id AND a.address_norm = s.address_norm)"
    )
    now = sa.bindparam("now", datetime.now(UTC), type_=Instant())
    op.get_bind().execute(open_.bindparams(now))


def downgrade() -> None:
    op.drop_table("client_words")
    for name, (table, before, _) in COVERING.items():
        op.drop_index(name, table)
        op.create_index(name, table, before)
    op.drop_index(op.f("ix_outbox_account_id_id"), "outbox")
    op.drop_column("sessions", "team")
    for table in reversed(SEARCHED):
        op.drop_column(table, "search")
