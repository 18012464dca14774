"""What is kept of a "did you mean": by company, for a time, and not where a company does not want it."""

from __future__ import annotations

import pytest
from sqlalchemy import inspect
from storage_seed import DAY, NOW, House

from handlers.rules.paper import Company
from storage import admin, picks
from storage.purge import purge

OFFERED = ("balance", "statement")


def keep(house: House, company: Company, text: str, taken: str = "balance", days: int = 0) -> None:
    with house.open() as work:
        work.picks.keep(company, "fr", text, OFFERED, taken, NOW - days * DAY)


def texts(house: House, slug: str | None = None) -> list[str]:
    return [one.text for one in picks.listed(house.engine, slug)]


def test_what_is_kept_is_listed_oldest_first(house: House) -> None:
    keep(house, house.atelier, "la suite", "other")
    keep(house, house.atelier, "mes sous", days=1)
    slug = house.atelier.slug
    assert picks.listed(house.engine) == [
        picks.Pick(slug, NOW - DAY, "fr", "mes sous", OFFERED, "balance"),
        picks.Pick(slug, NOW, "fr", "la suite", OFFERED, "other"),
    ]


def test_a_company_lists_its_own(house: House) -> None:
    keep(house, house.atelier, "ici")
    keep(house, house.other, "ailleurs")
    assert texts(house) == ["ici", "ailleurs"]
    assert texts(house, house.other.slug) == ["ailleurs"]
    assert texts(house, "nobody") == []


def test_a_turn_that_fails_keeps_nothing(house: House) -> None:
    def turn() -> None:
        with house.open() as work:
            work.picks.keep(house.atelier, "fr", "mes sous", OFFERED, "balance", NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        turn()
    assert texts(house) == []


def test_no_row_tells_of_a_client(house: House) -> None:
    columns = {column["name"] for column in inspect(house.engine).get_columns("picks")}
    assert columns == {"id", "company_id", "at", "language", "text", "offered", "taken"}


@pytest.mark.parametrize(
    ("days", "left"), [(180, ["10 days", "today"]), (10, ["10 days", "today"]), (9, ["today"])]
)
def test_old_ones_are_forgotten(house: House, days: int, left: list[str]) -> None:
    keep(house, house.atelier, "181 days", days=181)
    keep(house, house.other, "10 days", days=10)
    keep(house, house.atelier, "today")
    assert purge(house.engine, NOW, days * DAY)["picks"] == 3 - len(left)
    assert texts(house) == left


def test_half_a_year_is_the_rule(house: House) -> None:
    keep(house, house.atelier, "181 days", days=181)
    keep(house, house.atelier, "180 days", days=180)
    purge(house.engine, NOW)
    assert texts(house) == ["180 days"]


def test_turned_off_what_was_kept_goes_of_this_company_alone(house: House) -> None:
    keep(house, house.atelier, "ici")
    keep(house, house.other, "ailleurs")
    assert admin.set_company(house.engine, house.atelier.slug, {"learning": True}, NOW) == []
    assert texts(house) == ["ici", "ailleurs"]
    assert admin.set_company(house.engine, house.atelier.slug, {"learning": False}, NOW) == ["learning"]
    assert texts(house) == ["ailleurs"]
    with house.open() as work:
        assert [work.companies.by_id(one.id).learning for one in (house.atelier, house.other)] == [
            False,
            True,
        ]
