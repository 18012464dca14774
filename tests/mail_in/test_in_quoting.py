"""What is new in a reply, judged on the mails of five collections and on what must never be cut."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mail_gateway.quoting import new_text

DATA = Path(__file__).parent.parent / "data" / "mail"
SETS = {
    "github-email_reply_parser": 10,
    "zapier-email-reply-parser": 12,
    "crisp-email-reply-parser": 45,
    "willdurand-EmailReplyParser": 19,
    "fr-reply-styles": 28,
}


def cases(name: str) -> dict[str, tuple[str, dict[str, Any]]]:
    folder = DATA / name
    texts = {path.name: path for path in folder.rglob("*.txt")}
    told = json.loads((folder / "expected.json").read_text("utf-8"))
    return {file: (texts[file].read_bytes().decode("utf-8", "replace"), want) for file, want in told.items()}


def exact(name: str) -> list[str]:
    """The files whose reply is found to the letter."""
    return [
        file
        for file, (text, want) in cases(name).items()
        if "reply" in want and new_text(text).text == want["reply"].replace("\r\n", "\n").rstrip()
    ]


@pytest.mark.parametrize("name", SETS)
def test_a_collection_is_read_no_worse_than_before(name: str) -> None:
    assert len(exact(name)) >= SETS[name]


def test_four_of_five_public_replies_are_exact() -> None:
    """The bar is 98 of 122; the collections contradict each other in the rest."""
    assert sum(len(exact(name)) for name in SETS) >= 114
    assert sum("reply" in want for name in SETS for _, want in cases(name).values()) == 122


@pytest.mark.parametrize("name", SETS)
def test_what_must_stay_stays_and_what_must_go_goes(name: str) -> None:
    for file, (text, want) in cases(name).items():
        got = new_text(text).text
        assert all(part in got for part in want.get("contains", ())), file
        assert not any(part in got for part in want.get("not_contains", ())), file


@pytest.mark.parametrize("file", sorted(cases("fr-reply-styles")))
def test_each_french_style(file: str) -> None:
    text, want = cases("fr-reply-styles")[file]
    assert new_text(text).text == want["reply"]


WHOLE = [
    "email_tricky_13_timestamp_variations.txt",
    "email_tricky_16_unicode_signatures.txt",
    "email_tricky_19_quote_without_header.txt",
    "email_tricky_1_on_false_positive.txt",
    "email_tricky_3_code_block.txt",
    "email_tricky_4_from_in_body.txt",
    "email_tricky_6_regards_in_sentence.txt",
    "email_tricky_7_multiple_dashes.txt",
    "email_tricky_8_sent_from_in_content.txt",
]


@pytest.mark.parametrize("file", WHOLE)
def test_nothing_is_cut_by_mistake(file: str) -> None:
    text = (DATA / "crisp-email-reply-parser" / "fixtures" / file).read_text("utf-8")
    assert new_text(text).text == text.strip()


def test_our_separator_line_cuts_in_every_wording() -> None:
    for line in (
        "-- Répondez au-dessus de cette ligne --",
        "-- Réponds au-dessus de cette ligne --",
        "-- Reply above this line --",
        "> -- Répondez au-dessus de cette ligne --\n> x\n>",
        "*-- Reply above this line --*",
    ):
        above = new_text(f"SOLDE\n\n{line}\n{'> ' if '>' in line else ''}FACTURES")
        assert above.text == "SOLDE", line


def test_an_answer_below_a_quote_that_holds_our_separator_is_found() -> None:
    quote = (
        "> -- Répondez au-dessus de cette ligne --\n>\n> De : x@y.fr\n> Envoyé : hier\n> À : z\n> Votre solde"
    )
    assert new_text(f"Le 24/11/2026 à 09:12, X a écrit :\n{quote}\n\nFACTURES").text == "FACTURES"


def test_a_sentence_about_the_line_does_not_cut() -> None:
    text = "Où faut-il répondre ? Reply above this line, dites-vous, mais laquelle ?"
    assert new_text(text).text == text


def test_lines_that_we_sent_cut_where_no_mark_does() -> None:
    ours = ["Votre solde est de 642,00 €.", "Répondez FACTURES ou DEVIS."]
    text = "FACTURES\n\nVotre solde est de 642,00 €.\n\nRépondez FACTURES ou DEVIS."
    assert new_text(text, ours).text == "FACTURES"
    assert new_text(text).text == text


def test_one_word_of_ours_alone_does_not_cut() -> None:
    assert new_text("FACTURES\nDEVIS", ["FACTURES", "DEVIS"]).text == "FACTURES\nDEVIS"


@pytest.mark.parametrize(
    "text",
    [
        "Le devis du 24/11/2026 a été relu par Paul et il a écrit :\n« d'accord ».",
        "De : 9 h à 12 h\nÀ : l'atelier\nObjet : visite, comme convenu",
        "Envoyé de mon bureau hier, rien reçu.",
        "Je regarde. Cordialement vôtre, comme on dit.",
        "Cordialement",
        "Merci -- vraiment -- pour tout.",
        "Total :\n----\n642,00",
        "Bien reçu.\n\nCordialement,\nClaire\n\nPS : pouvez-vous renvoyer la facture ?",
        "-Oui",
        "- oui\n- non",
        "Le 24/11/2026, à 09:12, je serai là.",
        "Le 24/11/2026 j'ai relu le devis et mon associé a écrit :\n« d'accord ».",
        "Le 24/11/2026 j'ai écrit à jean@x.fr et il a écrit :\n« d'accord ».",
        "Voici le 2 : contactez jean@x.fr (le 24/11/2026) :\nil attend.",
        "Adresse de livraison au 12/12/2026, chez X <x@y.fr> :\n3 rue Z",
        "Téléchargez le devis pour Paul, il attend.",
        "Le 24 novembre 2026, M. Durand nous a écrit :\n« nous payons demain »",
        "From: 9am to 12\nTo: the workshop\nSubject: visit on 12/12/2026",
        "Le chèque :\nEnvoyé par courrier hier matin",
        "La caisse :\nEnvoyé de mon bureau hier",
        "The box:\nSent with DHL on Monday",
        "Sent from London by train, arriving Monday.",
    ],
)
def test_these_are_said_whole(text: str) -> None:
    assert new_text(text).text == text


@pytest.mark.parametrize(
    ("below", "kind"),
    [
        ("Le mar. 24 nov. 2026 à 09:12, X <x@y.fr> a écrit :\n\n> q", "gmail"),
        (
            "Le mar. 24 nov. 2026 à 09:12, Une Entreprise Au Nom Bien Long <\nx@y.fr>\na\u00a0écrit\u202f:\n> q",
            "wrapped",
        ),
        ("On Tue, Nov 24, 2026 at 9:12 AM X <x@y.fr> wrote:\n\n> q", "gmail en"),
        ("Am 24.11.2026 um 09:12 schrieb X <x@y.de>:\n> q", "thunderbird de"),
        (
            "________________________________\nDe : X <x@y.fr>\nEnvoyé : mardi 24\nÀ : Y\nObjet : Z\n\nq",
            "outlook",
        ),
        ("From: X <x@y.fr>\nSent: Tuesday\nTo: Y\nCc: W\nSubject: Z\n\nq", "outlook en"),
        ("Envoyé de mon iPhone", "iphone"),
        ("Envoyé à partir d’Outlook pour Android", "outlook android"),
        ("Sent from my Galaxy", "galaxy"),
        ("-- \nClaire Durand\n06 12 34 56 78", "signature"),
        ("Le 24 nov. 2026 à 09:12 +0100, X <x@y.fr>, a écrit :\n\nq", "spark"),
        ("X <x@y.fr> a écrit :\n\n> q", "horde"),
        ("Le 2026-11-24 09:12, X a écrit :\n> q", "roundcube"),
        ("24 nov. 2026, 09:12 de x@y.fr:\n\n> q", "tuta"),
        ("------- Original Message -------\nLe mardi 24, X <x@y.fr> a écrit :\n\n> q", "proton"),
        ("‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐\nOn Tuesday, X <x@y.fr> wrote:\n\nq", "proton, odd hyphens"),
        ("De : X <x@y.fr>\nDate : mardi 24 novembre 2026 à 09:12\nÀ : Y\nObjet : Z\n\nq", "outlook mac"),
        ("envoyé : 24 novembre 2026 à 09:12\nde : X <x@y.fr>\nà : Y\nobjet : Z\n\nq", "orange, new"),
        (
            "-------- Message original --------\nObjet: Z\nDate: 2026-11-24 09:12\nDe: X\nÀ: Y\n\nq",
            "roundcube fwd",
        ),
        ("Provenance : Courrier pour Windows 10", "windows 10"),
        ("Télécharger BlueMail pour Android", "bluemail"),
        ("Envoyé depuis l'application Mail Orange", "orange mobile"),
        ("Envoyé à partir de Yahoo Mail pour iPhone", "yahoo mobile"),
        ("Sent with Proton Mail secure email.", "proton mobile"),
        ("Garanti sans virus. www.avast.com", "antivirus"),
        ("Télécharger Outlook pour iOS<https://aka.ms/o0ukef>", "outlook ios"),
        ("Sent from my Wiko RIDGE", "a device by its name"),
        ("El mar, 24 nov 2026 a las 9:12, X (<x@y.es>) escribió:\n\n> q", "es"),
        ("Il giorno mar 24 nov 2026 alle ore 09:12 X <x@y.it> ha scritto:\n\n> q", "it"),
        ("Op di 24 nov 2026 om 09:12 schreef X <x@y.nl>:\n\n> q", "nl"),
        ("Bien cordialement, Claire Durand", "closing and name"),
        ("Cordialement,\n\nClaire Durand\n06 12 34 56 78", "closing"),
        ("Bien à vous,\nClaire", "closing 2"),
        ("-------- Message transféré --------\nSujet : x\nDe : y", "forwarded"),
        ('----- Mail original -----\nDe: "X" <x@y.fr>\nÀ: z\n\nq', "free"),
    ],
)
def test_all_that_stands_below_goes(below: str, kind: str) -> None:
    assert new_text(f"Bonjour,\n\nla facture svp\n\n{below}").text == "Bonjour,\n\nla facture svp", kind


def test_answers_between_quotes_are_kept_whole_and_flagged() -> None:
    new = new_text("Le 24/11/2026 à 09:12, X a écrit :\n> Valider ?\nOui\n> Et la suite ?\nNon")
    assert new.between
    assert new.text == "> Valider ?\nOui\n> Et la suite ?\nNon"


def test_an_answer_above_or_below_one_quote_is_plain() -> None:
    assert not new_text("Oui\n\n> Valider ?").between
    below = new_text("Le 24/11/2026 à 09:12, X a écrit :\n> Valider ?\n\nOui")
    assert (below.text, below.between) == ("Oui", False)


def test_only_a_quote_says_nothing() -> None:
    assert new_text("> SOLDE").text == ""
    assert new_text("Le 24/11/2026 à 09:12, X a écrit :\n\nSOLDE").text == ""


def test_invisible_marks_go() -> None:
    assert new_text("S\u200bOLDE\ufeff\u00ad").text == "SOLDE"
    assert new_text("solde\r\nsvp\rmerci").text == "solde\nsvp\nmerci"
