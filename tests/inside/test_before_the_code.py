"""Before the code, in a chat: STOP is taken at once where a code has linked it, BILAN waits for the code."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from storage import tables as t
from town import Town

CAMILLE, LEA = "camille@dupain.example", "lea@atelier-exemple.example"
CLOSED = f"> telegram 42: /start atelier\n> telegram 42: {CAMILLE}\n> telegram 42: 482913\n> telegram 42: DÉCONNEXION"
STOPPED = select(t.optouts.c.kind, t.optouts.c.channel)


def stopped(town: Town) -> set[tuple[str, str]]:
    with town.engine.begin() as db:
        return {(row.kind, row.channel) for row in db.execute(STOPPED)}


@pytest.mark.parametrize(
    ("said", "kinds"), [("STOP", {"announce", "news", "remind"}), ("STOP rappels", {"remind"})]
)
def test_stop_in_a_linked_chat_takes_no_code(town: Town, said: str, kinds: set[str]) -> None:
    town.play(CLOSED)
    answer = town.play(f"> telegram 42: {said}")
    assert "C'est fait" in answer
    assert "code" not in answer
    assert stopped(town) == {(kind, "telegram") for kind in kinds}
    assert "C'est fait" in town.play("> telegram 42: REPRENDRE")
    assert stopped(town) == set()


def test_stop_in_a_chat_that_no_code_has_linked_changes_nothing(town: Town) -> None:
    town.play(f"{CLOSED}\n> telegram 7: /start atelier\n> telegram 7: {CAMILLE}\n> telegram 7: STOP")
    assert stopped(town) == set()


def test_what_happened_asked_before_the_code_is_answered_after_it(town: Town) -> None:
    town.play(f"> telegram 7: /start atelier\n> telegram 7: BILAN\n> telegram 7: {LEA}")
    assert "depuis le 17 novembre 2026" in town.play("> telegram 7: 482913")
