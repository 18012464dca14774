"""Paying in the conversation, and the news of it: the promises behind the transcripts (mission S27, S52 to S59, N1)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select, update

from handlers.core.turn import Link, Reply
from storage import tables as t
from town import Town
from town_pay import MARC, NORA

IN = f"> telegram 70: /start atelier\n> telegram 70: {NORA}\n> telegram 70: 482913\n"
BY_MAIL = f"> email {NORA}: bonjour\n> email {NORA} (reply): 482914\n"
NBSP = "\u00a0"


def last(town: Town, to: str = "70") -> Reply:
    return next(got.reply for got in reversed(town.got) if got.to == to)


def told(town: Town, to: str, played: str) -> list[str]:
    """The texts that one address gets while this is played."""
    before = len(town.got)
    town.play(played)
    return [got.reply.text for got in town.got[before:] if got.to == to]


def rows(town: Town, table: Any) -> list[Any]:
    with town.engine.begin() as db:
        return list(db.execute(select(table).order_by(table.c.id)).all())


def requests(town: Town) -> list[Any]:
    return rows(town, t.payment_requests)


# --- asking


def test_a_proposal_is_data_for_the_way_out(town: Town) -> None:
    """The link is made when the answer leaves; what is said where that fails goes with it."""
    town.play(IN + "> telegram 70: PAYER F-2026-0701")
    reply = last(town)
    assert reply.kind == "pay"
    assert reply.links == (Link(f"Payer 234,56{NBSP}€", f"pay:{requests(town)[0].id}"),)
    assert "VIREMENT" not in reply.notes["down"]
    assert "Rien n'a été débité" in reply.notes["down"]
    town.play("! bank details are recorded\n> telegram 70: PAYER F-2026-0701")
    assert "VIREMENT" in last(town).notes["down"]
    town.play(f"+ 2 minutes\n{BY_MAIL}> email {NORA} (reply): PAYER F-2026-0701")
    assert "Pour payer : {lien}".replace(" :", f"{NBSP}:") in last(town, NORA).text


def test_one_request_whoever_asks_and_wherever(town: Town) -> None:
    town.play(IN + "> telegram 70: PAYER F-2026-0701")
    town.play(f"+ 2 minutes\n{BY_MAIL}> email {NORA} (reply): PAYER F-2026-0701")
    assert len(requests(town)) == 1
    assert last(town).links[0].to == last(town, NORA).links[0].to


def test_everything_is_one_request_the_oldest_due_first(town: Town) -> None:
    town.play(IN + "> telegram 70: PAYER F-2026-0702\n> telegram 70: PAYER TOUT")
    first, second = requests(town)
    assert (first.state, second.state, second.amount_cents) == ("expired", "open", 73456)
    lines = [one for one in rows(town, t.payment_request_lines) if one.payment_request_id == second.id]
    assert [one.amount_cents for one in lines] == [23456, 50000]


@pytest.mark.parametrize(
    "said",
    [
        *("est-ce que je dois payer ?", "dois-je payer la facture F-2026-0701 ?", "ai-je déjà payé ?"),
        *("je ne veux pas payer", "je refuse de payer la facture F-2026-0701", "pas question de payer"),
        *("je paierai si vous finissez les travaux", "je paie vendredi", "j'ai déjà payé F-2026-0701"),
        *("je voudrais payer mais pas maintenant", "et si je ne paie pas ?", "pourquoi payer F-2026-0701 ?"),
        *("do I have to pay invoice F-2026-0701?", "I will not pay", "I'd pay if the price came down"),
        *("why should I pay F-2026-0701?", "I already paid", "should we pay everything?"),
    ],
)
def test_a_question_a_condition_or_a_no_asks_for_no_payment(town: Town, said: str) -> None:
    town.play(IN + f"> telegram 70: {said}")
    assert not requests(town)
    assert not last(town).links


def test_what_is_asked_of_free_words_is_paid_after_a_yes_alone(town: Town) -> None:
    town.play(IN + "> telegram 70: j'aimerais régler ce soir la facture F-2026-0701, avec ma carte")
    assert not requests(town)
    town.play("> telegram 70: non")
    assert not requests(town)
    town.play(
        "> telegram 70: j'aimerais régler ce soir la facture F-2026-0701, avec ma carte\n> telegram 70: oui"
    )
    assert [one.amount_cents for one in requests(town)] == [23456]


def test_a_forged_press_finds_nothing_of_anybody_else(town: Town) -> None:
    """The ids of choices that stay good name documents: they are looked up in the client's own file."""
    town.play(IN)
    with town.engine.begin() as db:
        d = t.documents.c
        others = db.execute(select(d.id).where(d.number.in_(("F-2026-0711", "F-2026-0712")))).scalars().all()
    for id in (
        f"menu-pay.{others[0]}",
        f"menu-pay.{others[0]}.{others[1]}",
        f"menu-pay.transfer.{others[0]}",
    ):
        told_before = len(town.got)
        press = town.message("70", "")
        town.take(type(press)(**{**vars(press), "pressed": id}))
        town.out()
        said = json.dumps([got.reply.as_json() for got in town.got[told_before:]], default=str)
        assert "0711" not in said
        assert "0712" not in said
        assert not requests(town)


# --- the news


def test_news_is_told_once_whatever_comes_again(town: Town) -> None:
    town.play(IN + "> telegram 70: PAYER F-2026-0701")
    news = "! the payment comes\n" + "! the provider says it again\n" * 3
    assert len(told(town, "70", news)) == 1
    assert len([got for got in town.got if got.to == NORA and "Paiement reçu" in got.reply.text]) == 1
    noted = [one.text for one in rows(town, t.interactions) if "Paiement en ligne reçu" in one.text]
    assert noted == [f"Paiement en ligne reçu{NBSP}: 234,56{NBSP}€ (F-2026-0701)."]


def test_the_choices_of_news_stay_good(town: Town) -> None:
    """Under a message that no turn wrote, after the access has closed: the code first, then what was asked."""
    town.play(IN + "> telegram 70: PAYER F-2026-0701\n! the payment fails\n+ 40 minutes")
    town.play(f"> telegram 70 presses: Payer 234,56{NBSP}€")
    assert "code" in last(town).text
    assert len(requests(town)) == 1
    town.play("> telegram 70: 482914")
    assert last(town).links
    assert len(requests(town)) == 2


def test_news_goes_to_who_asked_and_else_to_those_who_are_told(town: Town) -> None:
    town.play(IN + "> telegram 70: PAYER F-2026-0701")
    assert not told(town, MARC, "! the direct debit is in progress")
    with town.engine.begin() as db:
        of = select(t.accounts.c.id).where(t.accounts.c.address == NORA)
        db.execute(update(t.contacts).where(t.contacts.c.account_id.in_(of)).values(ended_at=town.now))
    before = len(town.got)
    assert len(told(town, MARC, "! the payment comes")) == 1
    assert not [got for got in town.got[before:] if got.to in (NORA, "70")]


def test_it_is_told_in_the_chat_where_it_was_asked(town: Town) -> None:
    town.play(
        IN + f"+ 2 minutes\n> telegram 71: /start atelier\n> telegram 71: {NORA}\n> telegram 71: 482914"
    )
    town.play("> telegram 71: PAYER F-2026-0701")
    assert not told(town, "70", "! the payment is in progress")
    assert "en cours de traitement" in last(town, "71").text


def test_asked_by_mail_it_is_told_in_every_linked_chat(town: Town) -> None:
    town.play(IN + f"+ 2 minutes\n{BY_MAIL}> email {NORA} (reply): PAYER F-2026-0701")
    assert len(told(town, "70", "! the payment comes")) == 1


def test_a_chat_that_somebody_else_opened_since_hears_nothing(town: Town) -> None:
    """Linked to both, it now shows the file as the other contact may see it."""
    town.play(IN + "> telegram 70: PAYER F-2026-0701\n> telegram 70: DÉCONNEXION\n+ 2 minutes")
    town.play(f"> telegram 70: {MARC}\n> telegram 70: 482914")
    assert "c'est le bon code" in last(town).text
    assert not told(town, "70", "! the payment comes")
    assert "Paiement reçu" in last(town, NORA).text


def test_a_page_that_was_left_is_told_to_nobody(town: Town) -> None:
    town.play(IN + "> telegram 70: PAYER F-2026-0701")
    before = len(town.got)
    town.play("! the page to pay is left")
    assert len(town.got) == before
    assert [one.state for one in requests(town)] == ["expired"]


# --- what is not paid online


def _is(town: Town, number: str, **values: Any) -> None:
    with town.engine.begin() as db:
        db.execute(update(t.documents).where(t.documents.c.number == number).values(**values))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"total_cents": 49}, "0,49 € à régler. Le paiement en ligne va de 0,50 € à 999 999,99 €."),
        ({"total_cents": 100_000_000}, "1 000 000,00 € à régler. Le paiement en ligne va de"),
        ({"currency": "GBP", "total_cents": 29}, "0,29 £GB à régler. Le paiement en ligne va de 0,30 £GB"),
        ({"currency": "JPY"}, "Le paiement en ligne ne prend pas cette monnaie."),
        ({"currency": "TND"}, "Le paiement en ligne ne prend pas cette monnaie."),
    ],
)
def test_what_the_provider_does_not_take_is_said_in_words(
    town: Town, values: dict[str, Any], said: str
) -> None:
    _is(town, "F-2026-0701", **values)
    town.play(IN + "> telegram 70: PAYER F-2026-0701")
    text = " ".join(last(town).text.split())
    assert text.startswith("Facture F-2026-0701 : ")
    assert said in text
    assert text.endswith(
        "Pour régler autrement, contactez Atelier Exemple : 01 02 03 04 05 ou contact@atelier-exemple.example."
    )
    assert last(town).links == ()
    assert requests(town) == []
    town.play("! bank details are recorded\n> telegram 70: PAYER F-2026-0701")
    assert "autrement" not in last(town).text
    assert [one.label for one in last(town).choices] == ["Payer par virement"]


def test_a_company_without_a_key_is_paid_by_transfer(town: Town) -> None:
    with town.engine.begin() as db:
        db.execute(update(t.companies).values(stripe_key=None))
    town.play(IN + "> telegram 70: PAYER F-2026-0701")
    assert "Atelier Exemple ne propose pas le paiement en ligne ici." in last(town).text
    town.play("! bank details are recorded\n> telegram 70: PAYER TOUT")
    assert [one.label for one in last(town).choices] == ["Payer par virement"]
    assert requests(town) == []
    town.play("> telegram 70: VIREMENT")
    assert "IBAN" in last(town).text
