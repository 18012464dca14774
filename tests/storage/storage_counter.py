"""The company that is paid through a Stripe of its own, and a channel that keeps what it is handed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import update
from storage_paying import checkouts
from storage_seed import NOW, House

from bot.demo.stripe.account import Account
from bot.demo.stripe.server import Stripe
from bot.paying import PayLinks
from bot.payments.provider import Provider
from bot.web.pay_links import PayTokens
from handlers.core.ports import Due
from handlers.core.turn import Choice, Link, Reply
from handlers.rules.paying import PaymentNews, PayRequest
from storage import tables as t

KEY, PUBLIC, DOWN = "sk_test_atelier", "https://portail.example", "La page de paiement ne répond pas."


@dataclass
class Post:
    """A channel that keeps what it is handed."""

    handed: list[Due] = field(default_factory=list)

    async def deliver(self, due: Due) -> str | None:
        self.handed.append(due)
        return str(len(self.handed))


@dataclass
class Counter:
    """A company whose key is known to a Stripe of its own."""

    house: House
    stripe: Stripe
    now: datetime = NOW
    news: list[tuple[str, str, PaymentNews]] = field(default_factory=list)
    providers: list[Provider] = field(default_factory=list)

    @property
    def account(self) -> Account:
        return self.stripe.account(KEY)

    def links(self, public: str = PUBLIC, bot: str = "AtelierBot", api: str = "") -> PayLinks:
        """As one process has them."""
        self.providers.append(Provider(api or self.stripe.url))
        return PayLinks(
            self.house.engine,
            checkouts(self.house),
            self.providers[-1],
            PayTokens(b"k" * 32, public),
            lambda: self.now,
            lambda source, id, news: self.news.append((source, id, news)),
            "mail.example",
            lambda: bot,
        )

    def due(self, request: PayRequest, channel: str = "telegram", text: str = "À régler.") -> Due:
        reply = Reply(text, kind="pay").link(Link("Payer 642,00 €", f"pay:{request.id}"))
        reply = reply.offer(Choice("c1", "Payer par virement")).note(down=DOWN)
        return Due(
            7, self.house.atelier, "token", channel, "4217", "4217", reply, "pay", {}, NOW, 1, first=False
        )

    def created(self) -> list[dict[str, Any]]:
        """What Stripe was asked to make."""
        return [call.params for call in self.stripe.calls if call.path == "/v1/checkout/sessions"]


@asynccontextmanager
async def opened(house: House) -> AsyncIterator[Counter]:
    sealed = {"stripe_key": house.keys.box.encrypt(KEY.encode()), "options": ["portal", "payment"]}
    with house.engine.begin() as db:
        db.execute(update(t.companies).where(t.companies.c.id == house.atelier.id).values(**sealed))
    stripe = Stripe(lambda: NOW)
    await stripe.start()
    made = Counter(house, stripe)
    yield made
    for provider in made.providers:
        await provider.close()
    await stripe.stop()
