"""Several files on one mailbox, several companies in one chat: asked, named, changed; never added up nor picked."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, select, update

from handlers.core.turn import Said
from handlers.rules import number
from storage import tables as t
from storage.books import settle
from town import START, Town

BOTH, CAMILLE = "compta@groupe.example", "camille@dupain.example"
BAKERY, GARAGE = "Boulangerie Dupain", "Garage Morel"


def change(town: Town, statement: Any) -> None:
    with town.engine.begin() as db:
        db.execute(statement)


def telegram(town: Town, who: str = BOTH, slug: str = "atelier", code: int = 482913, id: str = "42") -> str:
    return town.play(f"> telegram {id}: /start {slug}\n> telegram {id}: {who}\n> telegram {id}: {code}")


def mail(town: Town, first: str = "bonjour") -> str:
    return town.play(f"> email {BOTH}: {first}\n> email {BOTH} (reply): 482913")


def headings(town: Town, since: int, channel: str = "telegram") -> set[Any]:
    return {got.reply.notes.get("heading") for got in town.got[since:] if got.channel == channel}


def rights(town: Town, client: int, who: str, **rights: bool) -> None:
    account = select(t.accounts.c.id).where(t.accounts.c.address == who, t.accounts.c.company_id == 1)
    tie = t.contacts.c.client_id == client, t.contacts.c.account_id == account.scalar_subquery()
    change(town, update(t.contacts).where(*tie).values(rights))


# --- one mailbox, several files


@pytest.mark.parametrize("client", [BAKERY, GARAGE])
def test_each_answer_says_whose_file_it_is(town: Town, client: str) -> None:
    telegram(town)
    town.play(f"> telegram 42 presses: {client}")
    since = len(town.got)
    for said in ("solde", "factures", "devis", "AIDE", "MENU", "xyz", "merci", "STOP", "coordonnées", "CODE"):
        town.play(f"> telegram 42: {said}")
    assert headings(town, since) == {client}


def test_one_file_alone_is_not_named(town: Town) -> None:
    telegram(town, CAMILLE)
    town.play("> telegram 42: solde\n> telegram 42: MENU")
    assert headings(town, 0) == {None}


def test_nothing_is_added_up(town: Town) -> None:
    """The bakery's 914.56 and the garage's 99.00 are never 1,013.56."""
    played = telegram(town) + town.play(
        "> telegram 42: solde\n> telegram 42: 1\n> telegram 42: autre dossier"
    )
    played += town.play("> telegram 42: solde\n> telegram 42: factures")
    assert "1\u202f013,56" not in played
    assert "F-2026-0118" not in town.got[-1].reply.text


@pytest.mark.parametrize("said", ["1", "2", "garage morel", "dossier Morel", "le garage svp", "C0044"])
def test_a_file_is_chosen_by_number_and_by_name(town: Town, said: str) -> None:
    mail(town, "solde")
    played = town.play(f"> email {BOTH} (reply): {said}")
    assert ("914,56" if said == "1" else "99,00") in played


@pytest.mark.parametrize("said", ["factures", "oui", "bonjour", "xyz", "3", "Martin", "dossier Martin"])
def test_until_it_is_chosen_nothing_is_shown(town: Town, said: str) -> None:
    mail(town)
    played = town.play(f"> email {BOTH} (reply): {said}")
    assert "Lequel voulez-vous voir" in played
    assert not any(word in played for word in ("F-2026", "914,56", "99,00"))


def test_the_newest_request_waits_for_the_choice(town: Town) -> None:
    mail(town, "solde")
    played = town.play(f"> email {BOTH} (reply): factures en retard\n> email {BOTH} (reply): 1")
    assert "1 facture en retard" in played
    assert "914,56" not in played


@pytest.mark.parametrize(
    "said",
    ["autre dossier", "dossier Morel", "changer de dossier", "Garage Morel", "je voudrais voir le garage"],
)
def test_one_sentence_changes_the_file(town: Town, said: str) -> None:
    mail(town)
    town.play(f"> email {BOTH} (reply): 1\n> email {BOTH} (reply): {said}")
    assert town.got[-1].reply.notes["heading"] == GARAGE
    assert "99,00" in town.play(f"> email {BOTH} (reply): solde")


def test_one_tap_changes_the_file(town: Town) -> None:
    telegram(town)
    town.play(f"> telegram 42 presses: {BAKERY}\n> telegram 42 presses: Autre dossier")
    assert town.got[-1].reply.notes["heading"] == GARAGE


def test_what_was_begun_in_one_file_does_not_go_on_in_another(town: Town) -> None:
    """A list, a step and a question are of the file in which they were begun."""
    telegram(town)
    town.play(f"> telegram 42 presses: {BAKERY}\n> telegram 42: factures\n> telegram 42: autre dossier")
    assert "F-2026-0044" not in town.play("> telegram 42: SUITE")
    assert "F-2026-0121" not in town.play("> telegram 42: 1")
    town.play("> telegram 42: autre dossier\n> telegram 42: HUMAIN\n> telegram 42 presses: Autre dossier")
    town.play("> telegram 42: ceci n'est pas un message")
    assert not [got for got in town.got if got.to == "contact@atelier-exemple.example"]


def test_a_button_of_another_file_shows_nothing_of_it(town: Town) -> None:
    telegram(town)
    town.play(f"> telegram 42 presses: {BAKERY}\n> telegram 42: factures\n> telegram 42: autre dossier")
    assert "n'est plus à jour" in town.play("> telegram 42 presses: F-2026-0121")


def test_a_sentence_that_names_the_other_file_is_answered_there(town: Town) -> None:
    mail(town)
    town.play(f"> email {BOTH} (reply): 1")
    assert "99,00" in town.play(f"> email {BOTH} (reply): quel est le solde du garage ?")
    assert town.got[-1].reply.notes["heading"] == GARAGE
    assert "914,56" in town.play(f"> email {BOTH} (reply): et le solde de Dupain ?")


@pytest.mark.parametrize(
    "said", ["factures du garage", "contrats Morel", "relevé du garage", "coordonnées du garage"]
)
def test_what_is_asked_of_the_other_file_is_answered_there(town: Town, said: str) -> None:
    mail(town)
    town.play(f"> email {BOTH} (reply): 1\n> email {BOTH} (reply): {said}")
    assert town.got[-1].reply.notes["heading"] == GARAGE


def test_a_word_that_this_file_holds_stays_in_it(town: Town) -> None:
    """A search is no name: "garage" stands in a label of the bakery's own."""
    change(
        town,
        update(t.documents)
        .where(t.documents.c.number == "F-2026-0118")
        .values(search="f20260118 porte de garage"),
    )
    mail(town)
    town.play(f"> email {BOTH} (reply): 1\n> email {BOTH} (reply): factures garage")
    assert town.got[-1].reply.notes["heading"] == BAKERY


def test_the_number_of_a_document_of_the_other_file_leads_to_it(town: Town) -> None:
    mail(town)
    played = town.play(f"> email {BOTH} (reply): 1\n> email {BOTH} (reply): F-2026-0102")
    assert f"# {GARAGE}" in played
    assert "Facture_F-2026-0102.pdf" in played
    assert "Nous ne trouvons pas" in town.play(f"> email {BOTH} (reply): F-2026-0101"), "another client's"


def test_a_thread_keeps_its_file_whatever_another_does(town: Town) -> None:
    mail(town)
    town.play(f"> email {BOTH} (reply): 1")
    thread = len([got for got in town.got if got.to == BOTH])
    town.play(f"+ 2 minutes\n> telegram 42: /start atelier\n> telegram 42: {BOTH}")
    town.play(f"> telegram 42: 482914\n> telegram 42 presses: {GARAGE}")
    assert "914,56" in town.play(f"> email {BOTH} (reply to {thread}): solde")


def test_the_last_file_left_is_opened_without_asking(town: Town) -> None:
    mail(town, "solde")
    garage = t.contacts.c.client_id == 3
    change(town, update(t.contacts).where(garage).values(ended_at=town.now))
    assert "914,56" in town.play(f"> email {BOTH} (reply): solde")


def test_a_file_that_is_taken_away_is_closed_at_once(town: Town) -> None:
    mail(town)
    town.play(f"> email {BOTH} (reply): 2")
    change(town, update(t.contacts).where(t.contacts.c.client_id == 3).values(ended_at=town.now))
    assert "99,00" not in town.play(f"+ 2 minutes\n> email {BOTH} (reply): solde")
    assert [got.reply.kind for got in town.got][-1] == "code"


def test_many_files_come_page_by_page(town: Town) -> None:
    with town.engine.begin() as db:
        account = db.execute(select(t.accounts.c.id).where(t.accounts.c.address == BOTH)).scalar_one()
        for n in range(12):
            values = {
                "company_id": 1,
                "ref": f"M{n:02}",
                "name": f"Martin {n:02}",
                "name_norm": f"martin {n:02}",
            }
            made = (
                insert(t.clients).values(values | {"kind": "B2C", "settings": {}}).returning(t.clients.c.id)
            )
            tie = {"company_id": 1, "client_id": db.execute(made).scalar_one(), "account_id": account}
            db.execute(insert(t.contacts).values(tie))
    assert "14 dossiers" in telegram(town)
    first = [choice.label for choice in town.got[-1].reply.choices]
    town.play("> telegram 42: SUITE")
    second = [choice.label for choice in town.got[-1].reply.choices]
    assert len(first) == 9
    assert len({*first, *second} - {"Voir la suite"}) == 14
    assert "# Martin 11" in town.play("> telegram 42: Martin 11")


# --- rights


def test_two_contacts_of_one_client_have_each_their_rights(town: Town) -> None:
    rights(town, 1, BOTH, can_read=False)
    telegram(town, CAMILLE)
    assert "914,56" in town.play("> telegram 42: solde")
    telegram(town, BOTH, code=482914, id="43")
    town.play(f"> telegram 43 presses: {BAKERY}")
    assert "ne permet pas de voir ce dossier" in town.play("> telegram 43: solde")
    labels = {choice.label for choice in town.got[-1].reply.choices} | {
        choice.label for got in town.got if got.to == "43" for choice in got.reply.choices
    }
    assert "Solde" not in labels
    assert "99,00" in town.play("> telegram 43: autre dossier\n> telegram 43: solde")


def test_rights_are_read_again_at_each_message(town: Town) -> None:
    telegram(town, CAMILLE)
    town.play("> telegram 42: factures")
    rights(town, 1, CAMILLE, can_read=False)
    played = town.play("> telegram 42 presses: F-2026-0121\n> telegram 42: SUITE\n> telegram 42: solde")
    assert played.count("ne permet pas de voir") == 3


# --- several companies


def same_number(town: Town) -> None:
    """The first company's bakery has an invoice with the number of one at the second company."""
    with town.engine.begin() as db:
        values = {
            "company_id": 1,
            "client_id": 1,
            "kind": "invoice",
            "number": "F-2026-0007",
            "status": "issued",
        }
        values |= {"number_norm": number.normal("F-2026-0007"), "total_cents": 123400, "label": ""}
        values |= {"issued_on": START.date(), "due_on": START.date()}
        made = insert(t.documents).values(values).returning(t.documents.c.id)
        id = int(db.execute(made).scalar_one())
        version = {"company_id": 1, "document_id": id, "version": 1, "total_cents": 123400}
        db.execute(insert(t.document_versions).values(version | {"created_at": START}))
        settle(db, [id])


def at_both(town: Town) -> None:
    telegram(town, CAMILLE)
    telegram(town, CAMILLE, "plomberie", 482914)


def test_the_same_number_at_two_companies_is_told_apart(town: Town) -> None:
    same_number(town)
    at_both(town)
    there = town.play("> telegram 42: factures")
    here = town.play("> telegram 42: autre entreprise\n> telegram 42: factures")
    assert "77,00" in there
    assert "1\u202f234,00" not in there
    assert "1\u202f234,00" in here
    assert "77,00" not in here


def test_each_answer_says_which_company_it_is(town: Town) -> None:
    at_both(town)
    since = len(town.got)
    for said in ("solde", "MENU", "xyz", "AIDE", "DÉCONNEXION", "solde", "MENU"):
        town.play(f"> telegram 42: {said}")
    assert headings(town, since) == {"Plomberie Durand"}


def test_the_file_and_the_company_are_named_together(town: Town) -> None:
    telegram(town)
    with town.engine.begin() as db:
        values = {"company_id": 2, "address": BOTH, "address_norm": BOTH, "created_at": START}
        id = db.execute(insert(t.accounts).values(values).returning(t.accounts.c.id)).scalar_one()
        db.execute(insert(t.contacts).values(company_id=2, client_id=4, account_id=id))
    telegram(town, BOTH, "plomberie", 482914)
    town.play(f"> telegram 42: autre entreprise\n> telegram 42: {BAKERY}")
    assert town.got[-1].reply.notes["heading"] == f"{BAKERY} · Atelier Exemple"


@pytest.mark.parametrize(
    "said", ["autre entreprise", "Atelier Exemple", "other company", "changer d'entreprise"]
)
def test_one_sentence_changes_the_company(town: Town, said: str) -> None:
    at_both(town)
    assert "Vous êtes maintenant chez Atelier Exemple" in town.play(f"> telegram 42: {said}")
    assert "914,56" in town.play("> telegram 42: solde")


def test_a_company_the_chat_was_never_linked_with_cannot_be_reached(town: Town) -> None:
    telegram(town, CAMILLE)
    town.take(Said("telegram", "42", "x", "", town.now, conversation="42", pressed="menu-company", edits="7"))
    assert "une seule entreprise" in "\n".join(town.out())
    assert "une seule entreprise" in town.play("> telegram 42: autre entreprise")


def test_what_waits_at_one_company_is_not_answered_at_the_other(town: Town) -> None:
    at_both(town)
    town.play("> telegram 42: HUMAIN\n> telegram 42 presses: Autre entreprise\n> telegram 42: rappelez-moi")
    assert not [got for got in town.got if got.to == "durand@plomberie.example"]


def test_the_closing_notice_names_the_company(town: Town) -> None:
    at_both(town)
    town.play("+ 31 minutes")
    notices = [got.reply for got in town.got if got.reply.kind == "notice" and got.channel == "telegram"]
    assert {notice.notes.get("heading") for notice in notices} == {"Atelier Exemple", "Plomberie Durand"}
