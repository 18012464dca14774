"""Deposits on both databases: looked at without a trace, kept once a file, recorded once, put aside."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from storage_seed import NOW, TODAY, House, add_paper

from handlers.core.deposited import LIFE, Deposit, Pdf, Seen
from storage import deposit_address
from storage import tables as t
from storage.deposits import listed, over
from storage.imports.facturx import Reading
from storage.imports.invoice_xml import Invoice

INVOICE = Invoice(
    "facturx",
    "invoice",
    "F-9",
    TODAY,
    TODAY,
    "Anne",
    ("C-Anne",),
    None,
    ("111111111",),
    1000,
    200,
    1200,
    1200,
    "EUR",
)
PDF = Pdf("F-9.pdf", "a" * 64, 321, Reading(INVOICE, None))
WATCHED = (t.documents, t.document_versions, t.files, t.broadcasts, t.deposits, t.to_check)


def counts(house: House) -> list[int]:
    with house.engine.connect() as db:
        return [db.execute(select(func.count()).select_from(table)).scalar_one() for table in WATCHED]


def keep(house: House, pdf: Pdf = PDF, why: str = "") -> tuple[Seen, Deposit]:
    with house.open() as work:
        seen = work.deposits.look(house.atelier, pdf, NOW)
        return seen, work.deposits.keep(house.atelier, pdf, seen, why or seen.why, "lea@x.example", 7, NOW)


def test_a_look_says_what_would_be_and_leaves_nothing(house: House) -> None:
    before = counts(house)
    with house.open() as work:
        seen = work.deposits.look(house.atelier, PDF, NOW)
    assert (seen.why, seen.outcome, seen.client) == ("", "created", house.anne)
    assert seen.paper is not None
    assert (seen.paper.number, seen.paper.total_cents, seen.paper.file_sha256) == ("F-9", 1200, PDF.sha256)
    assert counts(house) == before


def test_what_is_kept_comes_back_as_it_was_read(house: House) -> None:
    _, kept = keep(house)
    with house.open() as work:
        assert work.deposits.by_id(house.atelier, kept.id) == kept
        again = work.deposits.by_file(house.atelier, PDF.sha256)
        assert work.deposits.by_id(house.other, kept.id) is None
    assert again is not None
    assert again.pdf.reading == PDF.reading
    assert (again.state, again.facts["client"], again.asked_at) == ("asked", house.anne.id, NOW)


def test_the_same_file_again_takes_the_place_of_the_former(house: House) -> None:
    _, first = keep(house, why="no_client")
    _, second = keep(house)
    assert (second.id, second.state, second.why, second.done_at) == (first.id, "asked", "", None)
    assert counts(house) == [0, 0, 1, 0, 1, 1]


def test_what_is_recorded_is_to_be_announced_and_waits_for_nobody(house: House) -> None:
    keep(house, why="no_client")
    _, kept = keep(house)
    with house.open() as work:
        seen = work.deposits.record(house.atelier, kept, NOW)
    assert counts(house) == [1, 1, 1, 1, 1, 1]
    with house.engine.connect() as db:
        assert db.execute(select(t.to_check.c.done_at)).scalar_one() == NOW
        assert db.execute(select(t.broadcasts.c.asked_by)).scalar_one() == "deposit"
        (row,) = listed(db, "atelier", ("announced",))
    assert seen.paper is not None
    assert (row["number"], row["client"], row["file"]) == ("F-9", "Anne", "F-9.pdf")


def test_what_can_no_longer_be_recorded_leaves_nothing(house: House) -> None:
    _, kept = keep(house)
    with house.engine.begin() as db:
        add_paper(db, house.bob, "F-9")
    before = counts(house)
    with house.open() as work:
        assert work.deposits.record(house.atelier, kept, NOW).why == "other_client"
    assert counts(house) == before


def test_two_who_say_yes_at_once_record_once(house: House) -> None:
    _, kept = keep(house)
    start = threading.Barrier(2)

    def yes() -> None:
        start.wait()
        with house.open() as work:
            found = work.deposits.by_id(house.atelier, kept.id)
            if found is not None and found.state == "asked":
                work.deposits.record(house.atelier, found, NOW)

    both = [threading.Thread(target=yes) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert counts(house) == [1, 1, 1, 1, 1, 0]


@pytest.mark.parametrize("early", [True, False])
def test_a_week_without_answer_is_over(house: House, early: bool) -> None:
    _, kept = keep(house)
    later = NOW + LIFE - timedelta(seconds=early)
    assert over(house.engine, later) == ([] if early else [(house.atelier.id, kept.id)])
    assert kept.over(later) is not early
    assert not replace(kept, state="aside").over(later)


def test_each_company_has_its_address_and_a_new_one_when_asked(house: House) -> None:
    known = deposit_address.all_of(house.engine, house.keys)
    assert sorted(known.values()) == ["atelier", "other"]
    former = deposit_address.of(house.engine, house.keys, "atelier")
    assert former in known
    new = deposit_address.renew(house.engine, house.keys, "atelier")
    assert new != former
    assert set(deposit_address.all_of(house.engine, house.keys)) == {*known, new} - {former}
    longest = deposit_address.local_part(house.keys, 2**31, "a" * 20, 9)
    assert len(longest) <= 64
