"""A local Stripe that holds every request, answer and event against Stripe's own description, and its client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from stripe_contract import Contract

from bot.demo.stripe import Stripe
from bot.payments.provider import Ask, Provider


class Time:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 24, 13, 5, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, **span: float) -> None:
        self.at += timedelta(**span)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def stripe(time: Time) -> AsyncIterator[Stripe]:
    contract = Contract()
    made = Stripe(clock=time, checker=contract)
    await made.start()
    yield made
    await made.stop()
    assert contract.faults == []


@pytest.fixture
async def provider(stripe: Stripe) -> AsyncIterator[Provider]:
    made = Provider(stripe.url)
    yield made
    await made.close()


@pytest.fixture
def ask(time: Time) -> Ask:
    return Ask(
        reference="17",
        lines=[("Facture F-2026-0118", 50000), ("Facture F-2026-0121", 14200)],
        currency="EUR",
        email="camille@client.example",
        language="fr",
        expires_at=time() + timedelta(hours=24),
        success_url="https://portail.example/paid/abc",
        cancel_url="https://portail.example/pay/abc",
        methods=("card", "sepa_debit"),
        idempotency_key="atelier-17-20261124T130500",
    )
