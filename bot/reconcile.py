"""What no webhook told: requests that stay open or in progress are looked at, and sessions that no longer serve end.

A host that Stripe cannot reach works by this alone. What is seen goes where a webhook's event goes, once per state.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from bot.payments.news import Seen
from bot.payments.provider import Provider, ProviderDown, Unknown
from handlers.rules.paying import DisputeSeen, PaymentNews, RefundSeen
from storage.checkouts import Checkouts, Former, ToLookAt

log = structlog.get_logger()

Note = Callable[[str, str, PaymentNews], None]  # the desk's, in a thread
Due = Former | ToLookAt


class Reconcile:
    """Called at each tick of the clock; what is not due is not asked for. Several processes may do it at once."""

    def __init__(self, checkouts: Checkouts, provider: Provider, note: Note) -> None:
        self.checkouts, self.provider, self.note = checkouts, provider, note

    async def __call__(self, now: datetime) -> None:
        due = defaultdict(list)
        for one in await asyncio.to_thread(self._due, now):
            due[one.company_id].append(one)
        await asyncio.gather(*(self._company(some, now) for some in due.values()))

    def _due(self, now: datetime) -> Sequence[Due]:
        return [*self.checkouts.to_close(now), *self.checkouts.to_look_at(now)]

    async def _company(self, due: Sequence[Due], now: datetime) -> None:
        """In turn; once the provider does not answer, the rest waits for another time."""
        answers = True
        for one in due:
            answers = answers and await self._done(one)
            await asyncio.to_thread(self.checkouts.looked, one.request_id, now)

    async def _done(self, one: Due) -> bool:
        """False where the provider does not answer."""
        try:
            await (self._close(one) if isinstance(one, Former) else self._look_at(one))
        except Unknown:
            log.warning("reconcile.unknown", company=one.company_id, request=one.request_id)
            if isinstance(one, Former):
                await asyncio.to_thread(self.checkouts.closed, one.request_id)
        except ProviderDown as down:
            log.warning("reconcile.down", company=one.company_id, why=str(down))
            return False
        except Exception:
            log.exception("reconcile.failed", company=one.company_id, request=one.request_id)
        return True

    async def _close(self, one: Former) -> None:
        """What cannot be ended may just have been paid."""
        if not await self.provider.expire(one.key, one.session_id):
            await self._look(one)
        await asyncio.to_thread(self.checkouts.closed, one.request_id)

    async def _look_at(self, one: ToLookAt) -> None:
        if one.state != "paid":
            await self._look(one)
        elif one.payment_id:
            for seen in await self.provider.news(one.key, one.payment_id):
                await self._tell(one, seen, *_told(seen))

    async def _look(self, one: Due) -> None:
        seen = await self.provider.look(one.key, one.session_id)
        if seen.status != "open":
            await self._tell(one, seen, str(one.request_id), f"{seen.status}:{seen.payment}")

    async def _tell(self, one: Due, seen: Seen, id: str, state: str) -> None:
        news = PaymentNews(one.company_id, seen)
        await asyncio.to_thread(self.note, "stripe", f"{one.company_id}:look:{id}:{state}", news)


def _told(seen: RefundSeen | DisputeSeen) -> tuple[str, str]:
    if isinstance(seen, RefundSeen):
        return seen.refund_id, seen.status
    return seen.dispute_id, seen.stage
