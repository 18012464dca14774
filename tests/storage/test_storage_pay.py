"""Requests for payment, and what becomes of their sessions (payments-and-law 12)."""

import itertools
import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest
from storage_paying import (
    ask,
    balance,
    checkouts,
    invoice,
    left,
    money,
    moves,
    paper,
    seen,
    states,
    to_check,
    told,
)
from storage_seed import DAY, HOUR, MINUTE, NOW, TODAY, House

from handlers.rules.paying import Line


def test_what_is_payable_is_what_is_left_and_not_in_progress(house: House) -> None:
    late = invoice(house, "F-1", 10000, due_on=date(2026, 11, 1))
    part = invoice(house, "F-2", 20000, due_on=date(2026, 12, 9))
    paid, going = invoice(house, "F-3", 30000), invoice(house, "F-4", 40000)
    invoice(house, "F-5", status="cancelled")
    invoice(house, "F-6", client=house.bob)
    house.pay(house.anne, part, 5000)
    house.pay(house.anne, paid, 30000)
    house.pay(house.anne, going, 40000, state="in_progress")
    with house.open() as work:
        assert [one.number for one in work.payments.payable(house.anne, TODAY)] == ["F-1", "F-2"]
        assert [one.id for one in work.payments.payable(house.anne, TODAY, [part, paid])] == [part]
        assert work.payments.payable(house.anne, TODAY, []) == ()
        assert work.payments.payable(house.carl, TODAY, [late]) == ()


def test_the_same_again_is_the_same_request(house: House) -> None:
    id = invoice(house)
    first = ask(house, id)
    assert ask(house, id, now=NOW + HOUR) == first
    assert first.lines == (Line(id, "F-1", 64200),)
    assert (first.amount_cents, first.state, first.expires_at) == (64200, "open", NOW + DAY)
    assert ask(house, id, now=NOW + DAY).id != first.id
    assert states(house) == ["expired", "open"]


def test_without_a_session_it_must_have_time_to_live(house: House) -> None:
    id = invoice(house)
    first = ask(house, id, session=False)
    assert ask(house, id, now=NOW + DAY - 36 * MINUTE, session=False).id == first.id
    assert ask(house, id, now=NOW + DAY - 35 * MINUTE, session=False).id != first.id


def test_one_open_request_an_invoice_alone_or_with_others(house: House) -> None:
    one, two = invoice(house, "F-1", 100), invoice(house, "F-2", 200)
    alone = ask(house, one)
    both = ask(house)
    assert both.amount_cents == 300
    assert states(house) == ["expired", "open"]
    ask(house, two)
    assert states(house) == ["expired", "expired", "open"]
    assert [one.request_id for one in checkouts_to_close(house)] == [alone.id, both.id]


def checkouts_to_close(house: House) -> list:
    _with_key(house)
    return checkouts(house).to_close(NOW, 10)


def _with_key(house: House) -> None:
    from storage import admin

    admin.set_company(house.engine, "atelier", {"stripe_key": house.keys.box.encrypt(b"sk_test_1")}, NOW)


def test_it_is_not_asked_for_more_than_is_due(house: House) -> None:
    id, bobs = invoice(house, cents=100), invoice(house, "F-2", client=house.bob)
    for line in (Line(id, "F-1", 101), Line(bobs, "F-2", 100)):
        with pytest.raises(LookupError), house.open() as work:
            work.payments.request(house.anne, house.account, [line], "EUR", "", "", NOW, NOW + DAY)


def test_paid_once_whatever_is_told_again(house: House) -> None:
    id = invoice(house)
    request = ask(house, id)
    news = seen(request)
    settled = told(house, news)
    assert (settled.what, settled.amount_cents, settled.over_cents, settled.debit) == (
        "paid",
        64200,
        0,
        False,
    )
    assert settled.client == house.anne
    assert settled.request == replace(request, state="paid")
    assert [one.left_cents for one in settled.papers] == [0]
    for again in (news, seen(request, status="open", payment="unpaid"), seen(request, payment="failed")):
        assert told(house, again).what == ""
    assert (left(house, id), balance(house), states(house)) == (0, 0, ["paid"])
    assert paper(house, id).paid_on == TODAY
    assert money(house) == [("payment", -64200, "F-1")]
    assert moves(house)[-1].reference == f"STRIPE-{request.id}"


def test_in_progress_then_failed_then_paid(house: House) -> None:
    id = invoice(house)
    request = ask(house, id)
    debit = {"method": "sepa_debit"}
    going = told(house, seen(request, payment="unpaid", **debit))
    assert (going.what, going.debit, going.papers[0].in_progress_cents) == ("in_progress", True, 64200)
    with house.open() as work:
        assert work.payments.payable(house.anne, TODAY) == ()
    assert told(house, seen(request, payment="failed", **debit)).what == "failed"
    assert paper(house, id).in_progress_cents == 0
    assert told(house, seen(request, payment="unpaid", **debit)).what == ""
    again = ask(house, id)
    assert again.id != request.id
    assert told(house, seen(request, **debit)).what == "paid"
    assert (left(house, id), balance(house), states(house)) == (0, 0, ["paid", "expired"])
    assert moves(house)[-1].method == "direct_debit"


NEWS = {
    "unpaid": {"payment": "unpaid"},
    "paid": {},
    "expired": {"status": "expired", "payment": "unpaid"},
    "open": {"status": "open", "payment": "unpaid"},
}


@pytest.mark.parametrize("order", list(itertools.permutations(NEWS)), ids="-".join)
def test_any_order_ends_paid(house: House, order: tuple[str, ...]) -> None:
    id = invoice(house)
    request = ask(house, id)
    whats = [told(house, seen(request, **NEWS[name])).what for name in order]
    assert whats.count("paid") == 1
    assert (left(house, id), balance(house), states(house)) == (0, 0, ["paid"])


def test_two_sessions_for_one_invoice_in_all_orders(house: House) -> None:
    """Rule 13: one pays it, the other is in the client's favour."""
    events = [(0, "unpaid"), (0, "paid"), (1, "unpaid"), (1, "paid")]
    for nth, order in enumerate(itertools.permutations(events)):
        number = f"F-{nth}"
        id = invoice(house, number, 100)
        first = ask(house, id)
        second = ask(house, id, now=NOW + 25 * HOUR)
        before = balance(house)
        whats = [told(house, seen((first, second)[which], **NEWS[name])) for which, name in order]
        assert [one.what for one in whats].count("paid") == 2
        assert sum(one.over_cents for one in whats) == 100
        assert (left(house, id), paper(house, id).in_progress_cents) == (0, 0)
        assert balance(house) == before - 200
        with house.open() as work:
            assert work.payments.payable(house.anne, TODAY) == ()
    over = [one for one in moves(house) if one.kind == "overpayment"]
    assert [one.amount_cents for one in over] == [-100] * 24


def test_all_in_one_payment_keeps_its_allocation(house: House) -> None:
    ids = [invoice(house, f"F-{nth}", 100 * nth, due_on=date(2026, 12, nth)) for nth in (3, 2, 1)]
    request = ask(house)
    assert [line.number for line in request.lines] == ["F-1", "F-2", "F-3"]
    house.pay(house.anne, ids[1], 50)  # a transfer crosses it
    settled = told(house, seen(request))
    assert (settled.what, settled.over_cents) == ("paid", 50)
    assert [one.left_cents for one in settled.papers] == [0, 0, 0]
    assert sorted(money(house)) == sorted(
        [
            ("payment", -50, "F-2"),
            ("payment", -100, "F-1"),
            ("payment", -150, "F-2"),
            ("payment", -300, "F-3"),
            ("overpayment", -50, None),
        ]
    )
    assert balance(house) == -50


def test_the_rest_of_what_was_paid_in_part(house: House) -> None:
    id = invoice(house)
    house.pay(house.anne, id, 50000)
    assert ask(house, id).amount_cents == 14200


def test_another_amount_is_recorded_and_flagged(house: House) -> None:
    one, two = invoice(house, "F-1", 100), invoice(house, "F-2", 200)
    request = ask(house)
    settled = told(house, seen(request, amount_cents=250))
    assert (settled.what, settled.why, settled.amount_cents) == ("odd", "amount", 250)
    assert (left(house, one), left(house, two), balance(house)) == (0, 50, 50)
    assert told(house, seen(request, amount_cents=250)).what == ""
    assert to_check(house) == [(f"session:cs_{request.id}", "amount")]


def test_another_currency_pays_no_invoice_and_is_flagged(house: House) -> None:
    id = invoice(house)
    request = ask(house, id)
    settled = told(house, seen(request, currency="USD"))
    assert (settled.what, settled.why, settled.currency) == ("odd", "currency", "USD")
    assert (left(house, id), balance(house)) == (64200, 64200)
    assert money(house) == [("overpayment", -64200, None)]
    assert to_check(house) == [(f"session:cs_{request.id}", "currency")]


def test_a_session_of_nobody_is_kept_where_money_came(house: House) -> None:
    request = ask(house, invoice(house))
    stray = seen(request, session_id="cs_other", reference="99", payment_id="pi_other")
    assert told(house, replace(stray, payment="unpaid")).what == ""
    settled = told(house, stray)
    assert (settled.what, settled.why, settled.client) == ("odd", "unknown_session", None)
    assert told(house, stray).what == ""
    assert to_check(house) == [("session:cs_other", "unknown_session")]
    assert balance(house) == 64200


def test_another_company_cannot_tell_of_it(house: House) -> None:
    id = invoice(house)
    request = ask(house, id)
    assert told(house, seen(request), company_id=house.other.id).why == "unknown_session"
    assert (left(house, id), states(house)) == (64200, ["open"])


def test_a_session_that_was_not_written_down_is_found_by_its_reference(house: House) -> None:
    id = invoice(house)
    request = ask(house, id, session=False)
    assert told(house, seen(request)).what == "paid"
    assert left(house, id) == 0
    second = ask(house, invoice(house, "F-2"))
    stray = seen(second, session_id="cs_of_a_shop")
    assert told(house, stray).why == "unknown_session"


def test_a_request_of_this_id_in_another_database_is_not_it(house: House) -> None:
    """Paid through the same account; or made after the backup that came back, and paid."""
    id = invoice(house)
    request = ask(house, id, session=False)
    before = replace(request, created_at=NOW - DAY).reference
    for stray in (before, str(request.id)):
        session = seen(request, session_id=f"cs_{stray}", payment_id=f"pi_{stray}", reference=stray)
        assert told(house, session).why == "unknown_session"
    assert (left(house, id), states(house)) == (64200, ["open"])


def test_two_contacts_at_once_get_the_same(house: House) -> None:
    id = invoice(house)
    got = at_once(*[lambda: ask(house, id, session=False) for _ in range(4)])
    assert len({one.id for one in got}) == 1
    assert states(house) == ["open"]


def test_told_at_once_it_is_recorded_once(house: House) -> None:
    id = invoice(house)
    request = ask(house, id)
    got = at_once(*[lambda: told(house, seen(request)) for _ in range(4)])
    assert sorted(one.what for one in got) == ["", "", "", "paid"]
    assert (left(house, id), balance(house)) == (0, 0)


@pytest.mark.parametrize("nth", range(3))
def test_asked_for_while_it_is_being_paid(house: House, nth: int) -> None:
    """Whoever is second sees what the first did: what is paid is not asked for."""
    id = invoice(house)
    request = ask(house, id)

    def again() -> list[int]:
        with house.open() as work:
            due = work.payments.payable(house.anne, TODAY, [id])
            return [one.left_cents for one in due]

    settled, due = at_once(lambda: told(house, seen(request)), again)
    assert settled.what == "paid"
    assert due in ([], [64200])
    assert again() == []


def at_once(*jobs) -> list:
    start, got, raised = threading.Barrier(len(jobs)), {}, []

    def run(nth, job) -> None:
        start.wait()
        try:
            got[nth] = job()
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=one) for one in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert raised == []
    return [got[nth] for nth in range(len(jobs))]


def test_the_ledger_tells_it(house: House) -> None:
    from storage_signing import ledger

    request = ask(house, invoice(house))
    told(house, seen(request, payment="failed"))
    told(house, seen(request))
    kinds = [(one.kind, one.subject) for one in ledger(house)]
    subject = f"payment_request:{request.id}"
    assert kinds == [("payment.failed", subject), ("payment.confirmed", subject)]
    last = ledger(house)[-1].payload
    assert (last["payment_id"], last["amount_cents"]) == (f"pi_{request.id}", 64200)


def test_where_a_transfer_goes(house: House) -> None:
    from storage import admin

    with house.open() as work:
        assert work.payments.bank(house.atelier) is None
    values = {"iban": "FR7630006000011234567890189", "account_holder": "ATELIER SARL"}
    admin.set_company(house.engine, "atelier", values, NOW)
    with house.open() as work:
        bank = work.payments.bank(house.atelier)
        assert bank is not None
        assert (bank.holder, bank.iban, bank.bic) == ("ATELIER SARL", values["iban"], "")


def test_the_day_of_a_payment_is_that_of_the_company(house: House) -> None:
    request = ask(house, invoice(house))
    told(house, seen(request, at=NOW.replace(hour=23, minute=30)))
    assert moves(house)[-1].on == TODAY + timedelta(days=1)
