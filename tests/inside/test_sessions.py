"""Accesses: what closes them, what goes along to a mail thread, and what never passes from one person to another."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from storage import tables as t
from town import Town

CAMILLE, BOB, BOTH = "camille@dupain.example", "bob@harbour.example", "compta@groupe.example"


def rows(town: Town, statement: Any) -> list[Any]:
    with town.engine.begin() as db:
        return list(db.execute(statement).all())


def open_sessions(town: Town) -> list[tuple[str, str]]:
    open_now = select(t.sessions.c.channel, t.accounts.c.address).join(t.accounts)
    return sorted(tuple(row) for row in rows(town, open_now.where(t.sessions.c.ended_at.is_(None))))


def telegram(town: Town, who: str = CAMILLE, chat: str = "42", link: str = "atelier") -> None:
    """An open access in this chat."""
    code = f"{482913 + len([got for got in town.got if got.reply.kind == 'code'])}"
    town.play(f"> telegram {chat}: /start {link}\n> telegram {chat}: {who}\n> telegram {chat}: {code}")
    assert ("telegram", who) in open_sessions(town)


def last(town: Town, to: str) -> str:
    return next(got.reply.text for got in reversed(town.got) if got.to == to)


# --- not me


@pytest.mark.parametrize("waited", [timedelta(), timedelta(days=6)])
@pytest.mark.parametrize(
    "said", ["DÉCONNECTER PARTOUT", "log out everywhere", "Non ! / Déconnectez-moi partout"]
)
def test_answering_the_mail_about_a_linked_chat_undoes_it(town: Town, waited: timedelta, said: str) -> None:
    telegram(town)
    town.now += waited
    played = town.play(f"> email {CAMILLE} (reply to 2): {said}")
    assert "fermé dans toutes" in played or "closed in all" in played
    assert open_sessions(town) == []
    assert rows(town, select(t.chat_links.c.id).where(t.chat_links.c.ended_at.is_(None))) == []
    assert "code" in town.play("+ 2 minutes\n> telegram 42: solde")


def test_the_mail_about_a_linked_chat_answered_too_late_asks_for_a_code_first(town: Town) -> None:
    """Never "closed" where nothing was: the words come when it is done."""
    telegram(town)
    town.now += timedelta(days=8)
    assert "fermé" not in town.play(f"> email {CAMILLE} (reply to 2): DÉCONNECTER PARTOUT")
    assert rows(town, select(t.chat_links.c.id).where(t.chat_links.c.ended_at.is_(None))) != []
    assert "fermé dans toutes" in town.play(f"> email {CAMILLE} (reply): 482914")
    assert rows(town, select(t.chat_links.c.id).where(t.chat_links.c.ended_at.is_(None))) == []


def test_the_answer_of_somebody_else_undoes_nothing(town: Town) -> None:
    telegram(town)
    mark = next(got for got in town.got if "reliée à votre adresse" in got.reply.text)
    town.got.append(
        type(mark)(mark.outgoing, "email", BOB, mark.reply, mark.at)
    )  # Camille's mark, Bob's mailbox
    assert "fermé" not in town.play(f"> email {BOB} (reply): DÉCONNECTER PARTOUT")
    assert open_sessions(town) == [("telegram", CAMILLE)]
    town.mail(CAMILLE, "DÉCONNECTER PARTOUT", "(reply to 2)", level="failed")
    assert open_sessions(town) == [("telegram", CAMILLE)], "a forged From closes nothing"


def test_closing_everywhere_from_a_chat_without_access_takes_a_code(town: Town) -> None:
    telegram(town)
    town.play("> telegram 42: DÉCONNEXION\n+ 2 minutes")
    telegram(town, chat="43")
    town.play("+ 2 minutes")
    assert "fermé" not in town.play("> telegram 42: DÉCONNECTER PARTOUT")
    assert open_sessions(town) == [("telegram", CAMILLE)]
    assert "fermé dans toutes" in town.play("> telegram 42: 482915")
    assert open_sessions(town) == []


# --- listed, unlinked


def test_the_list_holds_this_account_alone_and_nothing_that_ended(town: Town) -> None:
    telegram(town)
    telegram(town, BOB, "43")
    telegram(town, BOTH, "44")
    played = town.play("+ 2 minutes\n> telegram 42: mes accès")
    assert "1 accès ouvert" in played
    assert "ici" in played
    town.play(f"+ 29 minutes\n> email {CAMILLE}: mes accès")
    town.play("+ 2 minutes")
    assert "1 accès ouvert" in town.play(f"> email {CAMILLE} (reply): 482916")


def test_many_accesses_are_counted_and_the_latest_shown(town: Town) -> None:
    telegram(town)
    with town.engine.begin() as db:
        row = db.execute(select(t.sessions)).mappings().one()
        for n in range(12):
            other = {**row, "id": row["id"] + 1 + n, "channel": "email", "conversation": f"mail:{n}"}
            db.execute(insert(t.sessions).values(other))
    played = town.play("> telegram 42: mes accès")
    assert "13 accès ouverts" in played
    assert "Et 5 autres." in played


def test_an_unlinked_chat_forgets_the_address_and_others_stay_linked(town: Town) -> None:
    telegram(town)
    town.play("+ 2 minutes")
    telegram(town, chat="43")
    assert "n'est plus reliée" in town.play("> telegram 42: délier telegram")
    assert open_sessions(town) == [("telegram", CAMILLE)]
    assert "Donnez l'adresse" in town.play("> telegram 42: solde")
    assert "Solde au" in town.play("> telegram 43: solde")


def test_by_mail_all_chats_are_unlinked_and_the_mail_access_stays(town: Town) -> None:
    telegram(town)
    town.play("+ 2 minutes")
    telegram(town, chat="43")
    town.play(f"+ 2 minutes\n> email {CAMILLE}: solde\n> email {CAMILLE} (reply): 482915")
    assert "Vos 2 conversations Telegram" in town.play(f"> email {CAMILLE} (reply): délier telegram")
    assert open_sessions(town) == [("email", CAMILLE)]
    assert "Aucune conversation" in town.play(f"> email {CAMILLE} (reply): délier telegram")


def test_closing_and_unlinking_are_in_the_audit_log(town: Town) -> None:
    telegram(town)
    town.play("> telegram 42: délier telegram")
    kinds = [row.kind for row in rows(town, select(t.ledger.c.kind).order_by(t.ledger.c.id))]
    assert kinds[-2:] == ["access.opened", "access.unlinked"]


# --- one conversation across channels


def test_by_mail_keeps_the_scope_of_a_documents_link(town: Town) -> None:
    telegram(town, link="D-2026-0044")
    town.play("> telegram 42: par e-mail")
    assert "Voici le devis D-2026-0044" in last(town, CAMILLE)
    assert "n'ouvre que le devis" in town.play(f"> email {CAMILLE} (reply): solde")


def test_by_mail_keeps_the_file_that_was_chosen(town: Town) -> None:
    telegram(town, BOTH)
    town.play("> telegram 42 presses: Garage Morel\n> telegram 42: solde\n> telegram 42: par e-mail")
    assert "99,00\u00a0€" in last(town, BOTH)
    assert "F-2026-0102" in town.play(f"> email {BOTH} (reply): factures")


def test_by_mail_opens_nothing_for_a_suspended_account(town: Town) -> None:
    telegram(town)
    town.play("> telegram 42: solde\n+ 2 minutes\n> telegram 66: /start atelier")
    town.play(f"> telegram 66: {CAMILLE}\n" + "> telegram 66: 111111\n" * 3)
    before = len(town.got)
    assert "l'accès est suspendu jusqu'au" in town.play("> telegram 42: par e-mail")
    assert [got.to for got in town.got[before:]] == ["42"]
    assert "Solde au" in town.play("> telegram 42: solde"), "what is open goes on reading"


def test_by_mail_never_sends_what_somebody_else_was_answered(town: Town) -> None:
    telegram(town)
    town.play("> telegram 42: solde\n> telegram 42: DÉCONNEXION\n+ 2 minutes")
    telegram(town, BOB)
    before = len(town.got)
    assert "no answer to send yet" in town.play("> telegram 42: by e-mail")
    assert [got.to for got in town.got[before:]] == ["42"]


def test_the_new_thread_answers_to_its_own_mailbox_only(town: Town) -> None:
    telegram(town)
    town.play("> telegram 42: factures\n> telegram 42: par e-mail")
    moved = next(got for got in reversed(town.got) if got.channel == "email")
    town.got.append(type(moved)(moved.outgoing, "email", BOB, moved.reply, moved.at))
    assert "F-2026" not in town.play(f"> email {BOB} (reply): SUITE")
    assert "Page 2" in town.play(f"> email {CAMILLE} (reply): SUITE")


def test_a_question_and_a_link_stay_in_their_conversation(town: Town) -> None:
    telegram(town)
    town.play("> telegram 42: F-2026-0119")  # "did you mean ...?" with yes and no
    town.play("> telegram 42: par e-mail")
    moved = next(got for got in reversed(town.got) if got.channel == "email")
    assert moved.reply.choices == ()
    assert "pas de question en attente" in town.play(f"> email {CAMILLE} (reply): oui")


def test_ten_mails_in_ten_minutes_are_enough(town: Town) -> None:
    telegram(town)
    town.play("> telegram 42: solde\n" + "> telegram 42: par e-mail\n" * 12)
    assert len([got for got in town.got if got.to == CAMILLE and got.reply.kind == "answer"]) <= 10
    assert "Plusieurs e-mails viennent de partir" in last(town, "42")
    town.play("+ 11 minutes\n> telegram 42: par e-mail")
    assert "part par e-mail" in last(town, "42")


# --- one person's step is never another's


def test_a_step_ends_with_the_access_of_the_person_who_began_it(town: Town) -> None:
    telegram(town)
    town.play("> telegram 42: HUMAIN\n+ 31 minutes")
    town.play(f"> telegram 42: {BOB}\n> telegram 42: 482914")
    assert "Balance on" in town.play("> telegram 42: balance")
    assert [got for got in town.got if got.to == "contact@atelier-exemple.example"] == []


def test_the_wait_for_a_person_is_not_anothers(town: Town) -> None:
    telegram(town)
    town.play("> telegram 42: dites-leur que je passe demain\n+ 31 minutes")
    town.play(f"> telegram 42: {BOB}\n> telegram 42: 482914")
    assert "Balance on" in town.play("> telegram 42: balance")
    played = town.play("> email contact@atelier-exemple.example (reply): D'accord pour demain.")
    assert "D'accord pour demain." in played
    assert played.splitlines()[1].startswith(f"< email {CAMILLE} [Réponse à votre message]")


def test_the_answer_of_a_person_goes_by_mail_once_the_chat_is_unlinked(town: Town) -> None:
    telegram(town)
    town.play(
        "> telegram 42: dites-leur que je passe demain\n> telegram 42: MENU\n> telegram 42: délier telegram"
    )
    played = town.play("> email contact@atelier-exemple.example (reply): D'accord pour demain.")
    assert f"< email {CAMILLE} [Réponse à votre message]" in played
    assert "< telegram" not in played


def test_the_same_person_waits_on_after_a_new_code(town: Town) -> None:
    telegram(town)
    town.play("> telegram 42: dites-leur que je passe demain\n+ 31 minutes\n> telegram 42: solde")
    town.play("> telegram 42: 482914")
    assert "< telegram 42" in town.play("> email contact@atelier-exemple.example (reply): D'accord.")


def test_a_step_stays_at_its_company(town: Town) -> None:
    telegram(town)
    town.play("> telegram 42: HUMAIN\n+ 2 minutes\n> telegram 42: /start plomberie")
    town.play(f"> telegram 42: {CAMILLE}\n> telegram 42: 482914")
    assert "77,00\u00a0€" in town.play("> telegram 42: solde")
    assert [got for got in town.got if got.to.startswith(("contact@", "durand@"))] == []


def test_a_step_and_a_list_end_with_the_file(town: Town) -> None:
    telegram(town, BOTH)
    town.play(
        "> telegram 42 presses: Boulangerie Dupain\n> telegram 42: factures\n> telegram 42: autre dossier"
    )
    town.play("> telegram 42 presses: Garage Morel")
    assert "F-2026-0031" not in town.play("> telegram 42: suite")


def test_an_access_ends_with_the_contact(town: Town) -> None:
    telegram(town)
    with town.engine.begin() as db:
        of = select(t.accounts.c.id).where(t.accounts.c.address == CAMILLE)
        db.execute(update(t.contacts).where(t.contacts.c.account_id.in_(of)).values(ended_at=town.now))
    assert "Solde" not in town.play("> telegram 42: solde")
