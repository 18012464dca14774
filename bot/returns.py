"""What comes back of our mail: bounces, complaints, refusals of the relay. None of it is ever answered."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NoReturn

import structlog

from bot.worker import PutAside
from handlers.core.desk import Desk
from handlers.core.ports import Clock, Due, Undeliverable
from handlers.returned import Returned
from handlers.rules.address import BadAddress, normal
from mail_gateway.addresses import Marks, Recipient
from mail_gateway.bounces import STATUS, Report
from mail_gateway.guard import Guard
from storage.queue import Raw

log = structlog.get_logger()

PATIENCE = timedelta(minutes=1)  # of who waits for a code
REFUSED = re.compile(r"5\d\d ")  # what the relay answered, not what we found ourselves


@dataclass
class Returns:
    guard: Guard
    marks: Marks
    desk: Desk
    clock: Clock

    async def take(self, raw: Raw, recipient: Recipient) -> NoReturn:
        """Mail to bounce+<token>@, postmaster@ or abuse@: it is put aside, whatever it said.

        A mail that came to postmaster@ or abuse@ is for the operator, unless it is a complaint that encloses a mail
        of ours: mailbox providers send those where they were told to.
        """
        report = await self.guard.report(raw.raw)
        outgoing = recipient.bounce
        if report.outcome == "complaint":
            outgoing = outgoing or self._enclosed(report)
        if outgoing is None:
            reason = "for_the_operator" if recipient.operator else "not_for_a_company"
            raise PutAside("quarantine", {"verdict": "quarantine", "reason": reason})
        if report.outcome != "unknown":
            await asyncio.to_thread(self._note, outgoing, report)
        raise PutAside("ignore", _told(outgoing, report))

    def _enclosed(self, report: Report) -> int | None:
        """The row that a mail enclosed in a complaint proves: nobody but its reader has its marks."""
        for text in report.proofs:
            found = self.marks.read_address(text)
            row = found.bounce if found else None
            row = self.marks.read_message_id(text) if row is None else row
            if row is not None:
                return row
        return None

    def _note(self, outgoing: int, report: Report) -> None:
        """Once for each thing that can be said of a mail, however often it is said."""
        assert report.outcome != "unknown"
        elsewhere = bool(report.recipients) and not self._ours(outgoing, report)
        self._tell(Returned(outgoing, report.outcome, report.status, elsewhere))

    def _ours(self, outgoing: int, report: Report) -> bool:
        with self.desk.open() as work:
            mail = work.bounces.mail(outgoing)
        sent_to = _normal(mail.account.address) if mail and mail.account else None
        return sent_to in {_normal(address) for address in report.recipients}

    def failed(self, due: Due, error: Undeliverable) -> None:
        """The relay would not take a mail, or not yet, or it was held back before."""
        if due.channel != "email":
            return
        if due.suppressed:
            self._tell(Returned(due.id, "held"))
        elif error.permanent and REFUSED.match(str(error)):
            status = STATUS.search(str(error))
            self._tell(Returned(due.id, "bounced", status[0] if status else ""))
        elif not error.permanent and due.kind == "code" and self.clock() >= due.created_at + PATIENCE:
            self._tell(Returned(due.id, "waiting"))

    def late(self, outgoing: int) -> None:
        """A mail was dropped, since its time was over."""
        log.warning("answer.late", id=outgoing)
        try:
            self._tell(Returned(outgoing, "late"))
        except Exception:  # it is dropped already, and others are on their way
            log.exception("answer.late_untold", id=outgoing)

    def _tell(self, event: Returned) -> None:
        self.desk.note("bounce", f"{event.outgoing}:{event.outcome}", event)


def _normal(address: str) -> str | None:
    try:
        return normal(address)
    except BadAddress:
        return None


def _told(outgoing: int, report: Report) -> dict[str, Any]:
    """What staff see of it."""
    return {
        "verdict": "ignore",
        "reason": "bounce",
        "outgoing": outgoing,
        "outcome": report.outcome,
        "status": report.status,
    }
