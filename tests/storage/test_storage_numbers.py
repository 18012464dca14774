"""Document numbers as people type them, in nine numbering styles, against a client's own rows."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from storage_seed import TODAY, House

from handlers.core.ports import Work
from handlers.rules.number import ways
from handlers.rules.paper import Client, Kind
from handlers.rules.reference import number_in
from handlers.rules.text import fold

STYLES: dict[str, Kind] = {
    **dict.fromkeys(
        ("F2026-0012", "FA-2026/118", "2026/044", "FAC00045", "INV-119", "F-26-03-013"), "invoice"
    ),
    **dict.fromkeys(("D-00046", "DEV 47", "DE2026-0015"), "quote"),
}
SENTENCES = ("{}", "la facture {}", "je voudrais payer {} svp", "devis n° {}", "send me invoice {} please")


def found(work: Work, client: Client, text: str) -> set[str]:
    number = number_in(fold(text))
    for wanted in ways(number) if number else ():
        page = work.books.find(client, wanted, TODAY)
        if page.count:
            return {paper.number for paper in page.items}
    return set()


def writings(number: str) -> Iterator[str]:
    pieces = re.findall("[A-Za-z]+|[0-9]+", number)
    yield from (
        number,
        number.lower(),
        re.sub("[-/]", " ", number).lower(),
        re.sub("[-/ ]", "", number).lower(),
    )
    yield from ("_".join(pieces), "/".join(pieces))


def last(number: str) -> str:
    return re.findall("[0-9]+", number)[-1].lstrip("0")


@pytest.fixture
def filled(house: House) -> House:
    for number, kind in STYLES.items():
        house.paper(house.anne, number, kind=kind, status="sent" if kind == "quote" else "issued")
    house.paper(house.bob, "F2026-0099")
    return house


def test_a_whole_number_is_found_however_it_is_written(filled: House) -> None:
    with filled.open() as work:
        for number in STYLES:
            for written in writings(number):
                for sentence in SENTENCES:
                    text = sentence.format(written)
                    assert found(work, filled.anne, text) == {number}, text


def test_so_is_one_with_letters_for_digits(filled: House) -> None:
    with filled.open() as work:
        for number in STYLES:
            for typed in (number.replace("0", "O"), number.replace("0", "o"), number.replace("1", "l")):
                if typed != number:
                    assert found(work, filled.anne, f"la facture {typed}") == {number}, typed


def test_the_last_group_is_enough(filled: House) -> None:
    with filled.open() as work:
        for number in STYLES:
            for sentence in ("la facture {}", "devis n° {}", "payer la {}", "invoice {} please"):
                text = sentence.format(last(number))
                assert found(work, filled.anne, text) == {number}, text


def test_one_digit_off_is_never_another_document(filled: House) -> None:
    with filled.open() as work:
        for number in STYLES:
            off = number[:-1] + str((int(number[-1]) + 5) % 10)
            for written in (*writings(off), last(off)):
                for sentence in SENTENCES[1:]:
                    text = sentence.format(written)
                    assert not found(work, filled.anne, text), text


def test_somebody_elses_number_is_not_found(filled: House) -> None:
    with filled.open() as work:
        for written in (*writings("F2026-0099"), "99"):
            assert not found(work, filled.anne, f"la facture {written}")


def test_the_same_digits_twice_are_both_shown(filled: House) -> None:
    filled.paper(filled.anne, "D-2026-118", kind="quote", status="sent")
    with filled.open() as work:
        assert found(work, filled.anne, "le numéro 118") == {"D-2026-118", "FA-2026/118"}
        assert found(work, filled.anne, "fac 118") == {"FA-2026/118"}


@pytest.mark.parametrize(
    "text",
    [
        *(
            "payer 1 234,56 €",
            "rdv à 14h30 le 5 mars",
            "je veux 3 copies",
            "le 12/05/2026",
            "combien je dois",
        ),
        *(
            "mes factures de 2025",
            "2026",
            "en 2026",
            "06 12 34 56 78",
            "SIRET 123 456 789 00012",
            "le 12",
            "N-1",
        ),
        *("les 118 dernières factures", "payer en 12 fois", "mars 2026", "T1 2026", "f-12@exemple.fr", "v2"),
    ],
)
def test_what_is_no_number(text: str) -> None:
    assert number_in(fold(text)) is None
