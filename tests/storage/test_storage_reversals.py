"""Refunds and disputes: several events of one, in any order, are one movement; a payment may be told of after them."""

import itertools

import pytest
from storage_paying import ask, balance, dispute, invoice, left, money, moves, refund, seen, to_check, told
from storage_seed import HOUR, NOW, House
from storage_signing import ledger

from handlers.rules.paying import PayRequest


def disputed(house: House) -> frozenset[int]:
    with house.open() as work:
        return work.payments.disputed(house.anne)


def paid(house: House, *ids: int) -> PayRequest:
    request = ask(house, *ids)
    assert told(house, seen(request)).what == "paid"
    return request


def test_all_events_of_a_refund_are_one_movement(house: House) -> None:
    id = invoice(house)
    request = paid(house, id)
    first = told(house, refund(request, 20000, "pending"))
    assert (first.what, first.amount_cents, first.client) == ("refunded", 20000, house.anne)
    assert [(one.number, one.left_cents) for one in first.papers] == [("F-1", 20000)]
    assert first.request is not None
    assert first.request.id == request.id
    for status in ("succeeded", "pending", "succeeded"):
        assert told(house, refund(request, 20000, status)).what == ""
    assert money(house) == [("payment", -64200, "F-1"), ("refund", 20000, "F-1")]
    assert (left(house, id), balance(house)) == (20000, 20000)


def test_two_refunds_of_one_payment(house: House) -> None:
    id = invoice(house)
    request = paid(house, id)
    told(house, refund(request, 20000, id="re_1"))
    told(house, refund(request, 44200, id="re_2"))
    assert (left(house, id), balance(house)) == (64200, 64200)


@pytest.mark.parametrize(
    "order", list(itertools.permutations(["pending", "succeeded", "failed"])), ids="-".join
)
def test_a_refund_that_fails_is_as_if_it_had_not_been(house: House, order: tuple[str, ...]) -> None:
    id = invoice(house)
    request = paid(house, id)
    whats = [told(house, refund(request, 20000, status)).what for status in order]
    assert [what for what in whats if what] == ([] if order[0] == "failed" else ["refunded", "refund_failed"])
    assert (left(house, id), balance(house)) == (0, 0)
    kinds = [kind for kind, _, _ in money(house)]
    assert kinds in (["payment"], ["payment", "refund", "refund_back"])


def test_a_refund_told_before_its_payment_waits_for_it(house: House) -> None:
    id = invoice(house)
    request = ask(house, id)
    early = told(house, refund(request, 64200))
    assert (early.what, early.why) == ("odd", "unknown_payment")
    assert told(house, refund(request, 64200, "pending")).what == ""
    assert to_check(house) == [("refund:re_1", "unknown_payment")]
    assert told(house, seen(request)).papers[0].left_cents == 64200
    assert (to_check(house), left(house, id), balance(house)) == ([], 64200, 64200)


def test_a_refund_of_nobody_is_kept(house: House) -> None:
    request = paid(house, invoice(house))
    settled = told(house, refund(request, 500, payment_id="pi_shop"))
    assert (settled.what, settled.client, settled.amount_cents) == ("odd", None, 500)
    assert told(house, refund(request, 64200), company_id=house.other.id).why == "unknown_payment"
    assert balance(house) == 0


def test_a_refund_of_many_takes_the_invoice_of_its_amount_else_the_last(house: House) -> None:
    ids = [invoice(house, f"F-{nth}", 100 * nth) for nth in (1, 2, 3)]
    request = paid(house, *ids)
    told(house, refund(request, 200, id="re_1"))
    assert [left(house, id) for id in ids] == [0, 200, 0]
    told(house, refund(request, 350, id="re_2"))
    assert [left(house, id) for id in ids] == [50, 200, 300]
    told(house, refund(request, 50, id="re_3"))
    assert balance(house) == 600


def test_what_was_over_goes_back_first(house: House) -> None:
    id = invoice(house)
    request = ask(house, id)
    house.pay(house.anne, id, 64200)
    assert told(house, seen(request)).over_cents == 64200
    told(house, refund(request, 64200))
    assert (left(house, id), balance(house)) == (0, 0)


def test_more_goes_back_than_came(house: House) -> None:
    id = invoice(house)
    request = paid(house, id)
    told(house, refund(request, 64300))
    assert (left(house, id), balance(house)) == (64200, 64300)
    assert to_check(house) == [("beyond:re_1", "amount")]


def test_a_dispute_is_marked_and_moves_when_the_money_does(house: House) -> None:
    id = invoice(house)
    request = paid(house, id)
    opened = told(house, dispute(request, 64200, "opened"))
    assert (opened.what, opened.papers[0].left_cents) == ("disputed", 0)
    assert disputed(house) == {id}
    assert told(house, dispute(request, 64200, "withdrawn")).what == ""
    assert (left(house, id), balance(house)) == (64200, 64200)
    assert told(house, dispute(request, 64200, "reinstated")).what == ""
    assert (left(house, id), disputed(house)) == (0, {id})
    assert told(house, dispute(request, 64200, "won")).what == "dispute_over"
    assert (disputed(house), balance(house)) == (frozenset(), 0)
    assert [kind for kind, _, _ in money(house)] == ["payment", "dispute", "dispute_back"]


@pytest.mark.parametrize("end", ["won", "lost"])
@pytest.mark.parametrize("many", [False, True])
def test_a_dispute_in_any_order(house: House, end: str, many: bool) -> None:
    stages = ["opened", "withdrawn", end] + (["reinstated"] if end == "won" else [])
    for nth, order in enumerate(itertools.permutations(stages)):
        ids = [invoice(house, f"F-{nth}", 300)] + ([invoice(house, f"G-{nth}", 500)] if many else [])
        request = paid(house, *ids)
        before, cents = balance(house), request.amount_cents
        whats = [told(house, dispute(request, cents, stage, f"dp_{nth}")).what for stage in order]
        assert whats.count("dispute_over") == 1
        assert whats.count("disputed") == (0 if order[0] == end else 1)
        assert balance(house) - before == (0 if end == "won" else cents)
        assert disputed(house) == frozenset()


def test_a_dispute_told_before_its_payment(house: House) -> None:
    id = invoice(house)
    request = ask(house, id)
    assert told(house, dispute(request, 64200, "withdrawn")).why == "unknown_payment"
    told(house, seen(request))
    assert (left(house, id), disputed(house)) == (64200, {id})


def test_the_days_of_what_goes_and_comes_back(house: House) -> None:
    request = paid(house, invoice(house))
    told(house, refund(request, 100, "succeeded", at=NOW + 24 * HOUR))
    told(house, refund(request, 100, "failed", at=NOW + 72 * HOUR))
    assert [(one.kind, one.on.day, one.reference) for one in moves(house) if one.method] == [
        ("payment", 24, f"STRIPE-{request.id}"),
        ("refund", 25, "STRIPE-R1"),
        ("refund_back", 27, "STRIPE-R1-B"),
    ]


def test_the_ledger_tells_what_went_back(house: House) -> None:
    request = paid(house, invoice(house))
    told(house, refund(request, 100))
    told(house, dispute(request, 100, "opened"))
    told(house, dispute(request, 100, "withdrawn"))
    kinds = [(one.kind, one.subject) for one in ledger(house)][1:]
    payment = f"payment:pi_{request.id}"
    assert kinds == [("payment.refunded", payment), ("payment.disputed", payment)]
