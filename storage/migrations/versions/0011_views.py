"""Which documents went to people who asked for them, and when."""

import sqlalchemy as sa
from alembic import op

from storage.types import Instant

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLE = "document_views"
OF = {"companies": "company_id", "clients": "client_id", "documents": "document_id", "accounts": "account_id"}


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        TABLE,
        sa.Column("id", number, nullable=False),
        *(sa.Column(name, number, nullable=False) for name in OF.values()),
        sa.Column("channel", sa.String(8), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=op.f(f"fk_{TABLE}_{name}_{table}"))
            for table, name in OF.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    for name in ("document_id", "company_id"):
        op.create_index(op.f(f"ix_{TABLE}_{name}_at"), TABLE, [name, "at"])


def downgrade() -> None:
    op.drop_table(TABLE)
