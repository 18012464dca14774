"""Mail to a deposit address: who may send it, the PDFs in it read under guard, then handed to the desk, once."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, NoReturn

import structlog
from sqlalchemy import Engine

from bot.worker import PutAside
from handlers.core.deposited import Pdf
from handlers.core.desk import Desk
from handlers.deposit import Deposited, Unanswered
from handlers.rules.address import BadAddress, normal
from handlers.rules.paper import Company
from mail_gateway.addresses import Recipient
from mail_gateway.incoming import Letter
from mail_gateway.parts import Attachment
from storage import deposit_address, deposits
from storage.files import Store
from storage.imports import place
from storage.imports.guard import Guard
from storage.keys import Keys

log = structlog.get_logger()

PER_HOUR = 100  # mails to one member of a team, past which what comes in their name is kept aside


class Depositary:
    """`guard`: where the PDFs of strangers are opened."""

    def __init__(self, engine: Engine, keys: Keys, desk: Desk, files: Store, guard: Guard) -> None:
        self.engine, self.keys, self.desk, self.files, self.guard = engine, keys, desk, files, guard

    def take(self, inbox: int, recipient: Recipient, letter: Letter, contents: Sequence[bytes]) -> NoReturn:
        """Raises PutAside: nothing is left for the desk to answer. What came from somebody else, or with a wrong
        secret, is kept for a person, and answered nothing."""
        company, sender = self._from(recipient, letter)
        if company is None or sender is None:
            raise PutAside("quarantine", _told(letter, "quarantine", "not_for_deposit"))
        came = {one.sha256: (one, data) for one, data in zip(letter.attachments, contents, strict=True)}
        pdfs = tuple(self._kept(one, data) for one, data in came.values() if is_wanted(one, data))
        event = Deposited(company.id, sender, inbox, pdfs, letter.left_out)
        self.desk.note("deposit", f"inbox:{inbox}", event)
        raise PutAside("ignore", _told(letter, "accept", "deposit"))

    def _from(self, recipient: Recipient, letter: Letter) -> tuple[Company | None, str | None]:
        if letter.level == "failed" or letter.sender is None:
            return None, None
        ours = deposit_address.of(self.engine, self.keys, recipient.slug)
        if ours is None or not hmac.compare_digest(ours, recipient.deposit):
            return None, None
        try:
            sender = normal(letter.sender)
        except BadAddress:
            return None, None
        with self.desk.open() as work:
            company = work.companies.by_slug(recipient.slug)
            found = work.deposits.sender(company, sender) if company else None
            if company is None or found is None:
                return None, None
            told = work.outbox.count(company, found, "company", self.desk.clock() - timedelta(hours=1))
            return company, found if told < PER_HOUR else None

    def _kept(self, one: Attachment, data: bytes) -> Pdf:
        """Its bytes are safe before the rows that name them."""
        self.files.put(data)
        reading = self.guard.read(data) if place.is_pdf(data) else None
        return Pdf(one.name, one.sha256, one.size, reading)


def is_wanted(one: Attachment, data: bytes) -> bool:
    """What is a PDF, or says that it is; a logo or a card is neither."""
    named = one.name.lower().endswith(".pdf") or one.media_type == place.PDF
    return named or place.is_pdf(data)


def _told(letter: Letter, verdict: str, reason: str) -> dict[str, Any]:
    shown = asdict(letter)
    kept = {name: shown[name] for name in ("sender", "level", "subject")}
    return {"verdict": verdict, "reason": reason, **kept}


class Unanswereds:
    """By the clock: what nobody answered is put aside, and its sender told."""

    def __init__(self, engine: Engine, desk: Desk) -> None:
        self.engine, self.desk = engine, desk

    def __call__(self, now: datetime) -> None:
        for company_id, id in deposits.over(self.engine, now):
            try:
                self.desk.note("deposit", f"unanswered:{id}:{now.isoformat()}", Unanswered(company_id, id))
            except Exception:  # the others do not wait for it
                log.exception("deposit.failed", id=id)
