"""What became of a mail after it left, and the accounts whose mail bounces or is complained about."""

import sqlalchemy as sa
from alembic import op

from storage.types import Instant

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("outcome", sa.String(10), nullable=True))
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "suppressions",
        sa.Column("account_id", number, nullable=False, autoincrement=False),
        sa.Column("company_id", number, nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("bounced_at", Instant(), nullable=True),
        sa.Column("reason", sa.String(10), nullable=False),
        sa.Column("since", Instant(), nullable=True),
        sa.Column("until", Instant(), nullable=True),
        sa.Column("tried_at", Instant(), nullable=True),
        sa.Column("told_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_suppressions_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_suppressions_company_id_companies")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_suppressions")),
    )


def downgrade() -> None:
    op.drop_table("suppressions")
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_column("outcome")
