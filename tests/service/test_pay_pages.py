"""An invoice is paid through the running service: mail, page, checkout, webhook, confirmation, on both channels."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.demo.letters import Letter
from bot.demo.payer import Browser, Page
from bot.demo.stripe.server import Stripe
from service.outside import Outside
from service.records import BOB, CAMILLE, CONTACT, atelier

KEY, SECRET, NUMBER = "sk_test_atelier", "whsec_atelier", "F-2026-0003"
AMOUNT = "100,03\u00a0€"
RECEIVED = f"Paiement reçu\u00a0: {AMOUNT} pour la facture {NUMBER}"


class Paid(Outside):
    """A company that is paid through a local Stripe, whose webhooks come to the service."""

    def __init__(self, folder: Path) -> None:
        self.stripe = Stripe(lambda: self.now)
        self.stripe.company = "Atelier Exemple"
        super().__init__(folder)

    async def serve(self) -> None:
        await self.stripe.start()
        files = {name: self.folder / f"{name}.txt" for name in ("key", "secret")}
        files["key"].write_text(KEY)
        files["secret"].write_text(SECRET)
        flags = ("--stripe-key-file", str(files["key"]), "--stripe-webhook-secret-file", str(files["secret"]))
        await self.run("company", "set", "atelier", *flags, "--payment-methods", "card,sepa_debit")
        web = f"http://127.0.0.1:{self.service.web}"
        self.stripe.hook(KEY, f"{web}/stripe/atelier", SECRET)
        self.service.env |= {"FACTEUR_PUBLIC_URL": web, "FACTEUR_STRIPE_API": self.stripe.url}
        await super().serve()

    async def end(self) -> None:
        await super().end()
        await self.stripe.stop()

    async def told(self) -> None:
        """Until what Stripe tells is taken, and what is said of it has left."""
        await self.stripe.sent()
        await self.settled()


@pytest.fixture
async def paid(tmp_path: Path) -> AsyncIterator[Paid]:
    made = Paid(tmp_path)
    await made.start(atelier())
    yield made
    await made.end()


def link(letter: Letter) -> str:
    found = re.search(r"https?://\S+/pay/\S+", letter.text)
    assert found, letter.text
    return found[0]


def button(page: Page, words: str) -> str:
    return next(label for label in page.buttons if label.startswith(words))


def state(service: Outside, number: str) -> tuple[int, int]:
    """Cents received and in progress."""
    [row] = service.rows("SELECT paid_cents, in_progress_cents FROM documents WHERE number = ?", number)
    return row[0], row[1]


async def test_by_mail_from_the_word_to_the_confirmation_on_both_channels(paid: Paid) -> None:
    chat = paid.person()
    await paid.open_chat(chat)
    answer = await paid.open_mail(CAMILLE, f"payer {NUMBER}")
    assert answer.text.count("/pay/") == 1, "one link"
    assert answer.html is not None
    assert answer.html.count(link(answer)) == 1, "on its button"
    letters, said = len(paid.box(CAMILLE)), len(chat.answers)
    async with Browser() as browser:
        page = await browser.open(link(answer))
        assert f"Facture {NUMBER}" in page.lines
        checkout = await browser.press(page, f"Payer {AMOUNT}")
        after = await browser.press(checkout, f"Payer {AMOUNT}")
        assert after.place == "/paid/…"
        await paid.told()
        assert f"{RECEIVED}. Merci." in (await browser.open(after.url)).lines
        again = await browser.open(link(answer))
    assert f"Rien à régler pour la facture {NUMBER}\u00a0: elle est réglée." in again.lines
    assert state(paid, NUMBER) == (10003, 0)
    mails = paid.box(CAMILLE)[: len(paid.box(CAMILLE)) - letters]
    assert [mail.subject for mail in mails] == [f"Paiement reçu, facture {NUMBER}"]
    [news] = chat.answers[said:]
    assert news.text.startswith(RECEIVED)
    assert [one for one in paid.box(CONTACT) if NUMBER in one.text], "the company is told"


async def test_on_telegram_the_button_opens_the_payment_page(paid: Paid) -> None:
    chat = paid.person()
    await paid.open_chat(chat)
    await paid.say(chat, f"payer {NUMBER}")
    async with Browser() as browser:
        checkout = await browser.open(chat.link(f"Payer {AMOUNT}"))
        refused = await browser.press(checkout, "La carte est refusée")
        assert "La carte a été refusée. Rien n'a été débité." in refused.lines
        after = await browser.press(refused, "Payer par prélèvement")
        await paid.told()
        waits = await browser.open(after.url)
        assert any("prélèvement" in line and "en cours de traitement" in line for line in waits.lines)
        assert state(paid, NUMBER) == (0, 10003)
        [session] = paid.stripe.account(KEY).sessions
        paid.stripe.account(KEY).settle(session)
        await paid.told()
        assert any(line.startswith("Paiement reçu") for line in (await browser.open(after.url)).lines)
    assert state(paid, NUMBER) == (10003, 0)
    assert any("Paiement reçu" in message.text for message in chat.answers)


async def test_the_provider_is_down_then_answers(paid: Paid) -> None:
    chat = paid.person()
    await paid.open_chat(chat)
    paid.stripe.fail(503, times=3)
    [said] = await paid.say(chat, f"payer {NUMBER}")
    assert said.startswith("La page de paiement ne répond pas pour l'instant. Rien n'a été débité.")
    with pytest.raises(LookupError):
        chat.link(f"Payer {AMOUNT}")
    await paid.say(chat, f"payer {NUMBER}")
    assert chat.link(f"Payer {AMOUNT}").startswith(paid.stripe.url)
    assert len(paid.stripe.account(KEY).sessions) == 1


async def test_in_english_a_scanner_of_links_pays_nothing(paid: Paid) -> None:
    answer = await paid.open_mail(BOB, "pay F-2026-0900")
    before = paid.rows("SELECT count(*) FROM payment_requests")
    async with aiohttp.ClientSession() as scanner:
        for method in ("GET", "HEAD", "GET"):
            async with scanner.request(method, link(answer)) as found:
                assert found.status == 200
    assert paid.stripe.calls == []
    assert paid.rows("SELECT count(*) FROM payment_requests") == before
    async with Browser() as browser:
        page = await browser.open(link(answer))
        checkout = await browser.press(page, button(page, "Pay €7,777.00"))
    assert "Pay Atelier Exemple" in checkout.lines
