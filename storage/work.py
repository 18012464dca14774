"""The unit of work: one connection, one transaction, every shelf on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine

from bot.clock import now
from handlers.core.ports import Clock, Open, Work
from storage.accounts import SqlAccounts
from storage.audit import SqlAudit
from storage.books import SqlBooks
from storage.bounces import SqlBounces
from storage.cards import SqlCards
from storage.chats import SqlChats
from storage.codes import SqlCodes
from storage.companies import SqlCompanies
from storage.deposits import SqlDeposits
from storage.inbox import SqlInbox
from storage.interactions import SqlInteractions
from storage.keys import Keys
from storage.notices import SqlNotices
from storage.outbox import SqlOutbox
from storage.payments import SqlPayments
from storage.picks import SqlPicks
from storage.sessions import SqlSessions
from storage.signing import SqlSigning
from storage.talks import SqlTalks
from storage.team import SqlTeam


def opener(engine: Engine, keys: Keys, wake: Callable[[], object] | None = None, clock: Clock = now) -> Open:
    """How a turn opens its transaction: it commits at the end, and rolls back when anything raises.

    `wake` is called after a commit that put something in the outbox, in the thread of the turn. `clock` dates the
    rows that the ports make without a `now` (a link on first use).
    """

    @contextmanager
    def open() -> Iterator[Work]:
        with engine.begin() as db:
            outbox = SqlOutbox(db, keys)
            yield shelves(db, keys, clock, outbox)
        if outbox.written and wake is not None:
            wake()

    return open


def shelves(db: Connection, keys: Keys, clock: Clock, outbox: SqlOutbox) -> Work:
    companies = SqlCompanies(db, keys, clock)
    return Work(
        companies=companies,
        accounts=SqlAccounts(db, keys),
        codes=SqlCodes(db, keys),
        sessions=SqlSessions(db),
        talks=SqlTalks(db),
        chats=SqlChats(db),
        books=SqlBooks(db),
        cards=SqlCards(db),
        team=SqlTeam(db),
        signing=SqlSigning(db),
        payments=SqlPayments(db),
        interactions=SqlInteractions(db),
        audit=SqlAudit(db),
        picks=SqlPicks(db),
        inbox=SqlInbox(db),
        bounces=SqlBounces(db),
        notices=SqlNotices(db, keys, companies, outbox),
        deposits=SqlDeposits(db),
        outbox=outbox,
    )
