"""What is written of our own accord: broadcasts, notices, who stopped them, what paused them; deposits by e-mail."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from storage.types import Instant, Json

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = ("deposits", "pauses", "optouts", "notices", "broadcasts")
DUE = "ix_outbox_due"


def upgrade() -> None:
    op.drop_index(DUE, "outbox")
    op.add_column("outbox", sa.Column("rank", sa.Integer(), server_default="0", nullable=False))
    op.create_index(DUE, "outbox", ["state", "rank", "ready_at", "id"])
    _broadcasts()
    _notices()
    _said_by_clients()
    _deposits()


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    op.drop_index(DUE, "outbox")
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_column("rank")
    op.create_index(DUE, "outbox", ["state", "ready_at", "id"])


def _broadcasts() -> None:
    op.create_table(
        "broadcasts",
        *_own(),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("asked", Json, nullable=False),
        sa.Column("text", Json, nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("planned_at", Instant()),
        sa.Column("finished_at", Instant()),
        *_keys("broadcasts"),
    )
    _index("broadcasts", "company_id", "id")
    _index("broadcasts", "finished_at")


def _notices() -> None:
    op.create_table(
        "notices",
        *_own(),
        sa.Column("broadcast_id", BIG),
        sa.Column("client_id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("channel", sa.String(8), nullable=False),
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("what", sa.String(20), nullable=False),
        sa.Column("document_id", BIG),
        sa.Column("version_id", BIG),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("reason", sa.String(20), server_default="", nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("ready_at", Instant(), nullable=False),
        sa.Column("outbox_id", BIG),
        sa.Column("outcome", sa.String(10)),
        *_keys(
            "notices",
            ("broadcast_id", "broadcasts"),
            ("client_id", "clients"),
            ("account_id", "accounts"),
            ("document_id", "documents"),
            ("version_id", "document_versions"),
        ),
        _once("notices", "account_id", "channel", "key"),
    )
    _index("notices", "company_id", "broadcast_id")
    _index("notices", "document_id")
    _index("notices", "state", "ready_at")
    _index("notices", "outbox_id")


def _said_by_clients() -> None:
    op.create_table(
        "optouts",
        *_own(),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("channel", sa.String(8), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("how", sa.String(8), nullable=False),
        *_keys("optouts", ("account_id", "accounts")),
        _once("optouts", "account_id", "kind", "channel"),
    )
    op.create_table(
        "pauses",
        *_own(),
        sa.Column("client_id", BIG, nullable=False),
        sa.Column("document_id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("until", sa.Date()),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant()),
        *_keys(
            "pauses", ("client_id", "clients"), ("document_id", "documents"), ("account_id", "accounts")
        ),
    )
    _index("pauses", "document_id", "ended_at")
    _index("pauses", "client_id", "ended_at")


def _deposits() -> None:
    op.create_table(
        "deposits",
        *_own(),
        sa.Column("file_sha256", sa.String(64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("read", Json, nullable=False),
        sa.Column("state", sa.String(9), nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("inbox_id", BIG),
        sa.Column("document_id", BIG),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("done_at", Instant()),
        *_keys("deposits", ("document_id", "documents")),
        _once("deposits", "company_id", "file_sha256"),
    )


def _own() -> Sequence[sa.Column[int]]:
    return sa.Column("id", BIG, nullable=False), sa.Column("company_id", BIG, nullable=False)


def _keys(table: str, *points: tuple[str, str]) -> Sequence[sa.Constraint]:
    all_points = [("company_id", "companies"), *points]
    keys = [
        sa.ForeignKeyConstraint([name], [f"{to}.id"], name=op.f(f"fk_{table}_{name}_{to}"))
        for name, to in all_points
    ]
    return [*keys, sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))]


def _once(table: str, *columns: str) -> sa.Constraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))
