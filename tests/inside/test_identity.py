"""Who gets in, and what a stranger can learn: the promises behind the transcripts, one by one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, select, update

from handlers.core import registry
from handlers.core.happening import Manners
from handlers.core.registry import Intent
from handlers.core.turn import Mark, Reply, Said
from storage import tables as t
from town import MARK_LIFE, START, Town

CAMILLE, BOB = "camille@dupain.example", "bob@harbour.example"


def rows(town: Town, statement: Any) -> list[Any]:
    with town.engine.begin() as db:
        return list(db.execute(statement).all())


def verdicts(town: Town) -> list[Any]:
    return [row.verdict for row in rows(town, select(t.inbox.c.verdict).order_by(t.inbox.c.id))]


def logged_in(town: Town, who: str = CAMILLE) -> None:
    town.play(f"> email {who}: bonjour\n> email {who} (reply): 482913\n")


# --- the code


def test_a_code_works_once(town: Town) -> None:
    town.play(
        f"> telegram 42: /start atelier\n> telegram 42: {CAMILLE}\n> telegram 42: 482913\n> telegram 42: DÉCONNEXION"
    )
    assert "solde" not in town.play("> telegram 42: 482913").casefold()


def test_two_numbers_after_the_five_minutes_are_not_answered_with_a_wait(town: Town) -> None:
    town.play(f"> telegram 42: /start atelier\n> telegram 42: {CAMILLE}")
    assert "Nous attendons le code" in town.play("> telegram 42: 482913 ou 482914")
    told = town.play("+ 6 minutes\n> telegram 42: 482913 ou 482914")
    assert "ses 5 minutes sont passées. Nous gardons votre demande." in told
    assert "Nous attendons" not in told


def test_a_code_works_in_its_own_conversation_only(town: Town) -> None:
    town.play(f"> telegram 42: /start atelier\n> telegram 42: {CAMILLE}")
    town.play(f"+ 1 minutes\n> telegram 99: /start atelier\n> telegram 99: {CAMILLE}")
    assert "pas le bon" in town.play("> telegram 99: 482913")
    assert "c'est le bon code" in town.play("> telegram 42: 482913")


def test_a_new_code_kills_the_former_one(town: Town) -> None:
    town.play(f"> telegram 42: /start atelier\n> telegram 42: {CAMILLE}\n+ 1 minutes\n> telegram 42: CODE")
    assert "pas le bon" in town.play("> telegram 42: 482913")
    assert "c'est le bon code" in town.play("> telegram 42: 482914")


def test_a_code_lives_five_minutes_from_the_hand_over(town: Town) -> None:
    town.desk.take(Said("telegram", "42", "a", "", town.now, conversation="42", link=town.link("atelier")))
    town.desk.take(Said("telegram", "42", "b", CAMILLE, town.now, conversation="42"))
    town.now += timedelta(minutes=2)  # the relay was slow
    town.out()
    town.now += timedelta(minutes=4)
    assert "c'est le bon code" in town.play("> telegram 42: 482913")


def test_a_wrong_code_after_the_five_minutes_ends_it(town: Town) -> None:
    """Else a slow relay would leave a time to guess without counting."""
    town.desk.take(Said("telegram", "42", "a", "", town.now, conversation="42", link=town.link("atelier")))
    town.desk.take(Said("telegram", "42", "b", CAMILLE, town.now, conversation="42"))
    town.now += timedelta(minutes=4)
    town.out()
    town.now += timedelta(minutes=2)
    assert "plus valable" in town.play("> telegram 42: 111111")
    assert "plus valable" in town.play("> telegram 42: 482913")


def test_sentences_are_not_tries(town: Town) -> None:
    town.play(f"> telegram 42: /start atelier\n> telegram 42: {CAMILLE}")
    for words in ("bonjour", "je n'ai rien reçu", "12345", "1234567", "06 12 34 56 78", "482913 ou 111111"):
        town.play(f"> telegram 42: {words}")
    assert rows(town, select(t.tries)) == []


def test_five_code_mails_an_hour_and_the_last_one_says_so(town: Town) -> None:
    town.play(f"> telegram 42: /start atelier\n> telegram 42: {CAMILLE}")
    for _ in range(5):
        played = town.play("+ 2 minutes\n> telegram 42: CODE")
    codes = [got for got in town.got if got.channel == "email"]
    assert len(codes) == 5
    assert "le dernier code que nous pouvons envoyer avant 15h05" in codes[-1].reply.text
    assert "un nouveau code vient d'y être envoyé" in played, "past the budget the words stay the same"


def test_a_stranger_cannot_use_up_the_codes_of_a_linked_chat(town: Town) -> None:
    town.play(
        f"> telegram 42: /start atelier\n> telegram 42: {CAMILLE}\n> telegram 42: 482913\n> telegram 42: DÉCONNEXION"
    )
    town.play(f"+ 1 days\n> telegram 66: /start atelier\n> telegram 66: {CAMILLE}")
    for _ in range(6):
        town.play("+ 2 minutes\n> telegram 66: CODE")
    before = len(town.got)
    town.play("> telegram 42: solde")
    assert [got.to for got in town.got[before:]] == [CAMILLE, "42"]


def test_the_lock_may_be_of_one_conversation(tmp_path: Any) -> None:
    town = Town(f"sqlite:///{tmp_path}/t.db", manners=Manners(lock_scope="conversation"))
    town.play(f"> telegram 66: /start atelier\n> telegram 66: {CAMILLE}")
    assert "suspendu" in town.play("> telegram 66: 111111\n> telegram 66: 111111\n> telegram 66: 111111")
    town.play(f"+ 2 minutes\n> telegram 42: /start atelier\n> telegram 42: {CAMILLE}")
    assert "c'est le bon code" in town.play("> telegram 42: 482914")
    town.close()


def test_what_the_company_reopens_is_open_in_every_conversation(town: Town) -> None:
    for chat in ("66", "67"):
        town.play(f"+ 2 minutes\n> telegram {chat}: /start atelier\n> telegram {chat}: {CAMILLE}")
        wrong = "\n".join([f"> telegram {chat}: 111111"] * 3)
        assert "suspendu jusqu'au" in town.play(wrong)
    with town.engine.begin() as db:
        db.execute(update(t.tries).values(wrong=0, locked_until=None, locked_in=None))
    for chat, code in (("66", "482915"), ("67", "482916")):
        town.play(f"+ 2 minutes\n> telegram {chat}: CODE")
        assert "c'est le bon code" in town.play(f"> telegram {chat}: {code}")


def test_an_access_open_before_the_lock_goes_on_reading(town: Town) -> None:
    logged_in(town)
    town.play(f"+ 2 minutes\n> telegram 66: /start atelier\n> telegram 66: {CAMILLE}")
    town.play("> telegram 66: 111111\n> telegram 66: 111111\n> telegram 66: 111111")
    mail = next(i for i, got in enumerate(town.got) if "c'est le bon code" in got.reply.text) + 1
    assert "914,56" in town.play(f"> email {CAMILLE} (reply to {mail}): solde")


# --- the same words, in the same statements


def statements(town: Town, script: str) -> list[str]:
    seen: list[str] = []

    def note(_c: Any, _u: Any, statement: str, *_: Any) -> None:
        seen.append(" ".join(statement.split())[:60])

    event.listen(town.engine, "before_cursor_execute", note)
    for line in script.splitlines():
        town.say(line[2:])
    event.remove(town.engine, "before_cursor_execute", note)
    return seen


WALK = "\n".join(f"> telegram 50: {words}" for words in ("111111", "222222", "333333", "444444", "solde"))


def walked(town: Town, address: str) -> str:
    return town.play(f"> telegram 50: /start atelier\n> telegram 50: {address}\n{WALK}").replace(address, "X")


def words(played: str) -> list[str]:
    """What the chat saw: the mails that went elsewhere and their lines left out."""
    kept, chat = [], False
    for line in played.splitlines():
        if line.startswith(("<", ">", "+", "!")):
            chat = line.startswith(("< telegram", ">"))
        if chat:
            kept.append(line)
    return kept


def locked_elsewhere(town: Town) -> None:
    town.play(f"> telegram 66: /start atelier\n> telegram 66: {CAMILLE}")
    town.play("> telegram 66: 111111\n> telegram 66: 222222\n> telegram 66: 333333")
    town.now = START + timedelta(minutes=2)


@pytest.mark.parametrize("before", [lambda town: None, locked_elsewhere])
def test_known_unknown_and_suspended_addresses_read_the_same(
    tmp_path: Any, before: Callable[[Town], None]
) -> None:
    seen = []
    for name, address in (("known", CAMILLE), ("unknown", "personne@ailleurs.example")):
        town = Town(f"sqlite:///{tmp_path}/{name}.db")
        before(town)
        seen.append(words(walked(town, address)))
        town.close()
    assert seen[0] == seen[1]
    assert len(seen[0]) > 12


def test_a_wrong_code_costs_the_same_statements_known_or_not(tmp_path: Any) -> None:
    seen = []
    for name, address in (("known", CAMILLE), ("unknown", "personne@ailleurs.example")):
        town = Town(f"sqlite:///{tmp_path}/{name}.db")
        town.play(f"> telegram 50: /start atelier\n> telegram 50: {address}")
        seen.append(statements(town, "> telegram 50: 111111\n> telegram 50: 222222"))
        town.close()
    assert seen[0] == seen[1]


def test_two_chats_with_one_wrong_code_each_tell_nothing(tmp_path: Any) -> None:
    seen = []
    for name, address in (("known", CAMILLE), ("unknown", "personne@ailleurs.example")):
        town = Town(f"sqlite:///{tmp_path}/{name}.db")
        for chat in ("50", "51"):
            town.play(f"+ 2 minutes\n> telegram {chat}: /start atelier\n> telegram {chat}: {address}")
        played = town.play(
            "> telegram 50: 111111\n> telegram 51: 111111\n> telegram 50: 111111\n> telegram 51: 111111"
        )
        seen.append(words(played))
        town.close()
    assert seen[0] == seen[1]


# --- e-mail: From is a look-up key


def test_failed_authentication_gets_no_answer_at_all(town: Town) -> None:
    town.mail(CAMILLE, "solde", "", level="failed")
    assert town.out() == []
    assert verdicts(town) == [{"answer": "none", "reason": "failed"}]
    assert rows(town, select(t.codes)) == []


def test_a_reply_whose_authentication_fails_is_not_answered_in_an_open_thread(town: Town) -> None:
    logged_in(town)
    town.mail(CAMILLE, "solde", "(reply)", level="failed")
    assert town.out() == []


def test_a_forged_from_with_another_mailboxs_mark_opens_nothing(town: Town) -> None:
    logged_in(town, BOB)
    mark = Mark(town.got[-1].outgoing, START + MARK_LIFE)
    said = Said("email", CAMILLE, "x", "solde", town.now, company="atelier", mark=mark, inbox=town.raw(900))
    town.take(said)
    assert [(got.to, got.reply.kind) for got in out(town)] == [(CAMILLE, "code")]


def test_a_mark_does_not_open_the_thread_of_another_company(town: Town) -> None:
    logged_in(town)
    mark = Mark(town.got[-1].outgoing, START + MARK_LIFE)
    town.take(
        Said("email", CAMILLE, "x", "solde", town.now, company="plomberie", mark=mark, inbox=town.raw(900))
    )
    assert [got.reply.kind for got in out(town)] == ["code"]


def test_an_old_mark_keeps_the_thread_but_opens_nothing(town: Town) -> None:
    logged_in(town)
    mark = Mark(town.got[-1].outgoing, START + timedelta(minutes=1))
    town.now += timedelta(minutes=2)
    town.take(
        Said("email", CAMILLE, "x", "solde", town.now, company="atelier", mark=mark, inbox=town.raw(900))
    )
    assert [got.reply.kind for got in out(town)] == ["code"]
    assert "914,56" in town.play(f"> email {CAMILLE} (reply): 482914")


def test_answers_go_to_the_address_on_record(town: Town) -> None:
    town.mail("Camille@DUPAIN.example", "solde", "")
    assert [got.to for got in out(town)] == [CAMILLE]


def test_a_code_mail_repeats_nothing_a_stranger_typed(town: Town) -> None:
    town.mail(CAMILLE, "appelez le 0899 pour être remboursé", "")
    (got,) = out(town)
    assert "0899" not in got.reply.text
    assert got.reply.subject == "Votre code Atelier Exemple"


def test_the_same_mail_taken_twice_is_answered_once(town: Town) -> None:
    town.mail(CAMILLE, "solde", "")
    assert town.last is not None
    town.desk.take(town.last)
    assert len(out(town)) == 1


def test_ten_answers_in_ten_minutes_and_then_silence(town: Town) -> None:
    for n in range(20):
        town.mail(CAMILLE, f"facture {n + 5000}", "")
    assert sum(got.reply.kind != "notice" for got in out(town)) == 10
    assert verdicts(town)[-1] == {"answer": "none", "reason": "budget"}
    assert not any("Beaucoup de réponses" in text for text in town.texts()), (
        "anyone can write in a client's name"
    )


def test_who_fumbles_in_an_open_access_has_the_hours_answers_and_is_told_once_when_to_write_again(
    town: Town,
) -> None:
    logged_in(town)
    played = town.play("\n".join(f"> email {CAMILLE} (reply): facture {n + 5000}" for n in range(33)))
    assert played.count("facture 50") == 28 + 33, "28 answers, after the code and the greeting"
    assert played.count("(silence)") == 4
    assert "jusqu'à 15h06" in played
    assert played.count("Beaucoup de réponses sont parties vers votre adresse en peu de temps.") == 1
    assert town.play(f"+ 61 minutes\n> email {CAMILLE} (reply to 30): solde").count("914,56") == 1


def test_who_answers_the_code_mail_is_told_before_the_silence(town: Town) -> None:
    played = town.play(f"> email {CAMILLE}: bonjour\n" + f"> email {CAMILLE} (reply to 1): facture 12\n" * 14)
    assert played.count("Beaucoup de réponses") == 1
    assert "jusqu'à 14h16" in played


def test_a_machine_that_answers_each_mail_of_ours_in_an_open_access_is_left_alone(town: Town) -> None:
    logged_in(town)
    heard = 0
    while heard < 100 and len(town.got) > heard:  # until a mail of its own gets nothing back
        heard = len(town.got)
        town.play(f"+ 1 seconds\n> email {CAMILLE} (reply): facture {heard + 5000}")
    assert 30 <= len([got for got in town.got if got.to == CAMILLE]) <= 31


def test_the_company_hears_once_a_day_of_an_address_that_is_answered_no_more(town: Town) -> None:
    def told() -> list[str]:
        return [got.reply.text for got in town.got if "automatique" in got.reply.subject]

    def keeps_on() -> None:
        for n in range(20):
            town.play(f"> email {CAMILLE}: facture {n + 5000}")
        town.play("+ 2 hours")

    logged_in(town)
    keeps_on()
    keeps_on()
    (text,) = told()
    assert text.startswith(f"{CAMILLE} a reçu 10 réponses automatiques en dix minutes")
    town.play("+ 30 hours")
    logged_in(town)
    keeps_on()
    assert len(told()) == 2


def test_the_third_same_mail_is_not_answered(town: Town) -> None:
    logged_in(town)
    played = town.play("\n".join([f"> email {CAMILLE} (reply): le chat est sur la table"] * 4))
    assert played.count("(silence)") == 2


def test_fifty_strangers_an_hour(town: Town) -> None:
    for n in range(60):
        town.mail(f"x{n}@ailleurs.example", "bonjour", "")
    assert len(out(town)) == 50


def test_only_the_company_and_its_team_answer_a_client(town: Town) -> None:
    logged_in(town)
    town.play(f"> email {CAMILLE} (reply): HUMAIN\n> email {CAMILLE} (reply): rappelez-moi")
    message = next(got for got in town.got if got.reply.kind == "company")
    mark = Mark(message.outgoing, START + MARK_LIFE)

    def answers(who: str, n: int) -> list[str]:
        said = Said("email", who, "x", "ouvrez ce lien", town.now, company="atelier", mark=mark)
        town.take(replace(said, inbox=town.raw(n)))
        return [got.reply.text for got in out(town)]

    assert answers("personne@ailleurs.example", 901) == []
    assert answers("lea@atelier-exemple.example", 902) == [
        "Atelier Exemple vous répond\u00a0:\nouvrez ce lien"
    ]


def out(town: Town) -> list[Any]:
    before = len(town.got)
    town.out()
    return town.got[before:]


# --- one transaction


def test_a_handler_that_fails_leaves_nothing_and_can_be_taken_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged_in(town)

    def boom(turn: Any) -> Reply:
        turn.put(turn.company, "email", "x@y.example", Reply("half"))
        raise RuntimeError("broken")

    monkeypatch.setitem(registry.INTENTS, "balance", Intent("balance", boom, "", False, "", True))
    with pytest.raises(RuntimeError):
        town.mail(CAMILLE, "solde", "(reply)")
    assert out(town) == []
    monkeypatch.undo()
    assert town.last is not None
    town.desk.take(town.last)
    assert "914,56" in out(town)[0].reply.text


def test_an_event_is_heard_once(town: Town) -> None:
    heard = []
    registry.LISTENERS[str] = [lambda event, happening: heard.append(event)]
    try:
        town.desk.note("stripe", "evt_1", "paid")
        town.desk.note("stripe", "evt_1", "paid")
    finally:
        del registry.LISTENERS[str]
    assert heard == ["paid"]


# --- rights, options, scope


def test_a_contact_without_the_right_to_read_is_told(town: Town) -> None:
    with town.engine.begin() as db:
        db.execute(update(t.contacts).where(t.contacts.c.client_id == 2).values(can_read=False))
    assert "does not allow you to view" in town.play(f"> email {BOB}: balance\n> email {BOB} (reply): 482913")


def test_a_contact_who_left_is_out_at_once(town: Town) -> None:
    logged_in(town, BOB)
    with town.engine.begin() as db:
        db.execute(update(t.contacts).where(t.contacts.c.client_id == 2).values(ended_at=town.now))
    assert "1,234.56" not in town.play(f"> email {BOB} (reply): balance")


def test_without_the_portal_only_a_documents_link_opens(town: Town) -> None:
    with town.engine.begin() as db:
        db.execute(update(t.companies).values(options=["signature"]))
    assert "Ce lien est incomplet" in town.play("> telegram 42: /start atelier")
    assert "Ce lien est incomplet" in town.play(f"> email {CAMILLE}: solde")
    assert "un seul document" in town.play("> telegram 42: /start D-2026-0044")
    assert "4\u202f800,00" in town.play(f"> telegram 42: {CAMILLE}\n> telegram 42: 482913")


def test_a_documents_link_opens_nothing_to_another_client(town: Town) -> None:
    town.play(f"> telegram 43: /start D-2026-0044\n> telegram 43: {BOB}")
    assert "Ce lien est incomplet" in town.play("> telegram 43: 482913")
    assert rows(town, select(t.sessions)) == []


def test_a_choice_kept_from_another_file_finds_nothing(town: Town) -> None:
    """The buttons of one client, pressed in an access of another: rights are looked up at each press."""
    town.play(
        f"> telegram 42: /start atelier\n> telegram 42: {CAMILLE}\n> telegram 42: 482913\n> telegram 42: mes factures"
    )
    town.play(
        "> telegram 42: /start atelier\n> telegram 42: DÉCONNEXION\n+ 2 minutes\n> telegram 42: /start atelier"
    )
    town.play(f"> telegram 42: {BOB}")
    assert "Facture" not in town.play("> telegram 42 presses: F-2026-0098\n> telegram 42: 482914")


def test_an_access_past_its_time_is_closed_even_before_the_clock_comes_round(town: Town) -> None:
    town.play(f"> telegram 42: /start atelier\n> telegram 42: {CAMILLE}\n> telegram 42: 482913")
    town.now += timedelta(minutes=31)
    played = town.play("> telegram 42: solde")
    assert "Accès fermé après 30 minutes sans message." in played
    assert "914,56" not in played


def test_tu_reaches_every_text(town: Town) -> None:
    with town.engine.begin() as db:
        db.execute(update(t.companies).values(form_of_address="tu"))
    played = town.play(
        f"> telegram 42: /start atelier\n> telegram 42: {CAMILLE}\n> telegram 42: 482913\n> telegram 42: AIDE\n"
        "> telegram 42: factures\n> telegram 42: HUMAIN\n> telegram 42: bonjour\n+ 31 minutes"
    )
    client = "\n".join(got.reply.text for got in town.got if got.reply.kind != "company")
    assert "vous" not in client.replace("rendez-vous", "")
    assert played.count("toi") + played.count("tes ") > 3


# --- what it costs


def test_a_turn_takes_few_statements(town: Town) -> None:
    logged_in(town)
    mail = statements(town, f"> email {CAMILLE} (reply): solde")
    town.play(f"+ 1 minutes\n> telegram 42: /start atelier\n> telegram 42: {CAMILLE}\n> telegram 42: 482914")
    chat = statements(town, "> telegram 42: solde")
    assert len(chat) <= 12, chat
    assert len(mail) <= 17, mail  # two of them store the raw mail


def test_a_crowd_of_clients_does_not_slow_a_turn(town: Town) -> None:
    with town.engine.begin() as db:
        many = [
            {
                "company_id": 1,
                "ref": f"X{n}",
                "name": f"Client {n}",
                "name_norm": f"client {n}",
                "kind": "B2C",
                "settings": {},
            }
            for n in range(300)
        ]
        db.execute(insert(t.clients), many)
    logged_in(town)
    assert len(statements(town, f"> email {CAMILLE} (reply): solde")) <= 20
