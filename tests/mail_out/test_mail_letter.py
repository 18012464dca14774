"""What a mail says: the text and the HTML say the same, and nothing that people wrote becomes markup."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import replace
from urllib.parse import parse_qs, unquote, urlsplit

import lxml.html
import pytest
from mail_samples import (
    CALENDAR,
    CODE_FR,
    COMPANY,
    DOMAIN,
    INVOICE_EN,
    INVOICE_FR,
    LIST_FR,
    NOW,
    OUT,
    SAMPLES,
    STORY_FR,
    due,
    parts,
    read,
    seen,
)

from handlers.core.ports import Due
from handlers.core.turn import Choice, Copy, Link, Reply, Row
from mail_gateway.outgoing import as_mail

FACT = re.compile(
    r"€[\d,]+\.\d\d|\d[\d\u202f]*,\d\d\u00a0€|[A-Z]+-\d{4}-\d+|\d{1,2}/\d\d/\d{4}"
    r"|\d{1,2}(?:er)? [A-Z]?[a-zéû]{2,9} \d{4}|\d{1,2}[h:]\d\d|\d{6}"
)
CAPITALS = re.compile(r"\b[A-ZÀ-Þ]{3,}\b")
WORD = re.compile(r"\w+")
CARD = {
    "pdf",
    "ics",
    "zip",
    "pièce",
    "jointe",
}  # each attachment has one; the text says "Pièces jointes" before all
FILE_TYPES = {"PDF", "ICS", "ZIP"}  # on the card of an attachment


def made(one: Due) -> tuple[str, str]:
    return parts(as_mail(one, OUT, read, NOW).raw)


def mailtos(html: str) -> list[tuple[str, str, str, str]]:
    """(what it says, recipient, subject, body) of every link that writes a mail with a command."""
    found = []
    for link in lxml.html.fromstring(html).xpath("//a[starts-with(@href, 'mailto:')]"):
        url = urlsplit(link.get("href"))
        query = parse_qs(url.query)
        if query:
            found.append((link.text_content(), unquote(url.path), query["subject"][0], query["body"][0]))
    return found


@pytest.mark.parametrize("name", SAMPLES)
def test_text_and_html_carry_the_same_facts(name: str) -> None:
    text, html = made(SAMPLES[name])
    page = seen(html)
    commands = " ".join(body for _, _, _, body in mailtos(html))
    for pattern in (FACT, CAPITALS):
        written, shown = set(pattern.findall(text)), set(pattern.findall(page))
        assert shown <= written | FILE_TYPES
        assert written <= shown | set(pattern.findall(commands))
    for word in SAMPLES[name].reply.words:
        if SAMPLES[name].reply.kind != "code":
            assert word in text
            assert word in page


@pytest.mark.parametrize("name", SAMPLES)
def test_each_word_of_the_page_stands_in_the_text(name: str) -> None:
    """Who reads the plain part alone misses nothing."""
    text, html = made(SAMPLES[name])
    known = set(WORD.findall(text.casefold()))
    assert set(WORD.findall(seen(html).casefold())) - known <= CARD


@pytest.mark.parametrize("name", SAMPLES)
def test_every_mail_carries_the_companys_link_on_both_channels(name: str) -> None:
    text, html = made(SAMPLES[name])
    for said in (text, seen(html)):
        assert "atelier-exemple+vh3kq9s2lmx7@portail.example" in said
        assert "https://t.me/atelier_exemple_bot?start=vh3kq9s2lmx7" in said


def test_without_a_bot_there_is_no_telegram_link() -> None:
    text, html = parts(as_mail(SAMPLES["list.fr"], replace(OUT, bot=""), read, NOW).raw)
    assert "t.me" not in text + html


@pytest.mark.parametrize("name", SAMPLES)
def test_html_is_for_everybody(name: str) -> None:
    _, html = made(SAMPLES[name])
    page = lxml.html.fromstring(html)
    assert page.get("lang") == SAMPLES[name].reply.language
    assert len(page.xpath("//h1")) == 1
    assert all(table.get("role") == "presentation" for table in page.xpath("//table"))
    assert not page.xpath("//script|//link|//iframe|//form")
    for picture in page.xpath("//img"):  # in the mail itself, and in words
        assert picture.get("src").startswith("cid:")
        assert picture.get("alt")
    assert len(page.xpath("//a[contains(@class, 'fill')]")) <= 1
    assert "{{" not in html
    assert "%-->" not in html


def test_first_mail_of_a_thread_greets_and_the_next_does_not() -> None:
    first, html = made(due(LIST_FR, first=True))
    assert first.startswith("Bonjour,\n\n5 factures")
    assert "\n\nCordialement,\n\n-- \nAtelier Exemple\n01 02 03 04 05 ou contact@" in first
    assert "Bonjour," in seen(html)
    following, html = made(due(LIST_FR))
    assert following.startswith("5 factures")
    assert "Bonjour" not in following + html
    assert "Cordialement" not in following + html


def test_code_mail_starts_with_the_code_and_shows_it_once() -> None:
    text, html = made(due(CODE_FR, first=True))
    assert text.startswith("Votre code\u00a0: 482913\n")
    assert "Bonjour" not in text
    assert "Vous pouvez répondre" not in text
    page = lxml.html.fromstring(html)
    assert page.xpath("//h1")[0].text_content() == "Votre code"
    assert html.count("482913") == 1
    assert "482913" not in page.xpath("//title")[0].text_content()
    assert "482913" not in page.xpath("//*[contains(@style, 'display: none')]")[0].text_content()


def test_preview_is_the_answer() -> None:
    _, html = made(due(LIST_FR, first=True))
    hidden = lxml.html.fromstring(html).xpath("//*[contains(@style, 'display: none')]")[0]
    assert hidden.text_content().startswith("5 factures, 876,56\u00a0€ à régler")


def test_form_of_address() -> None:
    text, _ = made(SAMPLES["balance.tu"])
    assert "Tu peux répondre\u00a0: FACTURES" in text
    assert "-- Réponds au-dessus de cette ligne --" in text
    assert "vous" not in text.lower()


def test_choices_are_numbered_as_the_desk_numbers_them() -> None:
    text, _ = made(due(LIST_FR))
    numbered = dict(re.findall(r"(?m)^(\d)\. (\S+ \S+)", text))
    for n, choice in enumerate(LIST_FR.choices, 1):
        assert str(n) in numbered
        name = choice.id.removeprefix("doc:")
        assert numbered[str(n)].startswith(name if choice.id.startswith("doc:") else choice.label.split()[0])


def test_buttons_write_the_command_to_the_reply_address() -> None:
    _, html = made(due(LIST_FR))
    written = mailtos(html)
    assert [body for _, _, _, body in written if "FACTURE" in body] == [
        f"FACTURE {row.number}" for row in LIST_FR.rows
    ]
    assert ("Payer 876,56\u00a0€", "PAYER TOUT") in [(label, body) for label, _, _, body in written]
    for _, to, subject, body in written:
        assert subject == body
        assert to.startswith("atelier-exemple+")
        assert to.endswith(f"@{DOMAIN}")
    hrefs = re.findall(r'href="(mailto:[^"]+\?[^"]+)"', html)
    assert all("+" not in href.partition("?")[2] for href in hrefs)
    assert "RELEV%C3%89" in html
    assert all(len(href) < 1000 for href in hrefs)


def test_main_choice_is_the_filled_button_else_the_first_link() -> None:
    filled = "//a[contains(@class, 'fill')]"
    _, html = made(due(LIST_FR))
    assert lxml.html.fromstring(html).xpath(filled)[0].text_content() == "Payer 876,56\u00a0€"
    _, html = made(due(INVOICE_EN))
    link = lxml.html.fromstring(html).xpath(filled)[0]
    assert link.get("href") == "https://portail.example/pay/abcdef"
    calm = replace(LIST_FR, choices=(Choice("ask", "Poser une question"),), rows=())
    _, html = made(due(calm))
    assert not lxml.html.fromstring(html).xpath(filled)


def test_link_that_is_no_address_never_leaves() -> None:
    for to in ("javascript:alert(1)", "pay:12", "data:text/html,x"):
        with pytest.raises(ValueError, match="no web address"):
            made(due(Reply("x", links=(Link("Payer", to),))))


MARKUP = "<script>alert(1)</script> {{ 7*7 }} {% x %} <!--% if x %--> \"'><img src=x onerror=alert(1)>&amp;"


def test_what_people_wrote_is_never_markup() -> None:
    reply = Reply(
        f"{MARKUP}\n{MARKUP}\n{{rows}}\n{MARKUP}",
        rows=(Row(MARKUP, MARKUP, MARKUP, MARKUP, "late", "c", MARKUP),),
        choices=(Choice("c", MARKUP, MARKUP), Choice("d", MARKUP, MARKUP, main=True)),
        words=(MARKUP,),
        subject=MARKUP,
    )
    company = replace(COMPANY, name=MARKUP, phone=MARKUP, email=MARKUP)
    text, html = made(due(reply, company=company, first=True))
    page = lxml.html.fromstring(html)
    assert not page.xpath("//script|//img")
    assert "49" not in seen(html)
    assert seen(html).count("<script>alert(1)</script> {{ 7*7 }} {% x %} <!--% if x %-->") >= 10
    assert text.count("<script>alert(1)</script> {{ 7*7 }} {% x %} <!--% if x %-->") >= 10


def test_unseen_characters_are_taken_out() -> None:
    text, html = made(due(Reply("Bonjour\u202e\u200b\x07\r de <\ufeffvous>\x00\nsuite")))
    for said in (text, html):
        assert not re.search("[\u202e\u200b\ufeff\x07\x00\r]", said)
    assert text.startswith("Bonjour de <vous>\n")


def test_paragraphs_and_lists() -> None:
    text, _ = made(SAMPLES["help.fr"])
    assert "\n\nSOLDE\u00a0: ce qui reste à régler\nFACTURES, DEVIS, CONTRATS\u00a0: les listes\n" in text


def test_rows_without_their_line_come_last_and_the_line_without_rows_goes() -> None:
    text, _ = made(due(replace(LIST_FR, text="Voici :\nAutre chose.")))
    assert text.index("Autre chose.") < text.index("1. F-2026-0123")
    text, html = made(due(replace(LIST_FR, rows=())))
    assert "{rows}" not in text + html


def test_amount_of_the_answer_stands_out() -> None:
    _, html = made(SAMPLES["invoice.fr"])
    page = lxml.html.fromstring(html)
    assert page.xpath("//h1")[0].text_content() == "Voici la facture F-2026-0123 en pièce jointe"
    assert page.xpath("//p[contains(@class, 'big')]")[0].text_content() == "642,00\u00a0€"
    _, html = made(SAMPLES["balance.tu"])
    page = lxml.html.fromstring(html)
    assert page.xpath("//h1")[0].text_content() == "Solde au 24 novembre 2026"
    assert page.xpath("//p[contains(@class, 'big')]")[0].text_content() == "734,56\u00a0€"


def test_what_the_law_wants_framed_is_framed() -> None:
    text, html = made(SAMPLES["renewal.fr"])
    said = "Date limite pour refuser\u00a0: 1er décembre 2026"
    edge = "+" + "-" * (len(said) + 2) + "+"
    assert f"\n\n{edge}\n| {said} |\n{edge}\n\n" in text
    boxes = lxml.html.fromstring(html).xpath("//table[contains(@class, 'box')]")
    assert [box.text_content().strip() for box in boxes] == [said]
    assert "cadre" not in text + html


def test_answer_is_the_title_even_after_thanks() -> None:
    thanks = "Merci, c'est le bon code. Voici ce que vous aviez demandé."
    text, html = made(due(replace(LIST_FR, text=f"{thanks}\n{LIST_FR.text}")))
    assert lxml.html.fromstring(html).xpath("//h1")[0].text_content() == "5 factures, 876,56\u00a0€ à régler"
    assert text.startswith(f"{thanks}\n\n5 factures")
    many = f"Accès fermé après 24 heures sans message.\n{thanks}\n{LIST_FR.text}"
    _, html = made(due(replace(LIST_FR, text=many)))
    assert lxml.html.fromstring(html).xpath("//h1")[0].text_content() == "5 factures, 876,56\u00a0€ à régler"
    pending = "Dossier Dupont SARL, en lecture seule. Voici ce que vous aviez demandé."
    _, html = made(due(replace(LIST_FR, text=f"{pending}\n{LIST_FR.text}")))
    assert lxml.html.fromstring(html).xpath("//h1")[0].text_content() == "5 factures, 876,56\u00a0€ à régler"
    text, html = made(due(Reply(thanks)))
    assert lxml.html.fromstring(html).xpath("//h1")[0].text_content() == thanks


def test_heading_stands_above_the_title_and_never_is_it() -> None:
    text, html = made(due(INVOICE_FR.note(heading="Dupont SARL : 2\u00a0€\n· Atelier"), first=True))
    page = lxml.html.fromstring(html)
    assert page.xpath("//h1")[0].text_content() == "Voici la facture F-2026-0123 en pièce jointe"
    assert page.xpath("//h1/preceding-sibling::p[1]")[0].text_content() == "Dupont SARL : 2\u00a0€ · Atelier"
    assert text.startswith("Bonjour,\n\nDupont SARL : 2\u00a0€ · Atelier\nVoici la facture F-2026-0123")
    hidden = page.xpath("//*[contains(@style, 'display: none')]")[0]
    assert hidden.text_content().startswith("Voici la facture")


def test_the_companys_name_is_not_written_twice() -> None:
    """The card opens with it."""
    text, html = made(SAMPLES["contracts.fr"])
    assert text.startswith("Atelier Exemple\n2 contrats")
    assert len(re.findall("<p[^>]*>Atelier Exemple</p>", html)) == 1


def test_rows_of_every_kind_leave_no_stray_separator() -> None:
    for name in ("exchanges.fr", "exchanges.en", "moves.fr", "moves.en", "calendar.en", "contracts.fr"):
        text, _ = made(SAMPLES[name])
        assert not re.search(r"(?m)^[ ·]*·|·[ ·]*$|· ·", text)
    text, html = made(SAMPLES["exchanges.fr"])
    assert f"Appel · 20/11/2026\n   {STORY_FR}\n\nRendez-vous · 14/11/2026\n   Cotes prises" in text
    assert "\n\nAutre · 02/11/2026\n\n" in text
    assert lxml.html.fromstring(html).xpath("//td[contains(@class, 'story')]")[0].text_content() == STORY_FR
    text, _ = made(SAMPLES["moves.fr"])
    assert (
        "\nPaiement RG-2026-77 · 20/11/2026 · -500,00\u00a0€ · Virement, F-2026-0118\n2. Avoir AV-2026-003"
        in text
    )


def test_what_people_wrote_in_a_row_keeps_to_its_line() -> None:
    row = Row("Note", "10/11/2026", "", "", more="Clé remise.\n-- \n1. Payez ici\u202e")
    text, html = made(due(Reply("1 échange\u00a0:\n{rows}", rows=(row,))))
    assert "Note · 10/11/2026 · Clé remise. -- 1. Payez ici\n" in text
    assert "Clé remise. -- 1. Payez ici" in seen(html)


def test_what_can_be_copied_on_a_chat_is_in_the_text_of_a_mail() -> None:
    reply = Reply("IBAN : FR76 3000 6000").copy(Copy("Copier l'IBAN", "FR7630006000"))
    assert made(due(reply)) == made(due(replace(reply, copies=())))


def test_a_calendar_file_asks_for_no_answer() -> None:
    raw = as_mail(SAMPLES["calendar.fr"], OUT, read, NOW).raw
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    [attached] = mail.iter_attachments()
    assert attached.get_content_type() == "text/calendar"
    assert attached.get_param("method") == "PUBLISH"
    assert attached.get_content_charset() == "utf-8"
    assert attached.get_content_disposition() == "attachment"
    assert attached.get_filename() == "Rendez-vous 27-11-2026.ics"
    assert attached.get_payload(decode=True) == CALENDAR
    body = mail.get_body()
    assert body is not None
    assert body.get_content_type() == "text/html"


def test_events_are_another_form_of_the_text_and_a_file_too() -> None:
    mail = email.message_from_bytes(
        as_mail(SAMPLES["calendar.en"], OUT, read, NOW).raw, policy=email.policy.default
    )
    [text, page, events] = next(mail.iter_parts()).iter_parts()
    assert [part.get_content_type() for part in (text, page, events)] == [
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    assert (events.get_param("method"), events.get_content_disposition()) == ("PUBLISH", None)
    [attached] = mail.iter_attachments()
    assert events.get_payload(decode=True) == attached.get_payload(decode=True) == CALENDAR
    assert b"METHOD:PUBLISH" in CALENDAR


def test_rows_with_and_without_a_number_stand_in_the_same_columns() -> None:
    _, html = made(SAMPLES["moves.fr"])
    table = lxml.html.fromstring(html).xpath("//table[contains(@class, 'rows')]")[0]
    assert [len(row.xpath("./td")) for row in table.xpath("./tbody/tr")] == [2, 2, 2, 2]
    _, html = made(SAMPLES["exchanges.fr"])
    table = lxml.html.fromstring(html).xpath("//table[contains(@class, 'rows')]")[0]
    assert [len(row.xpath("./td")) for row in table.xpath("./tbody/tr")] == [1] * 5


def test_what_a_long_answer_is_about_is_its_title() -> None:
    _, html = made(SAMPLES["calendar.fr"])
    page = lxml.html.fromstring(html)
    assert page.xpath("//h1")[0].text_content() == "Prochain rendez-vous"
    assert (
        page.xpath("//h1/following-sibling::p[1]")[0]
        .text_content()
        .startswith("vendredi 27 novembre 2026 à 9h00,")
    )


def test_a_company_that_thanks_its_own_way_keeps_its_title() -> None:
    company = replace(COMPANY, phrases={"fr:code.right_pending": "Bon code, merci."})
    _, html = made(due(replace(LIST_FR, text=f"Bon code, merci.\n{LIST_FR.text}"), company=company))
    assert lxml.html.fromstring(html).xpath("//h1")[0].text_content() == "5 factures, 876,56\u00a0€ à régler"
