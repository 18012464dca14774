"""Lists, searches and files of documents: what the transcripts cannot show."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from bot.telegram.text import written
from handlers.core.several import zips
from handlers.core.turn import Document, Reply
from handlers.rules.number import normal
from storage import search
from storage import tables as t
from town import Town

MARIE, ANNA, CAMILLE = "marie@hotel.example", "anna@willow.example", "camille@dupain.example"
HOTEL = 50


def opened(town: Town, who: str = MARIE, chat: str = "50") -> None:
    town.play(f"> telegram {chat}: /start atelier\n> telegram {chat}: {who}")
    code = next(got.reply.text for got in reversed(town.got) if got.to == who and got.reply.kind == "code")
    town.play(f"> telegram {chat}: {code.partition(': ')[2][:6]}".replace("\u00a0", " "))


def asked(town: Town, words: str, chat: str = "50") -> Reply:
    town.play(f"> telegram {chat}: {words}")
    return town.got[-1].reply


def many(town: Town, count: int, **values: Any) -> None:
    """Invoices of the hotel, one a day, in 2024."""
    with town.engine.begin() as db:
        for nth in range(count):
            number = f"F-2024-{nth:04}"
            row = {"company_id": 1, "client_id": HOTEL, "kind": "invoice", "status": "issued"}
            row |= {"number": number, "number_norm": normal(number), "label": "Maintenance"}
            row |= {"issued_on": date(2024, 1, 1) + timedelta(nth), "total_cents": 1000}
            row |= {"search": search.kept("Maintenance", ref=number), "file_sha256": f"{nth:064x}"}
            db.execute(insert(t.documents).values(row | values))


# --- pages


def test_a_pressed_page_changes_the_message_it_stands_in(town: Town) -> None:
    opened(town)
    assert "edit" not in asked(town, "factures").notes
    town.play("> telegram 50 presses: Voir la suite")
    assert town.got[-1].reply.notes["edit"] == "7"
    town.play("> telegram 50 presses: Page précédente")
    assert town.got[-1].reply.notes["edit"] == "7"
    assert "edit" not in asked(town, "suite").notes


def test_the_end_of_a_list_is_said_in_a_message_of_its_own(town: Town) -> None:
    opened(town)
    asked(town, "factures de 2026")
    asked(town, "suite")
    assert asked(town, "suite").text == "C'était la dernière page."
    assert asked(town, "page précédente").rows
    assert asked(town, "page précédente").text == "C'était la première page."


def test_three_pages_lead_both_ways(town: Town) -> None:
    many(town, 13)
    opened(town)
    asked(town, "factures de 2024")
    middle = asked(town, "suite")
    assert [one.label for one in middle.choices[-2:]] == ["Page précédente", "Voir la suite"]
    assert asked(town, "suite").text.startswith("Page 3 sur 3")
    assert asked(town, "page précédente").text.startswith("Page 2 sur 3")


def test_a_list_by_mail_has_no_button_back(town: Town) -> None:
    town.play(f"> email {MARIE}: factures\n> email {MARIE} (reply): 482913\n> email {MARIE} (reply): SUITE")
    assert "Page précédente" not in [one.label for one in town.got[-1].reply.choices]


def test_the_lines_of_a_list_fit_a_phone(town: Town) -> None:
    opened(town)
    with town.engine.begin() as db:
        db.execute(update(t.documents).values(label="Rénovation complète de la cuisine " * 20))
    lines = written(asked(town, "mes factures")).split("\n")
    assert max(map(len, lines)) <= 90, lines


# --- words


def test_a_hint_that_finds_nothing_is_dropped(town: Town) -> None:
    opened(town)
    answer = asked(town, "mes factures du jacuzzi")
    assert answer.text.startswith("10 factures,")
    assert "jacuzzi" not in answer.text


def test_the_word_that_was_meant_is_named(town: Town) -> None:
    opened(town)
    assert asked(town, "factures de carelage").text.startswith("1 facture contenant «\u00a0carrelage\u00a0»")


def test_words_of_no_document_are_looked_for_in_the_rest_of_the_file(town: Town) -> None:
    with town.engine.begin() as db:
        row = {"company_id": 1, "client_id": HOTEL, "ref": "CT-900", "label": "Ascenseur", "status": "active"}
        db.execute(insert(t.contracts).values(row | {"search": search.kept("Ascenseur", ref="CT-900")}))
    opened(town)
    assert "Ascenseur (CT-900)" in written(asked(town, "cherche ascenseur"))
    assert asked(town, "cherche la facture de l'ascenseur").text.startswith("Nous ne trouvons rien pour")


# --- several files


def test_a_hundred_documents_at_most_the_newest_first(town: Town) -> None:
    many(town, 120)
    opened(town)
    answer = asked(town, "toutes mes factures de 2024 en PDF")
    assert answer.text.split("\n") == [
        "Voici 100 factures de 2024.",
        "Les PDF sont réunis dans Factures_2024.zip.",
        "Ce message contient une copie de chaque facture.",
        "Il y en a 120\u00a0: voici les 100 derniers en date. Pour les autres, donnez une année ou un mois.",
    ]
    (bundle,) = answer.documents
    assert bundle.recipe is not None
    names = [name for name, _ in bundle.recipe["files"]]
    assert (names[0], names[-1]) == ("Facture_F-2024-0119.pdf", "Facture_F-2024-0020.pdf")
    assert len(set(names)) == 100


def test_documents_without_pdf_are_named_and_nothing_is_attached(town: Town) -> None:
    many(town, 3, file_sha256=None)
    opened(town)
    answer = asked(town, "toutes mes factures de 2024 en PDF")
    assert not answer.documents
    assert answer.text == (
        "Nous n'avons pas le PDF de 3 documents\u00a0: F-2024-0002, F-2024-0001, F-2024-0000. "
        "Pour les demander à Atelier Exemple, répondez HUMAIN."
    )


def test_a_quote_has_its_annexes_beside_it_up_to_five_files(town: Town) -> None:
    opened(town)
    names = [one.name for one in asked(town, "le devis D-2026-0216").documents]
    assert names == ["Devis_D-2026-0216.pdf", "Plan de la cuisine.pdf", "Conditions générales.pdf"]
    quote, bundle = asked(town, "le devis D-2026-0214").documents
    assert (quote.recipe, bundle.media_type) == (None, "application/zip")
    assert bundle.recipe is not None
    assert [name for name, _ in bundle.recipe["files"]] == [f"Véranda {nth}.pdf" for nth in range(1, 8)]


def test_a_consumer_is_told_nothing_of_copies(town: Town) -> None:
    with town.engine.begin() as db:
        db.execute(update(t.clients).where(t.clients.c.id == HOTEL).values(kind="B2C"))
    opened(town)
    assert asked(town, "envoyez-moi les factures de mars").text == "Voici 2 factures de mars 2026."


def test_tu(town: Town) -> None:
    with town.engine.begin() as db:
        db.execute(update(t.clients).where(t.clients.c.id == HOTEL).values(form_of_address="tu"))
    opened(town)
    assert "Lequel veux-tu" in asked(town, "cherche cuisine").text
    assert "réponds HUMAIN" in asked(town, "toutes mes factures de 2026 en PDF").text
    assert "De quel document veux-tu" in asked(town, "les annexes de mes devis").text


# --- nobody else's


@pytest.mark.parametrize(
    "words",
    [
        "F-2026-0118",
        "factures F-2026-0118 et F-2026-0301",
        "les annexes du devis D-2026-0311",
        "cherche kitchen",
        "cherche 0301",
        "la facture de 642 euros",
        "envoyez-moi les factures F-2026-0031, F-2026-0044 et F-2026-0057",
    ],
)
def test_the_documents_of_another_client_are_never_found(town: Town, words: str) -> None:
    opened(town)
    answer = asked(town, words)
    assert not answer.documents
    assert not answer.rows


def test_what_one_client_saw_is_no_hint_for_the_next_one(town: Town) -> None:
    opened(town)
    asked(town, "le devis D-2026-0216")
    asked(town, "déconnexion")
    opened(town, ANNA)
    assert "Plan de la cuisine.pdf" not in [one.name for one in asked(town, "annexes").documents]


def test_a_link_to_one_document_opens_no_other(town: Town) -> None:
    town.play(f"> telegram 50: /start D-2026-0216\n> telegram 50: {MARIE}\n> telegram 50: 482913")
    for words in ("tous mes documents en pdf", "factures F-2026-0201 et F-2026-0202", "cherche peinture"):
        names = [one.name for one in asked(town, words).documents]
        assert set(names) <= {"Devis_D-2026-0216.pdf", "Plan de la cuisine.pdf", "Conditions générales.pdf"}


def test_what_is_too_much_for_one_zip_comes_in_several() -> None:
    files = [Document(f"{nth}.pdf", f"{nth:064x}", size) for nth, size in enumerate((30, 10, 20, 60, 5))]
    large = [replace(one, size=one.size * 1_000_000) for one in files]
    made = zips("Factures", large)
    assert [one.name for one in made] == [f"Factures_{nth}.zip" for nth in (1, 2, 3, 4)]
    assert [name for one in made for name, _ in (one.recipe or {})["files"]] == [one.name for one in files]
    assert [one.name for one in zips("Factures", files)] == ["Factures.zip"]
