"""What is answered over HTTP, and the links to pay that lead there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.web import Request, Response, RouteDef

if TYPE_CHECKING:
    from bot.app import Service
    from bot.paying import PayLinks


def routes(service: Service, stack: AsyncExitStack) -> list[RouteDef]:
    from bot.web import health

    async def hook(request: Request) -> web.StreamResponse:
        return await service.webhook(request) if service.webhook else Response(status=404)

    return [
        *health.routes(service.parts),
        web.post("/telegram/{secret}", hook),
        web.post("/stripe/{slug}", _stripe(service)),
        *_files(service),
        *_pages(service, stack),
        *_unsubscribe(service),
    ]


def pay_links(service: Service, stack: AsyncExitStack) -> PayLinks:
    """The ones of this process."""
    from bot.paying import PayLinks
    from bot.payments.provider import Provider
    from bot.web.pay_links import PayTokens
    from storage.checkouts import Checkouts
    from storage.keys import derive

    if service.pay_links is None:
        settings = service.settings
        provider = Provider(settings.stripe_api)
        stack.push_async_callback(provider.close)
        service.pay_links = PayLinks(
            service.engine,
            Checkouts(service.engine, service.keys),
            provider,
            PayTokens(derive(settings.secret, "pay"), settings.public_url),
            service.clock,
            service.desk.note,
            settings.mail_domain,
            lambda: service.me.username if service.me else "",
        )
    return service.pay_links


def _stripe(service: Service) -> Callable[[Request], Awaitable[Response]]:
    """Its clock is the machine's: a signature is of these minutes, whatever day the demonstration plays."""
    from bot import clock
    from bot.payments import news
    from bot.web.stripe import Stripe
    from storage.checkouts import Checkouts

    checkouts = Checkouts(service.engine, service.keys)
    return Stripe(checkouts.door, news.of_event, service.desk.note, clock.now).handle


def _files(service: Service) -> list[RouteDef]:
    """Only where mails link to us."""
    from bot.web.files import Files, routes
    from bot.web.links import Links
    from storage.queue import sent_documents

    if not service.settings.public_url:
        return []
    links = Links(service.keys.files, service.settings.public_url)
    return routes(Files(links, partial(sent_documents, service.engine), service.reader, service.clock))


def _pages(service: Service, stack: AsyncExitStack) -> list[RouteDef]:
    """Only where messages link to us."""
    from bot.cashier import Cashier
    from bot.web.pay import Pages, routes

    if not service.settings.public_url:
        return []
    links = pay_links(service, stack)
    return routes(Pages(links.tokens, Cashier(links, service.keys), service.clock))


def _unsubscribe(service: Service) -> list[RouteDef]:
    """Only where mails link to us."""
    from bot.optouts import OptOuts
    from bot.web.unsubscribe import routes

    if not service.settings.public_url:
        return []
    scheme = urlsplit(service.settings.public_url).scheme
    return routes(OptOuts(service.open, service.keys, service.clock), scheme)
