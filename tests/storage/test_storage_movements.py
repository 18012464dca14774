"""The account as a list: what counts, how it is filtered, and that it agrees with the balance."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from storage_seed import NOW, TODAY, House, add, add_paper

from handlers.rules.card import Movement, Moves
from handlers.rules.paper import Client, Page
from storage import tables as t
from storage.books import settle

DAY = timedelta(days=1)


@pytest.fixture
def filled(house: House) -> House:
    """Anne owes for two invoices, one partly paid and credited; Bob and Carl have the same numbers and days."""
    paper = house.paper
    first = paper(
        house.anne, "F-1", issued_on=date(2026, 9, 1), total_cents=10000, label="Pose d'une clôture"
    )
    paper(house.anne, "F-2", issued_on=date(2026, 10, 1), total_cents=5000, label="Entretien")
    paper(
        house.anne,
        "A-1",
        kind="credit_note",
        issued_on=date(2026, 10, 5),
        total_cents=1000,
        invoice_id=first,
    )
    paper(house.anne, "F-3", status="cancelled", total_cents=99)
    paper(house.anne, "F-4", status="draft", total_cents=99)
    paper(house.anne, "D-1", kind="quote", status="accepted", total_cents=99)
    house.pay(house.anne, first, 4000, ref="RG-77", received_on=date(2026, 10, 5), method="cheque")
    house.pay(house.anne, first, -500, ref="RG-78", received_on=date(2026, 11, 1))
    house.pay(house.anne, None, 300, ref="RG-79", received_on=date(2026, 11, 2))
    house.pay(house.anne, first, 99, ref="RG-80", state="in_progress")
    house.pay(house.anne, first, 98, ref="RG-81", state="held")
    for client in (house.bob, house.carl):
        paper(client, f"F-1-{client.name}", issued_on=date(2026, 9, 1), total_cents=7)
        house.pay(client, None, 7, ref=f"RG-{client.name}", received_on=date(2026, 10, 5))
    with house.engine.begin() as db:
        settle(db, [first])
    return house


def total(page: Page[Movement]) -> int:
    """In the one currency of these worlds."""
    return sum(one.total_cents for one in page.sums)


def found(house: House, client: Client, **moves: Any) -> list[str]:
    with house.open() as work:
        page = work.books.movements(client, Moves(**moves), TODAY, limit=50)
    assert page.count == len(page.items)
    assert total(page) == sum(one.amount_cents for one in page.items)
    return [one.reference for one in page.items]


@pytest.mark.parametrize(
    ("moves", "references"),
    [
        ({}, ["RG-79", "RG-78", "RG-77", "A-1", "F-2", "F-1"]),  # of one day, the money after the papers
        ({"only": "payments"}, ["RG-79", "RG-78", "RG-77"]),
        ({"only": "invoices"}, ["F-2", "F-1"]),
        ({"only": "waiting"}, ["F-2", "F-1"]),
        ({"start": date(2026, 10, 5)}, ["RG-79", "RG-78", "RG-77", "A-1"]),
        ({"end": date(2026, 10, 4)}, ["F-2", "F-1"]),
        ({"start": date(2026, 10, 1), "end": date(2026, 10, 1)}, ["F-2"]),
        ({"amount_cents": 1000}, ["A-1"]),
        ({"amount_cents": -4000}, ["RG-77"]),
        ({"amount_cents": 500}, ["RG-78"]),
        ({"words": "cloture"}, ["F-1"]),
        ({"words": "Clôture POSE"}, ["F-1"]),
        ({"words": "rg 77"}, ["RG-77"]),
        ({"words": "f1"}, ["RG-78", "RG-77", "F-1"]),  # what was paid on it too
        ({"words": "f1", "only": "invoices"}, ["F-1"]),
        ({"words": "%"}, ["RG-79", "RG-78", "RG-77", "A-1", "F-2", "F-1"]),  # no word at all
        ({"words": "f_2"}, ["F-2"]),
        ({"words": "r_79"}, ["RG-79"]),
        ({"words": "entretien", "amount_cents": 1}, []),
    ],
)
def test_what_is_found(filled: House, moves: dict[str, Any], references: list[str]) -> None:
    assert found(filled, filled.anne, **moves) == references


def test_a_line_says_what_it_does_to_the_balance(filled: House) -> None:
    with filled.open() as work:
        page = work.books.movements(filled.anne, Moves(), TODAY, limit=50)
    refund, payment, credit = page.items[1:4]
    assert refund == Movement(date(2026, 11, 1), "refund", "RG-78", 500, invoice="F-1", method="transfer")
    assert (payment.kind, payment.amount_cents, payment.method) == ("payment", -4000, "cheque")
    assert (credit.kind, credit.amount_cents, credit.invoice) == ("credit_note", -1000, "F-1")
    invoice = page.items[5]
    assert (invoice.label, invoice.amount_cents, invoice.document_id is not None) == (
        "Pose d'une clôture",
        10000,
        True,
    )
    assert page.sums[0].left_cents == (10000 - 1000 - 3500) + 5000
    assert page.sums[0].total_cents == 10000 + 5000 - 1000 - 4000 + 500 - 300


def test_pages_cut_the_list_anywhere(filled: House) -> None:
    with filled.open() as work:
        whole = work.books.movements(filled.anne, Moves(), TODAY, limit=50)
        cut = [work.books.movements(filled.anne, Moves(), TODAY, offset, 2) for offset in range(0, 8, 2)]
    assert tuple(one for page in cut for one in page.items) == whole.items
    assert {(page.count, page.sums[0].total_cents, page.sums[0].left_cents) for page in cut} == {
        (whole.count, whole.sums[0].total_cents, whole.sums[0].left_cents)
    }


def test_a_mistyped_word_is_put_right_within_what_is_asked(filled: House) -> None:
    with filled.open() as work:
        page = work.books.movements(filled.anne, Moves(words="clotrue"), TODAY)
        assert ([one.reference for one in page.items], page.words) == (["F-1"], "cloture")
        assert work.books.movements(filled.anne, Moves(only="payments", words="clotrue"), TODAY).count == 0
        assert work.books.movements(filled.bob, Moves(words="clotrue"), TODAY).count == 0


def test_a_statement_by_hand(filled: House) -> None:
    with filled.open() as work:
        said = work.books.statement(filled.anne, date(2026, 10, 1), date(2026, 10, 31), 50)
        short = work.books.statement(filled.anne, date(2026, 10, 1), date(2026, 10, 31), 1)
    assert (said.opening_cents, said.closing_cents, said.count) == (10000, 10000, 3)
    assert [one.reference for one in said.movements] == ["F-2", "A-1", "RG-77"]
    assert [one.reference for one in short.movements] == ["RG-77"]
    assert (short.opening_cents, short.closing_cents, short.count) == (10000, 10000, 3)


def test_a_statement_is_in_the_currency_of_the_balance(house: House) -> None:
    for number, currency in (("F-1", "CHF"), ("F-2", "CHF"), ("F-3", "EUR")):
        house.paper(house.anne, number, currency=currency, total_cents=100)
    house.pay(house.anne, None, 30, currency="CHF")
    house.pay(house.anne, None, 31)
    with house.open() as work:
        said = work.books.statement(house.anne, date(2026, 1, 1), TODAY, 50)
        assert (said.currency, said.closing_cents, said.count) == ("CHF", 170, 3)
        assert work.books.balance(house.anne, TODAY).balance_cents == 170
        assert work.books.statement(house.bob, TODAY, TODAY, 50).currency == "EUR"


# --- random accounts

START = date(2026, 1, 1)
DAYS = st.integers(0, 40).map(lambda days: START + days * DAY)
CENTS = st.integers(0, 10**7)
PAPER = st.tuples(
    st.sampled_from(["invoice", "invoice", "credit_note", "quote"]),
    st.sampled_from(["issued", "issued", "issued", "cancelled", "draft"]),
    DAYS,
    CENTS,
)
PAYMENT = st.tuples(
    st.sampled_from(["received", "received", "in_progress", "held"]),
    DAYS,
    st.integers(-(10**6), 10**7).filter(bool),
)
NTH = itertools.count()


def record(engine: Engine, papers: list[Any], payments: list[Any]) -> Client:
    """A client of its own, at the first company."""
    nth = next(NTH)
    with engine.begin() as db:
        id = add(db, t.clients, company_id=1, ref=f"H{nth}", name=f"H{nth}", name_norm=f"h{nth}")
        client = Client(id, 1, f"H{nth}", f"H{nth}")
        for place, (kind, status, on, cents) in enumerate(papers):
            add_paper(
                db,
                client,
                f"{kind}-{nth}-{place}",
                kind=kind,
                status=status,
                issued_on=on,
                total_cents=cents,
            )
        for place, (state, on, cents) in enumerate(payments):
            row = {"company_id": 1, "client_id": id, "ref": f"P{nth}-{place}", "created_at": NOW}
            add(db, t.payments, **row, state=state, received_on=on, amount_cents=cents)
    return client


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    papers=st.lists(PAPER, max_size=12),
    payments=st.lists(PAYMENT, max_size=8),
    days=st.lists(DAYS, min_size=3, max_size=3).map(sorted),
)
def test_movements_statement_and_balance_agree(
    house: House, papers: list[Any], payments: list[Any], days: list[date]
) -> None:
    client = record(house.engine, papers, payments)
    start, middle, end = days
    with house.open() as work:
        books = work.books
        balance = books.balance(client, TODAY).balance_cents
        everything = books.movements(client, Moves(), TODAY, limit=100)
        assert total(everything) == balance == sum(one.amount_cents for one in everything.items)
        until_today = books.statement(client, start, TODAY, 100)
        assert until_today.closing_cents == balance
        whole = books.statement(client, start, end, 100)
        moved = sum(one.amount_cents for one in whole.movements)
        assert (whole.opening_cents + moved, whole.count) == (whole.closing_cents, len(whole.movements))
        one, two = (
            books.statement(client, start, middle, 100),
            books.statement(client, middle + DAY, end, 100),
        )
        if middle < end:
            assert one.closing_cents == two.opening_cents
            assert (one.opening_cents, two.closing_cents) == (whole.opening_cents, whole.closing_cents)
            assert one.movements + two.movements == whole.movements
        assert [line.on for line in whole.movements] == sorted(line.on for line in whole.movements if line.on)
