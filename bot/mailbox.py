"""A mailbox that is read over IMAP, tied to the rest: its mails are stored as those of the SMTP door are."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import Engine

from bot.mail import KnownCompanies
from bot.settings import Settings
from handlers.trouble import GaveUp
from mail_gateway.imap import LogIn, Pace, Watcher
from mail_gateway.imap_connection import Secret
from mail_gateway.imap_trouble import Lost, Refused
from mail_gateway.imap_url import BadMailbox, Mailbox
from mail_gateway.noted import recipients, unknown
from mail_gateway.oauth import NoAccess, NoAnswer, OAuth, Provider, Tokens
from mail_gateway.screen import refusal
from mail_gateway.threshold import Admitted, admitted
from mail_gateway.threshold import Refused as NotAdmitted
from storage.accept import Acceptor
from storage.alone import Alone
from storage.cursors import Cursors
from storage.keys import Keys
from storage.queue import InboxQueue
from storage.tokens import MailboxTokens

if TYPE_CHECKING:
    from bot.app import Service

log = structlog.get_logger()

Clock = Callable[[], datetime]


def mailbox_of(settings: Settings) -> Mailbox:
    """Raises BadMailbox."""
    made = Mailbox.at(settings.imap_url.get_secret_value())
    if made.password is None and not settings.imap_oauth:
        raise BadMailbox("IMAP_URL has no password: put one, or set IMAP_OAUTH and run facteur mail login")
    return made


def oauth(settings: Settings, clock: Clock) -> OAuth | None:
    """None: the mailbox opens with a password."""
    if not settings.imap_oauth:
        return None
    provider = Provider.of(settings.imap_oauth, settings.imap_authority)
    return OAuth(provider, settings.imap_client_id, settings.imap_client_secret.get_secret_value(), clock)


class Access:
    """The tokens of one mailbox, renewed before their end and after a refusal; kept before they are used."""

    def __init__(self, engine: Engine, keys: Keys, mailbox: Mailbox, oauth: OAuth) -> None:
        self.kept, self.oauth = MailboxTokens(engine, keys, mailbox.name), oauth

    async def keep(self, tokens: Tokens) -> None:
        told = {
            "access": tokens.access,
            "refresh": tokens.refresh,
            "expires_at": tokens.expires_at.isoformat(),
        }
        await asyncio.to_thread(self.kept.put, told, self.oauth.clock())

    async def secret(self, refused: bool) -> Secret:
        """Raises Refused, where a person has to log in again, and Lost."""
        told = await asyncio.to_thread(self.kept.get)
        if told is None:
            raise Refused("there is no access to the mailbox yet: run facteur mail login")
        tokens = Tokens(told["access"], told["refresh"], datetime.fromisoformat(told["expires_at"]))
        if refused or tokens.stale(self.oauth.clock()):
            tokens = await self._renewed(tokens)
        return Secret(tokens.access, token=True)

    async def _renewed(self, tokens: Tokens) -> Tokens:
        try:
            renewed = await self.oauth.refreshed(tokens)
        except NoAccess as error:
            raise Refused(
                f"access to the mailbox was not renewed, {error}: run facteur mail login"
            ) from error
        except NoAnswer as error:
            raise Lost(f"access to the mailbox was not renewed: {error}") from error
        await self.keep(renewed)
        return renewed


class Shelf:
    """The inbox, the cursor and the lock of one mailbox (mail_gateway/imap.py: Store)."""

    def __init__(self, service: Service, mailbox: Mailbox, acceptor: Acceptor) -> None:
        self.service, self.name, self.acceptor = service, mailbox.name, acceptor
        self.own = mailbox.user if "@" in mailbox.user else f"{mailbox.user}@{service.settings.mail_domain}"
        self.known = KnownCompanies(service)
        self.queue, self.cursors = InboxQueue(service.engine), Cursors(service.engine)
        self.lock = Alone(service.engine, mailbox.name)

    async def keep(self, raw: bytes) -> bool:
        mail = await asyncio.to_thread(_judged, raw)
        if isinstance(mail, str):
            await self._put_aside(raw, hashlib.sha256(raw).hexdigest(), mail, _card(self.own))
            return False
        whose = await recipients(raw, self.service.marks, self.known, self.own)
        if not whose:
            # Taken again once that company is there, it finds its way.
            card = _card(unknown(raw, self.service.marks) or self.own)
            await self._put_aside(raw, mail.key(self.own), "not_for_a_company", card)
            return False
        for rcpt in whose:
            recipient = self.service.marks.read_address(rcpt)
            company_id = self.known.ids.get(recipient.slug) if recipient else None
            card, now = _card(rcpt), self.service.clock()
            await self.acceptor.accept(raw, card, mail.key(rcpt), mail.lane, company_id, now)
        self.service.mail_came.set()
        return True

    async def aside(self, head: bytes, uid: tuple[int, int], reason: str) -> None:
        place = f"{self.name}/{uid[0]}/{uid[1]}"
        card = _card(self.own) | {"incomplete": True}
        id_ = await self._put_aside(head, hashlib.sha256(place.encode()).hexdigest(), reason, card)
        mail = _judged(head)
        if id_ is not None and not isinstance(mail, str):
            for rcpt in await recipients(head, self.service.marks, self.known, self.own):
                await asyncio.to_thread(self._tell, rcpt, mail.lane, id_)

    def _tell(self, rcpt: str, sender: str, id_: int) -> None:
        """The company, and the client where the sender is one: once a day and sender, whatever they send."""
        recipient, now = self.service.marks.read_address(rcpt), self.service.clock()
        if recipient is not None and recipient.slug:
            once = hashlib.sha256(f"{recipient.slug}\0{sender}\0{now:%Y-%m-%d}".encode()).hexdigest()
            event = GaveUp("email", sender, recipient.slug, now, id_)
            self.service.desk.note("trouble", f"aside:{once}", event)

    async def _put_aside(self, raw: bytes, key: str, reason: str, card: dict[str, Any]) -> int | None:
        now = self.service.clock()
        id_ = await asyncio.to_thread(self.queue.keep_aside, "email", key, raw, now, reason, card)
        log.warning("mail.put_aside", id=id_, kind="quarantine", reason=reason)
        return id_

    async def reached(self) -> tuple[int, int]:
        kept = await asyncio.to_thread(self.cursors.get, self.name)
        validity, _, uid = (kept or "0:0").partition(":")
        return int(validity), int(uid)

    async def reach(self, validity: int, uid: int) -> None:
        await asyncio.to_thread(self.cursors.put, self.name, f"{validity}:{uid}", self.service.clock())

    async def alone(self) -> bool:
        return await asyncio.to_thread(self.lock.held)


def _judged(raw: bytes) -> Admitted | str:
    """Or why it is not read."""
    if refused := refusal(raw):
        return refused.reason
    try:
        return admitted(raw, "")
    except NotAdmitted:
        return "refused"


def _card(rcpt: str) -> dict[str, Any]:
    return {"peer": None, "helo": "", "mail_from": None, "rcpt": rcpt, "mailbox": True}


def log_in(settings: Settings, engine: Engine, keys: Keys, clock: Clock, mailbox: Mailbox) -> LogIn:
    """By the tokens that are kept, or by the password."""
    by_token = oauth(settings, clock)
    if by_token is not None:
        return Access(engine, keys, mailbox, by_token).secret
    secret = Secret(mailbox.password or "")

    async def by_password(_: bool) -> Secret:
        return secret

    return by_password


def watcher(service: Service, stack: AsyncExitStack, pace: Pace | None = None) -> Watcher:
    """Not running yet."""
    mailbox = mailbox_of(service.settings)
    acceptor = Acceptor(service.engine)
    stack.push_async_callback(acceptor.close)
    shelf = Shelf(service, mailbox, acceptor)
    stack.push_async_callback(asyncio.to_thread, shelf.lock.close)
    opens = log_in(service.settings, service.engine, service.keys, service.clock, mailbox)
    return Watcher(mailbox, opens, shelf, pace)
