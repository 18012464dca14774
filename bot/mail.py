"""E-mail, tied to the rest: the room reads what the door stored, the carrier sends."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn

from bot.deposit import Depositary
from bot.paper.verify import signature_in
from bot.postmaster import Postmaster
from bot.returns import Returns
from bot.web.links import Links
from bot.worker import PutAside
from handlers.core import verifying
from handlers.core.ports import Due, Undeliverable
from handlers.core.turn import Document, File, Said
from handlers.trouble import GaveUp
from mail_gateway.addresses import Recipient
from mail_gateway.authentication import Authentication, Authenticator
from mail_gateway.carrier import MailCarrier
from mail_gateway.dkim_sign import Signer
from mail_gateway.guard import Guard, OutOfLimits
from mail_gateway.incoming import Envelope, Letter, Reading, said_from
from mail_gateway.outgoing import Linker, Out
from mail_gateway.resolver import Resolver
from mail_gateway.sender import Relay
from storage import deposit_address
from storage.admin import slugs
from storage.imports.guard import Guard as PdfGuard
from storage.queue import InboxQueue, Raw, note_authentication, sent_lines

if TYPE_CHECKING:
    from bot.app import Service
    from bot.settings import Settings

KNOWN_FOR = 5.0  # seconds the door remembers which companies there are


class MailRoom:
    """Makes a Said of a stored mail, and holds the way out."""

    def __init__(self, service: Service) -> None:
        settings = service.settings
        self.engine = service.engine
        self.marks, self.files, self.desk = service.marks, service.files, service.desk
        # People may have mailboxes at the domain of a mailbox that is read: only companies' addresses are ours there.
        own = () if settings.imap_url.get_secret_value() else (settings.mail_domain,)
        self.guard = Guard(Reading(settings.relays, settings.authserv_id, own))
        self.authenticator = Authenticator(self.guard, Resolver(settings.name_servers))
        self.returns = Returns(self.guard, self.marks, self.desk, service.clock)
        self.known = KnownCompanies(service)
        self.deposits = Depositary(service.engine, service.keys, service.desk, service.files, PdfGuard())
        out = Out(
            service.marks,
            settings.mail_domain,
            limit=settings.mail_max_attachments_mb * 1_000_000,
            by_link=_linker(service),
            site=settings.public_url,
        )
        relay = Relay(
            settings.smtp_relay.get_secret_value(),
            settings.mail_domain,  # a mail without sender has none to take it from
            connections=settings.smtp_relay_connections,
        )
        signs = signer(settings)
        self.carrier = MailCarrier(relay, out, service.reader, service.clock, signs)
        self.postmaster = Postmaster(
            settings.operator_email,
            settings.mail_domain,
            self.guard,
            relay,
            signs,
            service.clock,
            InboxQueue(service.engine).passed_on,
        )

    def name_bot(self, name: str) -> None:
        """From now on the foot of each mail holds the Telegram link too."""
        self.carrier.out = replace(self.carrier.out, bot=name)

    async def read(self, raw: Raw) -> Said:
        """Raises PutAside for what is not for the desk."""
        card = raw.envelope
        if card.get(
            "incomplete"
        ):  # its head alone was read in a mailbox: asked for again, there is no more of it
            raise PutAside("quarantine", {"verdict": "quarantine", "reason": "incomplete"})
        recipient = self.marks.read_address(card["rcpt"])
        if recipient is None:
            raise PutAside("quarantine", {"verdict": "quarantine", "reason": "not_for_a_company"})
        envelope = Envelope(
            card["peer"], card["mail_from"], (card["rcpt"],), card.get("mailbox", False), card.get("helo", "")
        )
        if not recipient.slug:
            await self._for_no_company(raw, recipient, envelope)
        ours = (
            await asyncio.to_thread(sent_lines, self.engine, recipient.mark.outgoing)
            if recipient.mark
            else ()
        )
        letter = await self.guard.read(raw.raw, envelope, ours)
        if letter.verdict != "accept":
            raise PutAside("ignore" if letter.verdict == "ignore" else "quarantine", _told(letter))
        if await self._is_ours(letter.sender or ""):
            raise PutAside("ignore", _told(letter) | {"verdict": "ignore", "reason": "own_address"})
        letter = await self._authenticated(raw, letter, envelope)
        if recipient.deposit:
            contents = await self._contents(raw, letter)
            await asyncio.to_thread(self.deposits.take, raw.id, recipient, letter, contents)
        said = said_from(letter, recipient, self.marks, at=raw.received_at, inbox=raw.id)
        # Files of a mail that answers none of ours are anybody's: they stay in the raw mail, and are at most checked.
        if said.mark or (
            verifying.wanted(said) and any(verifying.is_pdf(one.name) for one in letter.attachments)
        ):
            return replace(said, files=await self._files(raw, letter, keep=said.mark is not None))
        return said

    async def _for_no_company(self, raw: Raw, recipient: Recipient, envelope: Envelope) -> NoReturn:
        try:
            await self.returns.take(raw, recipient)
        except PutAside as aside:
            if aside.verdict["reason"] != "for_the_operator" or not await self.postmaster.pass_on(
                raw, envelope
            ):
                raise
            raise PutAside("ignore", {"verdict": "ignore", "reason": "passed_on"}) from None

    async def _authenticated(self, raw: Raw, letter: Letter, envelope: Envelope) -> Letter:
        """Our own check where the sender's machine spoke to us. What was found stays: keys and machines change."""
        told = raw.envelope.get("authentication")
        if told and not told["temporary"]:
            return Authentication(**told).of(letter)
        found = await self.authenticator.check(raw.raw, letter, envelope)
        if found is None:
            return letter
        await asyncio.to_thread(note_authentication, self.engine, raw, asdict(found))
        return found.of(letter)

    async def _is_ours(self, address: str) -> bool:
        found = self.marks.read_address(address)
        return found is not None and (found.bounce is not None or await self.known(found.slug))

    async def _files(self, raw: Raw, letter: Letter, *, keep: bool) -> tuple[File, ...]:
        contents = await self._contents(raw, letter)
        if keep:
            for data in contents:
                await asyncio.to_thread(self.files.put, data)
        named = zip(letter.attachments, contents, strict=True)
        return tuple(File(one.name, one.sha256, one.size, signature_in(data)) for one, data in named)

    async def _contents(self, raw: Raw, letter: Letter) -> tuple[bytes, ...]:
        if not letter.attachments:
            return ()
        try:
            return await self.guard.contents(raw.raw)
        except OutOfLimits as error:
            raise PutAside("quarantine", {"verdict": "quarantine", "reason": error.reason}) from None

    def failed(self, due: Due, error: Undeliverable) -> None:
        self.returns.failed(due, error)

    def late(self, outgoing: int) -> None:
        self.returns.late(outgoing)

    def gave_up(self, raw: Raw) -> None:
        """Told to the client and to the company; the mail is kept in quarantine."""
        recipient = self.marks.read_address(raw.envelope["rcpt"])
        slug = recipient.slug if recipient else None
        event = GaveUp("email", raw.lane, slug, raw.received_at, raw.id)
        self.desk.note("trouble", f"inbox:{raw.id}", event)

    async def close(self) -> None:
        await self.carrier.relay.close()
        self.authenticator.close()
        await asyncio.to_thread(self.deposits.guard.close)
        await self.guard.close()


def signer(settings: Settings) -> Signer | None:
    """None where the relay signs. Raises BadKey."""
    if settings.dkim_key is None:
        return None
    return Signer.of(settings.dkim_key, settings.dkim_selector, settings.mail_domain)


def _linker(service: Service) -> Linker | None:
    """Only where the world can reach us."""
    if not service.settings.public_url:
        return None
    links = Links(service.keys.files, service.settings.public_url)

    def made(due: Due, document: Document, until: datetime) -> str:
        return links.make(due.id, due.reply.documents.index(document), until)

    return made


def _told(letter: Letter) -> dict[str, Any]:
    """What staff see of a mail that was put aside."""
    shown = asdict(letter)
    return {name: shown[name] for name in ("verdict", "reason", "sender", "level", "subject")}


class KnownCompanies:
    """The ids of the companies, by slug, and their deposit addresses: asked at each RCPT, so kept for a moment."""

    def __init__(self, service: Service) -> None:
        self.engine, self.keys = service.engine, service.keys
        self.ids: dict[str, int] = {}
        self.deposits: dict[str, str] = {}
        self.until = 0.0

    async def __call__(self, box: str) -> bool:
        """`box`: a slug, or the local part of a deposit address."""
        now = asyncio.get_running_loop().time()
        if box not in self.ids.keys() | self.deposits.keys() or now > self.until:
            self.ids = await asyncio.to_thread(slugs, self.engine)
            self.deposits = await asyncio.to_thread(deposit_address.all_of, self.engine, self.keys)
            self.until = now + KNOWN_FOR
        return box in self.ids or box in self.deposits
