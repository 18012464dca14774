"""All that the inside asks of the outside world. storage/ implements it, on SQLite and on PostgreSQL.

Every method runs in the one transaction of the turn (`Work`), is synchronous, and never commits. Look-ups are scoped
by company and client in the query itself: a method that takes a `Client` finds nothing of another client. Amounts are
integer cents, instants are aware and UTC. A broken database raises; a thing not found is None or an empty page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from handlers.core.deposited import Deposit, Pdf, Seen
from handlers.core.turn import Choice, Document, Reply
from handlers.rules.bounces import Standing
from handlers.rules.card import (
    Contact,
    Contract,
    Delivery,
    Details,
    Event,
    Interaction,
    Looked,
    Movement,
    Moves,
    Statement,
)
from handlers.rules.happened import Happened
from handlers.rules.lock import Tries
from handlers.rules.notices import Pause, Reach, Ways
from handlers.rules.paper import Access, Account, Annex, Balance, Client, Company, Page, Paper, Wanted
from handlers.rules.paying import Bank, Line, PaymentNews, PayRequest, Settled
from handlers.rules.signing import Consent, Decision, Known, Offer, Outcome, Ticket, Verb


@dataclass(frozen=True)
class Target:
    """What a link leads to."""

    company: Company
    document_id: int | None  # None: the whole company
    ended: bool


@dataclass(frozen=True)
class Origin:
    """One outgoing mail, as its reply address or Message-ID names it."""

    outgoing: int
    company_id: int
    account_id: int | None
    address: str
    conversation: str | None
    kind: str
    left_at: datetime  # when it was sent, else written


@dataclass(frozen=True)
class Mailed:
    """One outgoing mail, whatever became of it. `account`: None for one to the company, or to a stranger."""

    company: Company
    account: Account | None
    kind: str
    left_at: datetime
    chat: str | None = None  # of a code: the Telegram chat that asked for it


@dataclass(frozen=True)
class LiveCode:
    id: int
    outgoing: int | None
    expires_at: datetime | None  # None: not yet handed to the relay
    created_at: datetime


@dataclass(frozen=True)
class Session:
    id: int
    account: Account
    client_id: int | None  # the file chosen
    document_id: int | None  # the scope; None is everything
    channel: str
    conversation: str
    first_outgoing: int | None  # an older mark does not open it
    opened_at: datetime
    seen_at: datetime
    expires_at: datetime
    team: bool = False  # opened with a role of the company, to read any client's file


@dataclass
class Talk:
    """What we are in the middle of, in one conversation. Changed in place by the turn, saved with it."""

    id: int | None = None
    address: str | None = None  # typed or written from; not an identity
    language: str | None = None
    state: dict[str, Any] = field(default_factory=dict)  # JSON only


class Companies(Protocol):
    def by_id(self, id: int) -> Company: ...
    def by_slug(self, slug: str) -> Company | None: ...
    def by_link(self, token: str) -> Target | None: ...
    def link(self, company: Company, document_id: int | None = None) -> str:
        """The token of the live link, made on first use."""
        ...

    def kind(self, company: Company, document_id: int) -> str | None:
        """Of one of this company's documents: what a link leads to, before anybody is known."""
        ...

    def oldest(self) -> Company | None:
        """The first company recorded: what is said at no company's door is written under it."""
        ...


class Accounts(Protocol):
    def key(self, company: Company, address_norm: str) -> str:
        """The HMAC under which codes and tries of an address are kept, whether it is known or not."""
        ...

    def at(self, company: Company, address_norm: str) -> Account | None:
        """The account, if it is a contact of at least one client of this company, or has one of the four roles."""
        ...

    def by_id(self, company: Company, id: int) -> Account | None: ...
    def files(self, account: Account) -> tuple[Access, ...]:
        """The clients' files this account opens, by name."""
        ...

    def remember_language(self, access: Access, language: str) -> None: ...
    def role(self, company: Company, address_norm: str) -> str | None:
        """The role of a listed member of the team at this address (admin... other); None when there is none."""
        ...


class Codes(Protocol):
    """One-time codes and wrong tries. A code is kept as an HMAC only; in clear it exists in the turn alone."""

    def mailed(self, key: str, purpose: str, pool: str, since: datetime) -> list[datetime]: ...
    def issue(
        self,
        company: Company,
        key: str,
        account: Account | None,
        purpose: str,
        channel: str,
        conversation: str,
        pool: str,
        code: str,
        now: datetime,
    ) -> int:
        """Keep a new code; the former of the same key, purpose and conversation dies. Returns its id."""
        ...

    def live(self, key: str, purpose: str, conversation: str) -> LiveCode | None:
        """The last code of this conversation, used or ended ones apart; it may have expired."""
        ...

    def right(self, id: int, key: str, purpose: str, typed: str) -> bool:
        """Does it match, in constant time? False for the code of an unknown address."""
        ...

    def end(self, id: int, now: datetime) -> None: ...
    def tries(self, key: str, conversation: str = "") -> Tries:
        """Locked for the rest of the transaction (FOR UPDATE): two tries at once count twice."""
        ...

    def keep_tries(
        self,
        company: Company,
        key: str,
        account: Account | None,
        tries: Tries,
        now: datetime,
        conversation: str = "",
    ) -> None: ...


class Sessions(Protocol):
    def find(self, company: Company, channel: str, conversation: str) -> Session | None:
        """The session not ended; it may have expired."""
        ...

    def open(
        self,
        account: Account,
        channel: str,
        conversation: str,
        first_outgoing: int | None,
        document_id: int | None,
        client_id: int | None,
        now: datetime,
        expires_at: datetime,
        team: bool = False,
    ) -> Session:
        """Ends the former session of this conversation."""
        ...

    def touch(self, session: Session, now: datetime, expires_at: datetime) -> None: ...
    def choose(self, session: Session, client: Client | None, team: bool = False) -> Session:
        """The file that is looked at from now on; None: to be chosen again."""
        ...

    def listed(self, account: Account, now: datetime) -> list[Session]:
        """Those still open, in any conversation, newest first."""
        ...

    def end(self, session: Session, by: str, now: datetime) -> None: ...
    def end_all(self, account: Account, by: str, now: datetime) -> int: ...
    def expired(self, now: datetime, limit: int = 100) -> list[tuple[Company, Session]]:
        """Sessions past their time and not ended, oldest first; claimed by this transaction (SKIP LOCKED)."""
        ...


class Talks(Protocol):
    def load(self, company: Company, channel: str, conversation: str) -> Talk: ...
    def save(self, company: Company, channel: str, conversation: str, talk: Talk, now: datetime) -> None: ...


@dataclass(frozen=True)
class Chat:
    """Where a Telegram chat stands."""

    company: Company | None
    document_id: int | None
    language: str | None
    blocked_at: datetime | None = None


class Chats(Protocol):
    def load(self, channel: str, chat: str) -> Chat | None: ...
    def save(
        self,
        channel: str,
        chat: str,
        company: Company | None,
        document_id: int | None,
        language: str | None,
        now: datetime,
    ) -> None: ...
    def companies(self, channel: str, chat: str) -> tuple[Company, ...]:
        """Those this chat has been linked with, by name."""
        ...

    def link(self, account: Account, channel: str, chat: str, now: datetime) -> bool:
        """True when it was not linked before."""
        ...

    def linked(self, account: Account, channel: str, chat: str) -> bool: ...
    def of(self, account: Account, channel: str) -> tuple[str, ...]:
        """The chats linked with this account, the latest first."""
        ...

    def unlink(self, account: Account, now: datetime, chat: str | None = None) -> int:
        """End every link of this account with a chat, or with this one; a code links anew. Returns how many."""
        ...

    def block(self, channel: str, chat: str, now: datetime | None) -> None: ...
    def move(self, channel: str, old: str, new: str) -> None:
        """The chat got another id (a migration): rows follow."""
        ...


class Books(Protocol):
    """What clients may see: quotes sent or decided, invoices issued, credit notes. Never a draft."""

    def find(
        self, client: Client, wanted: Wanted, today: date, offset: int = 0, limit: int = 5
    ) -> Page[Paper]:
        """Newest first."""
        ...

    def by_id(self, client: Client, id: int) -> Paper | None: ...
    def nearest_number(self, client: Client, number_norm: str, kinds: Sequence[str] = ()) -> Paper | None:
        """A document whose number looks like this one (one digit off, or the same ending), never another client's."""
        ...

    def annexes(self, client: Client, document_id: int) -> tuple[Annex, ...]: ...
    def balance(self, client: Client, today: date) -> Balance: ...
    def movements(
        self, client: Client, moves: Moves, today: date, offset: int = 0, limit: int = 5
    ) -> Page[Movement]:
        """Newest first; `total_cents` is the sum of all that was found, `left_cents` what is left on the invoices."""
        ...

    def statement(self, client: Client, start: date, end: date, most: int) -> Statement:
        """In the currency of the balance; at most the `most` newest movements of the period."""
        ...


class Cards(Protocol):
    """What else the company recorded on a client's file."""

    def details(self, client: Client) -> Details: ...
    def contracts(self, client: Client, looked: Looked, offset: int = 0, limit: int = 5) -> Page[Contract]:
        """Active ones first, by next due date."""
        ...

    def events(
        self, client: Client, looked: Looked, now: datetime, zone: str, offset: int = 0, limit: int = 5
    ) -> Page[Event]:
        """Upcoming (not yet over): the next one first. Past, or all: the latest first."""
        ...

    def interactions(
        self, client: Client, looked: Looked, zone: str, offset: int = 0, limit: int = 5
    ) -> Page[Interaction]:
        """Newest first."""
        ...


class Team(Protocol):
    """What the company's own people may look up: any client of their company, and never a change."""

    def role(self, account: Account) -> str | None:
        """One of admin, accountant, manager, sales; None for any other role, and for nobody."""
        ...

    def find_clients(self, company: Company, words: str, offset: int = 0, limit: int = 5) -> Page[Client]:
        """By name, number, SIREN, e-mail address or name of a contact: each word folded, whole or its beginning."""
        ...

    def client(self, company: Company, id: int) -> Client | None: ...
    def owner(self, company: Company, document_id: int) -> Client | None:
        """Whose document it is, where that client may see it."""
        ...

    def papers(self, company: Company, number_norm: str, limit: int = 5) -> list[tuple[Client, Paper]]:
        """The documents of this number, whole, that their clients may see: never a draft."""
        ...

    def contacts(self, client: Client, now: datetime) -> tuple[Contact, ...]: ...
    def deliveries(self, client: Client, document_id: int) -> tuple[Delivery, ...]:
        """Latest first, at most 10."""
        ...

    def happened(self, company: Company, since: datetime, until: datetime, today: date) -> Happened: ...


class Signing(Protocol):
    """Quotes that are decided. Each method that changes something writes its entries to the company's ledger too."""

    def offer(self, client: Client, document_id: int) -> Offer | None:
        """The current version of one of this client's quotes, whatever its status; None for what is no quote of theirs,
        or a draft."""
        ...

    def shown(self, client: Client, offer: Offer, channel: str, conversation: str, now: datetime) -> None:
        """Its file and its annexes go out with this answer: `document.shown`."""
        ...

    def open(
        self,
        client: Client,
        offer: Offer,
        account: Account,
        verb: Verb,
        channel: str,
        conversation: str,
        consents: Sequence[Consent],
        now: datetime,
        language: str = "",
    ) -> Ticket:
        """A new attempt; it ends every other one of this account on this quote, in any conversation. `language`: in
        which the boxes are shown and the proof will be written; "" for that of the client's file."""
        ...

    def ticket(
        self, client: Client, account: Account, id: int, channel: str, conversation: str
    ) -> Ticket | None:
        """One that is neither used nor ended, from the very conversation that opened it."""
        ...

    def tick(self, client: Client, ticket: Ticket, consents: Sequence[Consent], now: datetime) -> Ticket:
        """The boxes as they stand now; a box newly ticked is `consent.given`, with its exact text."""
        ...

    def entry(
        self,
        client: Client,
        ticket: Ticket,
        kind: str,
        now: datetime,
        payload: Mapping[str, Any] | None = None,
    ) -> None:
        """`code.issued`, `code.failed`, `code.verified`, `mail.received`...: what happened in this attempt."""
        ...

    def decide(
        self,
        client: Client,
        ticket: Ticket,
        outcome: Outcome,
        now: datetime,
        reason: str = "",
        comment: str = "",
    ) -> Decision | None:
        """Use the ticket: the decision, the status of the quote, `quote.accepted` or `quote.refused`, and the work that
        seals it. None when this version is no longer the current one, or is decided or expired: nothing is changed.
        Raises ClockBehind where `now` is before the last entry of the company's ledger."""
        ...

    def decision(self, client: Client, document_id: int) -> Decision | None: ...
    def decisions(self, client: Client, limit: int = 20) -> tuple[Decision, ...]:
        """Newest first."""
        ...

    def withdraw(self, client: Client, decision: Decision, now: datetime) -> bool:
        """A consumer goes back on an order within 14 days (`contract.withdrawn`); False when it was done before."""
        ...

    def known(self, sha256: str) -> Known | None:
        """What anybody's file is, in this installation."""
        ...


class Payments(Protocol):
    """What is paid through the provider: payments-and-law.md section 11, rules 1 to 13, names each rule kept here."""

    def payable(
        self, client: Client, today: date, document_ids: Sequence[int] | None = None
    ) -> tuple[Paper, ...]:
        """Issued invoices of this client (of these, where named) with more left than is in progress: the oldest due
        first."""
        ...

    def request(
        self,
        client: Client,
        account: Account,
        lines: Sequence[Line],
        currency: str,
        channel: str,
        conversation: str,
        now: datetime,
        expires_at: datetime,
    ) -> PayRequest:
        """The open one of the very same lines and amounts, while it lasts; else a new one. Every other open request
        that shares an invoice ends ("expired"), to be closed at the provider too. Two callers get the same one. Raises
        LookupError where a line is for more than is due: read what is payable in this transaction."""
        ...

    def by_id(self, company: Company, id: int) -> PayRequest | None: ...
    def settle(self, news: PaymentNews, now: datetime) -> Settled:
        """What the provider told, into the books: any order, any number of times, never backwards from paid. Money that
        came is always recorded; what cannot be matched is kept to be checked by a person ("odd"). Writes
        `payment.confirmed`, `payment.failed`, `payment.refunded`, `payment.disputed` to the company's ledger."""
        ...

    def disputed(self, client: Client) -> frozenset[int]:
        """The invoices whose payment is disputed and not decided: no reminder is sent of them."""
        ...

    def online(self, company: Company) -> bool:
        """Has it a key of the provider?"""
        ...

    def bank(self, company: Company) -> Bank | None:
        """Where a transfer goes; None where holder or IBAN is not recorded."""
        ...


class Interactions(Protocol):
    def record(self, client: Client, type: str, text: str, at: datetime, channel: str) -> None: ...


class Audit(Protocol):
    def write(
        self,
        company: Company,
        kind: str,
        actor: str,
        at: datetime,
        subject: str | None = None,
        role: str | None = None,
        payload: Mapping[str, Any] | None = None,
    ) -> None:
        """Append to the company's chain. Never a code, a token or the text of a message."""
        ...


class Picks(Protocol):
    def keep(
        self, company: Company, language: str, text: str, offered: Sequence[str], taken: str, now: datetime
    ) -> None:
        """What was taken of a "did you mean", an intent or "other": the masked text, of nobody."""
        ...


class Inbox(Protocol):
    def accept(self, channel: str, key: str, now: datetime, company_id: int | None = None) -> bool:
        """Make the row of a message or event; False when this key was taken before."""
        ...

    def done(self, id: int, verdict: Mapping[str, Any], now: datetime) -> bool:
        """Mark a stored raw mail as taken; False when it was done before (a second worker, a replay)."""
        ...

    def answered(self, address: str, since: datetime, conversation: str | None = None) -> list[datetime]:
        """When answers went to this address since then, or there in this conversation, newest first: the budget against
        loops (R33, R42)."""
        ...


class Outbox(Protocol):
    def put(
        self,
        company: Company,
        channel: str,
        address: str,
        reply: Reply,
        now: datetime,
        *,
        dedup: str,
        conversation: str | None = None,
        account: Account | None = None,
        thread: Mapping[str, Any] | None = None,
        secret: str | None = None,
        code_id: int | None = None,
        drop_at: datetime | None = None,
        ready_at: datetime | None = None,
    ) -> int:
        """Write what is to leave (not before `ready_at`), once per `dedup`; returns its row id.

        `secret` is kept encrypted and blanked once sent: the text of such a reply holds the literal "{code}" and
        "{heure}", filled in at delivery.
        """
        ...

    def origin(self, outgoing: int) -> Origin | None: ...
    def offered(self, outgoing: int) -> tuple[Choice, ...]:
        """The choices under one of our messages."""
        ...

    def last_sent(self, company: Company, channel: str, conversation: str, kind: str) -> str | None:
        """The provider's id of our last message of this kind there: the menu to edit in place."""
        ...

    def last_answer(self, account: Account, channel: str, conversation: str, since: datetime) -> Reply | None:
        """The last answer written to this account in this conversation since then."""
        ...

    def count(self, company: Company, address: str, kind: str, since: datetime) -> int:
        """How many of this kind went to this address since then; "" counts all addresses."""
        ...


class Bounces(Protocol):
    """What became of the mails that left, and how mail to an account fares."""

    def mail(self, outgoing: int) -> Mailed | None: ...
    def mark(self, outgoing: int, outcome: str) -> None:
        """What was heard of it; one that bounced or was complained about stays so."""
        ...

    def standing(self, account: Account) -> Standing:
        """Locked for the rest of the transaction (FOR UPDATE)."""
        ...

    def keep(self, account: Account, standing: Standing) -> None: ...
    def lift(self, account: Account) -> None:
        """Forget it all."""
        ...


class Notices(Protocol):
    """What is told of our own accord, once: who is to be reached, what they stopped, what was told."""

    def ways(self, company: Company) -> Ways: ...
    def reaches(self, client: Client, now: datetime) -> tuple[Reach, ...]:
        """The contacts with the right "notify", by id."""
        ...

    def hold(self, client: Client, documents: Sequence[int]) -> bool:
        """Payments, promises and the like of this client, and who stops, wait for the end of this transaction: what is
        read from now on stays so. False where one of them is under way: nothing waits for it."""
        ...

    def tell(
        self,
        reach: Reach,
        channel: str,
        address: str,
        reply: Reply,
        key: str,
        kind: str,
        what: str,
        now: datetime,
        ready_at: datetime,
        *,
        document: Paper | None = None,
        broadcast_id: int | None = None,
    ) -> bool:
        """The notice and its row of the outbox, of kind "broadcast"; False where this key was told before. What was
        skipped, or did not leave, may be told again. The reply gets what unsubscribes from it."""
        ...

    def skip(
        self,
        reach: Reach,
        channel: str,
        key: str,
        kind: str,
        what: str,
        reason: str,
        now: datetime,
        *,
        document: Paper | None = None,
        broadcast_id: int | None = None,
    ) -> None:
        """Keep why it was not told; what was told stays so."""
        ...

    def about(self, outgoing: int) -> int | None:
        """The document that a row of the outbox told of."""
        ...

    def stop(
        self, account: Account, kinds: Sequence[str], channels: Sequence[str], how: str, now: datetime
    ) -> None:
        """What waits to leave (for the end of quiet hours) does not leave any more."""
        ...

    def resume(self, account: Account, kinds: Sequence[str], channels: Sequence[str]) -> None: ...
    def stopped(self, account: Account) -> frozenset[tuple[str, str]]:
        """(kind, channel)"""
        ...

    def fell_back(self, account: Account, since: datetime) -> bool:
        """Was something not told on Telegram since then, because each of their chats blocked us?"""
        ...

    def pause(
        self,
        client: Client,
        document_id: int,
        account: Account,
        kind: str,
        until: date | None,
        text: str,
        now: datetime,
    ) -> None:
        """No reminder goes out of this document; ends the former pause of it. Raises LookupError for a document that is
        not this client's."""
        ...

    def unpause(self, client: Client, document_id: int, now: datetime) -> bool:
        """False where it was not paused."""
        ...

    def paused(self, client: Client, today: date) -> Mapping[int, Pause]:
        """By document."""
        ...


class Deposits(Protocol):
    """PDFs that the team sends to the deposit address of its company."""

    def sender(self, company: Company, address_norm: str) -> str | None:
        """The address on record of whoever writes for the company: its own, or that of a member of its team whose role
        gets in (Team.role)."""
        ...

    def look(self, company: Company, pdf: Pdf, now: datetime) -> Seen:
        """What recording it would do; nothing is written."""
        ...

    def keep(
        self, company: Company, pdf: Pdf, seen: Seen, why: str, sender: str, inbox: int | None, now: datetime
    ) -> Deposit:
        """It waits for a yes or, with a `why`, for a person. The same file again takes the place of the former."""
        ...

    def by_id(self, company: Company, id: int) -> Deposit | None:
        """Nobody else decides about one of this company before this transaction ends."""
        ...

    def by_file(self, company: Company, sha256: str) -> Deposit | None: ...
    def record(self, company: Company, deposit: Deposit, now: datetime) -> Seen:
        """Into the client's file, to be announced. Nothing is done where the result says why not."""
        ...

    def refuse(self, company: Company, deposit: Deposit, now: datetime) -> None: ...
    def put_aside(self, company: Company, deposit: Deposit, why: str, now: datetime) -> None: ...
    def puzzled(self, deposit: Deposit) -> None:
        """An answer that was neither yes nor no was answered."""
        ...


@dataclass(frozen=True)
class Work:
    """One transaction: everything below commits together, or not at all."""

    companies: Companies
    accounts: Accounts
    codes: Codes
    sessions: Sessions
    talks: Talks
    chats: Chats
    books: Books
    cards: Cards
    team: Team
    signing: Signing
    payments: Payments
    interactions: Interactions
    audit: Audit
    picks: Picks
    inbox: Inbox
    bounces: Bounces
    notices: Notices
    deposits: Deposits
    outbox: Outbox


Open = Callable[[], AbstractContextManager[Work]]
Clock = Callable[[], datetime]


# --- leaving: what the pump hands to a channel


@dataclass(frozen=True)
class Due:
    """One claimed row of the outbox, ready to be rendered: the secret is filled in."""

    id: int
    company: Company
    link: str  # the token of the company's link, for the foot of every mail
    channel: str
    address: str
    conversation: str | None
    reply: Reply
    kind: str
    thread: Mapping[str, Any]  # subject, in_reply_to, references, first
    created_at: datetime
    attempt: int
    first: bool  # our first mail of this thread: it greets
    suppressed: bool = False  # its address refuses our mail: it does not leave


class Undeliverable(Exception):
    """A send that failed. `permanent`: never try again; `after`: not before so many seconds; `blocked`: they left."""

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool = False,
        after: float | None = None,
        blocked: bool = False,
        pause: bool = False,
    ) -> None:
        super().__init__(reason)
        self.permanent, self.after, self.blocked = permanent, after, blocked
        self.pause = (
            pause  # the whole channel waits: our log-in or TLS is refused, it is no fault of this message
        )


class Carrier(Protocol):
    """A channel's way out. Raises Undeliverable; any other exception is ours and is retried."""

    async def deliver(self, due: Due) -> str | None:
        """Returns the provider's id of the message."""
        ...


class Reader(Protocol):
    """The bytes of a document: stored, or made from its recipe. Raises KeyError when stored ones are missing."""

    def __call__(self, document: Document, /) -> bytes: ...
