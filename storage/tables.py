"""Every table on one page.

Amounts are integer cents with a currency, dates are dates, instants are UTC. `company_id` stands on every row that
belongs to a company, so that each look-up is scoped in the query itself. Amounts, dates and file belong to the version
of a document; the document repeats those of its current version, so that lists and balances are one index read.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

from storage.types import Instant, Json

meta = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> Column[int]:
    # SQLite counts by itself only on INTEGER; PostgreSQL gets room to grow.
    return Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True)


def _ref(to: str, *, null: bool = False, name: str | None = None) -> Column[int]:
    kind = BigInteger().with_variant(Integer, "sqlite")
    return Column(name or f"{to[:-1]}_id", kind, ForeignKey(f"{to}.id"), nullable=null)


def _company(*, null: bool = False) -> Column[int]:
    kind = BigInteger().with_variant(Integer, "sqlite")
    return Column("company_id", kind, ForeignKey("companies.id"), nullable=null)


def _must(name: str, kind: Any, **options: Any) -> Column[Any]:
    return Column(name, kind, nullable=False, **options)


def _search() -> Column[str]:
    """What a search looks in: folded words, written with the row (storage/search.py)."""
    return _must("search", Text, server_default="")


# --- who

companies = Table(
    "companies",
    meta,
    _id(),
    _must("slug", String(20), unique=True),
    _must("name", Text),
    _must("email", Text),
    Column("phone", Text),
    _must("language", String(2), server_default="fr"),
    _must("timezone", Text, server_default="Europe/Paris"),
    Column("siren", Text),
    Column("iban", Text),
    Column("bic", Text),
    Column("account_holder", Text),
    Column("iban_changed_at", Instant),  # since when it is this one
    Column("iban_replaced_at", Instant),  # null while it has never been another
    Column("iban_told", BigInteger),  # storage/bank.py: who was told of it last; null when all were
    _must("options", Json),  # ["portal", "signature", "payment"]
    _must("form_of_address", String(4), server_default="vous"),
    _must("learning", Boolean, server_default=true()),  # what is picked of a "did you mean" is kept, masked
    _must("settings", Json, server_default=text("'{}'")),  # quiet hours, reminders, payment methods...
    Column("stripe_key", LargeBinary),  # encrypted
    Column("stripe_webhook_secret", LargeBinary),  # encrypted
    Column("as_of", Instant),  # the data are those of this moment
    Column("chain_broken_at", Instant),  # the ledger was found altered: nothing is sealed until it is whole
    _must("created_at", Instant),
)

staff = Table(
    "staff",
    meta,
    _id(),
    _company(),
    _must("name", Text),
    _must("address", Text),  # as recorded
    _must("address_norm", Text),  # handlers/rules/address.py: normal()
    _must("role", String(12)),  # admin, accountant, manager, sales, other
    Column("ended_at", Instant),
    UniqueConstraint("company_id", "address_norm"),
)

clients = Table(
    "clients",
    meta,
    _id(),
    _company(),
    _must("ref", Text),
    _must("name", Text),
    _must("name_norm", Text),  # folded, for look-ups
    _must("kind", String(8), server_default="B2B_FR"),
    Column("siren", Text),
    Column("address", Text),
    Column("phone", Text),
    Column("language", String(2)),
    Column("form_of_address", String(4)),
    _must("settings", Json, server_default=text("'{}'")),
    UniqueConstraint("company_id", "ref"),
    Index(None, "company_id", "name_norm"),
    Index(None, "company_id", "siren"),
)

client_words = Table(  # by which the team finds a client: words of its name, number, SIREN and contacts
    "client_words",
    meta,
    _id(),
    _company(),
    _ref("clients"),
    # Bytes in their order, so that the beginning of a word is a range of the index on both databases.
    _must("word", String(64).with_variant(String(64, collation="C"), "postgresql")),
    UniqueConstraint("client_id", "word"),
    Index(None, "company_id", "word", "client_id"),
)

accounts = Table(  # one e-mail address at one company: codes, tries, lock and sessions are its own
    "accounts",
    meta,
    _id(),
    _company(),
    _must("address", Text),  # as recorded: mail goes there
    _must("address_norm", Text),
    _must("created_at", Instant),
    UniqueConstraint("company_id", "address_norm"),
)

contacts = Table(  # ties an account to a client's file, with rights
    "contacts",
    meta,
    _id(),
    _company(),
    _ref("clients"),
    _ref("accounts"),
    Column("name", Text),
    _must("can_read", Boolean, server_default=true()),
    _must("can_pay", Boolean, server_default=false()),
    _must("can_sign", Boolean, server_default=false()),
    _must("can_notify", Boolean, server_default=true()),
    Column("ended_at", Instant),
    UniqueConstraint("client_id", "account_id"),
    Index(None, "account_id", "ended_at"),
)

links = Table(  # a company's or a document's link; an ended one still answers, in words
    "links",
    meta,
    _id(),
    _company(),
    _must("token", String(40), unique=True),
    _ref("documents", null=True),
    _must("created_at", Instant),
    Column("ended_at", Instant),
    Index(None, "company_id", "document_id", "ended_at"),
)

# --- what the company recorded

files = Table(  # one row a content, a company; the bytes are in the file store, by SHA-256
    "files",
    meta,
    _id(),
    _company(),
    _must("sha256", String(64)),
    _must("size", BigInteger),
    _must("media_type", Text),
    _must("stored_at", Instant),
    UniqueConstraint("company_id", "sha256"),
)

documents = Table(
    "documents",
    meta,
    _id(),
    _company(),
    _ref("clients"),
    _must("kind", String(11)),  # quote, invoice, credit_note
    _must("number", Text),  # as printed
    _must("number_norm", Text),  # handlers/rules/number.py: normal()
    _must("status", String(10)),  # draft, sent, accepted, refused, expired, replaced, issued, cancelled
    Column("decided_on", Date),
    Column("replaces", Text),  # the former number of a quote
    Column("invoice_id", BigInteger().with_variant(Integer, "sqlite"), ForeignKey("documents.id")),
    _must("version", Integer, server_default="1"),  # the current one; the columns below are its copy
    _must("label", Text, server_default=""),
    Column("issued_on", Date),
    Column("due_on", Date),
    Column("valid_until", Date),
    _must("total_cents", BigInteger),
    _must("currency", String(3), server_default="EUR"),
    Column("file_sha256", String(64)),
    Column("file_name", Text),
    # Sums of other rows, written only by storage/books.py: settle(), in the transaction that changed those rows.
    _must("paid_cents", BigInteger, server_default="0"),
    _must("credited_cents", BigInteger, server_default="0"),
    _must("in_progress_cents", BigInteger, server_default="0"),
    Column("paid_on", Date),
    _search(),  # label and number
    UniqueConstraint("company_id", "kind", "number"),
    Index("ix_documents_list", "client_id", "kind", "issued_on", "id"),
    Index("ix_documents_number", "client_id", "number_norm"),
    Index("ix_documents_company_number", "company_id", "number_norm"),
    # Plain and covering, on purpose: SQLite does not choose a partial one after ANALYZE.
    Index(
        "ix_documents_balance",
        "client_id",
        "kind",
        "status",
        "due_on",
        "total_cents",
        "paid_cents",
        "credited_cents",
        "in_progress_cents",
        "currency",
        "company_id",
    ),
    Index(None, "invoice_id"),
)

document_versions = Table(
    "document_versions",
    meta,
    _id(),
    _company(),
    _ref("documents"),
    _must("version", Integer),
    _must("label", Text, server_default=""),
    Column("issued_on", Date),
    Column("due_on", Date),
    Column("valid_until", Date),
    Column("net_cents", BigInteger),
    Column("vat_cents", BigInteger),
    _must("total_cents", BigInteger),
    _must("currency", String(3), server_default="EUR"),
    Column("file_sha256", String(64)),
    Column("file_name", Text),
    Column("signable", Boolean),
    Column("why_not", String(16)),
    _must("source", String(10), server_default="json"),
    _must("created_at", Instant),
    UniqueConstraint("document_id", "version"),
    Index(None, "file_sha256"),  # whose file is this?
)

annexes = Table(
    "annexes",
    meta,
    _id(),
    _company(),
    _ref("document_versions"),
    _must("position", Integer),
    _must("name", Text),
    _must("file_sha256", String(64)),
    UniqueConstraint("document_version_id", "position"),
)

payments = Table(  # negative for a refund
    "payments",
    meta,
    _id(),
    _company(),
    _ref("clients"),
    _ref("documents", null=True),
    _must("ref", Text),
    _must("received_on", Date),
    _must("amount_cents", BigInteger),
    _must("currency", String(3), server_default="EUR"),
    _must("method", String(16), server_default="transfer"),
    _must("state", String(11), server_default="received"),  # received, in_progress, held (a likely double)
    _must(
        "kind", String(12), server_default="payment"
    ),  # overpayment, refund, refund_back, dispute, dispute_back
    Column("stripe_id", Text),  # the payment intent, of what came back of it too
    _ref("payment_requests", null=True),  # that it answers; null for what an import brought
    _ref("reversals", null=True),  # that it is a movement of
    _must("created_at", Instant),
    _search(),  # reference, and the number of the invoice
    UniqueConstraint("company_id", "ref"),
    Index(  # covering, for the same sums
        "ix_payments_client",
        "client_id",
        "state",
        "received_on",
        "amount_cents",
        "currency",
        "company_id",
    ),
    Index("ix_payments_document", "document_id", "state", "amount_cents"),
    Index(None, "company_id", "stripe_id"),
    Index(None, "payment_request_id"),
    Index(None, "reversal_id"),
)

contracts = Table(
    "contracts",
    meta,
    _id(),
    _company(),
    _ref("clients"),
    _must("ref", Text),
    _must("label", Text),
    _must("status", String(10)),
    Column("starts_on", Date),
    Column("next_due_on", Date),
    _must("tacit_renewal", Boolean, server_default=false()),
    _search(),  # reference and label
    UniqueConstraint("company_id", "ref"),
    Index(None, "client_id", "next_due_on"),
)

events = Table(
    "events",
    meta,
    _id(),
    _company(),
    _ref("clients"),
    _must("uid", Text),
    _must("title", Text),
    _must("starts_at", Instant),
    Column("ends_at", Instant),
    Column("place", Text),
    _search(),  # title and place
    UniqueConstraint("company_id", "uid"),
    Index(None, "client_id", "starts_at"),
)

interactions = Table(
    "interactions",
    meta,
    _id(),
    _company(),
    _ref("clients"),
    Column("ref", Text),  # the company's own id; null for what the portal recorded
    _must("type", String(8)),  # note, email, call, meeting, other
    _must("at", Instant),
    _must("text", Text),
    Column("channel", String(8)),
    _must("source", String(8), server_default="company"),  # company, portal
    _search(),  # its text
    UniqueConstraint("company_id", "ref"),
    Index(None, "client_id", "at"),
)

to_check = Table(  # read, but not matched: for a person, shown to no client
    "to_check",
    meta,
    _id(),
    _company(),
    _must("file_sha256", String(64)),
    _must("name", Text),
    _must("reason", Text),
    _must("read", Json),
    _must("created_at", Instant),
    Column("done_at", Instant),
    UniqueConstraint("company_id", "file_sha256"),
)

# --- codes, locks, sessions

codes = Table(
    "codes",
    meta,
    _id(),
    _company(),
    _must("address_key", String(64)),  # HMAC of (company, normalised address): known and unknown alike
    _ref("accounts", null=True),  # null: no such account, the same words were said
    _must("purpose", String(80)),  # "login", or "sign:<version id>", ...
    _must("channel", String(8)),
    _must("conversation", Text),
    _must("pool", String(8)),  # "own" (linked chat, verified mail) or "stranger": two budgets
    Column("digest", String(64)),  # HMAC of (code, address key, purpose); null once used, ended or blanked
    _must("created_at", Instant),
    Column("handed_at", Instant),  # when the relay took the mail: validity runs from here
    Column("expires_at", Instant),
    Column("ended_at", Instant),
    Column("outbox_id", BigInteger().with_variant(Integer, "sqlite")),
    Index("ix_codes_live", "address_key", "purpose", "conversation", "id"),
    Index("ix_codes_budget", "address_key", "created_at"),
)

tries = Table(  # wrong codes and the lock: of an account, or the shadow counter of an unknown address
    "tries",
    meta,
    _id(),
    _company(),
    _must("address_key", String(64)),
    _must(
        "conversation", Text, server_default=""
    ),  # "" for the account; a conversation where LOCK_SCOPE says so
    _ref("accounts", null=True),
    _must("wrong", Integer, server_default="0"),
    Column("locked_until", Instant),
    Column("locked_in", Text),  # the conversation that caused it: it alone is told
    _must("updated_at", Instant),
    UniqueConstraint("address_key", "conversation"),
    Index(None, "account_id", "updated_at"),
)

sessions = Table(
    "sessions",
    meta,
    _id(),
    _company(),
    _ref("accounts"),
    _ref("clients", null=True),  # the file chosen; null until chosen, or for staff
    _ref("documents", null=True),  # the scope: null is everything, else this document alone (S9)
    _must("team", Boolean, server_default=false()),  # a role of the company, that reads any file
    _must("channel", String(8)),
    _must("conversation", Text),
    Column(
        "first_outgoing", BigInteger().with_variant(Integer, "sqlite")
    ),  # marks of older mails do not open it
    _must("opened_at", Instant),
    _must("seen_at", Instant),
    _must("expires_at", Instant),
    Column("ended_at", Instant),
    Column("ended_by", String(8)),  # client, idle, all, unlink, company
    Index("ix_sessions_conversation", "company_id", "channel", "conversation", "ended_at"),
    Index("ix_sessions_account", "account_id", "ended_at"),
    Index("ix_sessions_expiry", "ended_at", "expires_at"),
)

talks = Table(  # what we are in the middle of, in one conversation
    "talks",
    meta,
    _id(),
    _company(),
    _must("channel", String(8)),
    _must("conversation", Text),
    Column("address", Text),  # the address typed or written from; not an identity
    Column("language", String(2)),
    _must("state", Json),  # step, data, offered, pending: handlers/core/talk.py
    _must("updated_at", Instant),
    UniqueConstraint("company_id", "channel", "conversation"),
    Index(None, "updated_at"),
)

chats = Table(  # which company a chat is with now, and whether it still takes our messages
    "chats",
    meta,
    _id(),
    _must("channel", String(8)),
    _must("chat", Text),
    _company(null=True),
    _ref("documents", null=True),  # opened by a document's link
    Column("language", String(2)),
    Column("blocked_at", Instant),
    _must("updated_at", Instant),
    UniqueConstraint("channel", "chat"),
)

chat_links = Table(  # an account reached from a chat, by a code
    "chat_links",
    meta,
    _id(),
    _company(),
    _ref("accounts"),
    _must("channel", String(8)),
    _must("chat", Text),
    _must("linked_at", Instant),
    Column("ended_at", Instant),
    UniqueConstraint("account_id", "channel", "chat"),
    Index(None, "channel", "chat", "company_id"),
)

# --- in and out

inbox = Table(  # one row a message or event; the same key twice is the same message
    "inbox",
    meta,
    _id(),
    _company(null=True),
    _must("channel", String(8)),
    _must("key", String(96)),
    _must("received_at", Instant),
    _must("state", String(11), server_default="done"),  # due, taken, done, ignored, quarantine
    _must("attempts", Integer, server_default="0"),
    Column("ready_at", Instant),
    Column("lease_until", Instant),
    _must("lane", Text, server_default=""),  # messages of one lane are taken one at a time, in order
    Column("envelope", Json),  # peer, helo, mail from, recipient; what our own check found of the sender
    Column("raw", LargeBinary),
    Column("verdict", Json),  # what was made of it; the reason of a quarantine
    Column("done_at", Instant),
    UniqueConstraint("channel", "key"),
    Index("ix_inbox_due", "state", "ready_at", "id"),
    Index("ix_inbox_lane", "lane", "state", "id"),
)

outbox = Table(
    "outbox",
    meta,
    _id(),
    _company(),
    _must("channel", String(8)),
    _must("address", Text),  # the address on record, or a chat id
    Column("conversation", Text),
    _ref("accounts", null=True),
    _must("kind", String(10)),  # answer, menu, code, notice, company, broadcast
    _must("rank", Integer, server_default="0"),  # 1: written of our own accord, after what somebody waits for
    _must("dedup", String(120), unique=True),  # (inbound id, step): a replay writes it once
    _must("reply", Json),
    Column("secret", LargeBinary),  # a code, encrypted; blanked once sent or dropped
    Column("code_id", BigInteger().with_variant(Integer, "sqlite"), ForeignKey("codes.id")),
    Column("thread", Json),  # subject, in_reply_to, references of the mail it answers
    _must("state", String(8), server_default="due"),  # due, taken, sent, failed, dropped
    _must("created_at", Instant),
    _must("ready_at", Instant),
    Column("lease_until", Instant),
    Column("drop_at", Instant),  # a code mail is never delivered dead
    _must("attempts", Integer, server_default="0"),
    Column("last_error", Text),
    _must(
        "arrived", Integer, server_default="0"
    ),  # messages of it a chat has: one cut off goes on from there
    Column("provider_id", Text),  # Telegram's message id, or what the relay said in its 250
    Column("sent_at", Instant),
    Column("outcome", String(10)),  # what was heard of it since: bounced, delayed, delivered, complaint
    Index("ix_outbox_due", "state", "rank", "ready_at", "id"),
    Index("ix_outbox_conversation", "company_id", "channel", "conversation", "id"),
    Index("ix_outbox_address", "address", "created_at"),  # budgets: how many went there of late
    Index(None, "code_id"),  # SQLite looks here when a code is written or forgotten
    Index(None, "account_id", "id"),  # what went to the people of a file of late
    Index("ix_outbox_lane", "channel", "address", "state", "id"),  # one at a time to an address, in order
)

telegram_files = Table(  # a file Telegram already holds is sent again by its id; valid for one bot only
    "telegram_files",
    meta,
    _id(),
    _must("bot_id", BigInteger),
    _must("sha256", String(64)),
    _must("name", Text),
    _must("file_id", Text),
    UniqueConstraint("bot_id", "sha256", "name"),
)

cursors = Table(  # how far a source was read: the update offset, an IMAP UID
    "cursors",
    meta,
    _must("source", String(120), primary_key=True),
    _must("value", Text),
    _must("updated_at", Instant),
)

suppressions = Table(  # accounts whose mail bounced or was complained about: handlers/rules/bounces.py
    "suppressions",
    meta,
    Column(
        "account_id",
        BigInteger().with_variant(Integer, "sqlite"),
        ForeignKey("accounts.id"),
        primary_key=True,
        autoincrement=False,
    ),
    _company(),
    _must("points", Integer),
    Column("bounced_at", Instant),
    _must("reason", String(10)),  # hard, soft, complaint, or "" while the points are few
    Column("since", Instant),
    Column("until", Instant),  # null: until it is lifted
    Column("tried_at", Instant),
    Column("told_at", Instant),
)

mailbox_tokens = Table(  # of the provider of a mailbox that is read
    "mailbox_tokens",
    meta,
    _must("mailbox", String(64), primary_key=True),  # a digest: mail_gateway/imap_url.py
    _must("sealed", LargeBinary),  # encrypted
    _must("updated_at", Instant),
)

# --- deciding, paying, remembering

tickets = Table(  # one attempt to decide one version of a quote, from one conversation, once
    "tickets",
    meta,
    _id(),
    _company(),
    _ref("document_versions"),
    _ref("accounts"),
    _must("verb", String(6), server_default="accept"),  # accept, refuse
    _must("channel", String(8)),
    _must("conversation", Text),
    _must("language", String(2), server_default="fr"),  # in which the boxes were shown
    _must("consents", Json, server_default=text("'[]'")),  # name, text, ticked
    _must("created_at", Instant),
    Column("used_at", Instant),
    Column("ended_at", Instant),  # another attempt took its place
    Index(None, "document_version_id", "account_id"),
)

decisions = Table(
    "decisions",
    meta,
    _id(),
    _company(),
    _ref("documents"),
    _ref("document_versions"),
    _ref("clients"),
    _ref("accounts"),
    _ref("tickets"),
    _must("decision", String(8)),  # accepted, refused
    Column("signature_id", String(40), unique=True),
    _must("at", Instant),
    Column("reason", Text),
    Column("comment", Text),
    _must("state", String(8), server_default="decided"),  # decided, sealed, done
    Column("presented_sha256", String(64)),
    Column("signed_sha256", String(64)),
    Column("proof_sha256", String(64)),
    Column("withdrawn_at", Instant),  # a consumer went back on the order
    Column("ready_at", Instant),  # from when on it may be sealed (again); null: nothing is to do
    _must("attempts", Integer, server_default="0"),  # to do what its state says is next
    Column("last_error", Text),
    Column("aside_at", Instant),  # given up: a person looks at it
    _must("held", Boolean, server_default=false()),  # a dispute: nothing of it is erased
    Column("erased_at", Instant),  # after the legal delay
    UniqueConstraint("document_id"),  # a decided quote is not decided again
    Index(None, "client_id", "at"),
    Index(None, "ticket_id"),  # SQLite looks here when an attempt is written
    Index(None, "state", "ready_at"),
    Index(None, "presented_sha256"),
    Index(None, "signed_sha256"),
    Index(None, "proof_sha256"),
)

payment_requests = Table(  # one row = one Stripe session
    "payment_requests",
    meta,
    _id(),
    _company(),
    _ref("clients"),
    _ref("accounts", null=True),
    _must("channel", String(8), server_default=""),  # where it was asked for
    _must("conversation", Text, server_default=""),
    _must("amount_cents", BigInteger),
    _must("currency", String(3), server_default="EUR"),
    _must("state", String(11), server_default="open"),  # open, in_progress, paid, expired, failed
    Column("stripe_id", Text, unique=True),  # of the session
    Column("url", Text),
    _must("created_at", Instant),
    Column("expires_at", Instant),
    Column("ended_at", Instant),  # when it left "open" for good
    Column("looked_at", Instant),  # when the provider was last asked about it
    _must("closed", Boolean, server_default=false()),  # its session is known to be over at the provider
    Index(None, "client_id", "state"),
    Index(None, "state", "looked_at"),
)

payment_request_lines = Table(
    "payment_request_lines",
    meta,
    _id(),
    _company(),
    _ref("payment_requests"),
    _ref("documents"),
    _must("amount_cents", BigInteger),
    # The invoice while this request is open, else null: so one invoice has one open request.
    Column(
        "open_document_id",
        BigInteger().with_variant(Integer, "sqlite"),
        ForeignKey("documents.id"),
        unique=True,
    ),
    Index(None, "payment_request_id"),
)

reversals = (
    Table(  # a refund or a dispute of a payment: its movements are worked out from these facts, in any order
        "reversals",
        meta,
        _id(),
        _company(),
        _ref("clients", null=True),  # null until the payment is known
        _must("kind", String(7)),  # refund, dispute
        _must("stripe_id", Text),
        _must("stripe_payment_id", Text),
        _must("amount_cents", BigInteger),
        _must("currency", String(3)),
        _must("created_at", Instant),
        Column("out_at", Instant),  # the money left
        Column("back_at", Instant),  # it came back: the refund failed, the dispute was won
        Column("over_at", Instant),  # a dispute that is decided
        UniqueConstraint("company_id", "stripe_id"),
        Index(None, "company_id", "stripe_payment_id"),
        Index(None, "client_id"),
    )
)

payments_to_check = Table(  # what the provider told and no request explains: for a person
    "payments_to_check",
    meta,
    _id(),
    _company(),
    _ref("payment_requests", null=True),
    _must("key", Text),  # what it is about, once
    _must("why", String(16)),  # unknown_session, unknown_payment, amount, currency
    _must("told", Json),
    _must("created_at", Instant),
    Column("done_at", Instant),
    UniqueConstraint("company_id", "key"),
    Index(None, "company_id", "done_at"),
    Index(None, "payment_request_id"),  # SQLite looks here when a request is written
)

# --- what we write of our own accord

broadcasts = Table(  # one sending of a company to its clients: storage/broadcasts.py
    "broadcasts",
    meta,
    _id(),
    _company(),
    _must("kind", String(8)),  # announce, news
    _must("asked", Json),  # which documents or clients
    _must("text", Json),  # of news: {"fr": ..., "en": ...}
    _must("asked_by", Text),
    _must("created_at", Instant),
    Column("planned_at", Instant),  # each recipient has its notice
    Column("finished_at", Instant),  # each notice has left, or will not
    Index(None, "company_id", "id"),
    Index(None, "finished_at"),
)

notices = Table(  # one thing told, or not, to one person on one channel
    "notices",
    meta,
    _id(),
    _company(),
    _ref("broadcasts", null=True),
    _ref("clients"),
    _ref("accounts"),
    _must("channel", String(8)),
    _must("key", String(120)),  # handlers/rules/notices.py: what it says, once
    _must("kind", String(8)),  # announce, remind, news: what can be stopped
    _must("what", String(20)),  # invoice, quote, news, before, due, late_1, renewal, appointment...
    _ref("documents", null=True),
    _ref("document_versions", null=True, name="version_id"),
    _must("state", String(8)),  # planned, sent, skipped
    _must("reason", String(20), server_default=""),  # why it is skipped
    _must("created_at", Instant),
    _must("ready_at", Instant),  # not before
    Column("outbox_id", BigInteger().with_variant(Integer, "sqlite")),
    Column("outcome", String(10)),  # what was heard of it: as in the outbox, whose rows go sooner
    UniqueConstraint("account_id", "channel", "key"),
    Index(None, "company_id", "broadcast_id"),
    Index(None, "document_id"),
    Index(None, "state", "ready_at"),
    Index(None, "outbox_id"),
)

optouts = Table(  # who wants no more of a kind on a channel
    "optouts",
    meta,
    _id(),
    _company(),
    _ref("accounts"),
    _must("kind", String(8)),  # announce, remind, news
    _must("channel", String(8)),
    _must("since", Instant),
    _must("how", String(8)),  # word, link, post, command
    UniqueConstraint("account_id", "kind", "channel"),
)

pauses = Table(  # no reminder goes out of a document: what its client said
    "pauses",
    meta,
    _id(),
    _company(),
    _ref("clients"),
    _ref("documents"),
    _ref("accounts"),
    _must("kind", String(8)),  # promise, paid, disagree
    Column("until", Date),
    _must("text", Text),  # the client's words
    _must("created_at", Instant),
    Column("ended_at", Instant),
    Index(None, "document_id", "ended_at"),
    Index(None, "client_id", "ended_at"),
)

document_views = Table(  # a document went to one of its client's people who asked for it
    "document_views",
    meta,
    _id(),
    _company(),
    _ref("clients"),
    _ref("documents"),
    _ref("accounts"),
    _must("channel", String(8)),
    _must("at", Instant),
    Index(None, "document_id", "at"),
    Index(None, "company_id", "at"),
)

deposits = Table(  # a PDF that the team sent to the company's deposit address
    "deposits",
    meta,
    _id(),
    _company(),
    _must("file_sha256", String(64)),
    _must("name", Text),
    _must("sender", Text),  # its address
    _must("read", Json),
    _must("state", String(9)),  # asked, announced, aside, refused
    _must("why", Text, server_default=""),
    Column("inbox_id", BigInteger().with_variant(Integer, "sqlite")),
    _ref("documents", null=True),
    _must("created_at", Instant),
    Column("done_at", Instant),
    UniqueConstraint("company_id", "file_sha256"),
)

picks = Table(  # of a "did you mean": masked, of a company, never of a client or an account
    "picks",
    meta,
    _id(),
    _company(),
    _must("at", Instant),
    _must("language", String(2)),
    _must("text", String(200)),  # handlers/core/picks.py: MOST
    _must("offered", Json),  # intents
    _must("taken", String(32)),  # one of them, or "other"
    Index(None, "company_id", "at"),
    Index(None, "at"),
)

ledger = Table(  # append only: one chain a company, audit entries are kinds of it
    "ledger",
    meta,
    _id(),
    _company(),
    _must("seq", BigInteger),
    _must("at", Instant),
    _must("kind", String(40)),
    _must("actor", Text),
    Column("role", String(12)),
    Column("subject", Text),
    Column("payload", Json),  # erased after the legal delay; its salted hash stays
    Column("salt", String(32)),
    _must("payload_hash", String(64)),
    _must("prev_hash", String(64)),
    _must("hash", String(64)),
    UniqueConstraint("company_id", "seq"),
    Index(None, "company_id", "kind", "seq"),
    Index(None, "company_id", "subject", "seq"),
    CheckConstraint("seq > 0", name="seq_positive"),
)
