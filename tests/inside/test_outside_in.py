"""What was found by playing against the whole service, and belongs to the core."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from handlers.core.happening import Manners
from handlers.core.turn import File, Said
from storage import tables as t
from town import Town

CAMILLE, BOB = "camille@dupain.example", "bob@harbour.example"
PDF = File("bon.pdf", "ab" * 32, 1234)
PHOTO = File("mur.jpg", "cd" * 32, 1234)


def locked(town: Town, address: str, chat: str) -> None:
    wrong = "".join(f"\n> telegram {chat}: {code}" for code in ("111111", "222222", "333333"))
    assert "suspendu jusqu'au" in town.play(
        f"> telegram {chat}: /start atelier\n> telegram {chat}: {address}{wrong}"
    )


@pytest.mark.parametrize("second", [BOB, "nobody@nowhere.example"])
def test_the_tries_of_one_address_say_nothing_of_another(town: Town, second: str) -> None:
    """Who walked to the end with a suspended address begins anew with the next one, suspended or not."""
    locked(town, CAMILLE, "1")
    locked(town, second, "2")
    town.play("+ 2 hours")
    locked(town, CAMILLE, "42")
    other = town.play(f"> telegram 42: {second}\n> telegram 42: 111111")
    assert "un code à 6 chiffres vient d'y être envoyé" in other
    assert "Il vous reste 2 essais" in other


@pytest.mark.parametrize(
    ("subject", "ours"), [("482913", ""), ("Re: 482 913", ""), ("Commande 12", "Commande 12")]
)
def test_a_code_typed_in_a_subject_is_not_repeated_in_ours(town: Town, subject: str, ours: str) -> None:
    town.play(f"> email {CAMILLE}: solde")
    town.mail(CAMILLE, "voir l'objet", "(reply)")
    assert town.last is not None
    town.take(
        replace(town.last, inbox=town.raw(next(town.ids)), subject=subject, text="et la facture de mars ?")
    )
    with town.engine.begin() as db:
        last = db.execute(select(t.outbox.c.thread).order_by(t.outbox.c.id.desc()).limit(1)).scalar_one()
    assert last["subject"] == ours


@pytest.mark.parametrize(("days", "opens"), [(6, True), (8, False)])
def test_a_message_id_opens_for_seven_days(tmp_path: Any, days: int, opens: bool) -> None:
    """Its mark carries no expiry: the age of the mail it names decides."""
    town = Town(f"sqlite:///{tmp_path}/town.db", manners=Manners(idle_email=timedelta(days=30)))
    town.play(f"> email {CAMILLE}: bonjour\n> email {CAMILLE} (reply): 482913\n+ {days} days")
    answer = town.play(f"> email {CAMILLE} (reply): solde")
    assert ("Solde au" in answer) is opens
    town.close()


# --- files without words


def said_with_file(town: Town, channel: str, who: str, text: str = "", file: File = PDF) -> str:
    if channel == "email":
        town.mail(who, text, "(reply)")
        assert town.last is not None
        town.take(replace(town.last, inbox=town.raw(next(town.ids)), text=text, files=(file,)))
    else:
        id = str(next(town.ids))
        town.take(Said("telegram", who, id, text, town.now, conversation=who, message_id=id, files=(file,)))
    return "\n".join(town.out())


def in_chat(town: Town) -> None:
    town.play(f"> telegram 42: /start atelier\n> telegram 42: {CAMILLE}\n> telegram 42: 482913")


def test_a_file_without_words_is_answered(town: Town) -> None:
    in_chat(town)
    assert "Écrivez votre demande en quelques mots" in said_with_file(town, "telegram", "42", file=PHOTO)


def test_a_file_in_an_empty_mail_is_answered(town: Town) -> None:
    town.play(f"> email {BOB}: hello\n> email {BOB} (reply): 482913")
    town.mail(BOB, "", "(reply)")
    town.out()
    assert "without" in said_with_file(town, "email", BOB, file=PHOTO)


@pytest.mark.parametrize("text", ["", "voici le bon de commande"])
def test_a_file_goes_to_the_person_who_is_spoken_with(town: Town, text: str) -> None:
    in_chat(town)
    town.play("> telegram 42: HUMAIN\n> telegram 42: un instant")
    to_company = said_with_file(town, "telegram", "42", text)
    assert "< email contact@atelier-exemple.example" in to_company
    assert "+ bon.pdf" in to_company
    assert (text or "bon.pdf") in to_company


# --- by e-mail, from an address that nobody knows


def test_an_unknown_address_is_answered_a_few_times_a_day(town: Town) -> None:
    """The notice, then the words on three codes; a machine that answers us is left alone."""
    who = "robot@nowhere.example"
    assert "un code à 6 chiffres vient d'y être envoyé" in town.play(f"> email {who}: bonjour")
    for text in ("combien je dois", "merci", "482913 ou 482914"):
        assert "(silence)" in town.play(f"> email {who} (reply): {text}"), text
    town.play("+ 6 minutes")
    assert "plus valable" in town.play(f"> email {who} (reply): 111111")
    town.play(f"> email {who} (reply): CODE")
    tried = "".join(town.play(f"> email {who} (reply): {n}{n}{n}{n}{n}{n}") for n in range(2, 9))
    assert ("2 essais" in tried, "1 essai." in tried, tried.count("(silence)")) == (True, True, 5)
