from datetime import date, timedelta
from typing import Any

import pytest
from storage_seed import NOW, TODAY, House, add

from handlers.rules.paper import Balance, Client, Wanted
from storage import tables as t
from storage.books import settle

LATE = date(2026, 11, 20)


def numbers(house: House, client: Client, **wanted: Any) -> list[str]:
    with house.open() as work:
        return [paper.number for paper in work.books.find(client, Wanted(**wanted), TODAY).items]


@pytest.fixture
def filled(house: House) -> House:
    """Anne's shelf: an invoice of each state, quotes, a credit note, a draft. Bob and Carl have numbers like hers."""
    paper = house.paper
    paper(house.anne, "F-2026-0101", issued_on=date(2026, 1, 5), total_cents=10000)
    late = paper(house.anne, "F-2026-0118", issued_on=date(2026, 10, 2), due_on=LATE)
    paid = paper(house.anne, "F-2026-0119", issued_on=date(2026, 10, 3), total_cents=5000)
    moving = paper(house.anne, "F-2026-0120", issued_on=date(2026, 10, 4), due_on=LATE, total_cents=7000)
    paper(house.anne, "F-2026-0121", status="cancelled", issued_on=date(2026, 10, 5))
    paper(house.anne, "F-2026-0122", status="draft", issued_on=date(2026, 10, 6))
    paper(
        house.anne, "D-2026-0007", kind="quote", status="sent", valid_until=TODAY, issued_on=date(2026, 11, 1)
    )
    paper(
        house.anne, "D-2026-0006", kind="quote", status="sent", valid_until=LATE, issued_on=date(2026, 11, 1)
    )
    paper(house.anne, "D-2026-0005", kind="quote", status="accepted", issued_on=date(2026, 9, 1))
    paper(house.anne, "D-2026-0004", kind="quote", status="refused", issued_on=date(2026, 9, 1))
    paper(house.anne, "D-2026-0003", kind="quote", status="draft", issued_on=date(2026, 9, 1))
    paper(house.anne, "A-2026-0002", kind="credit_note", invoice_id=late, total_cents=4200, issued_on=LATE)
    house.pay(house.anne, paid, 5000, received_on=date(2026, 10, 20))
    house.pay(house.anne, late, 20000)
    house.pay(house.anne, moving, 7000, state="in_progress")
    house.pay(house.anne, None, 1000)
    house.pay(house.anne, late, 30000, state="held")
    with house.engine.begin() as db:
        settle(db, [late])
    paper(house.bob, "F-2026-0199", due_on=LATE)
    paper(house.carl, "F-2026-0118", due_on=LATE, total_cents=1)
    return house


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"number": "F20260118"}, ["F-2026-0118"]),
        ({"number": "F20260199"}, []),  # Bob's
        ({"number": "F20260122"}, []),  # a draft
        ({"number_part": "0118"}, ["F-2026-0118"]),
        ({"number_part": "2026000"}, []),  # a piece of many
        ({"number_part": "D-7"}, ["D-2026-0007"]),
        ({"number_part": "%"}, []),
        ({"kinds": ("credit_note",)}, ["A-2026-0002"]),
        ({"kinds": ("quote",)}, ["D-2026-0007", "D-2026-0006", "D-2026-0005", "D-2026-0004"]),
        ({"state": "unpaid"}, ["F-2026-0120", "F-2026-0118", "F-2026-0101"]),
        ({"state": "overdue"}, ["F-2026-0118"]),
        ({"state": "paid"}, ["F-2026-0119"]),
        ({"state": "to_sign"}, ["D-2026-0007"]),
        ({"state": "expired"}, ["D-2026-0006"]),
        ({"state": "accepted"}, ["D-2026-0005"]),
        ({"state": "refused"}, ["D-2026-0004"]),
        ({"state": "pending", "kinds": ("quote",)}, ["D-2026-0007"]),
        ({"state": "paid", "kinds": ("quote",)}, []),
        ({"start": date(2026, 1, 1), "end": date(2026, 1, 5)}, ["F-2026-0101"]),
        ({"amount_cents": 64200, "kinds": ("invoice",)}, ["F-2026-0121", "F-2026-0118"]),
        ({"amount_cents": 40000}, ["F-2026-0118"]),  # what is left of 642,00
    ],
)
def test_what_is_found(filled: House, wanted: dict[str, Any], found: list[str]) -> None:
    got = numbers(filled, filled.anne, **wanted)
    assert sorted(got) == sorted(found)


def test_every_state_is_that_of_the_rule(filled: House) -> None:
    """What the search calls a state is what Paper.state says of each row."""
    says = {"overdue": {"late"}, "paid": {"paid"}, "to_sign": {"to_sign"}, "expired": {"expired"}}
    says |= {"accepted": {"accepted"}, "refused": {"refused"}}
    says |= {"unpaid": {"to_pay", "late", "part_paid", "in_progress"}}
    with filled.open() as work:
        everything = work.books.find(filled.anne, Wanted(), TODAY, limit=100).items
        assert len(everything) == 10
        for state, words in says.items():
            found = work.books.find(filled.anne, Wanted(state=state), TODAY, limit=100).items
            assert {p.number for p in found} == {p.number for p in everything if p.state(TODAY) in words}


def test_pages_are_newest_first_with_sums_of_all(house: House) -> None:
    for day in range(1, 13):
        house.paper(house.anne, f"F-{day}", issued_on=date(2026, 3, day), total_cents=100)
    with house.open() as work:
        pages = [work.books.find(house.anne, Wanted(), TODAY, offset) for offset in (0, 5, 10, 15)]
    assert [[p.number for p in page.items] for page in pages] == [
        ["F-12", "F-11", "F-10", "F-9", "F-8"],
        ["F-7", "F-6", "F-5", "F-4", "F-3"],
        ["F-2", "F-1"],
        [],
    ]
    assert {(page.count, page.sums[0].total_cents, page.sums[0].left_cents) for page in pages} == {
        (12, 1200, 1200)
    }


def test_digits_match_exactly_or_not_at_all(house: House) -> None:
    house.paper(house.anne, "F-2026-0118")
    house.paper(house.anne, "F-2026-1180")
    assert numbers(house, house.anne, number_part="118") == ["F-2026-0118"]
    assert numbers(house, house.anne, number_part="1180") == ["F-2026-1180"]
    for part in ("26", "18", "180", "8", "2026-11"):
        assert numbers(house, house.anne, number_part=part) == []


def test_a_document_comes_with_the_size_of_its_file(house: House) -> None:
    sha = "a" * 64
    with house.engine.begin() as db:
        for company, size in ((house.atelier, 321), (house.other, 9)):
            add(
                db,
                t.files,
                company_id=company.id,
                sha256=sha,
                size=size,
                media_type="application/pdf",
                stored_at=NOW,
            )
    id = house.paper(house.anne, "F-1", file_sha256=sha, file_name="F-1.pdf")
    with house.open() as work:
        paper = work.books.by_id(house.anne, id)
        assert paper is not None
        assert (paper.file_sha256, paper.file_name, paper.file_size) == (sha, "F-1.pdf", 321)


def test_by_id_shows_nothing_of_another_client_company_or_a_draft(filled: House) -> None:
    draft = filled.paper(filled.anne, "F-9", status="draft")
    mine = filled.paper(filled.anne, "F-10")
    with filled.open() as work:
        assert work.books.by_id(filled.anne, mine)
        assert work.books.by_id(filled.anne, draft) is None
        assert work.books.by_id(filled.bob, mine) is None
        assert work.books.by_id(filled.carl, mine) is None


@pytest.mark.parametrize(
    ("typed", "kinds", "found"),
    [
        ("F20260117", (), "F-2026-0118"),  # one digit off the newest of those near
        ("F2026018", (), "F-2026-0118"),  # one left out
        ("FAC0118", (), "F-2026-0118"),  # the same ending
        ("D20260118", ("invoice",), "F-2026-0118"),  # the wrong letter
        ("D20260118", ("quote",), None),
        ("F20260199", (), None),  # Bob's very number
        ("F2", (), None),  # one digit is no ending
        ("ZZZ", (), None),
    ],
)
def test_the_nearest_number_is_ones_own(
    house: House, typed: str, kinds: tuple[str, ...], found: str | None
) -> None:
    house.paper(house.anne, "F-2026-0118")
    house.paper(house.anne, "F-2026-0555", status="draft")
    house.paper(house.bob, "F-2026-0199")
    with house.open() as work:
        paper = work.books.nearest_number(house.anne, typed, kinds)
        assert (paper.number if paper else None) == found
        assert work.books.nearest_number(house.anne, "F20260556") is None  # a draft is not near either


def test_annexes_are_those_of_the_current_version(house: House) -> None:
    id = house.paper(house.anne, "D-1", kind="quote", status="sent", version=2)
    with house.engine.begin() as db:
        for version in (1, 2):
            row = {"company_id": house.atelier.id, "document_id": id, "version": version, "total_cents": 1}
            of = add(db, t.document_versions, **row, created_at=NOW)
            for position in (2, 1):
                name = f"plan-{version}-{position}.pdf"
                add(
                    db,
                    t.annexes,
                    company_id=house.atelier.id,
                    document_version_id=of,
                    position=position,
                    name=name,
                    file_sha256="b" * 64,
                )
    with house.open() as work:
        assert [a.name for a in work.books.annexes(house.anne, id)] == ["plan-2-1.pdf", "plan-2-2.pdf"]
        assert work.books.annexes(house.bob, id) == ()


def test_the_balance_counts_what_was_issued_credited_and_received(filled: House) -> None:
    with filled.open() as work:
        balance = work.books.balance(filled.anne, TODAY)
        assert balance.oldest_late is not None
        assert balance.oldest_late.number == "F-2026-0118"
        assert balance == Balance(
            invoiced_cents=10000 + 64200 + 5000 + 7000,
            credited_cents=4200,
            received_cents=5000 + 20000 + 1000,  # one of them names no invoice; what is held is not counted
            in_progress_cents=7000,
            waiting=3,
            late=1,  # the one being paid is no longer called late
            oldest_late=balance.oldest_late,
        )
        assert balance.balance_cents == 86200 - 4200 - 26000
        assert work.books.balance(filled.carl, TODAY).invoiced_cents == 1


def test_a_refund_and_another_currency(house: House) -> None:
    one = house.paper(house.anne, "F-1", total_cents=1000, currency="CHF")
    house.paper(house.anne, "F-2", total_cents=2000, currency="CHF")
    house.paper(house.anne, "F-3", total_cents=9999)
    house.pay(house.anne, one, 1000, currency="CHF")
    house.pay(house.anne, one, -400, currency="CHF")
    with house.open() as work:
        balance = work.books.balance(house.anne, TODAY)
        assert (balance.currency, balance.invoiced_cents, balance.received_cents) == ("CHF", 3000, 600)
        assert work.books.balance(house.bob, TODAY) == Balance()


def test_settle_sums_up_and_dates_what_is_wholly_paid(house: House) -> None:
    id = house.paper(house.anne, "F-1", total_cents=1000)
    last = TODAY - timedelta(days=3)
    house.pay(house.anne, id, 700, received_on=TODAY - timedelta(days=9))
    with house.open() as work:
        paper = work.books.by_id(house.anne, id)
        assert paper is not None
        assert (paper.paid_cents, paper.paid_on, paper.left_cents) == (700, None, 300)
    house.pay(house.anne, id, 300, received_on=last)
    with house.open() as work:
        paper = work.books.by_id(house.anne, id)
        assert paper is not None
        assert (paper.paid_cents, paper.paid_on, paper.state(TODAY)) == (1000, last, "paid")
    house.pay(house.anne, id, -300, method="card")
    with house.open() as work:
        paper = work.books.by_id(house.anne, id)
        assert paper is not None
        assert (paper.paid_cents, paper.paid_on) == (700, None)


def test_an_interaction_is_recorded_on_the_clients_card(house: House) -> None:
    with house.open() as work:
        work.interactions.record(house.anne, "note", "devis accepté", NOW, "email")
    with house.engine.connect() as db:
        row = db.execute(t.interactions.select()).one()
        assert (row.client_id, row.type, row.text, row.source, row.ref) == (
            house.anne.id,
            "note",
            "devis accepté",
            "portal",
            None,
        )
