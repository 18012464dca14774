"""Contracts, exchanges, contact details: words, pages, hints, "tu", and nothing of anyone else."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from card_talk import BOB, CAMILLE, ask, come, lines
from handlers.core.rows import cut
from storage import tables as t
from town import Town

ASKED = (
    *("mes contrats", "contrats suspendus", "cherche piscine dans mes contrats", "agenda", "mes rendez-vous"),
    *("mon prochain rendez-vous", "cherche piscine dans mes rendez-vous", "mes anciens rendez-vous"),
    *("nos échanges", "nos appels de mars 2020", "cherche piscine dans nos échanges", "coordonnées"),
    *("relevé de compte", "relevé de 2020", "mes paiements", "cherche piscine dans les mouvements", "solde"),
)


@given(st.text())
def test_a_long_text_is_cut_after_a_word(text: str) -> None:
    short = cut(text)
    whole = " ".join(text.split())
    assert len(short) <= 140
    assert "\n" not in short
    assert whole == short if len(whole) <= 140 else whole.startswith(short[:-1].rstrip("…"))


def test_a_word_longer_than_the_line_is_cut_too() -> None:
    assert cut("x" * 200) == "x" * 139 + "…"
    assert cut("Bonjour, " + "x " * 100).endswith("x…")


@pytest.mark.parametrize("said", ASKED)
def test_tu_is_never_vous(town: Town, said: str) -> None:
    with town.engine.begin() as db:
        db.execute(update(t.clients).where(t.clients.c.id == 1).values(form_of_address="tu"))
    come(town)
    reply = ask(town, said)
    told = " ".join([reply.text, *lines(reply), *(choice.label for choice in reply.choices)])
    assert not re.search(r"\b(?:vous|votre|vos|répondez)\b", told.replace("rendez-vous", ""), re.IGNORECASE)


@pytest.mark.parametrize("said", ASKED)
def test_no_stray_space_and_no_hole(town: Town, said: str) -> None:
    come(town)
    reply = ask(town, said)
    for line in (*reply.text.replace("{rows}", "").split("\n"), *lines(reply)):
        assert line == line.strip()
        assert not re.search(r"\s\s|\s[.,]|[{}]", line)


def test_a_hint_that_finds_nothing_is_dropped(town: Town) -> None:
    come(town)
    assert ask(town, "mes contrats pour le comptable").text.startswith("6 contrats")
    assert ask(town, "mon contrat de climatisation").text.startswith(
        "1 contrat contenant «\u00a0climatisation\u00a0»"
    )


def test_words_are_named_as_they_were_written(town: Town) -> None:
    come(town)
    assert "« Chaudière »" in ask(town, "cherche Chaudière dans mes contrats").text.replace("\u00a0", " ")
    assert "« Étang »" in ask(town, "cherche Étang dans mes contrats").text.replace("\u00a0", " ")


def test_a_list_that_shrank_between_two_pages_ends(town: Town) -> None:
    come(town)
    ask(town, "mes contrats")
    with town.engine.begin() as db:
        db.execute(delete(t.contracts).where(t.contracts.c.ref == "CT-6"))
    assert ask(town, "suite").text == "C'était la dernière page."


def test_what_has_ended_is_due_no_more(town: Town) -> None:
    come(town)
    assert lines(ask(town, "contrats terminés")) == ["Entretien de la climatisation (CT-6) · terminé"]


def test_a_contract_without_label_is_named_by_its_reference(town: Town) -> None:
    with town.engine.begin() as db:
        db.execute(
            update(t.contracts).where(t.contracts.c.ref == "CT-7").values(label=" ", tacit_renewal=False)
        )
    come(town, BOB)
    assert lines(ask(town, "contracts")) == ["CT-7 · active · next due date 10 Jan 2027"]


def test_the_client_number_can_be_copied(town: Town) -> None:
    come(town)
    (copy,) = ask(town, "mon numéro de client").copies
    assert (copy.label, copy.text) == ("Copier le numéro", "C0042")


def test_the_rights_of_each_person(town: Town) -> None:
    with town.engine.begin() as db:
        of = select(t.accounts.c.id).where(t.accounts.c.address == CAMILLE, t.accounts.c.company_id == 1)
        mine = t.contacts.c.account_id == of.scalar_subquery()
        db.execute(update(t.contacts).where(mine).values(name="Camille Petit", can_pay=True, can_sign=True))
        db.execute(update(t.contacts).where(~mine).values(can_notify=False, name=None))
    come(town)
    assert lines(ask(town, "coordonnées"))[-2:] == [
        f"{CAMILLE} · Camille Petit · peut voir le dossier, payer, signer et recevoir les annonces",
        "compta@groupe.example · peut voir le dossier",
    ]


def passed_on(town: Town) -> list[str]:
    return [got.reply.text.split("\n")[0] for got in town.got if got.reply.kind == "company"]


def test_a_correction_is_passed_on(town: Town) -> None:
    come(town)
    ask(town, "coordonnées")
    ask(town, "Le téléphone est désormais le 04 72 00 00 00")
    assert passed_on(town) == ["Le téléphone est désormais le 04 72 00 00 00"]


def test_a_question_after_the_details_is_answered(town: Town) -> None:
    come(town)
    ask(town, "coordonnées")
    assert ask(town, "combien je dois ?").text.startswith("Solde au")
    assert ask(town, "xyzzy").text.startswith("Nous n'avons pas compris")
    assert passed_on(town) == []


def test_a_correction_is_not_awaited_for_ever(town: Town) -> None:
    come(town)
    ask(town, "coordonnées")
    town.passes("2 hours")
    come(town, code="482914")
    ask(town, "Les carottes sont cuites depuis longtemps")
    assert passed_on(town) == []


@pytest.mark.parametrize("said", ["contracts", "calendar", "history", "details", "statement", "my payments"])
def test_nothing_of_anyone_else(town: Town, said: str) -> None:
    come(town, BOB)
    told = " ".join([(reply := ask(town, said)).text, *lines(reply)])
    assert not re.search(r"CT-[1-68]|chaudière|Four|Dupain|Morel|RG-[1-578]|F-2026-01[12]|C004[24]", told)
