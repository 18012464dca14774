"""The page in Chromium, over a stand-in for the service: how it looks, moves and fails."""

from __future__ import annotations

import pytest
from demo_browser import PHONE, browsing, passes, passes_in_all
from demo_standin import ADDRESS, AGENDA, CODE, HEADING, IBAN, LINK, PAPER, PASSED_ON, PDF
from demo_town import A, Town
from playwright.async_api import Page, expect

pytestmark = pytest.mark.real


async def write(page: Page, text: str) -> None:
    await page.locator("#reply").fill(text)
    await page.locator("#send").click()


async def test_empty_views(demo_town: Town) -> None:
    async with browsing(demo_town.url) as page:
        await expect(page.get_by_text("Aucun message pour le moment")).to_be_visible()
        await expect(page.get_by_text("Aucune conversation")).to_be_visible()
        await passes_in_all(page)


async def test_a_mail_its_answer_and_the_reply(demo_town: Town) -> None:
    async with browsing(demo_town.url) as page:
        await page.get_by_role("button", name="mes factures").click()
        await page.locator("#send").press("Enter")
        await expect(page.locator("#send")).to_be_focused()
        await expect(page.locator("#subject")).to_have_text("Votre code Atelier Exemple")
        await expect(page.locator("#mode")).to_contain_text("Réponse à")
        await passes_in_all(page)
        await write(page, CODE)
        await expect(page.get_by_role("link", name="Payer 876,56")).to_be_visible()
        await expect(page.locator("#letters li")).to_have_count(4)
        await passes_in_all(page)


async def test_a_button_of_the_mail_prepares_the_message(demo_town: Town) -> None:
    async with browsing(demo_town.url) as page:
        await demo_town.service.post(PAPER, A.email, subject="ma facture")
        await page.locator("#letters button").click()
        await page.get_by_role("link", name="Payer 642,00").click()
        await expect(page.locator("#reply")).to_be_focused()
        await expect(page.locator("#reply")).to_have_value("PAYER F-2026-0123")
        await expect(page.locator("#topic")).to_have_value("PAYER F-2026-0123")
        assert (await page.locator("#to").input_value()).startswith("atelier-exemple+")
        await expect(page.locator("#live")).to_have_text("Message prêt\u00a0: il reste à l'envoyer.")
        await passes(page)
        assert demo_town.service.taken == []
        await page.locator("#send").click()
        await expect(page.locator("#letters li")).to_have_count(3)
        assert str(demo_town.service.taken[0]["Subject"]) == "PAYER F-2026-0123"
        assert demo_town.service.taken[0]["In-Reply-To"] is None


async def test_the_mail_link_to_telegram_opens_the_chat(demo_town: Town) -> None:
    async with browsing(demo_town.url) as page:
        await demo_town.service.post(PAPER, A.email, subject="ma facture")
        await page.locator("#letters button").click()
        await page.locator("#letter a[href^='https://t.me']").first.click()
        await expect(page.locator("#chat")).to_contain_text(f"/start {LINK}")


async def test_refusals_are_said_in_words_and_keep_the_text(demo_town: Town) -> None:
    async with browsing(demo_town.url, failing=True) as page:
        await page.get_by_role("button", name="Écrire").click()
        await expect(page.locator("#topic")).to_be_focused()
        await page.locator("#to").fill("personne@portail.example")
        await write(page, "bonjour")
        await expect(page.locator("#mail-oops")).to_contain_text("550 5.1.1 No such address here")
        await page.locator("#to").fill("personne")
        await page.locator("#send").click()
        await expect(page.locator("#mail-oops")).to_contain_text("ne ressemble pas à une adresse")
        demo_town.boxes.door = ("127.0.0.1", 1)
        await page.locator("#to").fill(ADDRESS)
        await page.locator("#send").click()
        await expect(page.locator("#mail-oops")).to_contain_text("Le service ne répond pas")
        await expect(page.locator("#live")).to_contain_text("Le service ne répond pas")
        await expect(page.locator("#reply")).to_have_value("bonjour")
        await passes_in_all(page)


async def test_the_chat_with_buttons_a_document_and_what_is_removed(demo_town: Town) -> None:
    async with browsing(demo_town.url) as page:
        chat = page.get_by_role("log")
        await page.get_by_role("button", name="Démarrer").click()
        await expect(chat).to_contain_text("Donnez l'adresse e-mail <ici>.")
        await page.locator("#words").fill(CODE)
        await page.keyboard.press("Enter")
        await expect(chat).to_contain_text("Votre message a été effacé")
        assert CODE not in await chat.inner_text()
        await chat.get_by_role("button", name="Factures").click()
        await expect(chat.get_by_role("link", name="F-2026-0123.pdf")).to_be_visible()
        await passes_in_all(page)
        await chat.get_by_role("button", name="Solde").click()
        await expect(chat).to_contain_text("modifié")
        await expect(chat.get_by_role("button")).to_have_count(0)


async def test_a_heading_buttons_that_copy_and_a_file_in_the_chat(demo_town: Town) -> None:
    async with browsing(demo_town.url, permissions=["clipboard-read", "clipboard-write"]) as page:
        chat = page.get_by_role("log")
        await page.get_by_role("button", name="Démarrer").click()
        await page.locator("#words").fill("RIB")
        await page.keyboard.press("Enter")
        await expect(chat.locator(".text b")).to_have_text(HEADING)
        await passes_in_all(page)
        await chat.get_by_role("button", name="Copier l'IBAN").click()
        await expect(page.locator("#live")).to_have_text(f"Copié\u00a0: {IBAN}")
        await expect(chat.locator("use[href='#i-tick']")).to_have_count(1)
        assert await page.evaluate("navigator.clipboard.readText()") == IBAN
        await page.locator("#say input[type=file]").set_input_files(
            {"name": "devis signé.pdf", "mimeType": "application/pdf", "buffer": PDF}
        )
        await expect(page.locator("#say .held")).to_contain_text("devis signé.pdf")
        await passes_in_all(page)
        await page.locator("#words").fill("le voici")
        await page.keyboard.press("Enter")
        await expect(chat.get_by_role("link", name="devis signé.pdf")).to_be_visible()
        await expect(page.locator("#say .held")).to_be_hidden()
        await passes_in_all(page)


async def test_files_of_a_mail_are_chosen_dropped_and_sent(demo_town: Town) -> None:
    async with browsing(demo_town.url) as page:
        pick, held = page.locator("#compose input[type=file]"), page.locator("#compose .held")
        await pick.set_input_files(
            [{"name": f"{n}.pdf", "mimeType": "application/pdf", "buffer": PDF} for n in "ab"]
        )
        await expect(held.locator("li")).to_have_count(2)
        await passes_in_all(page)
        await held.get_by_role("button", name="Retirer a.pdf").click()
        await expect(page.locator("#compose .attach")).to_be_focused()
        await pick.set_input_files(
            {"name": "grand.pdf", "mimeType": "application/pdf", "buffer": b"x" * 7_000_001}
        )
        await expect(page.locator("#mail-oops")).to_contain_text("Trop lourd")
        await page.locator("#send").click()
        await expect(page.locator("#letters li")).to_have_count(2)
        [taken] = demo_town.service.taken
        assert [part.get_filename() for part in taken.iter_attachments()] == ["b.pdf"]
        await expect(held).to_be_hidden()


async def test_a_calendar_file_is_saved(demo_town: Town) -> None:
    async with browsing(demo_town.url) as page:
        await demo_town.service.post(AGENDA, A.email, subject="agenda")
        await page.locator("#letters button").click()
        await expect(page.locator("#letter .kicker")).to_have_text("Dupont SARL · Atelier Exemple")
        await passes_in_all(page)
        async with page.expect_download() as saving:
            await page.get_by_role("link", name="Rendez-vous.ics").click()
        assert (await saving.value).suggested_filename == "Rendez-vous.ics"


async def test_what_people_write_is_text(demo_town: Town) -> None:
    attack = "<img src=x onerror=alert(1)><b>gras</b>"
    async with browsing(demo_town.url) as page:
        await write(page, attack)
        await expect(page.locator("#letters li")).to_have_count(2)
        await page.locator("#letters button").last.click()
        await expect(page.locator("#plain")).to_contain_text(attack)
        await page.get_by_role("button", name="Démarrer").click()
        await page.locator("#words").fill(attack)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("log")).to_contain_text(attack)
        assert await page.locator("img").count() == 0


async def test_a_mail_cannot_run_load_or_submit(demo_town: Town) -> None:
    raw = (
        "From: x@y.example\r\nTo: client-a@courriel.example\r\nSubject: piege\r\nContent-Type: text/html\r\n\r\n"
        "<html><head><style>p{color:#111;background:#fff}</style><base href='https://evil.example/'></head><body>"
        "<p id='main' onclick='alert(1)'>bonjour</p><script>document.title='pris'</script>"
        "<img src='https://evil.example/pixel' alt=''><form action='https://evil.example'><button>ok</button></form>"
        "<a href='javascript:alert(1)'>cliquez</a><iframe src='https://evil.example'></iframe>"
        "<svg><script>document.title='pris'</script></svg></body></html>"
    )
    demo_town.boxes._keep(A.email, raw.encode(), sent=False)
    async with browsing(demo_town.url, failing=True) as page:
        await page.locator("#letters button").click()
        await expect(page.get_by_text("bonjour")).to_be_visible()
        left = await page.evaluate("document.querySelector('#letter').shadowRoot.innerHTML")
        for gone in ("script", "evil.example", "onclick", "javascript", "iframe", "<form", "<img"):
            assert gone not in left
        assert await page.title() == "Facteur, la démonstration"


async def test_the_company_reads_its_mail_and_answers(demo_town: Town) -> None:
    async with browsing(demo_town.url) as page:
        await demo_town.service.post(PASSED_ON, "contact@atelier-exemple.example")
        await page.get_by_text("Lire Client A vous écrit").click()
        desk = page.locator("#desk-col")
        await expect(desk).to_contain_text("Le client demande quelqu'un.")
        await passes_in_all(page)
        await expect(desk).to_contain_text("Le client demande quelqu'un.")
        await desk.get_by_role("textbox").fill("Bonjour, je vous rappelle.")
        await desk.get_by_role("button", name="Répondre").click()
        await expect(page.locator("#live")).to_contain_text("Message remis")
        assert str(demo_town.service.taken[0]["In-Reply-To"]).endswith("@portail.example>")
        await desk.get_by_role("button", name="Paiements").click()
        await expect(page.locator("#feed li")).to_have_count(1)
        await expect(page.locator("#live")).to_have_text("1 ligne")


async def test_the_clock_is_moved(demo_town: Town) -> None:
    async with browsing(demo_town.url) as page:
        await expect(page.locator("#now")).to_contain_text("mardi 24 novembre, 14h1")
        await page.get_by_role("button", name="+ 5 jours").click()
        await expect(page.locator("#now")).to_contain_text("dimanche 29 novembre, 14h1")
        assert demo_town.demo.clock().day == 29
        await passes(page)
        await page.get_by_role("button", name="Remettre").click()
        await expect(page.locator("#now")).to_contain_text("mardi 24 novembre")


async def test_language_and_client_are_kept(demo_town: Town) -> None:
    async with browsing(demo_town.url) as page:
        await page.get_by_role("button", name="English").click()
        await page.get_by_label("Client", exact=True).select_option(label="Client B")
        await expect(page.locator("#mail-h")).to_have_text("Client B, by e-mail")
        await page.reload()
        await expect(page.locator("#mail-h")).to_have_text("Client B, by e-mail")
        assert await page.evaluate("document.documentElement.lang") == "en"
        assert await page.title() == "Facteur, the demonstration"


@pytest.mark.parametrize("width", [390, 320])
async def test_on_a_phone(demo_town: Town, width: int) -> None:
    async with browsing(demo_town.url, viewport=PHONE | {"width": width}, has_touch=True) as page:
        await demo_town.service.post(PASSED_ON, "contact@atelier-exemple.example")
        await page.get_by_role("button", name="mes factures").tap()
        await page.locator("#send").tap()
        await expect(page.locator("#subject")).to_have_text("Votre code Atelier Exemple")
        await passes_in_all(page)
        await page.locator("#back").tap()
        await expect(page.locator("#letters button").first).to_be_visible()
        await passes(page)
        await page.get_by_role("tab", name="Telegram").tap()
        await page.get_by_role("button", name="Démarrer").tap()
        await page.locator("#words").fill(CODE)
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="Factures").tap()
        await expect(page.get_by_role("link", name="F-2026-0123.pdf")).to_be_visible()
        await passes_in_all(page)
        await page.get_by_role("tab", name="Entreprise").tap()
        await passes_in_all(page)


async def test_tabs_by_keyboard_and_news_on_a_hidden_tab(demo_town: Town) -> None:
    async with browsing(demo_town.url, viewport=PHONE) as page:
        mail, chat = page.get_by_role("tab", name="E-mail"), page.get_by_role("tab", name="Telegram")
        await mail.focus()
        await page.keyboard.press("ArrowRight")
        await expect(chat).to_be_focused()
        await expect(page.locator("#mail-col")).to_be_hidden()
        await demo_town.service.post(PAPER, A.email, subject="ma facture")
        await expect(mail).to_contain_text("du nouveau")
        await passes(page)
        await page.keyboard.press("Home")
        await expect(mail).not_to_contain_text("du nouveau")


async def test_it_says_when_the_demonstration_stops(demo_town: Town) -> None:
    async with browsing(demo_town.url, failing=True) as page:
        await page.route("**/api/state*", lambda route: route.abort())
        await page.get_by_label("Client", exact=True).select_option(label="Client B")
        await expect(page.locator("#down")).to_be_visible()
        await passes(page)
        await page.unroute("**/api/state*")
        await expect(page.locator("#down")).to_be_hidden()
