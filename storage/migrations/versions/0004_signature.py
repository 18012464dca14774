"""The verb, language and end of an attempt; how far the files of a decision are; by what a file is recognised."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.types import Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

DECISIONS: tuple[tuple[str, Any, dict[str, Any]], ...] = (
    ("withdrawn_at", Instant(), {}),
    ("ready_at", Instant(), {}),
    ("attempts", sa.Integer(), {"server_default": "0", "nullable": False}),
    ("last_error", sa.Text(), {}),
    ("aside_at", Instant(), {}),
    ("held", sa.Boolean(), {"server_default": sa.false(), "nullable": False}),
    ("erased_at", Instant(), {}),
)
INDEXES = (
    ("ix_decisions_ticket_id", "decisions", ["ticket_id"]),
    ("ix_decisions_state_ready_at", "decisions", ["state", "ready_at"]),
    ("ix_decisions_presented_sha256", "decisions", ["presented_sha256"]),
    ("ix_decisions_signed_sha256", "decisions", ["signed_sha256"]),
    ("ix_decisions_proof_sha256", "decisions", ["proof_sha256"]),
    ("ix_document_versions_file_sha256", "document_versions", ["file_sha256"]),
)


def upgrade() -> None:
    op.add_column("companies", sa.Column("chain_broken_at", Instant()))
    with op.batch_alter_table("tickets") as tickets:
        tickets.drop_constraint("uq_tickets_token", type_="unique")
        tickets.drop_column("token")  # the conversation and the row's id bind an attempt
        tickets.add_column(sa.Column("verb", sa.String(6), server_default="accept", nullable=False))
        tickets.add_column(sa.Column("language", sa.String(2), server_default="fr", nullable=False))
        tickets.add_column(sa.Column("ended_at", Instant()))
    for name, kind, options in DECISIONS:
        op.add_column("decisions", sa.Column(name, kind, **options))
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns)


def downgrade() -> None:
    for name, table, _ in INDEXES:
        op.drop_index(name, table)
    for name, _, _ in reversed(DECISIONS):
        op.drop_column("decisions", name)
    for name in ("ended_at", "language", "verb"):
        op.drop_column("tickets", name)
    op.add_column("tickets", sa.Column("token", sa.String(40)))
    op.execute("UPDATE tickets SET token = CAST(id AS TEXT)")
    with op.batch_alter_table("tickets") as tickets:
        tickets.alter_column("token", existing_type=sa.String(40), nullable=False)
        tickets.create_unique_constraint("uq_tickets_token", ["token"])
    op.drop_column("companies", "chain_broken_at")
