"""What clients picked of a "did you mean", masked; whether a company has it kept."""

import sqlalchemy as sa
from alembic import op

from storage.types import Instant, Json

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("companies", sa.Column("learning", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.create_table(
        "picks",
        sa.Column("id", ID, nullable=False),
        sa.Column("company_id", ID, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("text", sa.String(200), nullable=False),
        sa.Column("offered", Json, nullable=False),
        sa.Column("taken", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_picks_company_id_companies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_picks")),
    )
    op.create_index(op.f("ix_picks_company_id_at"), "picks", ["company_id", "at"])
    op.create_index(op.f("ix_picks_at"), "picks", ["at"])


def downgrade() -> None:
    op.drop_table("picks")
    with op.batch_alter_table("companies") as companies:
        companies.drop_column("learning")
