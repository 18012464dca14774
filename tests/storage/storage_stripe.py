"""Two companies that are paid through Stripe: the real door of webhooks over HTTP, the real desk, and a Stripe that
holds all that passes against its own description."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from aiohttp import web
from payments.stripe_contract import Contract
from sqlalchemy import func, select, update
from storage_paying import ask, checkouts, invoice
from storage_seed import NOW, House

from bot import clock as clocks
from bot.demo.stripe import Stripe
from bot.demo.stripe.account import Account
from bot.demo.stripe.sender import Hook
from bot.payments import news
from bot.payments.provider import Ask, Provider
from bot.reconcile import Reconcile
from bot.web.stripe import Stripe as Door
from handlers.core.desk import Desk
from handlers.core.ports import Work
from handlers.rules.paying import PayRequest
from storage import tables as t

KEY, OTHER_KEY = "sk_test_atelier", "sk_test_other"
SECRET, OTHER_SECRET = "whsec_of_the_atelier", "whsec_of_the_other"


@dataclass
class Shop:
    house: House
    stripe: Stripe
    provider: Provider
    url: str = ""
    at: datetime = NOW
    broken: int = 0  # so many transactions to come fail at their very end
    seen: list[int] = field(default_factory=list)

    def clock(self) -> datetime:
        return self.at

    def later(self, **span: float) -> None:
        self.at += timedelta(**span)

    @contextmanager
    def open(self) -> Iterator[Work]:
        with self.house.open() as work:
            yield work
            if self.broken:
                self.broken -= 1
                raise OSError("the disk is full")

    @property
    def desk(self) -> Desk:
        return Desk(self.open, self.clock)

    @property
    def account(self) -> Account:
        return self.stripe.account(KEY)

    @property
    def hook(self) -> Hook:
        return Hook(f"{self.url}/stripe/atelier", SECRET)

    async def reconcile(self) -> None:
        await Reconcile(checkouts(self.house), self.provider, self.desk.note)(self.clock())

    async def session(self, *documents: int, key: str = KEY) -> PayRequest:
        """A request of anne's with its session, as a message that leaves makes it."""
        request = ask(self.house, *(documents or (invoice(self.house),)), now=self.at, session=False)
        asked = Ask(
            request.reference,
            [(line.number, line.amount_cents) for line in request.lines],
            "EUR",
            "anne@exemple.example",
            "fr",
            request.expires_at,
            "https://portail.example/paid/1",
            "https://portail.example/pay/1",
            ("card", "sepa_debit"),
            f"atelier-{request.id}",
        )
        opened = await self.provider.open(key, asked)
        checkouts(self.house).opened(request.id, opened.session_id, opened.url, opened.expires_at)
        found = checkouts(self.house).order(self.house.atelier.id, request.id)
        assert found is not None
        return found.request

    async def post(
        self, body: bytes, headers: dict[str, str], slug: str = "atelier", chunked: bool = False
    ) -> int:
        async def parts() -> AsyncIterator[bytes]:
            yield body

        data = parts() if chunked else body
        async with aiohttp.ClientSession() as client:
            try:
                async with client.post(f"{self.url}/stripe/{slug}", data=data, headers=headers) as answer:
                    return answer.status
            except (
                aiohttp.ClientConnectionError
            ):  # it hung up before it had read all of a body that is too large
                return 413

    def mails(self) -> list[str]:
        """The kinds of all that was written to be sent."""
        return [str(row.to) for row in self._rows(select(t.outbox.c.address.label("to")))]

    def events(self) -> int:
        """How many are kept."""
        with self.house.engine.connect() as db:
            counted = select(func.count()).select_from(t.inbox).where(t.inbox.c.channel == "stripe")
            return int(db.execute(counted).scalar_one())

    def _rows(self, statement: Any) -> list[Any]:
        with self.house.engine.connect() as db:
            return list(db.execute(statement))


@asynccontextmanager
async def shop(house: House) -> AsyncIterator[Shop]:
    _paid_online(house, house.atelier.id, KEY, SECRET)
    _paid_online(house, house.other.id, OTHER_KEY, OTHER_SECRET)
    contract = Contract()
    stripe = Stripe(checker=contract, pause=0.01)
    await stripe.start()
    made = Shop(house, stripe, Provider(stripe.url))
    stripe.clock = made.clock
    door = Door(checkouts(house).door, news.of_event, lambda *told: made.desk.note(*told), clocks.now)
    app = web.Application(client_max_size=1024 * 1024)
    app.add_routes([web.post("/stripe/{slug}", door.handle)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await made.provider.close()
    await stripe.stop()
    await runner.cleanup()
    assert contract.faults == []


def _paid_online(house: House, company_id: int, key: str, secret: str) -> None:
    seal = house.keys.box.encrypt
    values = {
        "stripe_key": seal(key.encode()),
        "stripe_webhook_secret": seal(secret.encode()),
        "options": ["portal", "payment"],
    }
    with house.engine.begin() as db:
        db.execute(update(t.companies).where(t.companies.c.id == company_id).values(**values))
