"""Links to pay when a message leaves: one request, one session, whatever is repeated; and words where there is none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from storage_counter import DOWN, PUBLIC, Counter, Post, opened
from storage_paying import ask, invoice, seen
from storage_seed import HOUR, MINUTE, NOW, House

from bot.paying import PayingCarrier, PayLinks
from handlers.core.ports import Due
from handlers.core.turn import Link, Reply
from handlers.rules.paying import PaymentNews


@pytest.fixture
async def counter(house: House) -> AsyncIterator[Counter]:
    async with opened(house) as made:
        yield made


async def leave(links: PayLinks, due: Due) -> Reply:
    """What the channel was handed."""
    post = Post()
    await PayingCarrier(post, links).deliver(due)
    [handed] = post.handed
    return handed.reply


def url_of(reply: Reply) -> str:
    [link] = reply.links
    return link.to


async def test_a_button_leads_to_the_payment_page_and_again_to_the_same(counter: Counter) -> None:
    request = ask(counter.house, invoice(counter.house), session=False)
    links = counter.links()
    first = url_of(await leave(links, counter.due(request)))
    again = url_of(await leave(links, counter.due(request)))
    assert first == again == next(iter(counter.account.sessions.values()))["url"]
    assert len(counter.created()) == 1


async def test_two_workers_send_the_same_row_and_make_one_session(counter: Counter) -> None:
    request = ask(counter.house, invoice(counter.house), session=False)
    one, other = counter.links(), counter.links()
    urls = await asyncio.gather(
        *(leave(links, counter.due(request)) for links in (one, other, one, other)),
    )
    assert len({url_of(reply) for reply in urls}) == 1
    assert len(counter.account.sessions) == 1


async def test_the_answer_that_was_lost_on_the_line(counter: Counter) -> None:
    request = ask(counter.house, invoice(counter.house), session=False)
    counter.stripe.fail(0)
    assert url_of(await leave(counter.links(), counter.due(request)))
    assert len(counter.account.sessions) == 1


async def test_the_provider_is_down_then_answers(counter: Counter) -> None:
    request = ask(counter.house, invoice(counter.house), session=False)
    links = counter.links()
    counter.stripe.fail(503, times=3)
    said = await leave(links, counter.due(request))
    assert (said.text, said.links) == (DOWN, ())
    assert [choice.label for choice in said.choices] == ["Payer par virement"]
    with counter.house.open() as work:
        again = work.payments.by_id(counter.house.atelier, request.id)
    assert again is not None
    assert again.state == "open"
    assert url_of(await leave(links, counter.due(again))).startswith(counter.stripe.url)


async def test_nobody_answers_at_all(counter: Counter) -> None:
    request = ask(counter.house, invoice(counter.house), session=False)
    said = await leave(counter.links(api="http://127.0.0.1:9"), counter.due(request))
    assert (said.text, said.links) == (DOWN, ())


async def test_a_mail_leads_to_our_page_and_asks_the_provider_nothing(counter: Counter) -> None:
    document = invoice(counter.house)
    request = ask(counter.house, document, session=False)
    links = counter.links()
    said = await leave(links, counter.due(request, "email", "À régler.\nPour payer : {lien}"))
    assert said.text == f"À régler.\nPour payer : {url_of(said)}"
    named = links.tokens.read_pay(url_of(said).removeprefix(f"{PUBLIC}/pay/"))
    assert named is not None
    assert (named.document_ids, named.account_id) == ((document,), counter.house.account.id)
    assert counter.stripe.calls == []
    again = await leave(links, counter.due(request, "email"))
    assert url_of(again) == url_of(said)


async def test_a_mail_without_public_url_leads_to_the_payment_page(counter: Counter) -> None:
    request = ask(counter.house, invoice(counter.house), session=False)
    said = await leave(counter.links(public=""), counter.due(request, "email", "Pour payer : {lien}"))
    assert url_of(said).startswith(counter.stripe.url)
    assert said.text == f"Pour payer : {url_of(said)}"


@pytest.mark.parametrize(
    ("public", "bot", "success", "cancel"),
    [
        (PUBLIC, "AtelierBot", f"{PUBLIC}/paid/", f"{PUBLIC}/pay/"),
        ("", "AtelierBot", "https://t.me/AtelierBot", "https://t.me/AtelierBot"),
        ("", "", "https://mail.example", "https://mail.example"),
    ],
)
async def test_where_the_payment_page_leads(
    counter: Counter, public: str, bot: str, success: str, cancel: str
) -> None:
    request = ask(counter.house, invoice(counter.house), session=False)
    await leave(counter.links(public, bot), counter.due(request))
    [asked] = counter.created()
    assert asked["success_url"].startswith(success)
    assert asked["cancel_url"].startswith(cancel)


@pytest.mark.parametrize("past", [24 * HOUR, 24 * HOUR - 20 * MINUTE])
async def test_a_message_that_leaves_a_day_late(counter: Counter, past: Any) -> None:
    """Too late for a session of this request: the button leads to our page, or the text says to ask again."""
    request = ask(counter.house, invoice(counter.house), session=False)
    counter.now = NOW + past
    assert url_of(await leave(counter.links(), counter.due(request))).startswith(f"{PUBLIC}/pay/")
    said = await leave(counter.links(public=""), counter.due(request))
    assert (said.text, said.links) == (DOWN, ())
    assert counter.created() == []


async def test_a_page_given_before_is_closed_first(counter: Counter) -> None:
    """The balance has moved: the old page could be paid as well."""
    document = invoice(counter.house)
    links = counter.links()
    await leave(links, counter.due(ask(counter.house, document, session=False)))
    counter.house.pay(counter.house.anne, document, 14200)
    fresh = ask(counter.house, document, session=False)
    assert fresh.amount_cents == 50000
    await leave(links, counter.due(fresh))
    old, new = counter.account.sessions.values()
    assert (old["status"], new["status"], new["amount_total"]) == ("expired", "open", 50000)
    assert [call.path for call in counter.stripe.calls][-2:] == [
        "/v1/checkout/sessions/{session}/expire",
        "/v1/checkout/sessions",
    ]


async def test_a_page_given_before_was_just_paid(counter: Counter) -> None:
    """No second page: the desk is told what was paid, and the client sees it on our page."""
    document = invoice(counter.house)
    links = counter.links()
    first = ask(counter.house, document, session=False)
    await leave(links, counter.due(first))
    [session] = counter.account.sessions
    counter.house.pay(counter.house.anne, document, 14200)
    counter.stripe.complete(session)
    fresh = ask(counter.house, document, session=False)
    assert url_of(await leave(links, counter.due(fresh))).startswith(f"{PUBLIC}/pay/")
    assert len(counter.created()) == 1
    [(source, _, news)] = counter.news
    assert source == "stripe"
    assert (news.seen.reference, news.seen.amount_cents) == (first.reference, 64200)


async def test_a_page_given_before_was_of_another_account_of_the_company(counter: Counter) -> None:
    document = invoice(counter.house)
    ask(counter.house, document)  # its session is known to no Stripe of ours
    counter.house.pay(counter.house.anne, document, 14200)
    fresh = ask(counter.house, document, session=False)
    said = await leave(counter.links(), counter.due(fresh))
    assert url_of(said) == next(iter(counter.account.sessions.values()))["url"]


async def test_a_request_that_was_paid_in_between(counter: Counter) -> None:
    request = ask(counter.house, invoice(counter.house))
    with counter.house.open() as work:
        work.payments.settle(PaymentNews(counter.house.atelier.id, seen(request)), NOW)
    assert url_of(await leave(counter.links(), counter.due(request))).startswith(f"{PUBLIC}/pay/")
    assert (await leave(counter.links(public=""), counter.due(request))).text == DOWN


async def test_a_message_without_such_a_link_is_left_alone(counter: Counter) -> None:
    due = counter.due(ask(counter.house, invoice(counter.house)))
    plain = replace(due, reply=Reply("Écrivez {lien}").link(Link("Ouvrir", "https://exemple.example")))
    assert await leave(counter.links(), plain) is plain.reply
