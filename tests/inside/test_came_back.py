"""A chat that had blocked us lets us in again: asked once if messages are wanted there, where some went by e-mail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from handlers.core.turn import Reply
from storage import tables as t
from town import Town

CAMILLE = "camille@dupain.example"


@pytest.fixture
def blocked(town: Town) -> Town:
    """Linked, then blocked, with one announcement that went by e-mail alone."""
    town.play(f"> telegram 42: /start atelier\n> telegram 42: {CAMILLE}\n> telegram 42: 482913")
    town.now += timedelta(minutes=1)
    with town.open() as work:
        work.chats.block("telegram", "42", town.now)
        company = work.companies.by_slug("atelier")
        assert company is not None
        account = work.accounts.at(company, CAMILLE)
        assert account is not None
        (file,) = work.accounts.files(account)
        (reach,) = (one for one in work.notices.reaches(file.client, town.now) if one.account == account)
        work.notices.tell(
            reach,
            "email",
            CAMILLE,
            Reply("F-1", subject="F-1"),
            "a:1",
            "announce",
            "invoice",
            town.now,
            town.now,
        )
        work.notices.skip(reach, "telegram", "a:1", "announce", "invoice", "blocked", town.now)
    return town


def stopped(town: Town) -> set[tuple[str, str]]:
    o = t.optouts.c
    with town.engine.begin() as db:
        return {(row.kind, row.channel) for row in db.execute(select(o.kind, o.channel))}


def test_it_is_asked_once_after_the_answer(blocked: Town) -> None:
    blocked.desk.came_back("telegram", "42")
    said = blocked.play("> telegram 42: solde")
    assert said.index("Solde au") < said.index(
        "Bon retour. Entre-temps, nos messages sont partis par e-mail."
    )
    assert "[Oui] [Par e-mail seulement]" in said
    blocked.press("42", "Par e-mail seulement")
    assert stopped(blocked) == {(kind, "telegram") for kind in ("announce", "remind", "news")}
    assert "Bon retour" not in blocked.play("> telegram 42: solde")


def test_yes_brings_them_back(blocked: Town) -> None:
    blocked.desk.came_back("telegram", "42")
    blocked.play("> telegram 42: solde\n> telegram 42: oui")
    assert stopped(blocked) == set()
    assert "reviennent ici" in blocked.got[-1].reply.text


def test_where_nothing_went_by_e_mail_meanwhile_nothing_is_asked(town: Town) -> None:
    town.play(f"> telegram 42: /start atelier\n> telegram 42: {CAMILLE}\n> telegram 42: 482913")
    with town.open() as work:
        work.chats.block("telegram", "42", town.now)
    town.desk.came_back("telegram", "42")
    assert "Bon retour" not in town.play("> telegram 42: solde")


def test_not_before_the_code(blocked: Town) -> None:
    blocked.play("+ 2 hours")
    blocked.desk.came_back("telegram", "42")
    assert "Bon retour" not in blocked.play("> telegram 42: solde")
    assert "Bon retour" in blocked.play("> telegram 42: 482914")


def test_a_chat_that_never_blocked_us_is_asked_nothing(town: Town) -> None:
    town.play(f"> telegram 42: /start atelier\n> telegram 42: {CAMILLE}\n> telegram 42: 482913")
    town.desk.came_back("telegram", "42")
    town.desk.came_back("telegram", "99")
    assert "Bon retour" not in town.play("> telegram 42: solde")
