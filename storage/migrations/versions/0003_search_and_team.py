"""What a search looks in, the words by which the team finds a client, and sessions of the team."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SEARCHED = ("documents", "payments", "contracts", "events", "interactions")
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for table in SEARCHED:
        op.add_column(table, sa.Column("search", sa.Text(), server_default="", nullable=False))
    op.add_column("sessions", sa.Column("team", sa.Boolean(), server_default=sa.false(), nullable=False))
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


def downgrade() -> None:
    op.drop_table("client_words")
    op.drop_column("sessions", "team")
    for table in reversed(SEARCHED):
        op.drop_column(table, "search")
