"""The ledger is append only: nothing of an entry changes but its payload and salt, which may be erased."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WHAT = "the ledger is append only"
KEPT = "id company_id seq at kind actor role subject payload_hash prev_hash hash".split()
ERASED = ("payload", "salt")

SQLITE_SAME = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in KEPT)
SQLITE_ERASED = " AND ".join(f"(NEW.{name} IS NULL OR NEW.{name} IS OLD.{name})" for name in ERASED)
SQLITE = (
    f"""CREATE TRIGGER ledger_update BEFORE UPDATE ON ledger
    WHEN NOT ({SQLITE_SAME} AND {SQLITE_ERASED})
    BEGIN SELECT RAISE(ABORT, '{WHAT}'); END""",
    f"""CREATE TRIGGER ledger_delete BEFORE DELETE ON ledger
    BEGIN SELECT RAISE(ABORT, '{WHAT}'); END""",
)

POSTGRESQL_SAME = " AND ".join(f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in KEPT)
POSTGRESQL_ERASED = " AND ".join(
    f"(NEW.{name} IS NULL OR NEW.{name} IS NOT DISTINCT FROM OLD.{name})" for name in ERASED
)
POSTGRESQL = (
    f"""CREATE FUNCTION ledger_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{WHAT}'; END $$""",
    f"""CREATE TRIGGER ledger_update BEFORE UPDATE ON ledger FOR EACH ROW
    WHEN (NOT ({POSTGRESQL_SAME} AND {POSTGRESQL_ERASED})) EXECUTE FUNCTION ledger_refuses()""",
    """CREATE TRIGGER ledger_delete BEFORE DELETE ON ledger FOR EACH ROW
    EXECUTE FUNCTION ledger_refuses()""",
    """CREATE TRIGGER ledger_truncate BEFORE TRUNCATE ON ledger FOR EACH STATEMENT
    EXECUTE FUNCTION ledger_refuses()""",
)


def upgrade() -> None:
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER ledger_update")
        op.execute("DROP TRIGGER ledger_delete")
    else:
        op.execute("DROP FUNCTION ledger_refuses() CASCADE")
