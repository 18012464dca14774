"""What stays of a "did you mean" and its choice: one masked row, of a client whose access is open, and of nobody."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import update

from handlers.core.masking import masked
from handlers.core.picks import MOST
from storage import picks
from storage import tables as t
from town import START, Town

CAMILLE, LEA = "camille@dupain.example", "lea@atelier-exemple.example"
UNSURE = {"balance": 0.3, "list_invoices": 0.2, "statement": 0.15}
OFFERED = ("balance", "list_invoices", "statement")
WORDS = "zut alors ce machin de Sandrine, 06 12 34 56 78"
LEFT = "zut alors ce machin de xname xphone"
OPEN = {
    "telegram": f"> telegram 42: /start atelier\n> telegram 42: {CAMILLE}\n> telegram 42: 482913",
    "email": f"> email {CAMILLE}: solde\n> email {CAMILLE} (reply): 482913",
}
SAY = {"telegram": "> telegram 42: ", "email": f"> email {CAMILLE} (reply): "}
CHANNELS = pytest.mark.parametrize("channel", ["telegram", "email"])


def unclear(town: Town, channel: str = "telegram", text: str = WORDS) -> None:
    """A "did you mean" stands in a conversation that was just opened."""
    town.play(OPEN[channel])
    town.desk.ear = lambda clause: [*UNSURE.items(), ("thanks", 0.1)]
    assert "[Voir le solde] [Voir les factures]" in town.play(SAY[channel] + text)


def kept(town: Town) -> list[tuple[str, str, str]]:
    assert all(one.offered == OFFERED and one.company == "atelier" for one in picks.listed(town.engine))
    return [(one.language, one.text, one.taken) for one in picks.listed(town.engine)]


@CHANNELS
@pytest.mark.parametrize(
    ("said", "taken"),
    [("1", "balance"), ("Voir les factures", "list_invoices"), ("3", "statement"), ("Autre chose", "other")],
)
def test_the_choice_is_kept_with_the_masked_text(town: Town, channel: str, said: str, taken: str) -> None:
    unclear(town, channel)
    assert kept(town) == []
    town.play(SAY[channel] + said)
    assert kept(town) == [("fr", LEFT, taken)]
    assert picks.listed(town.engine)[0].at == START


def test_a_pressed_button_counts_once(town: Town) -> None:
    unclear(town)
    town.play("> telegram 42 presses: Voir le solde\n> telegram 42 presses again: Voir le solde")
    assert kept(town) == [("fr", LEFT, "balance")]


def test_what_is_said_instead_of_a_choice_is_not_kept(town: Town) -> None:
    unclear(town)
    town.play("> telegram 42: devis\n> telegram 42: D-2026-0044")
    assert kept(town) == []


def test_names_on_file_are_hidden(town: Town) -> None:
    unclear(town, text="machin pour dupain et atelier exemple, camille")
    town.play("> telegram 42: 1")
    ((_, text, _),) = kept(town)
    assert "dupain" not in text
    assert "camille" not in text


def test_a_long_text_is_cut(town: Town) -> None:
    unclear(town, text="machin " * 60)
    town.play("> telegram 42: 1")
    ((_, text, _),) = kept(town)
    assert 190 < len(text) <= MOST


def test_what_was_asked_before_the_code_is_kept_after_it(town: Town) -> None:
    town.desk.ear = lambda clause: [*UNSURE.items(), ("thanks", 0.1)]
    town.play(f"> email {CAMILLE}: {WORDS}")
    assert kept(town) == []
    town.play(f"> email {CAMILLE} (reply): 482913\n> email {CAMILLE} (reply): 1")
    assert kept(town) == [("fr", LEFT, "balance")]


def test_nothing_where_the_company_turned_it_off(town: Town) -> None:
    turn(town, on=False)
    unclear(town)
    assert "914,56" in town.play("> telegram 42: 1")
    assert kept(town) == []


def test_nothing_where_it_was_turned_off_meanwhile(town: Town) -> None:
    unclear(town)
    turn(town, on=False)
    town.play("> telegram 42: 1")
    assert kept(town) == []


def turn(town: Town, *, on: bool) -> None:
    with town.engine.begin() as db:
        db.execute(update(t.companies).values(learning=on))


def test_nothing_of_the_team(town: Town) -> None:
    town.play(
        f"> telegram 7: /start atelier\n> telegram 7: {LEA}\n> telegram 7: 482913\n> telegram 7: dupain"
    )
    town.desk.ear = lambda clause: [*UNSURE.items(), ("thanks", 0.1)]
    town.play("> telegram 7: zut alors ce machin\n> telegram 7: 1")
    assert kept(town) == []


@given(
    some.lists(
        some.sampled_from(
            ["facture", " ", "\n", "@", "a@b.fr", "FR76", "3000", "6", "12/05", "1 250,50 €", ".", "Zoé"]
        )
    )
)
def test_no_number_and_no_address_passes(parts: list[str]) -> None:
    left = masked("".join(parts))
    assert not re.search(r"\d", left)
    assert "@" not in left


@given(some.text(alphabet=some.characters(codec="utf-8"), max_size=300))
def test_nor_of_any_text(text: str) -> None:
    left = masked(text)
    assert "@" not in left
    assert left.isprintable()
    assert not any(run in left for run in re.findall(r"\d{3,}", text))
