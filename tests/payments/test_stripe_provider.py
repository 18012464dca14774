"""Stripe, asked: what our code really sends is as Stripe describes it, and whatever goes wrong is ProviderDown."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from stripe_contract import Contract, described

from bot.demo.stripe import Refused as StripeRefused
from bot.demo.stripe import Stripe
from bot.payments import provider as module
from bot.payments.provider import Ask, Provider, ProviderDown, Refused, Unknown
from handlers.rules.paying import CheckoutSeen, DisputeSeen, RefundSeen

KEY = "sk_test_atelier"


async def test_all_that_is_asked_and_answered_is_as_stripe_describes_it(
    stripe: Stripe, provider: Provider, ask: Ask
) -> None:
    account, contract = stripe.account(KEY), stripe.checker
    assert isinstance(contract, Contract)
    opened = await provider.open(KEY, ask)
    states = [await provider.look(KEY, opened.session_id)]
    account.complete(opened.session_id, "failed")
    account.complete(opened.session_id, "processing")
    states.append(await provider.look(KEY, opened.session_id))
    account.settle(opened.session_id, good=True)
    states.append(paid := await provider.look(KEY, opened.session_id))
    assert [(one.status, one.payment, one.method) for one in states] == [
        ("open", "unpaid", "card"),
        ("complete", "unpaid", "sepa_debit"),
        ("complete", "paid", "sepa_debit"),
    ]
    assert {(one.amount_cents, one.currency, one.reference) for one in states} == {(64200, "EUR", "17")}
    assert paid.payment_id == account.sessions[opened.session_id]["payment_intent"]
    refund, dispute = account.refund(opened.session_id, 4200), account.dispute(opened.session_id)
    assert await provider.news(KEY, paid.payment_id) == (
        RefundSeen(refund["id"], paid.payment_id, 4200, "EUR", "succeeded", stripe.clock()),
        DisputeSeen(dispute["id"], paid.payment_id, 64200, "EUR", "withdrawn", stripe.clock()),
    )
    account.refund_ends(refund["id"])
    account.dispute_ends(dispute["id"], won=False)
    assert [getattr(one, "stage", "") or one.status for one in await provider.news(KEY, paid.payment_id)] == [
        "failed",
        "lost",
    ]
    assert contract.faults == []
    assert min(contract.held.values()) >= 8
    sent = stripe.calls[0]
    assert sent.headers["Stripe-Version"] == described()["info"]["version"] == module.VERSION
    assert sent.params["metadata"] == sent.params["payment_intent_data"]["metadata"] == {"facteur": "17"}


async def test_a_debit_that_the_bank_refuses_has_failed(stripe: Stripe, provider: Provider, ask: Ask) -> None:
    opened = await provider.open(KEY, ask)
    stripe.complete(opened.session_id, "processing")
    stripe.account(KEY).settle(opened.session_id, good=False)
    assert (await provider.look(KEY, opened.session_id)).payment == "failed"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"nonsense": "1"}, "parameter_unknown"),
        ({"payment_intent_data": {"nonsense": "1"}}, "parameter_unknown"),
        ({"mode": "pay"}, "parameter_invalid"),
        ({"locale": "français"}, "parameter_invalid"),
        ({"expires_at": "tomorrow"}, "parameter_invalid"),
        ({"line_items": [{"quantity": "un"}]}, "parameter_invalid"),
        ({"line_items": [{"price_data": {"currency": "eur", "unit_amount": "12.5"}}]}, "parameter_invalid"),
        ({"line_items": [{"price_data": {"unit_amount": "12"}}]}, "parameter_invalid"),
    ],
)
def test_the_contract_refuses_what_stripe_would(changed: dict[str, object], code: str) -> None:
    good = {"mode": "payment", "success_url": "https://a.example", "locale": "fr"}
    Contract().request("POST", "/v1/checkout/sessions", good)
    with pytest.raises(StripeRefused) as refused:
        Contract().request("POST", "/v1/checkout/sessions", good | changed)
    assert refused.value.code == code


async def test_the_contract_sees_an_answer_that_stripe_would_not_give(
    stripe: Stripe, provider: Provider, ask: Ask
) -> None:
    opened = await provider.open(KEY, ask)
    session = dict(stripe.account(KEY).sessions[opened.session_id])
    for slip in ({"payment_status": "paying"}, {"amount_total": "64200"}, {"payment_intents": None}):
        contract = Contract()
        contract.answer("GET", "/v1/checkout/sessions/{session}", session | slip)
        assert contract.faults
    contract = Contract()
    del session["expires_at"]
    contract.answer("GET", "/v1/checkout/sessions/{session}", session)
    assert contract.faults == [": 'expires_at' is a required property"]


async def test_asked_again_it_is_the_same_session(stripe: Stripe, provider: Provider, ask: Ask) -> None:
    both = await asyncio.gather(provider.open(KEY, ask), provider.open(KEY, ask))
    assert both[0] == both[1]
    assert len(stripe.account(KEY).sessions) == 1
    with pytest.raises(ProviderDown):
        await provider.open(KEY, replace(ask, email="other@client.example"))


async def test_an_answer_that_is_lost_makes_no_second_session(
    stripe: Stripe, provider: Provider, ask: Ask
) -> None:
    stripe.fail(0)
    await provider.open(KEY, ask)
    assert [call.status for call in stripe.calls] == [200, 200]
    assert len(stripe.account(KEY).sessions) == 1


async def test_a_short_failure_is_tried_again_and_a_long_one_is_down(
    stripe: Stripe, provider: Provider, ask: Ask
) -> None:
    stripe.fail(500)
    await provider.open(KEY, ask)
    stripe.fail(503, times=3)
    with pytest.raises(ProviderDown):
        await provider.look(KEY, "cs_test_any")


async def test_nobody_at_the_other_end_is_down(stripe: Stripe, provider: Provider, ask: Ask) -> None:
    await stripe.stop()
    with pytest.raises(ProviderDown) as down:
        await provider.open(KEY, ask)
    assert str(down.value) == "APIConnectionError"


async def test_whoever_does_not_answer_is_down_in_time(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IN_ALL", 0.3)

    async def silent(request: web.Request) -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError

    app = web.Application()
    app.router.add_post("/v1/checkout/sessions", silent)
    async with TestServer(app, handler_cancellation=True) as server:
        provider = Provider(str(server.make_url("")))
        with pytest.raises(ProviderDown, match="TimeoutError"):
            await provider.open(KEY, ask)
        await provider.close()


async def test_an_answer_that_makes_no_sense_is_down(ask: Ask) -> None:
    async def nonsense(request: web.Request) -> web.Response:
        return web.json_response({"id": 1})

    app = web.Application()
    app.router.add_route("*", "/{any:.*}", nonsense)
    async with TestServer(app) as server:
        provider = Provider(str(server.make_url("")))
        for asked in (
            provider.open(KEY, ask),
            provider.look(KEY, "cs_test_1"),
            provider.news(KEY, "pi_1"),
        ):
            with pytest.raises(ProviderDown):
                await asked
        await provider.close()


async def test_a_wrong_key_is_down_and_named_nowhere(stripe: Stripe, provider: Provider, ask: Ask) -> None:
    with pytest.raises(ProviderDown) as down:
        await provider.open("whatever_secret", ask)
    told = f"{down.value!r} {down.value.__cause__!r} {down.value.__suppress_context__} {ask!r}"
    assert "secret" not in told
    assert "True" in told


async def test_sessions_of_another_account_are_unknown(stripe: Stripe, provider: Provider, ask: Ask) -> None:
    opened = await provider.open(KEY, ask)
    for asked in (provider.look, provider.expire):
        with pytest.raises(Unknown):
            await asked("sk_test_other", opened.session_id)


async def test_a_connected_account_is_named_after_the_key(
    stripe: Stripe, provider: Provider, ask: Ask
) -> None:
    opened = await provider.open("sk_test_platform acct_42", ask)
    assert stripe.calls[-1].headers["Authorization"] == "Bearer sk_test_platform"
    assert opened.session_id in stripe.account("acct_42").sessions


async def test_only_an_open_session_is_ended(stripe: Stripe, provider: Provider, ask: Ask) -> None:
    first = await provider.open(KEY, ask)
    assert await provider.expire(KEY, first.session_id)
    assert not await provider.expire(KEY, first.session_id)
    assert (await provider.look(KEY, first.session_id)).status == "expired"
    second = await provider.open(KEY, replace(ask, idempotency_key="other"))
    stripe.complete(second.session_id)
    assert not await provider.expire(KEY, second.session_id)


async def test_it_lives_as_long_as_stripe_lets_it(
    stripe: Stripe, provider: Provider, ask: Ask, time: object
) -> None:
    opened = await provider.open(KEY, ask)
    assert timedelta(0) <= ask.expires_at - opened.expires_at <= timedelta(minutes=5)
    soon = replace(ask, idempotency_key="soon", expires_at=ask.expires_at - timedelta(hours=23, minutes=40))
    with pytest.raises(Refused, match="expires_at"):
        await provider.open(KEY, soon)


async def test_more_invoices_than_lines_are_paid_to_the_cent(
    stripe: Stripe, provider: Provider, ask: Ask
) -> None:
    lines = [(f"Facture F-{nth}", 100 + nth) for nth in range(250)]
    opened = await provider.open(KEY, replace(ask, lines=lines))
    session = stripe.account(KEY).sessions[opened.session_id]
    assert session["amount_total"] == sum(cents for _, cents in lines)
    shown = stripe.calls[-1].params["line_items"]
    assert len(shown) == 100
    assert shown[-1]["price_data"]["product_data"]["name"] == "Facture F-99 … Facture F-249"


async def test_a_label_stays_a_label(stripe: Stripe, provider: Provider, ask: Ask) -> None:
    label = "<b>*F-1*</b>\r\nX-Evil: 1\r\n\r\n{{ 7*7 }} =?utf-8?q?x?= &metadata[facteur]=9"
    await provider.open(KEY, replace(ask, lines=[(label, 64200)]))
    sent = stripe.calls[-1]
    assert sent.params["line_items"][0]["price_data"]["product_data"]["name"] == label
    assert sent.params["metadata"] == {"facteur": "17"}
    assert "X-Evil" not in sent.headers


async def test_too_little_is_refused_in_stripe_s_word(stripe: Stripe, provider: Provider, ask: Ask) -> None:
    with pytest.raises(Refused, match="amount_too_small"):
        await provider.open(KEY, replace(ask, lines=[("Facture F-1", 49)]))


async def test_looked_at(stripe: Stripe, provider: Provider, ask: Ask) -> None:
    opened = await provider.open(KEY, ask)
    stripe.complete(opened.session_id)
    assert await provider.look(KEY, opened.session_id) == CheckoutSeen(
        opened.session_id,
        "complete",
        "paid",
        64200,
        "EUR",
        stripe.clock(),
        stripe.account(KEY).sessions[opened.session_id]["payment_intent"],
        "17",
        "card",
    )


def test_nothing_of_it_is_loaded_before_it_is_needed() -> None:
    code = "import sys, bot.reconcile, bot.paying, bot.payments.news, bot.web.stripe; sys.exit('stripe' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
