"""The page over the whole service, in Chromium: what a visitor of the demonstration does first."""

from __future__ import annotations

import re
from typing import Literal

import pytest
from demo_browser import PHONE, browsing, passes, passes_in_all, sound
from playwright.async_api import Page, expect

from bot.demo.stage import Stage

pytestmark = pytest.mark.real


def code_of(stage: Stage, client: int) -> str:
    """The code of the newest mail, as anybody reads it in their mailbox."""
    letters = stage.mailboxes.letters(stage.clients[client].email)
    found = re.search(r"\b\d{6}\b", letters[0].text)
    assert found, letters[0].text
    return found[0]


async def write(page: Page, text: str) -> None:
    await page.locator("#reply").fill(text)
    await page.locator("#send").click()


async def test_by_mail_from_the_question_to_the_pdf(demo_stage: tuple[Stage, str]) -> None:
    stage, url = demo_stage
    async with browsing(url) as page:
        await page.get_by_role("button", name="mes factures").click()
        await page.locator("#send").click()
        await expect(page.locator("#letters li")).to_have_count(2)
        await expect(page.locator("#mode")).to_contain_text("Réponse à")
        await passes_in_all(page)
        await write(page, code_of(stage, 0))
        await expect(page.locator("#letters li")).to_have_count(4)
        await expect(page.locator("#letter")).to_contain_text("F-2026-0123")
        await passes_in_all(page)
        await page.locator("#letter a.keylink, #letter a[href*='F-2026-0123']").first.click()
        await expect(page.locator("#reply")).to_have_value(re.compile("F-2026-0123"))
        await page.locator("#send").click()
        await expect(page.locator("#letters li")).to_have_count(6)
        clip = page.get_by_role("link", name=re.compile(r"F-2026-0123\.pdf"))
        async with page.expect_popup() as opening:
            await clip.click()
        paper = await opening.value
        answer = await page.request.get(paper.url)
        assert answer.headers["content-type"] == "application/pdf"
        held = stage.mailboxes.letters(stage.clients[0].email)[0].attachments[0]
        assert await answer.body() == held.data
        await passes_in_all(page)
        await expect(page.locator("#feed")).to_contain_text(re.compile(r"a reçu \S*F-2026-0123\.pdf"))


async def test_on_telegram_in_english_on_a_phone(demo_stage: tuple[Stage, str]) -> None:
    stage, url = demo_stage
    async with browsing(url, viewport=PHONE) as page:
        await page.get_by_role("button", name="English").click()
        await page.get_by_label("Client", exact=True).select_option(label="Client B")
        await page.get_by_role("tab", name="Telegram").click()
        chat, words = page.get_by_role("log"), page.locator("#words")
        await page.get_by_role("button", name="Start").click()
        await expect(chat.locator(".msg:not(.me)")).to_have_count(1)
        await words.fill("EN")
        await page.keyboard.press("Enter")
        await expect(chat.locator(".msg:not(.me)")).to_have_count(2)
        await words.fill(stage.clients[1].email)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("tab", name="E-mail")).to_contain_text("something new")
        await words.fill(code_of(stage, 1))
        await page.keyboard.press("Enter")
        await expect(chat).to_contain_text("Your message was removed")
        await passes_in_all(page)
        await page.get_by_role("button", name="English").click()
        await chat.get_by_role("button", name="Invoices").last.click()
        await expect(chat).to_contain_text(re.compile("invoices?", re.IGNORECASE))
        await words.fill("my last invoice")
        await page.keyboard.press("Enter")
        await expect(chat.get_by_role("link", name=re.compile(r"\.pdf")).first).to_be_visible()
        await expect(chat.locator(".msg").last).to_be_in_viewport()
        await passes(page)


async def test_an_expired_code_by_the_clock(demo_stage: tuple[Stage, str]) -> None:
    stage, url = demo_stage
    async with browsing(url) as page:
        await write(page, "combien je dois ?")
        await expect(page.locator("#letters li")).to_have_count(2)
        await page.get_by_role("button", name="+ 5 min").click()
        await page.get_by_role("button", name="+ 5 min").click()
        await write(page, code_of(stage, 0))
        await expect(page.locator("#letter")).to_contain_text("n'est plus valable")
        assert "solde" not in (await page.locator("#letter").inner_text()).lower()


async def test_a_person_answers_in_the_chat(demo_stage: tuple[Stage, str]) -> None:
    stage, url = demo_stage
    async with browsing(url) as page:
        chat, words, desk = page.get_by_role("log"), page.locator("#words"), page.locator("#desk-col")
        await page.get_by_role("button", name="Démarrer").click()
        await expect(chat.locator(".msg:not(.me)")).to_have_count(1)
        for text, answers in (
            (stage.clients[0].email, 2),
            ("", 3),
            ("HUMAIN", 4),
            ("Passez-vous lundi ?", 5),
        ):
            await words.fill(text or code_of(stage, 0))
            await page.keyboard.press("Enter")
            await expect(chat.locator(".msg:not(.me)")).to_have_count(answers)
            await expect(page.locator("#letters li").first).to_be_visible()
        await page.get_by_text("Lire Client A vous écrit").click()
        await desk.get_by_role("textbox").fill("Oui, lundi à 9 h.")
        await desk.get_by_role("button", name="Répondre").click()
        await expect(chat).to_contain_text("Oui, lundi à 9 h.")
        await passes_in_all(page)


async def test_a_quote_is_signed_and_its_files_are_in_both_mailboxes(demo_stage: tuple[Stage, str]) -> None:
    stage, url = demo_stage
    async with browsing(url) as page:
        chat, words, feed = page.get_by_role("log"), page.locator("#words"), page.locator("#feed")
        await page.get_by_role("button", name="Démarrer").click()
        await expect(chat.locator(".msg:not(.me)")).to_have_count(1)
        await words.fill(stage.clients[0].email)
        await page.keyboard.press("Enter")
        await expect(page.locator("#letters li")).to_have_count(1)
        await words.fill(code_of(stage, 0))
        await page.keyboard.press("Enter")
        await expect(chat).to_contain_text("c'est le bon code")
        await words.fill("devis D-2026-0044")
        await page.keyboard.press("Enter")
        for button in ("Signer", "☐ 1", "☐ 2", "☐ 3", "Valider"):
            await chat.get_by_role("button", name=button, exact=True).last.click()
        await expect(page.locator("#letters")).to_contain_text("Code pour signer le devis D-2026-0044")
        await words.fill(code_of(stage, 0))
        await page.keyboard.press("Enter")
        await expect(chat).to_contain_text("Signature : FCT-")
        await expect(page.locator("#letters")).to_contain_text("Devis D-2026-0044 signé")
        await page.locator("#letters li").first.click()
        await expect(page.locator("#clips .clip")).to_have_count(2)
        await page.get_by_text("Lire Client A a signé le devis D-2026-0044").click()
        files = feed.locator(".clip .name")
        await expect(files).to_have_text(["Devis_D-2026-0044_signe.pdf", "Preuve_D-2026-0044.pdf"])
        await expect(feed).to_contain_text("Client A a signé un devis")
        await passes_in_all(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_an_invoice_is_paid_by_the_link_in_its_mail(
    demo_stage: tuple[Stage, str], scheme: Literal["light", "dark"]
) -> None:
    """In a real browser: the form leads to the payment page, and the page after it follows by itself."""
    stage, url = demo_stage
    async with browsing(url, color_scheme=scheme) as page:
        await write(page, "payer F-2026-0098")
        await expect(page.locator("#letters li")).to_have_count(2)
        await write(page, code_of(stage, 0))
        await expect(page.locator("#letters li")).to_have_count(4)
        link = page.locator("#letter").get_by_role("link", name=re.compile("Payer 234,56"))
        async with page.expect_popup() as opening:
            await link.click()
        paying = await opening.value
        await expect(paying.get_by_role("heading")).to_have_text("Facture F-2026-0098")
        for size in ({"width": 1280, "height": 800}, PHONE):
            await paying.set_viewport_size(size)
            await sound(paying)
        await paying.get_by_role("button", name=re.compile("Payer 234,56")).click()
        await expect(paying.get_by_role("heading", level=1)).to_have_text("Payer à Atelier Exemple")
        await sound(paying)
        await paying.get_by_role("button", name="La carte est refusée").click()
        await expect(paying.get_by_role("status")).to_contain_text("refusée")
        await paying.get_by_role("button", name=re.compile("Payer 234,56")).click()
        await expect(paying.get_by_role("status")).to_contain_text("Paiement reçu")
        await sound(paying)
        await expect(page.locator("#letters")).to_contain_text("Paiement reçu, facture F-2026-0098")
        await expect(page.locator("#feed")).to_contain_text("Client A a payé en ligne")


async def test_a_direct_debit_is_confirmed_when_the_clock_has_moved(demo_stage: tuple[Stage, str]) -> None:
    stage, url = demo_stage
    async with browsing(url) as page:
        chat, words = page.get_by_role("log"), page.locator("#words")
        await page.get_by_role("button", name="Démarrer").click()
        await expect(chat.locator(".msg:not(.me)")).to_have_count(1)
        await words.fill(stage.clients[0].email)
        await page.keyboard.press("Enter")
        await expect(page.locator("#letters li")).to_have_count(1)
        await words.fill(code_of(stage, 0))
        await page.keyboard.press("Enter")
        await expect(chat).to_contain_text("c'est le bon code")
        await words.fill("payer F-2026-0098")
        await page.keyboard.press("Enter")
        async with page.expect_popup() as opening:
            await chat.get_by_role("link", name=re.compile("Payer 234,56")).click()
        paying = await opening.value
        await paying.get_by_role("button", name="Payer par prélèvement").click()
        await expect(paying.get_by_role("status")).to_contain_text("en cours de traitement")
        await expect(chat).to_contain_text("Votre prélèvement de 234,56")
        for _ in range(2):
            await page.get_by_role("button", name="+ 5 jours").click()
        await expect(chat).to_contain_text("Paiement reçu")
        await expect(paying.get_by_role("status")).to_contain_text("Paiement reçu")
