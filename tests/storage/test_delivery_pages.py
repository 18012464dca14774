"""/pay and /paid over the database and a local Stripe: a GET changes nothing, one button opens one payment page."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from html import unescape
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy import func, select, update
from storage_counter import Counter, opened
from storage_paying import ask, invoice, seen
from storage_seed import NOW, House

from bot.cashier import Cashier
from bot.demo.payer import Browser
from bot.paying import PayLinks, to_pay
from bot.web.pay import Pages, routes
from bot.web.pay_links import LIVES, Paid
from handlers.rules.paying import PaymentNews, PayRequest, RequestState
from storage import tables as t

OURS = {"Sec-Fetch-Site": "same-origin"}
STRICT = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@dataclass
class Site:
    """The pages, served; `links` leads to them."""

    counter: Counter
    links: PayLinks
    client: aiohttp.ClientSession

    @property
    def house(self) -> House:
        return self.counter.house

    def pay_url(self, *documents: int, language: str = "fr", channel: str = "email", **more: Any) -> str:
        request = PayRequest(1, self.house.anne.id, self.house.account.id, (), 1, "EUR", "open", NOW, NOW)
        to = replace(
            to_pay(self.house.atelier.id, request, language), document_ids=documents, channel=channel
        )
        return self.links.tokens.pay_url(replace(to, **more))

    def paid_url(self, request: PayRequest, language: str = "fr") -> str:
        return self.links.tokens.paid_url(Paid(self.house.atelier.id, request.id, "telegram", language))

    async def get(self, url: str) -> tuple[int, str]:
        async with self.client.get(url) as answer:
            return answer.status, plain(await answer.text())

    async def post(self, url: str, **headers: str) -> tuple[int, str]:
        """Where it leads, or what it says."""
        async with self.client.post(url, headers=headers or OURS, allow_redirects=False) as answer:
            return answer.status, answer.headers.get("Location") or plain(await answer.text())

    def counted(self) -> tuple[int, int, int]:
        """Requests, their lines, entries of the ledger: what an act would add to."""
        tables = (t.payment_requests, t.payment_request_lines, t.ledger)
        with self.house.engine.connect() as db:
            return tuple(db.execute(select(func.count()).select_from(one)).scalar_one() for one in tables)

    def change(self, table: Any, id: int, **values: Any) -> None:
        with self.house.engine.begin() as db:
            db.execute(update(table).where(table.c.id == id).values(**values))


def plain(page: str) -> str:
    body = page.partition("<body>")[2]
    return re.sub(
        r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", re.sub(r"</(p|dt|dd|h1|div)>", "\n", body)))
    ).strip()


@pytest.fixture
async def site(house: House) -> AsyncIterator[Site]:
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    async with opened(house) as counter, aiohttp.ClientSession() as client:
        links = counter.links(f"http://127.0.0.1:{listening.getsockname()[1]}")
        app = web.Application()
        app.add_routes(routes(Pages(links.tokens, Cashier(links, house.keys), lambda: counter.now)))
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.SockSite(runner, listening).start()
        yield Site(counter, links, client)
        await runner.cleanup()


async def test_the_amount_of_today_and_a_button(site: Site) -> None:
    url = site.pay_url(invoice(site.house, "F-2026-0118"))
    status, said = await site.get(url)
    assert status == 200
    assert "Atelier Facture F-2026-0118 642,00 € Payer 642,00 €" in said
    assert "Montant du 24 novembre 2026." in said
    assert "votre numéro de carte ne passe pas par nous" in said


async def test_what_was_received_and_what_is_under_way_is_told(site: Site) -> None:
    document = invoice(site.house, "F-9")
    site.house.pay(site.house.anne, document, 14200)
    site.change(t.documents, document, in_progress_cents=10000)
    _, said = await site.get(site.pay_url(document, language="en"))
    assert "Invoice F-9 €400.00 Total €642.00 incl. VAT Already received -€142.00" in said
    assert "Payment in progress -€100.00 To pay €400.00 Pay €400.00" in said


async def test_several_invoices_with_what_each_adds(site: Site) -> None:
    papers = [invoice(site.house, f"F-{nth}", 1000 * nth) for nth in (1, 2, 3)]
    site.house.pay(site.house.anne, papers[2], 3000)
    _, said = await site.get(site.pay_url(*papers))
    assert "3 factures 30,00 € F-1 10,00 € F-2 20,00 € F-3 réglée Payer 30,00 €" in said


async def test_looking_changes_nothing(site: Site) -> None:
    """As a scanner of links does, with every method that reads."""
    url = site.pay_url(invoice(site.house))
    before = site.counted()
    for _ in range(3):
        await site.get(url)
        async with site.client.head(url) as answer:
            assert answer.status == 200
        async with site.client.options(url) as answer:
            assert answer.status == 405
    assert site.counted() == before
    assert site.counter.stripe.calls == []


async def test_no_page_is_kept_framed_indexed_or_tracked(site: Site) -> None:
    document = invoice(site.house)
    request = ask(site.house, document)
    for url in (site.pay_url(document), site.paid_url(request)):
        async with site.client.get(url) as answer:
            text, headers = await answer.text(), answer.headers
        assert {name: headers[name] for name in STRICT} == STRICT
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "frame-ancestors 'none'" in policy
        assert "base-uri 'none'" in policy
        assert "Set-Cookie" not in headers
        assert "<script" not in text
        assert not re.search(r"(?:src|@import|url\()\s*=?\s*[\"']?https?:", text)


async def test_the_button_opens_one_payment_page_however_often_it_is_pressed(site: Site) -> None:
    url = site.pay_url(invoice(site.house))
    pressed = await asyncio.gather(*(site.post(url) for _ in range(4)))
    [(status, place)] = set(pressed)
    assert status == 303
    [session] = site.counter.account.sessions.values()
    assert place == session["url"]
    assert session["success_url"].startswith(f"{site.links.tokens.base}/paid/")
    assert session["cancel_url"].startswith(f"{site.links.tokens.base}/pay/")
    assert site.counted()[:2] == (1, 1)


async def test_who_gives_up_is_back_at_the_same_page(site: Site) -> None:
    async with Browser() as browser:
        page = await browser.open(site.pay_url(invoice(site.house), language="en"))
        checkout = await browser.press(page, "Pay €642.00")
        back = await browser.press(checkout, "Renoncer et revenir")
    assert back.place == "/pay/…"
    assert [line for line in back.lines if line.startswith("[Pay")], "still to be paid"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
    ],
)
async def test_a_form_of_another_site_opens_nothing(site: Site, headers: dict[str, str]) -> None:
    url = site.pay_url(invoice(site.house))
    assert await site.post(url, **headers) == (303, url)
    assert site.counted()[:2] == (0, 0)


@pytest.mark.parametrize("headers", [{"Origin": "null"}, {"Sec-Fetch-Site": "none"}, {"Accept": "*/*"}])
async def test_browsers_that_say_little_of_their_page(site: Site, headers: dict[str, str]) -> None:
    status, place = await site.post(site.pay_url(invoice(site.house)), **headers)
    assert (status, place[:4]) == (303, "http")
    assert "/c/pay/" in place


async def test_a_moved_balance_is_asked_for_as_it_is(site: Site) -> None:
    document = invoice(site.house)
    url = site.pay_url(document)
    await site.post(url)
    site.house.pay(site.house.anne, document, 14200)
    assert "Payer 500,00 €" in (await site.get(url))[1]
    await site.post(url)
    old, new = site.counter.account.sessions.values()
    assert (old["status"], new["amount_total"]) == ("expired", 50000)


async def test_the_provider_is_down_then_answers(site: Site) -> None:
    url = site.pay_url(invoice(site.house))
    site.counter.stripe.fail(503, times=3)
    status, said = await site.post(url)
    assert status == 503
    assert "La page de paiement ne répond pas pour l'instant. Rien n'a été débité." in said
    assert "Payer 642,00 €" in said
    assert (await site.post(url))[0] == 303
    assert site.counted()[0] == 1


PAID = "Rien à régler pour la facture F-1 : elle est réglée."


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"paid_cents": 64200}, PAID),
        ({"in_progress_cents": 64200}, "Un paiement de 642,00 € est déjà en cours."),
        ({"status": "cancelled"}, "Rien à régler pour la facture F-1 : elle est annulée."),
    ],
)
async def test_nothing_is_to_pay(site: Site, values: dict[str, Any], words: str) -> None:
    document = invoice(site.house, "F-1")
    site.change(t.documents, document, **values)
    url = site.pay_url(document)
    status, said = await site.get(url)
    assert status == 200
    assert words in said
    assert "Payer" not in said
    assert await site.post(url) == (200, said)
    assert site.counter.stripe.calls == []


async def test_who_may_no_longer_pay(site: Site) -> None:
    document = invoice(site.house)
    url = site.pay_url(document)
    n = t.contacts
    with site.house.engine.begin() as db:
        db.execute(update(n).where(n.c.account_id == site.house.account.id).values(can_pay=False))
    for status, said in (await site.get(url), await site.post(url)):
        assert status == 200
        assert "Votre accès ne permet pas de payer. Pour en changer, contactez Atelier" in said
        assert "F-1" not in said
        assert "642" not in said
    assert site.counted()[0] == 0


async def test_a_company_that_takes_no_payments_any_more(site: Site) -> None:
    url = site.pay_url(invoice(site.house), language="en")
    site.change(t.companies, site.house.atelier.id, options=["portal"])
    for status, said in (await site.get(url), await site.post(url)):
        assert status == 200
        assert "Atelier does not offer online payment here." in said
        assert "642" not in said


async def test_a_company_whose_key_is_gone(site: Site) -> None:
    url = site.pay_url(invoice(site.house))
    site.change(t.companies, site.house.atelier.id, stripe_key=None)
    for status, said in (await site.get(url), await site.post(url)):
        assert status == 200
        assert "Atelier ne propose pas le paiement en ligne ici." in said


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (
            {"total_cents": 49},
            "Facture F-1 : 0,49 € à régler. Le paiement en ligne va de 0,50 € à 999 999,99 €.",
        ),
        ({"currency": "JPY"}, "Le paiement en ligne ne prend pas cette monnaie."),
    ],
)
async def test_what_the_provider_does_not_take(site: Site, values: dict[str, Any], words: str) -> None:
    document = invoice(site.house, "F-1")
    site.change(t.documents, document, **values)
    url = site.pay_url(document)
    for status, said in (await site.get(url), await site.post(url)):
        assert status == 200
        assert words in said
        assert "Pour régler autrement, contactez Atelier" in said
        assert "Payer" not in said
    assert (site.counted()[0], site.counter.stripe.calls) == (0, [])


async def test_links_that_lead_nowhere(site: Site) -> None:
    document, foreign = invoice(site.house), invoice(site.house, "F-2", client=site.house.bob)
    url = site.pay_url(document)
    at = url.index("/pay/") + 9
    other = url[:at] + ("A" if url[at] != "A" else "B") + url[at + 1 :]
    for changed in (other, url.replace("/pay/", "/paid/"), url[:-9]):
        status, said = await site.get(changed)
        assert status == 404
        assert "Ce lien est incomplet." in said
        assert "This link is incomplete." in said
    assert (await site.post(url[:-9]))[0] == 404
    site.counter.now = NOW + LIVES
    for status, said in (await site.get(url), await site.post(url)):
        assert status == 410
        assert "Pour en recevoir un nouveau, répondez PAYER" in said
    site.counter.now = NOW
    status, said = await site.get(site.pay_url(foreign))
    assert status == 410, "a document of another client of the company"
    assert (await site.post(site.pay_url(foreign)))[0] == 410
    assert site.counted()[0] == 0


async def test_what_people_wrote_is_text(site: Site) -> None:
    site.change(t.companies, site.house.atelier.id, name='<img src=x onerror="alert(1)">')
    async with site.client.get(site.pay_url(invoice(site.house, "F-<b>1"))) as answer:
        text = await answer.text()
    assert "<img" not in text
    assert "<b>" not in text
    assert "&lt;img src=x" in text


STATES = ("open", "in_progress", "paid", "failed", "expired")


@pytest.mark.parametrize(
    ("state", "words", "asks"),
    [
        ("open", "Votre paiement de 642,00 € est en cours de traitement.", True),
        ("in_progress", "Votre prélèvement de 642,00 € est en cours de traitement.", True),
        ("paid", "Paiement reçu : 642,00 € pour la facture F-1. Merci.", False),
        ("failed", "Le paiement de 642,00 € pour la facture F-1 n'a pas abouti.", False),
        ("expired", "Ce lien de paiement n'est plus valable. Nous n'avons rien reçu.", False),
    ],
    ids=lambda value: value if value in STATES else "",
)
async def test_after_the_payment_page(site: Site, state: RequestState, words: str, asks: bool) -> None:
    request = ask(site.house, invoice(site.house, "F-1"))
    site.change(t.payment_requests, request.id, state=state)
    url = site.paid_url(request)
    status, said = await site.get(url)
    assert status == 200
    assert words in said
    assert ("Voir le montant du jour" in said) == (state in ("failed", "expired"))
    async with Browser() as browser:
        assert (await browser.open(url)).refreshes == asks
        assert not (await browser.open(url + "?n=99")).refreshes
    if asks:
        assert "Voir où en est le paiement" in (await site.get(url + "?n=99"))[1]


async def test_the_page_follows_what_the_books_say(site: Site) -> None:
    request = ask(site.house, invoice(site.house, "F-1"))
    url = site.paid_url(request, "en")
    assert "is being processed" in (await site.get(url))[1]
    with site.house.open() as work:
        work.payments.settle(PaymentNews(site.house.atelier.id, seen(request)), NOW)
    assert "Payment received: €642.00 for invoice F-1. Thank you." in (await site.get(url))[1]


async def test_the_way_back_to_the_conversation(site: Site) -> None:
    document = invoice(site.house)
    for channel, to in (("email", "mailto:atelier@mail.example"), ("telegram", "https://t.me/AtelierBot")):
        async with site.client.get(site.pay_url(document, channel=channel)) as answer:
            assert f'href="{to}"' in await answer.text()
