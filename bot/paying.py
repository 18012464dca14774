"""Links to pay: which payment page a request has, and what stands in a message for it when the message leaves.

A payment page is made on demand, once per request: a row that is sent twice, or by two workers, asks the provider with
the same idempotency key and gets the same page.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import structlog
from sqlalchemy import Engine

from bot.payments.provider import Ask, Provider, ProviderDown, Unknown
from bot.web.pay_links import Paid, PayTokens, ToPay
from handlers.core.phrases import say
from handlers.core.ports import Carrier, Clock, Due
from handlers.core.turn import Reply
from handlers.rules.paying import PaymentNews, PayRequest
from storage import requests
from storage.checkouts import Checkouts, Former, Order
from storage.engine import reading

log = structlog.get_logger()

PAY = "pay:"  # a link to the payment page of a request: "pay:12"
PLACE = "{lien}"  # where its URL stands in the text
PATIENCE = 10.0  # seconds: what leaves at the same time waits too

Note = Callable[[str, str, PaymentNews], None]  # Desk.note


class Over(Exception):
    """This request has no payment page any more: it is paid, or its time or its amount is past."""


class PayLinks:
    """`bot_name`: the Telegram bot's, "" while it is not known. Without a public URL nothing leads to pages of ours."""

    def __init__(
        self,
        engine: Engine,
        checkouts: Checkouts,
        provider: Provider,
        tokens: PayTokens,
        clock: Clock,
        note: Note,
        mail_domain: str,
        bot_name: Callable[[], str],
    ) -> None:
        self.engine, self.checkouts, self.provider = engine, checkouts, provider
        self.tokens, self.clock, self.note = tokens, clock, note
        self.mail_domain, self.bot_name = mail_domain, bot_name

    # --- messages

    async def filled(self, due: Due) -> Due:
        """The message with URLs in place of its links to pay; where there is no payment page, it says so."""
        asked = [link.to for link in due.reply.links if link.to.startswith(PAY)]
        if not asked:
            return due
        try:
            urls = {to: await self._leads_to(due, int(to.removeprefix(PAY))) for to in asked}
        except (ProviderDown, Over) as error:
            log.warning("pay.no_page", outgoing=due.id, reason=type(error).__name__)
            return replace(due, reply=_down(due.reply))
        links = tuple(replace(link, to=urls.get(link.to, link.to)) for link in due.reply.links)
        text = due.reply.text.replace(PLACE, urls[asked[0]])
        return replace(due, reply=replace(due.reply, text=text, links=links))

    async def _leads_to(self, due: Due, request_id: int) -> str:
        """A mail is read days later: its link leads to our page, which has the amount of that day. So does the button
        of a chat once its payment page is no more."""
        ours = await self._our_page(due, request_id) if self.tokens.base else ""
        if ours and due.channel != "telegram":
            return ours
        try:
            return await self.url(due.company.id, request_id)
        except Over:
            if ours:
                return ours
            raise

    async def _our_page(self, due: Due, request_id: int) -> str:
        request = await asyncio.to_thread(self.request, due.company.id, request_id)
        if request is None:
            raise Over
        return self.tokens.pay_url(to_pay(due.company.id, request, due.reply.language))

    def request(self, company_id: int, id: int) -> PayRequest | None:
        with reading(self.engine) as db:
            return requests.by_id(db, company_id, id)

    # --- payment pages

    async def url(self, company_id: int, request_id: int) -> str:
        """Of the payment page of a request, made on first use. Raises ProviderDown; Over where it can have none."""
        order = await asyncio.to_thread(self.checkouts.order, company_id, request_id)
        if order is None or order.request.expires_at <= self.clock():
            raise Over
        if order.request.url:
            return order.request.url
        if order.request.expires_at - self.clock() < requests.LEAST:
            raise Over
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._made(order)
        except TimeoutError:
            raise ProviderDown("slow") from None

    async def _made(self, order: Order) -> str:
        for former in order.former:
            await self._close(former)
        opened = await self.provider.open(order.key, self._ask(order))
        told = opened.session_id, opened.url, opened.expires_at
        await asyncio.to_thread(self.checkouts.opened, order.request.id, *told)
        return opened.url

    async def _close(self, former: Former) -> None:
        """A page that was given before for the same invoices: no invoice can be paid twice. Raises Over where it was
        just paid: then the new request is for too much."""
        with suppress(Unknown):  # it was made with another key, of an account that is no longer the company's
            if not await self.provider.expire(former.key, former.session_id):
                await self._look(former)
        await asyncio.to_thread(self.checkouts.closed, former.request_id)

    async def _look(self, former: Former) -> None:
        seen = await self.provider.look(former.key, former.session_id)
        if seen.status == "complete":
            id = f"{former.company_id}:look:{former.request_id}:{seen.status}:{seen.payment}"
            await asyncio.to_thread(self.note, "stripe", id, PaymentNews(former.company_id, seen))
            raise Over

    def _ask(self, order: Order) -> Ask:
        """The same words each time it is asked: an idempotency key allows no others."""
        request, language = order.request, order.language
        return Ask(
            reference=request.reference,
            lines=[
                (say("pay_page", "one", language, numéro=line.number), line.amount_cents)
                for line in request.lines
            ],
            currency=request.currency,
            email=order.email,
            language=language,
            expires_at=request.expires_at,
            success_url=self._after(order),
            cancel_url=self._instead(order),
            methods=order.methods,
            idempotency_key=f"{order.company.slug}-{request.reference}",
        )

    def _after(self, order: Order) -> str:
        if not self.tokens.base:
            return self._elsewhere()
        named = Paid(order.company.id, order.request.id, order.request.channel, order.language)
        return self.tokens.paid_url(named)

    def _instead(self, order: Order) -> str:
        if not self.tokens.base:
            return self._elsewhere()
        return self.tokens.pay_url(to_pay(order.company.id, order.request, order.language))

    def _elsewhere(self) -> str:
        """The provider wants a web page to lead to: without one of ours it is the chat, else the mail's domain."""
        return f"https://t.me/{name}" if (name := self.bot_name()) else f"https://{self.mail_domain}"


def to_pay(company_id: int, request: PayRequest, language: str) -> ToPay:
    """What a request was made for, whatever is due of it by the time it is looked at."""
    return ToPay(
        company_id,
        request.client_id,
        request.account_id or 0,
        tuple(line.document_id for line in request.lines),
        request.channel,
        language,
        request.created_at,
    )


def _down(reply: Reply) -> Reply:
    return replace(reply, text=str(reply.notes["down"]), rows=(), links=())


class PayingCarrier:
    """A channel's way out, with links to pay that lead somewhere."""

    def __init__(self, carrier: Carrier, links: PayLinks) -> None:
        self.carrier, self.links = carrier, links

    async def deliver(self, due: Due) -> str | None:
        return await self.carrier.deliver(await self.links.filled(due))
