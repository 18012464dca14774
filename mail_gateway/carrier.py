"""The e-mail channel's way out: a message is rendered, signed where that is ours to do, and handed to the relay."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from handlers.core.ports import Clock, Due, Reader, Undeliverable
from mail_gateway.dkim_sign import Signer
from mail_gateway.outgoing import Envelope, Out, as_mail, moment
from mail_gateway.sender import TOO_LARGE, Relay


@dataclass
class MailCarrier:
    """handlers.core.ports.Carrier. `signer`: None where the relay signs (DKIM)."""

    relay: Relay
    out: Out
    read: Reader
    clock: Clock
    signer: Signer | None = None

    async def deliver(self, due: Due) -> str | None:
        """What the relay finds too large is sent again at once, with links for attachments."""
        try:
            return await self.relay.send(await self._built(due, self.out))
        except Undeliverable as error:
            if not _too_large(error) or self.out.by_link is None or not due.reply.documents:
                raise
        return await self.relay.send(await self._built(due, replace(self.out, limit=0)))

    async def _built(self, due: Due, out: Out) -> Envelope:
        """In a thread where files are read from disk and megabytes encoded, or where it is signed."""
        made = partial(self._signed, due, out, self.clock())
        return await asyncio.to_thread(made) if due.reply.documents or self.signer else made()

    def _signed(self, due: Due, out: Out, now: datetime) -> Envelope:
        mail = as_mail(due, out, self.read, now)
        return replace(mail, raw=self.signer.signed(mail.raw, moment(due, now))) if self.signer else mail


def _too_large(error: Undeliverable) -> bool:
    return error.permanent and ("5.3.4" in str(error) or str(error).startswith(str(TOO_LARGE)))
