"""How the demonstration's company is paid: its account at the local Stripe, and the bank behind it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from bot.app import Service
from bot.demo.seed.people import COMPANY
from bot.demo.stripe.account import Account
from bot.demo.stripe.server import Stripe
from storage import requests
from storage import tables as t
from storage.admin import set_company

KEY, SECRET = (
    "sk_test_demonstration",
    "whsec_demonstration",
)  # of the local Stripe: they open nothing elsewhere
METHODS = ["card", "sepa_debit"]
CONFIRMED = timedelta(days=8)  # six working days
TICK = 1.0  # seconds


def open_till(service: Service) -> None:
    """The company gets its keys. The pages that an earlier demonstration gave are gone with its Stripe."""
    box, now, slug = service.keys.box, service.clock(), COMPANY["slug"]
    sealed = {
        "stripe_key": box.encrypt(KEY.encode()),
        "stripe_webhook_secret": box.encrypt(SECRET.encode()),
        "payment_methods": METHODS,
    }
    set_company(service.engine, slug, sealed, now)
    q = t.payment_requests.c
    with service.engine.begin() as db:
        left = db.execute(select(q.id).where(q.state == "open")).scalars().all()
        requests.become(db, left, "expired", now)


async def bank(stripe: Stripe) -> None:
    """Until cancelled: sessions expire and direct debits are confirmed, by the clock."""
    while True:
        stripe.tick()
        confirm(stripe.account(KEY), stripe.clock())
        await asyncio.sleep(TICK)


def confirm(account: Account, now: datetime) -> None:
    for session in list(account.sessions.values()):
        intent = account.intents.get(session["payment_intent"] or "", {})
        waits = intent.get("status") == "processing"
        if waits and now - datetime.fromtimestamp(intent["created"], UTC) >= CONFIRMED:
            account.settle(session["id"])
