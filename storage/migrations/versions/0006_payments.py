"""Payments through the provider: where a request was asked for and how far it is, what comes back, what to check."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.types import Instant, Json

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
REQUESTS: tuple[tuple[str, Any, dict[str, Any]], ...] = (
    ("channel", sa.String(8), {"server_default": "", "nullable": False}),
    ("conversation", sa.Text(), {"server_default": "", "nullable": False}),
    ("looked_at", Instant(), {}),
    ("closed", sa.Boolean(), {"server_default": sa.false(), "nullable": False}),
)
POINTS = ("payment_request_id", "payment_requests"), ("reversal_id", "reversals")


def upgrade() -> None:
    with op.batch_alter_table("payment_requests") as requests:
        requests.drop_constraint("uq_payment_requests_token", type_="unique")
        requests.drop_column("token")  # /pay names what is to pay, not a request
        for name, kind, options in REQUESTS:
            requests.add_column(sa.Column(name, kind, **options))
    op.create_index("ix_payment_requests_state_looked_at", "payment_requests", ["state", "looked_at"])
    _reversals()
    _to_check()
    with op.batch_alter_table("payments") as payments:
        payments.add_column(sa.Column("kind", sa.String(12), server_default="payment", nullable=False))
        for name, table in POINTS:
            payments.add_column(sa.Column(name, BIG))
            payments.create_foreign_key(f"fk_payments_{name}_{table}", table, [name], ["id"])
    for name, _ in POINTS:
        op.create_index(f"ix_payments_{name}", "payments", [name])


def downgrade() -> None:
    for name, _ in POINTS:
        op.drop_index(f"ix_payments_{name}", "payments")
    with op.batch_alter_table("payments") as payments:
        for name, table in POINTS:
            payments.drop_constraint(f"fk_payments_{name}_{table}", type_="foreignkey")
            payments.drop_column(name)
        payments.drop_column("kind")
    op.drop_table("payments_to_check")
    op.drop_table("reversals")
    op.drop_index("ix_payment_requests_state_looked_at", "payment_requests")
    with op.batch_alter_table("payment_requests") as requests:
        for name, _, _ in reversed(REQUESTS):
            requests.drop_column(name)
        requests.add_column(sa.Column("token", sa.String(40)))
    op.execute("UPDATE payment_requests SET token = CAST(id AS TEXT)")
    with op.batch_alter_table("payment_requests") as requests:
        requests.alter_column("token", existing_type=sa.String(40), nullable=False)
        requests.create_unique_constraint("uq_payment_requests_token", ["token"])


def _reversals() -> None:
    op.create_table(
        "reversals",
        sa.Column("id", BIG, nullable=False),
        sa.Column("company_id", BIG, nullable=False),
        sa.Column("client_id", BIG),
        sa.Column("kind", sa.String(7), nullable=False),
        sa.Column("stripe_id", sa.Text(), nullable=False),
        sa.Column("stripe_payment_id", sa.Text(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("out_at", Instant()),
        sa.Column("back_at", Instant()),
        sa.Column("over_at", Instant()),
        *_keys("reversals", ("company_id", "companies"), ("client_id", "clients")),
        sa.UniqueConstraint("company_id", "stripe_id", name=op.f("uq_reversals_company_id_stripe_id")),
    )
    _index("reversals", "company_id", "stripe_payment_id")
    _index("reversals", "client_id")


def _to_check() -> None:
    op.create_table(
        "payments_to_check",
        sa.Column("id", BIG, nullable=False),
        sa.Column("company_id", BIG, nullable=False),
        sa.Column("payment_request_id", BIG),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("why", sa.String(16), nullable=False),
        sa.Column("told", Json, nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("done_at", Instant()),
        *_keys("payments_to_check", ("company_id", "companies"), ("payment_request_id", "payment_requests")),
        sa.UniqueConstraint("company_id", "key", name=op.f("uq_payments_to_check_company_id_key")),
    )
    _index("payments_to_check", "company_id", "done_at")
    _index("payments_to_check", "payment_request_id")


def _keys(table: str, *points: tuple[str, str]) -> Sequence[sa.Constraint]:
    keys = [
        sa.ForeignKeyConstraint([name], [f"{to}.id"], name=op.f(f"fk_{table}_{name}_{to}")) for name, to in points
    ]
    return [*keys, sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))]


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))
