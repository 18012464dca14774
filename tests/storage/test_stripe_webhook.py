"""The door of Stripe's webhooks: signed by the company's own secret, taken once, together with what it does."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from itertools import permutations
from typing import Any

import pytest
import structlog
from storage_paying import invoice, money, paper, states, to_check
from storage_seed import House
from storage_stripe import KEY, OTHER_SECRET, SECRET, Shop, shop

from bot.demo.stripe import signed
from bot.demo.stripe.sender import Hook

SESSION = "checkout.session."


@pytest.fixture
async def open_shop(house: House) -> AsyncIterator[Shop]:
    async with shop(house) as made:
        yield made


def body_of(shop: Shop, kind: str = f"{SESSION}completed") -> bytes:
    return json.dumps(next(shop.account.told(kind))).encode()


def header(body: bytes, secret: str = SECRET, age: int = 0) -> dict[str, str]:
    return {"Stripe-Signature": signed(body, secret, int(time.time()) - age)}


async def test_three_times_at_once_is_one_payment_and_one_mail_each(open_shop: Shop) -> None:
    request = await open_shop.session()
    open_shop.account.complete(request.session_id)
    events = list(open_shop.account.told())
    posts = (open_shop.stripe.sender.post(open_shop.hook, event) for event in events * 3)
    assert set(await asyncio.gather(*posts)) == {200}
    assert money(open_shop.house) == [("payment", -64200, "F-1")]
    assert sorted(open_shop.mails()) == ["anne@exemple.example", "contact@atelier.example"]
    assert open_shop.events() == 1


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_a_direct_debit_told_in_any_order_ends_paid_once(
    open_shop: Shop, order: tuple[int, ...]
) -> None:
    """In progress, confirmed; and the same session told as completed once more, as it is by then."""
    request = await open_shop.session()
    open_shop.account.complete(request.session_id, "processing")
    open_shop.account.settle(request.session_id)
    told = list(open_shop.account.told(f"{SESSION}completed", f"{SESSION}async_payment_succeeded"))
    later = {**told[1], "id": "evt_later", "type": f"{SESSION}completed"}
    events = [*told, later]
    for nth in order:
        both = (open_shop.stripe.sender.post(open_shop.hook, events[nth]) for _ in range(2))
        assert await asyncio.gather(*both) == [200, 200]
    assert states(open_shop.house) == ["paid"]
    assert money(open_shop.house) == [("payment", -64200, "F-1")]


async def test_in_progress_then_refused_is_to_pay_again(open_shop: Shop) -> None:
    document = invoice(open_shop.house)
    request = await open_shop.session(document)
    open_shop.stripe.hook(KEY, open_shop.hook.url, SECRET)
    open_shop.account.complete(request.session_id, "processing")
    await open_shop.stripe.sent()
    assert paper(open_shop.house, document).in_progress_cents == 64200
    open_shop.account.settle(request.session_id, good=False)
    await open_shop.stripe.sent()
    assert paper(open_shop.house, document).in_progress_cents == 0
    assert states(open_shop.house) == ["failed"]
    again = await open_shop.session(document)
    open_shop.account.complete(again.session_id)
    await open_shop.stripe.sent()
    assert money(open_shop.house) == [("payment", -64200, "F-1")]


async def test_the_four_events_of_a_refund_are_one_movement_and_its_failure_undoes_it(
    open_shop: Shop,
) -> None:
    request = await open_shop.session()
    open_shop.stripe.hook(KEY, open_shop.hook.url, SECRET)
    open_shop.account.complete(request.session_id)
    refund = open_shop.account.refund(request.session_id, 4200)
    await open_shop.stripe.sent()
    assert money(open_shop.house)[1:] == [("refund", 4200, "F-1")]
    open_shop.account.refund_ends(refund["id"])
    await open_shop.stripe.sent()
    assert sum(cents for _, cents, _ in money(open_shop.house)) == -64200


async def test_a_dispute_takes_the_money_and_gives_it_back(open_shop: Shop) -> None:
    request = await open_shop.session()
    open_shop.stripe.hook(KEY, open_shop.hook.url, SECRET)
    open_shop.account.complete(request.session_id)
    dispute = open_shop.account.dispute(request.session_id)
    await open_shop.stripe.sent()
    assert sum(cents for _, cents, _ in money(open_shop.house)) == 0
    open_shop.account.dispute_ends(dispute["id"], won=True)
    await open_shop.stripe.sent()
    assert sum(cents for _, cents, _ in money(open_shop.house)) == -64200


async def test_what_the_company_s_secret_did_not_sign_just_now_is_refused_and_kept_nowhere(
    open_shop: Shop,
) -> None:
    request = await open_shop.session()
    open_shop.account.complete(request.session_id)
    body = body_of(open_shop)
    again = json.dumps(json.loads(body), separators=(",", ":")).encode()
    assert again != body
    now = int(time.time())
    good = signed(body, SECRET, now)
    refused = [
        (body, {}),
        (body, {"Stripe-Signature": ""}),
        (body, {"Stripe-Signature": f"t={now}"}),
        (body, {"Stripe-Signature": f"t={now},v1={'0' * 64}"}),
        (body, {"Stripe-Signature": good.replace("v1=", "v0=")}),
        (body, {"Stripe-Signature": good.replace(f"t={now}", f"t={now + 1}")}),
        (body, header(body, age=302)),
        (body, header(body, age=-302)),
        (body, header(body, OTHER_SECRET)),
        (again, {"Stripe-Signature": good}),
        (body.replace(b"64200", b"64201"), {"Stripe-Signature": good}),
        (b"", {"Stripe-Signature": good}),
        (b"not json", header(b"not json")),
        (b"[]", header(b"[]")),
        (b'{"type": "x"}', header(b'{"type": "x"}')),
    ]
    with structlog.testing.capture_logs() as logs:
        answers = [await open_shop.post(sent, headers) for sent, headers in refused]
    assert set(answers) == {400}
    assert (open_shop.events(), money(open_shop.house), open_shop.mails()) == (0, [], [])
    assert not any(word in repr(logs) for word in (SECRET, OTHER_SECRET, KEY))
    assert {line["event"] for line in logs} == {"stripe.refused"}
    assert await open_shop.post(body, header(body, OTHER_SECRET), "other") == 200
    assert money(open_shop.house) == []
    assert await open_shop.post(body, header(body, age=290)) == 200
    assert await open_shop.post(body, header(body, age=-290)) == 200
    assert money(open_shop.house) == [("payment", -64200, "F-1")]


async def test_a_company_without_secret_has_no_door(open_shop: Shop) -> None:
    assert await open_shop.post(b"{}", header(b"{}"), "nobody") == 404
    house = open_shop.house
    with house.engine.begin() as db:
        db.exec_driver_sql("UPDATE companies SET stripe_webhook_secret = NULL WHERE slug = 'other'")
    assert await open_shop.post(b"{}", header(b"{}", OTHER_SECRET), "other") == 404


@pytest.mark.parametrize(("chunked", "size"), [(False, 600_000), (True, 2_000_000)])
async def test_a_body_too_large_is_not_read(open_shop: Shop, chunked: bool, size: int) -> None:
    body = b'{"id": "evt_1", "type": "x", "more": "' + b"x" * size + b'"}'
    assert await open_shop.post(body, header(body), chunked=chunked) == 413


@pytest.mark.parametrize(
    "change",
    [
        {"type": "invoice.paid"},
        {"type": f"{SESSION}something_new"},
        {"object": {"mode": "subscription"}},
        {"object": {"metadata": {}}},
        {"object": {"metadata": None}},
        {"object": {"amount_total": None}},
        {"object": {"currency": None}},
        {"data": None},
        {"data": {"object": None}},
        {"created": "now"},
        {"type": "refund.created", "object": {"payment_intent": None}},
        {"type": "charge.refunded", "object": {"refunds": None}},
    ],
)
async def test_what_we_do_not_know_is_taken_and_kept_nowhere(open_shop: Shop, change: dict[str, Any]) -> None:
    request = await open_shop.session()
    open_shop.account.complete(request.session_id)
    event = json.loads(body_of(open_shop))
    event["data"]["object"] |= change.get("object", {})
    fields = {name: value for name, value in change.items() if name != "object"}
    body = json.dumps(event | fields).encode()
    assert await open_shop.post(body, header(body)) == 200
    assert (open_shop.events(), money(open_shop.house)) == (0, [])


async def test_when_we_fail_stripe_sends_it_again_and_nothing_is_half_done(open_shop: Shop) -> None:
    request = await open_shop.session()
    open_shop.broken = 2
    open_shop.account.complete(request.session_id)
    [event] = open_shop.account.told(f"{SESSION}completed")
    with structlog.testing.capture_logs() as logs:
        assert await open_shop.stripe.sender.post(open_shop.hook, event) == 500
    assert (open_shop.events(), money(open_shop.house), open_shop.mails()) == (0, [], [])
    assert SECRET not in repr(logs)
    open_shop.stripe.sender.put(open_shop.hook, event)
    await open_shop.stripe.sent()
    assert open_shop.stripe.sender.statuses == [500, 500, 200]
    assert money(open_shop.house) == [("payment", -64200, "F-1")]
    assert len(open_shop.mails()) == 2


async def test_no_database_is_our_failure(open_shop: Shop) -> None:
    request = await open_shop.session()
    open_shop.account.complete(request.session_id)
    [event] = open_shop.account.told(f"{SESSION}completed")
    with open_shop.house.engine.begin() as db:
        db.exec_driver_sql("ALTER TABLE companies RENAME TO companies_elsewhere")
    assert await open_shop.stripe.sender.post(open_shop.hook, event) == 500
    with open_shop.house.engine.begin() as db:
        db.exec_driver_sql("ALTER TABLE companies_elsewhere RENAME TO companies")
    assert await open_shop.stripe.sender.post(open_shop.hook, event) == 200
    assert money(open_shop.house) == [("payment", -64200, "F-1")]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"amount_total": 50000}, "amount"),
        ({"currency": "usd"}, "currency"),
        ({"id": "cs_test_unknown", "metadata": {"facteur": "999"}}, "unknown_session"),
    ],
)
async def test_money_that_does_not_match_is_kept_for_a_person(
    open_shop: Shop, change: dict[str, Any], why: str
) -> None:
    request = await open_shop.session()
    open_shop.account.complete(request.session_id)
    [event] = open_shop.account.told(f"{SESSION}completed")
    event["data"]["object"] |= change
    statuses = [await open_shop.stripe.sender.post(open_shop.hook, event) for _ in range(3)]
    assert statuses == [200, 200, 200]
    assert [reason for _, reason in to_check(open_shop.house)] == [why]


async def test_the_order_of_the_secrets_is_the_companies_own(open_shop: Shop) -> None:
    """The other company's door knows nothing of this company's request, whoever signs."""
    request = await open_shop.session()
    open_shop.account.complete(request.session_id)
    [event] = open_shop.account.told(f"{SESSION}completed")
    there = Hook(f"{open_shop.url}/stripe/other", OTHER_SECRET)
    assert await open_shop.stripe.sender.post(there, event) == 200
    assert states(open_shop.house) == ["open"]
    assert money(open_shop.house) == []
