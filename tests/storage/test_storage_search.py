"""Words in a client's own rows: folded, in any order, with a slip forgiven; never a word of anybody else."""

from __future__ import annotations

from typing import Any

import pytest
from storage_seed import TODAY, House

from handlers.rules.paper import Client, Page, Paper, Wanted
from storage import search


@pytest.fixture
def filled(house: House) -> House:
    paper = house.paper
    paper(house.anne, "F-2026-0118", label="Réfection de la toiture – œuvre n° 3")
    paper(house.anne, "F-2026-0119", label="Étanchéité de la terrasse")
    paper(house.anne, "D-2026-0007", kind="quote", status="sent", label="Remplacement des gouttières")
    paper(house.anne, "D-2026-0008", kind="quote", status="draft", label="Piscine")
    paper(house.anne, "F-2026-0120", label="Доставка 東京 Straße")
    paper(house.bob, "F-2026-0121", label="Véranda")
    return house


def find(house: House, client: Client, words: str, **wanted: Any) -> Page[Paper]:
    with house.open() as work:
        return work.books.find(client, Wanted(words=words, **wanted), TODAY)


@pytest.mark.parametrize(
    ("words", "numbers", "used"),
    [
        ("TOITURE", ["F-2026-0118"], ""),
        ("toiture réfection", ["F-2026-0118"], ""),
        ("oeuvre", ["F-2026-0118"], ""),
        ("goutt", ["D-2026-0007"], ""),  # a piece of a word
        ("0118", ["F-2026-0118"], ""),
        ("f20260118", ["F-2026-0118"], ""),
        ("f-2026-0118", ["F-2026-0118"], ""),
        ("toitrue", ["F-2026-0118"], "toiture"),  # two letters swapped
        ("teiture", ["F-2026-0118"], "toiture"),  # another
        ("toitre", ["F-2026-0118"], "toiture"),  # one missing
        ("la toitture", ["F-2026-0118"], "la toiture"),  # one too many
        ("etancheitte", ["F-2026-0119"], "etancheite"),
        ("remplacemant des goutieres", ["D-2026-0007"], "remplacement des gouttieres"),
        ("taiturre", ["F-2026-0118"], "toiture"),  # two slips in a long word
        ("tuitrre", [], ""),  # two slips in a word of seven letters
        ("toiture terrasse", [], ""),  # both are known, in no document together
        ("toiture 0119", [], ""),
        ("toitrue 2027", [], ""),  # a number is never put right
        ("f20260117", [], ""),
        ("zoo", [], ""),
        ("piscine", [], ""),  # a draft
        ("picsine", [], ""),  # not by way of a correction either
        ("veranda", [], ""),  # Bob's
        ("vernada", [], ""),
        ("доставка", ["F-2026-0120"], ""),
        ("東京", ["F-2026-0120"], ""),
        ("strasse", ["F-2026-0120"], ""),
        ("straße", ["F-2026-0120"], ""),
    ],
)
def test_words(filled: House, words: str, numbers: list[str], used: str) -> None:
    page = find(filled, filled.anne, words)
    assert ([paper.number for paper in page.items], page.count, page.words) == (numbers, len(numbers), used)


def test_a_word_is_put_right_among_what_was_asked_for(filled: House) -> None:
    assert find(filled, filled.anne, "toitrue", kinds=("invoice",)).count == 1
    assert find(filled, filled.anne, "toitrue", kinds=("quote",)).count == 0
    assert find(filled, filled.anne, "toitrue", state="paid").words == ""
    assert find(filled, filled.anne, "toitrue", number_part="118").words == "toiture"
    assert find(filled, filled.carl, "toitrue").count == 0


def test_signs_that_a_pattern_reads_otherwise_are_no_words(filled: House) -> None:
    everything = find(filled, filled.anne, "").count
    for words in ("%", "_", "!", "%%", "'"):
        assert find(filled, filled.anne, words).count == everything
    assert find(filled, filled.anne, "100%").count == 0


def test_a_very_long_search_looks_at_its_first_words(filled: House) -> None:
    page = find(filled, filled.anne, "toiture " * 200 + " ".join("abcdefghi") * 200)
    assert page.count in (0, 1)
    assert len(search.split(" ".join(f"mot{nth}" for nth in range(50)))) == search.MOST_WORDS


def test_the_words_of_a_row() -> None:
    assert search.kept("Pose d'une clôture", ref="F-2026-0118") == "pose d une cloture f 2026 0118 f20260118"
    assert search.kept(ref="RG77", of="F-1") == "rg77 f 1 f1"
    assert search.kept(None, "Lyon") == "lyon"
    assert len(search.kept("é" * 60 + " ", "mot " * 1000)) <= 2000
