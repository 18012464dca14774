"""The company's own people: whom they see, that they change nothing, and that each reading is recorded (S2, S4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, insert, select, update

from handlers.core.turn import Said
from storage import tables as t
from storage.client_words import keep
from town import LEA, START, Town

TOM, NOBODY = "tom@x.example", "personne@ailleurs.example"
ROLES = ("admin", "accountant", "manager", "sales")
STRANGERS = {"another role": TOM, "nobody": NOBODY}


def rows(town: Town, statement: Any) -> list[Any]:
    with town.engine.begin() as db:
        return list(db.execute(statement).all())


def change(town: Town, statement: Any) -> None:
    with town.engine.begin() as db:
        db.execute(statement)


def role(town: Town, name: str, address: str = LEA) -> None:
    change(town, update(t.staff).where(t.staff.c.address == address).values(role=name))


def telegram(town: Town, who: str = LEA) -> str:
    return town.play(f"> telegram 7: /start atelier\n> telegram 7: {who}\n> telegram 7: 482913")


def mail(town: Town, who: str = LEA) -> str:
    return town.play(f"> email {who}: bonjour\n> email {who} (reply): 482913")


def read(town: Town) -> list[tuple[Any, ...]]:
    """(action, role, whose, what) of the team, in order."""
    e = t.ledger.c
    found = rows(
        town, select(e.kind, e.role, e.subject, e.payload).where(e.kind.like("team.%")).order_by(e.seq)
    )
    return [tuple(one) for one in found]


# --- who gets in


@pytest.mark.parametrize("name", ROLES)
@pytest.mark.parametrize("way", [telegram, mail])
def test_the_four_roles_get_in_on_both_channels(town: Town, name: str, way: Callable[[Town], str]) -> None:
    role(town, name)
    assert "Accès équipe, en lecture seule" in way(town)
    channel = "telegram 7" if way is telegram else f"email {LEA} (reply)"
    assert "914,56" in town.play(f"> {channel}: solde de Dupain")
    assert [one[:2] for one in read(town)] == [("team.opened", name), ("team.read", name)]


@pytest.mark.parametrize("way", [telegram, mail])
@pytest.mark.parametrize("who", STRANGERS.values(), ids=STRANGERS)
def test_nobody_else_gets_in(town: Town, way: Callable[..., str], who: str) -> None:
    way(town, who)
    assert rows(town, select(t.sessions)) == []
    assert not [got for got in town.got if got.reply.kind == "code"]


@pytest.mark.parametrize("name", [*ROLES, "other"])
def test_a_client_is_answered_by_the_four_roles_alone(town: Town, name: str) -> None:
    client = "camille@dupain.example"
    town.play(f"> email {client}: HUMAIN\n> email {client} (reply): 482913")
    town.play(f"> email {client} (reply): La ligne 3 me semble fausse.")
    passed_on = next(got for got in reversed(town.got) if got.to == "contact@atelier-exemple.example")
    role(town, name)
    town.got.append(replace(passed_on, to=LEA))
    told = town.play(f"> email {LEA} (reply): Nous corrigeons demain.").partition("\n")[2]
    assert ("Nous corrigeons demain." in told) == (name in ROLES)


def test_who_left_the_team_is_nobody(town: Town) -> None:
    change(town, update(t.staff).where(t.staff.c.address == LEA).values(ended_at=town.now))
    mail(town)
    assert rows(town, select(t.sessions)) == []


def test_the_team_of_one_company_is_nobody_at_another(town: Town) -> None:
    town.play(f"> telegram 7: /start plomberie\n> telegram 7: {LEA}\n> telegram 7: 482913")
    assert rows(town, select(t.sessions)) == []


def test_another_role_that_is_a_contact_too_is_only_that(town: Town) -> None:
    town.play("! Camille joins the team")
    role(town, "other", "camille@dupain.example")
    town.play("> telegram 7: /start atelier\n> telegram 7: solde\n> telegram 7: camille@dupain.example")
    assert "914,56" in town.play("> telegram 7: 482913")
    assert read(town) == []


# --- another role looks like nobody


def statements(town: Town, script: str) -> list[str]:
    seen: list[str] = []

    def note(_c: Any, _u: Any, statement: str, *_: Any) -> None:
        seen.append(" ".join(statement.split())[:70])

    event.listen(town.engine, "before_cursor_execute", note)
    for line in script.splitlines():
        town.say(line[2:])
    event.remove(town.engine, "before_cursor_execute", note)
    return seen


WALK = "\n".join(
    f"> telegram 50: {words}" for words in ("111111", "bonjour", "222222", "333333", "444444", "solde")
)


def walked(town: Town, who: str) -> dict[str, Any]:
    """What the chat saw, what was done for it, and what was kept of it."""
    did = statements(town, f"> telegram 50: /start atelier\n> telegram 50: {who}\n{WALK}")
    town.out()
    told = [got.reply.text for got in town.got if got.to == "50"]
    c, r = t.codes.c, t.tries.c
    codes = rows(town, select(c.account_id, c.purpose, c.pool, c.ended_at).order_by(c.id))
    tries = rows(town, select(r.account_id, r.wrong, r.locked_until, r.locked_in))
    states = [one.state for one in rows(town, select(t.talks.c.state))]
    return {"told": told, "codes": codes, "tries": tries, "talks": states, "did": did}


def test_another_role_cannot_be_told_from_nobody(tmp_path: Path) -> None:
    seen = []
    for name, who in STRANGERS.items():
        town = Town(f"sqlite:///{tmp_path}/{name}.db")
        seen.append(walked(town, who))
        town.close()
    tom, nobody = seen
    for what in ("told", "codes", "tries", "talks"):
        assert tom[what] == nobody[what], what
    assert len(tom["told"]) == 8
    # One row more for its own mail, and nothing else.
    mails = [one for one in tom["did"] if one.startswith("INSERT INTO outbox")]
    less = [one for one in nobody["did"] if one.startswith("INSERT INTO outbox")]
    assert len(mails) == len(less) + 1
    others = [one for one in tom["did"] if one not in mails]
    assert others == [one for one in nobody["did"] if one not in less]


def test_another_role_gets_its_mail_once_a_day(town: Town) -> None:
    town.play(f"> telegram 50: /start atelier\n> telegram 50: {TOM}")
    for _ in range(3):
        town.play("+ 2 minutes\n> telegram 50: CODE")
    town.play(f"> email {TOM}: solde")
    assert [got.reply.subject for got in town.got if got.to == TOM] == ["Accès chez Atelier Exemple"]
    town.play(f"+ 25 hours\n> email {TOM}: solde")
    assert len([got for got in town.got if got.to == TOM]) == 2


# --- what they see


@pytest.mark.parametrize(
    ("said", "opens"),
    [
        ("Boulangerie Dupain", "C0042"),
        ("dupain", "C0042"),
        ("C0042", "C0042"),
        ("c 0044", "C0044"),
        ("bob@harbour.example", "C0043"),
        ("123 456 782", "C0042"),
        ("F-2026-0102", "C0044"),
        ("facture f 2026 0101", "C0043"),
        ("dossier garage Morel", "C0044"),
        ("client Harbour svp", "C0043"),
        ("show me the Harbour account please", "C0043"),
        ("Bonjour,\n\nle dossier du garage Morel, merci\n\nCordialement\nLéa", "C0044"),
    ],
)
def test_a_client_is_named_in_many_ways(town: Town, said: str, opens: str) -> None:
    mail(town)
    town.mail(LEA, said, "(reply)")
    town.out()
    assert [one[2] for one in read(town) if one[0] == "team.opened"] == [f"client:{opens}"]


def test_a_sentence_that_names_another_client_is_answered_there(town: Town) -> None:
    telegram(town)
    town.play("> telegram 7: Dupain")
    assert "F-2026-0102" in town.play("> telegram 7: factures du garage Morel")
    assert "CT-1" in town.play("> telegram 7: contrats de Dupain")
    assert "1\u202f234,56" in town.play("> telegram 7: quel est le solde de Harbour ?")
    assert [one[2] for one in read(town) if one[0] == "team.opened"] == [
        f"client:{ref}" for ref in ("C0042", "C0044", "C0042", "C0043")
    ]


def test_all_the_clients_are_listed_when_asked_for(town: Town) -> None:
    telegram(town)
    crowd(town, 12)
    town.play("> telegram 7: mes clients")
    assert len(town.got[-1].reply.choices) == 6
    assert town.got[-1].reply.choices[0].label == "Boulangerie Dupain · C0042"
    assert read(town) == []


@pytest.mark.parametrize("said", ["Camille Petit", "C0001", "F-2026-0007", "D-2026-0050"])
def test_nothing_of_another_company_and_no_draft_is_found(town: Town, said: str) -> None:
    mail(town)
    assert "Aucun client ne correspond" in town.play(f"> email {LEA} (reply): {said}")
    assert read(town) == []


def crowd(town: Town, count: int) -> None:
    with town.engine.begin() as db:
        for n in range(count):
            values = {
                "company_id": 1,
                "ref": f"M{n:02}",
                "name": f"Martin {n:02}",
                "name_norm": f"martin {n:02}",
            }
            made = (
                insert(t.clients).values(values | {"kind": "B2C", "settings": {}}).returning(t.clients.c.id)
            )
            keep(db, 1, [int(db.execute(made).scalar_one())])


def test_several_clients_are_listed_page_by_page(town: Town) -> None:
    crowd(town, 12)
    telegram(town)
    assert "12 dossiers correspondent" in town.play("> telegram 7: martin")
    seen = set()
    for _ in range(3):
        last = town.got[-1].reply
        seen |= {choice.label for choice in last.choices}
        if any(choice.label == "Voir la suite" for choice in last.choices):
            town.play("> telegram 7 presses: Voir la suite")
    assert {f"Martin {n:02} · M{n:02}" for n in range(12)} <= seen
    assert read(town) == [], "a list opens nothing"
    assert "Dossier Martin 11" in town.play("> telegram 7 presses: Martin 11 · M11")


def test_the_words_for_more_work_by_mail(town: Town) -> None:
    crowd(town, 7)
    mail(town)
    town.play(f"> email {LEA} (reply): martin\n> email {LEA} (reply): SUITE")
    assert [choice.label for choice in town.got[-1].reply.choices] == ["Martin 05 · M05", "Martin 06 · M06"]


def test_it_reads_in_its_own_language_and_leaves_the_clients_as_it_is(town: Town) -> None:
    telegram(town)
    assert "en lecture seule" in town.play("> telegram 7: Harbour")
    assert "Solde au 24 novembre 2026" in town.play("> telegram 7: solde")
    assert "Balance on 24 November 2026" in town.play("> telegram 7: EN\n> telegram 7: balance")
    town.play("> telegram 7: Dupain\n> telegram 7: EN")
    spoken = select(t.clients.c.language).where(t.clients.c.company_id == 1).order_by(t.clients.c.id)
    assert [one[0] for one in rows(town, spoken)][:3] == ["fr", "en", "fr"]


def test_tu_is_the_clients_and_not_the_teams(town: Town) -> None:
    change(town, update(t.clients).where(t.clients.c.id == 1).values(form_of_address="tu"))
    telegram(town)
    assert "Que voulez-vous voir" in town.play("> telegram 7: Dupain")


# --- nothing changes

APART = {"ledger", "inbox", "outbox", "talks", "sessions", "codes", "tries", "chats", "chat_links"}
CHANGES = (
    *("payer", "je veux payer la facture F-2026-0118", "PAYER TOUT", "VIREMENT", "SIGNER D-2026-0044"),
    *("je refuse le devis D-2026-0044", "VALIDER", "HUMAIN", "rappelez-moi demain", "DÉJÀ PAYÉ", "STOP"),
    *(
        "REPRENDRE",
        "je paie vendredi",
        "EN",
        "FR",
        "c'est faux, mon adresse est 3 rue Neuve, 13001 Marseille",
    ),
)


def kept(town: Town) -> dict[str, list[Any]]:
    names = [table for table in t.meta.sorted_tables if table.name not in APART]
    return {table.name: rows(town, select(table)) for table in names}


def test_nothing_that_is_said_changes_a_record(town: Town) -> None:
    telegram(town)
    town.play("> telegram 7: Dupain")
    before = kept(town)
    for said in CHANGES:
        town.play(f"+ 1 minutes\n> telegram 7: {said}\n> telegram 7: OUI")
    assert kept(town) == before
    assert not [got for got in town.got if got.to == "contact@atelier-exemple.example"]


@pytest.mark.parametrize("said", ["payer", "SIGNER D-2026-0044", "HUMAIN", "STOP", "je paie vendredi"])
def test_a_change_is_refused_in_words(town: Town, said: str) -> None:
    telegram(town)
    town.play("> telegram 7: Dupain")
    assert "En lecture seule" in town.play(f"> telegram 7: {said}")


def pressed(town: Town, id: str) -> str:
    town.take(Said("telegram", "7", f"p{id}", "", town.now, conversation="7", pressed=id, edits="7"))
    return "\n".join(town.out())


@pytest.mark.parametrize("intent", ["pay", "human", "accept_quote", "notifications_off"])
def test_a_button_of_an_older_menu_changes_nothing(town: Town, intent: str) -> None:
    telegram(town)
    town.play("> telegram 7: Dupain")
    assert "En lecture seule" in pressed(town, f"menu-{intent}")


def test_no_client_chosen_reads_nothing(town: Town) -> None:
    telegram(town)
    for id in ("menu-balance", "menu-list_invoices", "menu-profile", "menu-calendar", "menu-statement"):
        assert "Quel client voulez-vous voir" in pressed(town, id)
    assert read(town) == []


# --- each reading is recorded


def test_each_reading_says_who_what_and_whose(town: Town) -> None:
    telegram(town)
    town.play("> telegram 7: Dupain\n> telegram 7: solde\n> telegram 7: factures\n> telegram 7: SUITE")
    town.play("> telegram 7: F-2026-0118\n> telegram 7: mes contrats\n> telegram 7: AIDE\n> telegram 7: MENU")
    invoice = rows(town, select(t.documents.c.id).where(t.documents.c.number == "F-2026-0118"))[0][0]
    whose = ("sales", "client:C0042")
    assert read(town) == [
        ("team.opened", *whose, {}),
        ("team.read", *whose, {"intent": "balance"}),
        ("team.read", *whose, {"intent": "list_invoices"}),
        ("team.read", *whose, {"intent": "list_invoices"}),
        ("team.read", *whose, {"intent": "get_document", "document": invoice}),
        ("team.read", *whose, {"intent": "contracts"}),
    ]
    assert {one[0] for one in rows(town, select(t.ledger.c.actor).where(t.ledger.c.kind == "team.read"))} == {
        f"team:{LEA}"
    }


def test_what_a_client_reads_is_not_in_the_teams_record(town: Town) -> None:
    town.play("> email bob@harbour.example: balance\n> email bob@harbour.example (reply): 482913")
    assert read(town) == []


def test_the_role_is_read_again_at_each_message(town: Town) -> None:
    telegram(town)
    town.play("> telegram 7: Dupain")
    role(town, "accountant")
    town.play("> telegram 7: solde")
    assert read(town)[-1][1] == "accountant"


@pytest.mark.parametrize("gone", [{"role": "other"}, {"ended_at": START}])
def test_a_role_that_is_lost_closes_the_access(town: Town, gone: dict[str, Any]) -> None:
    telegram(town)
    town.play("> telegram 7: Dupain\n> telegram 7: factures")
    before = len(read(town))
    change(town, update(t.staff).where(t.staff.c.address == LEA).values(gone))
    played = town.play("> telegram 7 presses: F-2026-0121\n> telegram 7: solde\n> telegram 7 presses: Solde")
    assert "914,56" not in played
    assert "F-2026-0121" not in played.replace("presses: F-2026-0121", "")
    assert len(read(town)) == before
    assert [one[0] for one in rows(town, select(t.sessions.c.ended_by))] == ["company"]


def test_a_client_who_joins_and_leaves_the_team_keeps_its_own_file(town: Town) -> None:
    town.play("! Camille joins the team")
    town.play(
        "> telegram 7: /start atelier\n> telegram 7: camille@dupain.example\n> telegram 7: 482913\n> telegram 7: 1"
    )
    assert "914,56" in town.play("> telegram 7: solde")
    role(town, "other", "camille@dupain.example")
    assert "914,56" in town.play("> telegram 7: solde")
    assert read(town) == []


def test_the_teams_own_file_is_read_with_the_rights_of_the_client(town: Town) -> None:
    """As a contact without the right to read, one reads nothing; as the team, everything, and it is recorded."""
    town.play("! Camille joins the team")
    change(town, update(t.contacts).where(t.contacts.c.client_id == 1).values(can_read=False))
    town.play(
        "> telegram 7: /start atelier\n> telegram 7: camille@dupain.example\n> telegram 7: 482913\n> telegram 7: 1"
    )
    assert "914,56" not in town.play("> telegram 7: solde")
    town.play("> telegram 7: autre dossier")
    assert "914,56" in town.play("> telegram 7: solde de Dupain")
    assert [one[0] for one in read(town)] == ["team.opened", "team.read"]


# --- a document's link


def test_a_documents_link_opens_that_document_only_and_records_it(town: Town) -> None:
    town.play(f"> telegram 7: /start D-2026-0044\n> telegram 7: {LEA}")
    assert "4\u202f800,00" in town.play("> telegram 7: 482913")
    for said in ("solde", "autre client", "Harbour", "F-2026-0101", "SIGNER D-2026-0044"):
        played = town.play(f"> telegram 7: {said}")
        assert not any(word in played for word in ("914,56", "1\u202f234,56", "Quel client")), said
    assert {one[2] for one in read(town)} == {"client:C0042"}


def test_a_link_to_a_draft_opens_nothing(town: Town) -> None:
    assert "incomplet" in town.play(
        f"> telegram 7: /start D-2026-0050\n> telegram 7: {LEA}\n> telegram 7: 482913"
    )
    assert rows(town, select(t.sessions)) == []


def test_idle_time_closes_it_as_any_other(town: Town) -> None:
    telegram(town)
    town.play("> telegram 7: Dupain")
    town.now += timedelta(minutes=31)
    assert "914,56" not in town.play("> telegram 7: solde")


# --- what only the team sees


def test_the_team_sees_locks_telegram_and_deliveries(town: Town) -> None:
    wrong = "\n".join(["> telegram 66: 111111"] * 3)
    town.play(f"> telegram 66: /start atelier\n> telegram 66: compta@groupe.example\n{wrong}")
    town.play("> email camille@dupain.example: F-2026-0118\n> email camille@dupain.example (reply): 482914")
    town.play("> email camille@dupain.example (reply): F-2026-0118")
    town.play("> telegram 42: /start atelier\n+ 2 minutes\n> telegram 42: camille@dupain.example")
    told = town.play("> telegram 42: 482915\n> telegram 42: coordonnées\n> telegram 42: F-2026-0118")
    town.play(
        f"> telegram 7: /start atelier\n> telegram 7: {LEA}\n> telegram 7: 482916\n> telegram 7: Dupain"
    )
    seen = town.play("> telegram 7: coordonnées\n> telegram 7: F-2026-0118\n> telegram 7: F-2026-0098")
    for line in (
        "compta@groupe.example · accès suspendu jusqu'au 29 novembre 2026 à 14h05",
        "camille@dupain.example · relié à Telegram",
        "Envoyé par e-mail à camille@dupain.example le 24/11/2026 à 14h05.",
        "Envoyé dans Telegram le 24/11/2026 à 14h07.",
        "Aucun envoi à ce client.",
    ):
        assert line in seen, line
        assert line not in told, line
    assert seen.count("Envoyé par e-mail à camille@dupain.example le 24/11/2026 à 14h05.") == 1
