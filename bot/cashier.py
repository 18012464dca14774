"""What the pages of a payment ask (bot/web/pay.py), answered from the database and by the payment provider."""

from __future__ import annotations

import asyncio

from bot.paying import Over, PayLinks, to_pay
from bot.payments.provider import ProviderDown
from bot.web.pay import Asked, NoAnswer
from bot.web.pay_links import Paid, ToPay
from bot.web.pay_view import Standing
from handlers.core.wording import local
from handlers.rules.paper import Company
from storage.companies import SqlCompanies
from storage.engine import reading
from storage.keys import Keys
from storage.payments import SqlPayments


class Cashier:
    def __init__(self, links: PayLinks, keys: Keys) -> None:
        self.links, self.keys = links, keys

    def standing(self, to: ToPay) -> Standing | None:
        company = self._company(to.company_id)
        if company is None:
            return None
        if "payment" not in company.options or not self._online(company):
            return Standing(company, None, (), "option")
        today = local(self.links.clock(), company.timezone).date()
        found = self.links.checkouts.standing(
            to.company_id, to.client_id, to.document_ids, today, to.account_id
        )
        if found is None:
            return Standing(company, None, (), "right")
        return Standing(company, found.client, found.papers)

    def asked(self, named: Paid) -> Asked | None:
        company, request = (
            self._company(named.company_id),
            self.links.request(named.company_id, named.request_id),
        )
        if company is None or request is None:
            return None
        to = to_pay(company.id, request, named.language)
        standing = self.standing(to)
        return Asked(request, company, standing.client if standing else None, to)

    def conversation(self, company: Company, channel: str) -> str:
        name = self.links.bot_name()
        if channel == "telegram" and name:
            return f"https://t.me/{name}"
        return f"mailto:{company.slug}@{self.links.mail_domain}"

    async def checkout(self, to: ToPay) -> str | None:
        standing = await asyncio.to_thread(self.standing, to)
        if standing is None or standing.barred:
            return None
        request = await asyncio.to_thread(
            self.links.checkouts.open_request,
            to.company_id,
            to.client_id,
            to.account_id,
            to.document_ids,
            self.links.clock(),
        )
        if request is None:
            return None
        try:
            return await self.links.url(to.company_id, request.id)
        except (ProviderDown, Over) as error:
            raise NoAnswer from error

    def _online(self, company: Company) -> bool:
        with reading(self.links.engine) as db:
            return SqlPayments(db).online(company)

    def _company(self, id: int) -> Company | None:
        with reading(self.links.engine) as db:
            try:
                return SqlCompanies(db, self.keys, self.links.clock).by_id(id)
            except LookupError:  # the link is from before another database
                return None
