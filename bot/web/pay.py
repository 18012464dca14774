"""/pay/<token>: what is to pay today, and the button that leads to the payment page; /paid/<token>: where it stands.

A GET changes nothing, whoever opens the link: mail scanners do. The POST of the page's own button makes a request for
today's amount, or finds the one that is open, and leads to its payment page.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol
from urllib.parse import urlsplit

from aiohttp import web

from bot.web.page import QUIET, page
from bot.web.pay_links import Paid, PayTokens, ToPay
from bot.web.pay_page import shown
from bot.web.pay_view import WAITS, Standing, View, Way, Words, paid, to_pay
from handlers.core.ports import Clock
from handlers.core.wording import local
from handlers.rules.paper import Client, Company
from handlers.rules.paying import PayRequest


class NoAnswer(Exception):
    """The payment provider gives no payment page for now."""


@dataclass(frozen=True)
class Asked:
    """A request, and the link that pays what it names, should it have come to nothing."""

    request: PayRequest
    company: Company
    client: Client | None
    pay: ToPay


class Payments(Protocol):
    """bot.cashier.Cashier. `standing` and `asked` look into the database: they run in threads."""

    def standing(self, to: ToPay) -> Standing | None:
        """None where there is no such company (any more)."""
        ...

    def asked(self, named: Paid) -> Asked | None: ...
    def conversation(self, company: Company, channel: str) -> str:
        """Where the client goes on: a URL."""
        ...

    async def checkout(self, to: ToPay) -> str | None:
        """The URL of a payment page for today's amount; None when nothing is to pay. Raises NoAnswer."""
        ...


class Pages:
    def __init__(self, tokens: PayTokens, payments: Payments, clock: Clock) -> None:
        self._tokens, self._payments, self._clock = tokens, payments, clock
        self._origin = urlsplit(tokens.base)

    async def show(self, request: web.Request) -> web.StreamResponse:
        return await self._stands(self._tokens.read_pay(request.match_info["token"]))

    async def ask(self, request: web.Request) -> web.StreamResponse:
        to = self._tokens.read_pay(request.match_info["token"])
        if to is None or to.is_over(self._clock()):
            return await self._stands(to)
        if not self._from_the_page(request):  # another site sent the form: the page itself asks again
            return _led(self._tokens.pay_url(to))
        try:
            url = await self._payments.checkout(to)
        except NoAnswer:
            return await self._stands(to, "down")
        return _led(url) if url else await self._stands(to)

    async def follow(self, request: web.Request) -> web.StreamResponse:
        named = self._tokens.read_paid(request.match_info["token"])
        asked = await asyncio.to_thread(self._payments.asked, named) if named else None
        if named is None or asked is None:
            return page(HTTPStatus.NOT_FOUND, "desk", "link_broken")
        words = Words(asked.company, asked.client, named.language)
        pay = Way(words.say("amount_today"), self._tokens.pay_url(asked.pay))
        back = self._back(words, named.channel)
        return self._page(paid(asked.request, words, back, pay, _looks(request)))

    async def _stands(self, to: ToPay | None, trouble: str = "") -> web.StreamResponse:
        """The page of what is to pay. `trouble`: the key of what went wrong with the form."""
        if to is None:
            return page(HTTPStatus.NOT_FOUND, "desk", "link_broken")
        standing = None if to.is_over(self._clock()) else await asyncio.to_thread(self._payments.standing, to)
        if standing is None or not (standing.papers or standing.barred):
            return page(HTTPStatus.GONE, "pay_page", "over")
        words = Words(standing.company, standing.client, to.language)
        today = local(self._clock(), standing.company.timezone).date()
        view = to_pay(standing, words, today, self._back(words, to.channel), trouble)
        return self._page(view, HTTPStatus.SERVICE_UNAVAILABLE if trouble and view.button else HTTPStatus.OK)

    def _page(self, view: View, status: HTTPStatus = HTTPStatus.OK) -> web.Response:
        return shown(view, self._origin.scheme, status)

    def _back(self, words: Words, channel: str) -> Way:
        to = self._payments.conversation(words.company, channel)
        if to.startswith("mailto:"):
            return Way(words.say("to_mail", société=words.company.name), to)
        return Way(words.say("to_chat"), to)

    def _from_the_page(self, request: web.Request) -> bool:
        """Is it the button of our own page? Older browsers send no Sec-Fetch-Site, and "null" as Origin from a page
        without referrer."""
        site = request.headers.get("Sec-Fetch-Site")
        if site is not None:
            return site in ("same-origin", "none")
        origin = request.headers.get("Origin", "null")
        return origin in ("null", f"{self._origin.scheme}://{self._origin.netloc}")


def _led(url: str) -> web.Response:
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": url, **QUIET})


def _looks(request: web.Request) -> int:
    """How often the page has looked already: it says so itself."""
    said = request.query.get("n", "")
    return min(int(said), len(WAITS)) if said.isdecimal() and len(said) < 4 else 0


def routes(pages: Pages) -> list[web.RouteDef]:
    return [
        web.get("/pay/{token}", pages.show),
        web.post("/pay/{token}", pages.ask),
        web.get("/paid/{token}", pages.follow),
    ]
