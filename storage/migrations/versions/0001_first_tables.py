"""The first tables."""

import sqlalchemy as sa
from alembic import op

from storage import types

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "companies",
        sa.Column("id", BIG, nullable=False),
        sa.Column("slug", sa.String(length=20), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=2), server_default="fr", nullable=False),
        sa.Column("timezone", sa.Text(), server_default="Europe/Paris", nullable=False),
        sa.Column("siren", sa.Text(), nullable=True),
        sa.Column("iban", sa.Text(), nullable=True),
        sa.Column("bic", sa.Text(), nullable=True),
        sa.Column("account_holder", sa.Text(), nullable=True),
        sa.Column("iban_changed_at", types.Instant(), nullable=True),
        sa.Column("options", types.Json, nullable=False),
        sa.Column("form_of_address", sa.String(length=4), server_default="vous", nullable=False),
        sa.Column("settings", types.Json, server_default=sa.text("'{}'"), nullable=False),
        sa.Column("stripe_key", sa.LargeBinary(), nullable=True),
        sa.Column("stripe_webhook_secret", sa.LargeBinary(), nullable=True),
        sa.Column("as_of", types.Instant(), nullable=True),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_companies"),
        sa.UniqueConstraint("slug", name="uq_companies_slug"),
    )
    op.create_table(
        "cursors",
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("updated_at", types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_cursors"),
    )
    op.create_table(
        "telegram_files",
        sa.Column("id", BIG, nullable=False),
        sa.Column("bot_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_telegram_files"),
        sa.UniqueConstraint("bot_id", "sha256", "name", name="uq_telegram_files_bot_id_sha256_name"),
    )
    op.create_table(
        "accounts",
        sa.Column("id", BIG, nullable=False),
        sa.Column("company_id", BIG, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("address_norm", sa.Text(), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_accounts_company_id_companies"),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("company_id", "address_norm", name="uq_accounts_company_id_address_norm"),
    )
    op.create_table(
        "clients",
        sa.Column("id", BIG, nullable=False),
        sa.Column("company_id", BIG, nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_norm", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=8), server_default="B2B_FR", nullable=False),
        sa.Column("siren", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("form_of_address", sa.String(length=4), nullable=True),
        sa.Column("settings", types.Json, server_default=sa.text("'{}'"), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_clients_company_id_companies"),
        sa.PrimaryKeyConstraint("id", name="pk_clients"),
        sa.UniqueConstraint("company_id", "ref", name="uq_clients_company_id_ref"),
    )
    op.create_index("ix_clients_company_id_name_norm", "clients", ["company_id", "name_norm"])
    op.create_index("ix_clients_company_id_siren", "clients", ["company_id", "siren"])
    op.create_table(
        "files",
        sa.Column("id", BIG, nullable=False),
        sa.Column("company_id", BIG, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("stored_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_files_company_id_companies"),
        sa.PrimaryKeyConstraint("id", name="pk_files"),
        sa.UniqueConstraint("company_id", "sha256", name="uq_files_company_id_sha256"),
    )
    op.create_table(
        "inbox",
        sa.Column("id", BIG, nullable=False),
        sa.Column("company_id", BIG, nullable=True),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("key", sa.String(length=96), nullable=False),
        sa.Column("received_at", types.Instant(), nullable=False),
        sa.Column("state", sa.String(length=11), server_default="done", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("ready_at", types.Instant(), nullable=True),
        sa.Column("lease_until", types.Instant(), nullable=True),
        sa.Column("lane", sa.Text(), server_default="", nullable=False),
        sa.Column("envelope", types.Json, nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("verdict", types.Json, nullable=True),
        sa.Column("done_at", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_inbox_company_id_companies"),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.UniqueConstraint("channel", "key", name="uq_inbox_channel_key"),
    )
    op.create_index("ix_inbox_due", "inbox", ["state", "ready_at", "id"])
    op.create_index("ix_inbox_lane", "inbox", ["lane", "state", "id"])
    op.create_table(
        "ledger",
        sa.Column("id", BIG, nullable=False),
        sa.Column("company_id", BIG, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", types.Instant(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("payload", types.Json, nullable=True),
        sa.Column("salt", sa.String(length=32), nullable=True),
        sa.Column("payload_hash", sa.String(length=64), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("seq > 0", name="ck_ledger_seq_positive"),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_ledger_company_id_companies"),
        sa.PrimaryKeyConstraint("id", name="pk_ledger"),
        sa.UniqueConstraint("company_id", "seq", name="uq_ledger_company_id_seq"),
    )
    op.create_index("ix_ledger_company_id_kind_seq", "ledger", ["company_id", "kind", "seq"])
    op.create_index("ix_ledger_company_id_subject_seq", "ledger", ["company_id", "subject", "seq"])
    op.create_table(
        "staff",
        sa.Column("id", BIG, nullable=False),
        sa.Column("company_id", BIG, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("address_norm", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("ended_at", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_staff_company_id_companies"),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("company_id", "address_norm", name="uq_staff_company_id_address_norm"),
    )
    op.create_table(
        "talks",
        sa.Column("id", BIG, nullable=False),
        sa.Column("company_id", BIG, nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("state", types.Json, nullable=False),
        sa.Column("updated_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_talks_company_id_companies"),
        sa.PrimaryKeyConstraint("id", name="pk_talks"),
        sa.UniqueConstraint(
            "company_id", "channel", "conversation", name="uq_talks_company_id_channel_conversation"
        ),
    )
    op.create_index("ix_talks_updated_at", "talks", ["updated_at"])
    op.create_table(
        "to_check",
        sa.Column("id", BIG, nullable=False),
        sa.Column("company_id", BIG, nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("read", types.Json, nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("done_at", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_to_check_company_id_companies"),
        sa.PrimaryKeyConstraint("id", name="pk_to_check"),
        sa.UniqueConstraint("company_id", "file_sha256", name="uq_to_check_company_id_file_sha256"),
    )
    op.create_table(
        "chat_links",
        sa.Column("id", BIG, nullable=False),
        sa.Column("company_id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("chat", sa.Text(), nullable=False),
        sa.Column("linked_at", types.Instant(), nullable=False),
        sa.Column("ended_at", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_chat_links_account_id_accounts"),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_chat_links_company_id_companies"),
        sa.PrimaryKeyConstraint("id", name="pk_chat_links"),
        sa.UniqueConstraint("account_id", "channel", "chat", name="uq_chat_links_account_id_channel_chat"),
    )
    op.create_index("ix_chat_links_channel_chat_company_id", "chat_links", ["channel", "chat", "company_id"])
    op.create_table(
        "codes",
        sa.Column("id", BIG, nullable=False),
        sa.Column("company_id", BIG, nullable=False),
        sa.Column("address_key", sa.String(length=64), nullable=False),
        sa.Column("account_id", BIG, nullable=True),
        sa.Column("purpose", sa.String(length=80), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("pool", sa.String(length=8), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("handed_at", types.Instant(), nullable=True),
        sa.Column("expires_at", types.Instant(), nullable=True),
        sa.Column("ended_at", types.Instant(), nullable=True),
        sa.Column("outbox_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_codes_account_id_accounts"),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_codes_company_id_companies"),
        sa.PrimaryKeyConstraint("id", name="pk_codes"),
    )
    op.create_index("ix_codes_budget", "codes", ["address_key", "created_at"])
    op.create_index("ix_codes_live", "codes", ["address_key", "purpose", "conversation", "id"])
    op.create_table(
        "contacts",
        sa.Column("id", BIG, nullable=False),
        sa.Column("company_id", BIG, nullable=False),
        sa.Column("client_id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("can_read", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("can_pay", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("can_sign", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("can_notify", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("ended_at", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_contacts_account_id_accounts"),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name="fk_contacts_client_id_clients"),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_contacts_company_id_companies"),
        sa.PrimaryKeyConstraint("id", name="pk_contacts"),
        sa.UniqueConstraint("client_id", "account_id", name="uq_contacts_client_id_account_id"),
    )
    op.create_index("ix_contacts_account_id_ended_at", "contacts", ["account_id", "ended_at"])
    op.create_table(
        "contracts",
        sa.Column("id", BIG, nullable=False),
        sa.Column("company_id", BIG, nullable=False),
        sa.Column("client_id", BIG, nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column("tacit_renewal", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name="fk_contracts_client_id_clients"),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_contracts_company_id_companies"),
        sa.PrimaryKeyConstraint("id", name="pk_contracts"),
        sa.UniqueConstraint("company_id", "ref", name="uq_contracts_company_id_ref"),
    )
    op.create_index("ix_contracts_client_id_next_due_on", "contracts", ["client_id", "next_due_on"])
    op.create_table(
        "documents",
        sa.Column("id", BIG, nullable=False),
        sa.Column("company_id", BIG, nullable=False),
        sa.Column("client_id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=11), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("number_norm", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("replaces", sa.Text(), nullable=True),
        sa.Column("invoice_id", BIG, nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("label", sa.Text(), server_default="", nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("total_cents", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), server_default="EUR", nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("paid_cents", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("credited_cents", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("in_progress_cents", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name="fk_documents_client_id_clients"),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_documents_company_id_companies"),
        sa.ForeignKeyConstraint(["invoice_id"], ["documents.id"], name="fk_documents_invoice_id_documents"),
        sa.PrimaryKeyConstraint("id", name="pk_documents"),
        sa.UniqueConstraint("company_id", "kind", "number", name="uq_documents_company_id_kind_number"),
    )
    op.create_index(
        "ix_documents_balance",
        "documents",
        [
            "client_id",
            "kind",
            "status",
            "due_on",
            "total_cents",
            "paid_cents",
            "credited_cents",
            "in_progress_cents",
            "currency",
        ],
    )
    op.create_index("ix_documents_company_number", "documents", ["company_id", "number_norm"])
    op.create_index("ix_documents_invoice_id", "documents", ["invoice_id"])
    op.create_index("ix_documents_list", "documents", ["client_id", "kind", "issued_on", "id"])
    op.create_index("ix_documents_number", "documents", ["client_id", "number_norm"])
    op.create_table(
        "events",
        sa.Column("id", BIG, nullable=False),
        sa.Column("company_id", BIG, nullable=False),
        sa.Column("client_id", BIG, nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("starts_at", types.Instant(), nullable=False),
        sa.Column("ends_at", types.Instant(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name="fk_events_client_id_clients"),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_events_company_id_companies"),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sa.UniqueConstraint("company_id", "uid", name="uq_events_company_id_uid"),
    )
    op.create_index("ix_events_client_id_starts_at", "events", ["client_id", "starts_at"])
    op.create_table(
        "interactions",
        sa.Column("id", BIG, nullable=False),
        sa.Column("company_id", BIG, nullable=False),
        sa.Column("client_id", BIG, nullable=False),
        sa.Column("ref", sa.Text(), nullable=True),
        sa.Column("type", sa.String(length=8), nullable=False),
        sa.Column("at", types.Instant(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=True),
        sa.Column("source", sa.String(length=8), server_default="company", nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name="fk_interactions_client_id_clients"),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name="fk_interactions_company_id_companies"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_interactions"),
        sa.UniqueConstraint("company_id", "ref", name="uq_interactions_company_id_ref"),
    )
    op.create_index("ix_interactions_client_id_at", "interactions", ["client_id", "at"])
    op.create_table(
        "payment_requests",
        sa.Column("id", BIG, nullable=False),
        sa.Column("company_id", BIG, nullable=False),
        sa.Column("client_id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=True),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), server_default="EUR", nullable=False),
        sa.Column("state", sa.String(length=11), server_default="open", nullable=False),
        sa.Column("stripe_id", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("expires_at", types.Instant(), nullable=True),
        sa.Column("ended_at", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_payment_requests_account_id_accounts"
        ),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name="fk_payment_requests_client_id_clients"),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name="fk_payment_requests_company_id_companies"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_payment_requests"),
        sa.UniqueConstraint("stripe_id", name="uq_payment_requests_stripe_id"),
        sa.UniqueConstraint("token", name="uq_payment_requests_token"),
    )
    op.create_index("ix_payment_requests_client_id_state", "payment_requests", ["client_id", "state"])
    op.create_table(
        "tries",
        sa.Column("id", BIG, nullable=False),
        sa.Column("company_id", BIG, nullable=False),
        sa.Column("address_key", sa.String(length=64), nullable=False),
        sa.Column("conversation", sa.Text(), server_default="", nullable=False),
        sa.Column("account_id", BIG, nullable=True),
        sa.Column("wrong", sa.Integer(), server_default="0", nullable=False),
        sa.Column("locked_until", types.Instant(), nullable=True),
        sa.Column("locked_in", sa.Text(), nullable=True),
        sa.Column("updated_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_tries_account_id_accounts"),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_tries_company_id_companies"),
        sa.PrimaryKeyConstraint("id", name="pk_tries"),
        sa.UniqueConstraint("address_key", "conversation", name="uq_tries_address_key_conversation"),
    )
    op.create_index("ix_tries_account_id_updated_at", "tries", ["account_id", "updated_at"])
    op.create_table(
        "chats",
        sa.Column("id", BIG, nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("chat", sa.Text(), nullable=False),
        sa.Column("company_id", BIG, nullable=True),
        sa.Column("document_id", BIG, nullable=True),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("blocked_at", types.Instant(), nullable=True),
        sa.Column("updated_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_chats_company_id_companies"),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name="fk_chats_document_id_documents"),
        sa.PrimaryKeyConstraint("id", name="pk_chats"),
        sa.UniqueConstraint("channel", "chat", name="uq_chats_channel_chat"),
    )
    op.create_table(
        "document_versions",
        sa.Column("id", BIG, nullable=False),
        sa.Column("company_id", BIG, nullable=False),
        sa.Column("document_id", BIG, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), server_default="", nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("net_cents", sa.BigInteger(), nullable=True),
        sa.Column("vat_cents", sa.BigInteger(), nullable=True),
        sa.Column("total_cents", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), server_default="EUR", nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("signable", sa.Boolean(), nullable=True),
        sa.Column("why_not", sa.String(length=16), nullable=True),
        sa.Column("source", sa.String(length=10), server_default="json", nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name="fk_document_versions_company_id_companies"
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name="fk_document_versions_document_id_documents"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_document_versions"),
        sa.UniqueConstraint("document_id", "version", name="uq_document_versions_document_id_version"),
    )
    op.create_table(
        "links",
        sa.Column("id", BIG, nullable=False),
        sa.Column("company_id", BIG, nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("document_id", BIG, nullable=True),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("ended_at", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_links_company_id_companies"),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name="fk_links_document_id_documents"),
        sa.PrimaryKeyConstraint("id", name="pk_links"),
        sa.UniqueConstraint("token", name="uq_links_token"),
    )
    op.create_index(
        "ix_links_company_id_document_id_ended_at", "links", ["company_id", "document_id", "ended_at"]
    )
    op.create_table(
        "outbox",
        sa.Column("id", BIG, nullable=False),
        sa.Column("company_id", BIG, nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("conversation", sa.Text(), nullable=True),
        sa.Column("account_id", BIG, nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("dedup", sa.String(length=120), nullable=False),
        sa.Column("reply", types.Json, nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("code_id", BIG, nullable=True),
        sa.Column("thread", types.Json, nullable=True),
        sa.Column("state", sa.String(length=8), server_default="due", nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("ready_at", types.Instant(), nullable=False),
        sa.Column("lease_until", types.Instant(), nullable=True),
        sa.Column("drop_at", types.Instant(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("arrived", sa.Integer(), server_default="0", nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.Column("sent_at", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_outbox_account_id_accounts"),
        sa.ForeignKeyConstraint(["code_id"], ["codes.id"], name="fk_outbox_code_id_codes"),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_outbox_company_id_companies"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("dedup", name="uq_outbox_dedup"),
    )
    op.create_index("ix_outbox_address", "outbox", ["address", "created_at"])
    op.create_index("ix_outbox_code_id", "outbox", ["code_id"])
    op.create_index("ix_outbox_conversation", "outbox", ["company_id", "channel", "conversation", "id"])
    op.create_index("ix_outbox_due", "outbox", ["state", "ready_at", "id"])
    op.create_index("ix_outbox_lane", "outbox", ["channel", "address", "state", "id"])
    op.create_table(
        "payment_request_lines",
        sa.Column("id", BIG, nullable=False),
        sa.Column("company_id", BIG, nullable=False),
        sa.Column("payment_request_id", BIG, nullable=False),
        sa.Column("document_id", BIG, nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("open_document_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name="fk_payment_request_lines_company_id_companies"
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name="fk_payment_request_lines_document_id_documents"
        ),
        sa.ForeignKeyConstraint(
            ["open_document_id"], ["documents.id"], name="fk_payment_request_lines_open_document_id_documents"
        ),
        sa.ForeignKeyConstraint(
            ["payment_request_id"],
            ["payment_requests.id"],
            name="fk_payment_request_lines_payment_request_id_payment_requests",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_payment_request_lines"),
        sa.UniqueConstraint("open_document_id", name="uq_payment_request_lines_open_document_id"),
    )
    op.create_index(
        "ix_payment_request_lines_payment_request_id", "payment_request_lines", ["payment_request_id"]
    )
    op.create_table(
        "payments",
        sa.Column("id", BIG, nullable=False),
        sa.Column("company_id", BIG, nullable=False),
        sa.Column("client_id", BIG, nullable=False),
        sa.Column("document_id", BIG, nullable=True),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), server_default="EUR", nullable=False),
        sa.Column("method", sa.String(length=16), server_default="transfer", nullable=False),
        sa.Column("state", sa.String(length=11), server_default="received", nullable=False),
        sa.Column("stripe_id", sa.Text(), nullable=True),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name="fk_payments_client_id_clients"),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_payments_company_id_companies"),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name="fk_payments_document_id_documents"),
        sa.PrimaryKeyConstraint("id", name="pk_payments"),
        sa.UniqueConstraint("company_id", "ref", name="uq_payments_company_id_ref"),
    )
    op.create_index("ix_payments_client", "payments", ["client_id", "state", "received_on", "amount_cents"])
    op.create_index("ix_payments_company_id_stripe_id", "payments", ["company_id", "stripe_id"])
    op.create_index("ix_payments_document", "payments", ["document_id", "state", "amount_cents"])
    op.create_table(
        "sessions",
        sa.Column("id", BIG, nullable=False),
        sa.Column("company_id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("client_id", BIG, nullable=True),
        sa.Column("document_id", BIG, nullable=True),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("first_outgoing", BIG, nullable=True),
        sa.Column("opened_at", types.Instant(), nullable=False),
        sa.Column("seen_at", types.Instant(), nullable=False),
        sa.Column("expires_at", types.Instant(), nullable=False),
        sa.Column("ended_at", types.Instant(), nullable=True),
        sa.Column("ended_by", sa.String(length=8), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_sessions_account_id_accounts"),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name="fk_sessions_client_id_clients"),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_sessions_company_id_companies"),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name="fk_sessions_document_id_documents"),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
    )
    op.create_index("ix_sessions_account", "sessions", ["account_id", "ended_at"])
    op.create_index(
        "ix_sessions_conversation", "sessions", ["company_id", "channel", "conversation", "ended_at"]
    )
    op.create_index("ix_sessions_expiry", "sessions", ["ended_at", "expires_at"])
    op.create_table(
        "annexes",
        sa.Column("id", BIG, nullable=False),
        sa.Column("company_id", BIG, nullable=False),
        sa.Column("document_version_id", BIG, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_annexes_company_id_companies"),
        sa.ForeignKeyConstraint(
            ["document_version_id"],
            ["document_versions.id"],
            name="fk_annexes_document_version_id_document_versions",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_annexes"),
        sa.UniqueConstraint(
            "document_version_id", "position", name="uq_annexes_document_version_id_position"
        ),
    )
    op.create_table(
        "tickets",
        sa.Column("id", BIG, nullable=False),
        sa.Column("company_id", BIG, nullable=False),
        sa.Column("document_version_id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("consents", types.Json, server_default=sa.text("'[]'"), nullable=False),
        sa.Column("created_at", types.Instant(), nullable=False),
        sa.Column("used_at", types.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_tickets_account_id_accounts"),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_tickets_company_id_companies"),
        sa.ForeignKeyConstraint(
            ["document_version_id"],
            ["document_versions.id"],
            name="fk_tickets_document_version_id_document_versions",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_tickets"),
        sa.UniqueConstraint("token", name="uq_tickets_token"),
    )
    op.create_index(
        "ix_tickets_document_version_id_account_id", "tickets", ["document_version_id", "account_id"]
    )
    op.create_table(
        "decisions",
        sa.Column("id", BIG, nullable=False),
        sa.Column("company_id", BIG, nullable=False),
        sa.Column("document_id", BIG, nullable=False),
        sa.Column("document_version_id", BIG, nullable=False),
        sa.Column("client_id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("ticket_id", BIG, nullable=False),
        sa.Column("decision", sa.String(length=8), nullable=False),
        sa.Column("signature_id", sa.String(length=40), nullable=True),
        sa.Column("at", types.Instant(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=8), server_default="decided", nullable=False),
        sa.Column("presented_sha256", sa.String(length=64), nullable=True),
        sa.Column("signed_sha256", sa.String(length=64), nullable=True),
        sa.Column("proof_sha256", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_decisions_account_id_accounts"),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name="fk_decisions_client_id_clients"),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_decisions_company_id_companies"),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name="fk_decisions_document_id_documents"),
        sa.ForeignKeyConstraint(
            ["document_version_id"],
            ["document_versions.id"],
            name="fk_decisions_document_version_id_document_versions",
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_decisions_ticket_id_tickets"),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
        sa.UniqueConstraint("document_id", name="uq_decisions_document_id"),
        sa.UniqueConstraint("signature_id", name="uq_decisions_signature_id"),
    )
    op.create_index("ix_decisions_client_id_at", "decisions", ["client_id", "at"])


def downgrade() -> None:
    op.drop_table("decisions")
    op.drop_table("tickets")
    op.drop_table("annexes")
    op.drop_table("sessions")
    op.drop_table("payments")
    op.drop_table("payment_request_lines")
    op.drop_table("outbox")
    op.drop_table("links")
    op.drop_table("document_versions")
    op.drop_table("chats")
    op.drop_table("tries")
    op.drop_table("payment_requests")
    op.drop_table("interactions")
    op.drop_table("events")
    op.drop_table("documents")
    op.drop_table("contracts")
    op.drop_table("contacts")
    op.drop_table("codes")
    op.drop_table("chat_links")
    op.drop_table("to_check")
    op.drop_table("talks")
    op.drop_table("staff")
    op.drop_table("ledger")
    op.drop_table("inbox")
    op.drop_table("files")
    op.drop_table("clients")
    op.drop_table("accounts")
    op.drop_table("telegram_files")
    op.drop_table("cursors")
    op.drop_table("companies")
