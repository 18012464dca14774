"""No webhook comes: what is open or in progress is looked at, what no longer serves is ended, and all is told once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import structlog
from sqlalchemy import update
from storage_paying import checkouts, invoice, money, moves, states
from storage_seed import House
from storage_stripe import KEY, Shop, shop

from bot.payments.provider import Ask
from handlers.rules.paying import PayRequest, spread
from storage import tables as t


@pytest.fixture
async def open_shop(house: House) -> AsyncIterator[Shop]:
    async with shop(house) as made:
        yield made


def asked(shop: Shop, since: int = 0) -> list[str]:
    """What Stripe was asked, apart from the making of sessions."""
    return [
        f"{one.method} {one.path}" for one in shop.stripe.calls[since:] if not one.path.endswith("sessions")
    ]


async def paid(shop: Shop, **values: Any) -> PayRequest:
    request = await shop.session(**values)
    shop.account.complete(request.session_id)
    return request


async def test_a_payment_that_no_webhook_told_is_found_and_recorded_once(open_shop: Shop) -> None:
    request = await paid(open_shop)
    await open_shop.reconcile()
    assert asked(open_shop) == []
    open_shop.later(minutes=15)
    await open_shop.reconcile()
    assert money(open_shop.house) == [("payment", -64200, "F-1")]
    open_shop.later(minutes=30)
    await open_shop.reconcile()
    for event in open_shop.account.told():
        assert await open_shop.stripe.sender.post(open_shop.hook, event) == 200
    assert states(open_shop.house) == ["paid"]
    assert money(open_shop.house) == [("payment", -64200, "F-1")]
    assert len(open_shop.mails()) == 2
    assert request.amount_cents == 64200


async def test_a_direct_debit_is_followed_until_the_bank_answers(open_shop: Shop) -> None:
    request = await open_shop.session()
    open_shop.account.complete(request.session_id, "processing")
    open_shop.later(minutes=15)
    await open_shop.reconcile()
    assert states(open_shop.house) == ["in_progress"]
    calls = len(open_shop.stripe.calls)
    open_shop.later(minutes=14)
    await open_shop.reconcile()
    assert len(open_shop.stripe.calls) == calls
    open_shop.account.settle(request.session_id)
    open_shop.later(minutes=1)
    await open_shop.reconcile()
    assert states(open_shop.house) == ["paid"]
    assert money(open_shop.house) == [("payment", -64200, "F-1")]


async def test_a_session_that_ran_out_closes_its_request(open_shop: Shop) -> None:
    await open_shop.session()
    open_shop.later(hours=25)
    await open_shop.reconcile()
    assert states(open_shop.house) == ["expired"]
    calls = len(open_shop.stripe.calls)
    open_shop.later(hours=1)
    await open_shop.reconcile()
    assert len(open_shop.stripe.calls) == calls


async def test_a_refund_and_a_dispute_that_no_webhook_told_are_found_within_a_day(open_shop: Shop) -> None:
    request = await paid(open_shop)
    open_shop.later(minutes=15)
    await open_shop.reconcile()
    open_shop.account.refund(request.session_id, 4200)
    for _ in range(3):
        open_shop.later(hours=24)
        await open_shop.reconcile()
    assert money(open_shop.house)[1:] == [("refund", 4200, "F-1")]
    dispute = open_shop.account.dispute(request.session_id)
    open_shop.later(hours=24)
    await open_shop.reconcile()
    open_shop.account.dispute_ends(dispute["id"], won=True)
    open_shop.later(hours=24)
    await open_shop.reconcile()
    assert sum(cents for _, cents, _ in money(open_shop.house)) == 4200 - 64200
    assert sum(one.amount_cents for one in moves(open_shop.house)) == 4200


async def test_a_former_session_is_ended(open_shop: Shop) -> None:
    one, two = invoice(open_shop.house, "F-1"), invoice(open_shop.house, "F-2")
    first = await open_shop.session(one)
    both = await open_shop.session(one, two)
    await open_shop.reconcile()
    sessions = open_shop.account.sessions
    assert [sessions[request.session_id]["status"] for request in (first, both)] == ["expired", "open"]
    calls = len(open_shop.stripe.calls)
    await open_shop.reconcile()
    assert len(open_shop.stripe.calls) == calls


async def test_a_former_session_that_was_just_paid_is_recorded(open_shop: Shop) -> None:
    one, two = invoice(open_shop.house, "F-1"), invoice(open_shop.house, "F-2")
    first = await open_shop.session(one)
    both = await open_shop.session(one, two)
    open_shop.account.complete(first.session_id)
    await open_shop.reconcile()
    await open_shop.reconcile()
    assert money(open_shop.house) == [("payment", -64200, "F-1")]
    assert states(open_shop.house)[0] == "paid"
    assert both.amount_cents == 2 * 64200


async def test_a_company_whose_stripe_does_not_answer_stops_no_other(open_shop: Shop) -> None:
    """The key of this one was withdrawn: it is asked once a while, and the other company's payment is found."""
    house = open_shop.house
    document = house.paper(house.carl, "G-1", total_cents=9900)
    requests = [await open_shop.session(invoice(house, f"F-{nth}")) for nth in range(3)]
    other = await _of_carl(open_shop, document)
    open_shop.stripe.account("sk_test_other").complete(other)
    with house.engine.begin() as db:
        withdrawn = house.keys.box.encrypt(b"withdrawn_key")
        db.execute(update(t.companies).where(t.companies.c.slug == "atelier").values(stripe_key=withdrawn))
    open_shop.later(minutes=15)
    calls = len(open_shop.stripe.calls)
    with structlog.testing.capture_logs() as logs:
        await open_shop.reconcile()
    assert states(house)[-1] == "paid"
    assert [call.status for call in open_shop.stripe.calls[calls:]].count(401) == 1
    assert "withdrawn_key" not in repr(logs)
    assert [line["event"] for line in logs] == ["reconcile.down"]
    await open_shop.reconcile()
    assert [call.status for call in open_shop.stripe.calls[calls:]].count(401) == 1
    with house.engine.begin() as db:
        back = house.keys.box.encrypt(KEY.encode())
        db.execute(update(t.companies).where(t.companies.c.slug == "atelier").values(stripe_key=back))
    for request in requests:
        open_shop.account.complete(request.session_id)
    open_shop.later(minutes=15)
    await open_shop.reconcile()
    assert set(states(house)) == {"paid"}


async def _of_carl(shop: Shop, document: int) -> str:
    """A session of the other company; its id."""

    house = shop.house
    with house.open() as work:
        papers = work.payments.payable(house.carl, shop.at.date(), [document])
        lines = spread(papers, shop.at.date())
        until = shop.at.replace(hour=23)
        request = work.payments.request(
            house.carl, house.account_there, lines, "EUR", "telegram", "5", shop.at, until
        )
    named = (str(request.id), [("G-1", 9900)], "EUR", "carl@exemple.example", "fr", until)
    ask = Ask(*named, "https://a.example", "https://b.example", idempotency_key="other")
    opened = await shop.provider.open("sk_test_other", ask)
    checkouts(house).opened(request.id, opened.session_id, opened.url, opened.expires_at)
    return opened.session_id


async def test_nobody_at_the_other_end_raises_nothing(open_shop: Shop) -> None:
    request = await paid(open_shop)
    open_shop.later(minutes=15)
    open_shop.stripe.fail(503, times=3)
    await open_shop.reconcile()
    assert states(open_shop.house) == ["open"]
    open_shop.later(minutes=15)
    await open_shop.reconcile()
    assert states(open_shop.house) == ["paid"]
    assert request.state == "open"


async def test_a_failure_of_ours_stops_nothing_and_is_made_good(open_shop: Shop) -> None:
    first = await paid(open_shop)
    second = await open_shop.session(invoice(open_shop.house, "F-2"))
    open_shop.account.complete(second.session_id)
    open_shop.later(minutes=15)
    open_shop.broken = 1
    with structlog.testing.capture_logs() as logs:
        await open_shop.reconcile()
    assert [line["event"] for line in logs] == ["reconcile.failed"]
    assert sorted(states(open_shop.house)) == ["open", "paid"]
    open_shop.later(minutes=15)
    await open_shop.reconcile()
    assert states(open_shop.house) == ["paid", "paid"]
    assert len(money(open_shop.house)) == 2
    assert first.id != second.id


async def test_a_session_of_an_account_that_is_no_longer_the_company_s(open_shop: Shop) -> None:
    house = open_shop.house
    one, two = invoice(house, "F-1"), invoice(house, "F-2")
    for documents in ((one,), (one, two)):
        await open_shop.session(*documents)
    with house.engine.begin() as db:
        new = house.keys.box.encrypt(b"sk_test_new_account")
        db.execute(update(t.companies).where(t.companies.c.slug == "atelier").values(stripe_key=new))
    open_shop.later(minutes=15)
    await open_shop.reconcile()
    calls = len(open_shop.stripe.calls)
    assert asked(open_shop)[-2:] == [
        "POST /v1/checkout/sessions/{session}/expire",
        "GET /v1/checkout/sessions/{session}",
    ]
    open_shop.later(minutes=15)
    await open_shop.reconcile()
    assert asked(open_shop, calls) == ["GET /v1/checkout/sessions/{session}"]
