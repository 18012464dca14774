"""The sums of a list: what was cancelled is shown and counts nowhere."""

from __future__ import annotations

from storage_seed import TODAY, House

from handlers.rules.paper import Wanted


def test_a_cancelled_invoice_is_listed_and_counts_in_no_sum(house: House) -> None:
    house.paper(house.anne, "F-900", total_cents=10_000, label="Sablage")
    house.paper(house.anne, "F-901", total_cents=20_000, label="Sablage", status="cancelled")
    with house.open() as work:
        page = work.books.find(house.anne, Wanted(kinds=("invoice",), words="sablage"), TODAY)
    assert {paper.number for paper in page.items} == {"F-900", "F-901"}
    assert (page.count, page.sums[0].total_cents, page.sums[0].left_cents) == (2, 10_000, 10_000)
    with house.open() as work:
        page = work.books.find(house.anne, Wanted(state="cancelled"), TODAY)
    assert [paper.number for paper in page.items] == ["F-901"]
