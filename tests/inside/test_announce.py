"""What an announcement says: by kind of client, by right, by option."""

from dataclasses import replace
from datetime import date

import pytest

from handlers.core.announce import Announcement, news, why_not
from handlers.rules.notices import Plan, Reach, Ways
from handlers.rules.paper import Account, Annex, Client, Company, Paper

TODAY, WAYS = date(2026, 11, 24), Ways()
COMPANY = Company(
    1, "atelier", "Atelier", "contact@atelier.example", options=frozenset({"portal", "signature", "payment"})
)
CLIENT = Client(1, 1, "C1", "Dupain")
REACH = Reach(
    CLIENT, Account(7, 1, "c@dupain.example"), None, "fr", "vous", rights=frozenset({"read", "pay", "sign"})
)
INVOICE = Paper(
    11, "invoice", "F-1", "issued", "Pose", TODAY, date(2026, 12, 24), None, 64200, file_sha256="a" * 64
)
QUOTE = replace(INVOICE, id=12, kind="quote", number="D-1", status="sent", due_on=None)


def said(
    paper: Paper = INVOICE, company: Company = COMPANY, ways: Ways = WAYS, reach: Reach = REACH
) -> Announcement:
    return Announcement(company, ways, reach, paper, (), TODAY, lambda reach, paper: "https://pay.example/1")


@pytest.mark.parametrize(
    ("kind", "platform", "copy"),
    [
        ("B2B_FR", False, "une copie de la facture"),
        ("B2B_FR", True, "plateforme agréée"),
        ("B2B_EU", True, "une copie de la facture"),
        ("PUBLIC", False, "une copie de la facture"),
        ("B2C", True, ""),
    ],
)
def test_that_it_is_a_copy(kind: str, platform: bool, copy: str) -> None:
    ways = Ways(approved_platform=platform)
    text = said(ways=ways, reach=replace(REACH, client=replace(CLIENT, kind=kind))).email().text
    assert (copy in text) if copy else ("copie" not in text)


@pytest.mark.parametrize("paper", [INVOICE, QUOTE])
def test_who_may_not_is_not_asked_to(paper: Paper) -> None:
    for made in (
        said(paper, reach=replace(REACH, rights=frozenset({"read"}))),
        said(paper, replace(COMPANY, options=frozenset({"portal"}))),
    ):
        mail, chat = made.email(), made.telegram()
        assert (
            [one.label for one in mail.choices]
            == [one.label for one in chat.choices]
            == ["Poser une question"]
        )
        assert "PAYER" not in mail.text
        assert "SIGNER" not in mail.text
        assert "REFUSER" not in " ".join(mail.words)


def test_a_link_pays_only_where_the_company_wants_links() -> None:
    assert "https://pay.example/1" not in said().email().text
    direct = said(ways=Ways(direct_links=True)).email()
    assert "Pour payer en ligne\N{NO-BREAK SPACE}: https://pay.example/1" in direct.text
    assert [link.to for link in direct.links] == ["https://pay.example/1"]
    assert (
        said(ways=Ways(direct_links=True), reach=replace(REACH, rights=frozenset({"read"}))).email().links
        == ()
    )


def test_a_date_that_is_missing_leaves_no_hole() -> None:
    first = said(replace(INVOICE, due_on=None)).email().text.split("\n")[0].replace("\N{NO-BREAK SPACE}", " ")
    assert first == "Voici la facture F-1 en pièce jointe : 642,00 € TTC."
    assert "valable" not in said(QUOTE).telegram().text


@pytest.mark.parametrize(("due", "told"), [(TODAY, False), (date(2026, 11, 23), True)])
@pytest.mark.parametrize(
    ("language", "form", "past"),
    [("fr", "vous", "échue le"), ("fr", "tu", "échue le"), ("en", "vous", "was due on")],
)
def test_a_due_date_that_is_past_is_told_as_past(
    due: date, told: bool, language: str, form: str, past: str
) -> None:
    made = said(replace(INVOICE, due_on=due), reach=replace(REACH, language=language, form=form))
    assert [past in made.email().text, past in made.telegram().text] == [told, told]


def test_discretion_shows_neither_amount_nor_file_in_a_chat() -> None:
    chat = said(reach=replace(REACH, discreet=True)).telegram()
    assert "642" not in chat.text
    assert chat.documents == ()
    assert said(reach=replace(REACH, discreet=True)).email().documents


def test_without_the_portal_the_mail_leads_to_its_document_and_discretion_to_nothing() -> None:
    only = replace(COMPANY, options=frozenset({"payment"}))
    assert said(company=only).email().notes == {"document": 11}
    assert said().email().notes == {}
    assert said(company=only).telegram().choices == ()
    discreet = said(company=only, reach=replace(REACH, discreet=True))
    assert discreet.fits(Plan(REACH, "telegram", "42")).reason == "discretion"
    assert discreet.fits(Plan(REACH, "email", "c@dupain.example")).reason == ""


def test_many_annexes_come_as_one_file() -> None:
    many = replace(said(QUOTE), annexes=tuple(Annex(f"{nth}.pdf", "b" * 64, 9) for nth in range(12)))
    mail = many.email()
    assert [one.name for one in mail.documents] == ["Devis_D-1.pdf", "Annexes_D-1.zip"]
    assert "12" in mail.text


def test_why_a_document_is_not_announced() -> None:
    assert why_not(INVOICE, TODAY) == why_not(QUOTE, TODAY) == ""
    assert why_not(replace(INVOICE, kind="credit_note"), TODAY) == "closed"


def test_news_in_the_language_there_is() -> None:
    english = {"en": "Closed\nWe are closed.\n"}
    assert (
        news(COMPANY, REACH, english, "email").subject,
        news(COMPANY, REACH, english, "email").language,
    ) == (
        "Closed",
        "en",
    )
    tu = news(COMPANY, replace(REACH, form="tu"), {"fr": "Fermé\nOn ferme."}, "telegram")
    assert tu.notes == {"heading": "Atelier", "tu": True}
    assert tu.text.endswith("réponds STOP.")
