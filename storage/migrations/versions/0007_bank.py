"""Since when a company has its IBAN, whether it replaced another, and who is still to be told."""

import sqlalchemy as sa
from alembic import op

from storage.types import Instant

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("companies", sa.Column("iban_replaced_at", Instant(), nullable=True))
    op.add_column("companies", sa.Column("iban_told", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("companies") as companies:
        companies.drop_column("iban_told")
        companies.drop_column("iban_replaced_at")
