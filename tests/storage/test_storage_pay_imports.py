"""A payment of Stripe's that the company's books tell too: counted once, whoever tells it first (rule 12)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from storage_paying import ask, balance, imported, invoice, left, money, refund, seen, states, to_check, told
from storage_seed import NOW, House

from storage import tables as t
from storage import takings


def row(ref: str, cents: int, **values: Any) -> dict[str, Any]:
    return {"ref": ref, "amount_cents": cents, "method": "card", **values}


def payment_states(house: House) -> dict[str, str]:
    p = t.payments.c
    with house.engine.connect() as db:
        return {row.ref: row.state for row in db.execute(select(p.ref, p.state))}


def decide(house: House, ref: str, *, same: bool) -> bool:
    return takings.decide(house.engine, house.atelier.id, ref, same, NOW)


def waiting(house: House) -> list[dict[str, Any]]:
    return takings.waiting(house.engine, house.atelier.id)


def test_the_stripe_id_decides_whoever_is_first(house: House) -> None:
    invoice(house)
    request = ask(house)
    told(house, seen(request))
    assert imported(house, row("RG-1", 64200, stripe_id=f"pi_{request.id}")) == ["skipped"]
    assert balance(house) == 0
    invoice(house, "F-2")
    second = ask(house)
    again = row("RG-2", 64200, invoice="F-2", stripe_id=f"pi_{second.id}")
    assert imported(house, again) == ["created"]
    assert states(house) == ["paid", "expired"]
    assert told(house, seen(second)).what == "paid"
    assert (balance(house), payment_states(house)["RG-2"]) == (0, "merged")
    assert imported(house, again) == ["unchanged"]
    assert balance(house) == 0


def test_a_payment_of_several_that_the_books_tell_in_rows(house: House) -> None:
    one, two = invoice(house, "F-1", 100), invoice(house, "F-2", 200)
    request = ask(house, one, two)
    rows = [
        row("RG-1", 100, stripe_id=f"pi_{request.id}"),
        row("RG-2", 200, invoice="F-2", stripe_id=f"pi_{request.id}"),
    ]
    assert imported(house, *rows) == ["created", "created"]
    assert balance(house) == 0
    told(house, seen(request))
    assert (left(house, one), left(house, two), balance(house)) == (0, 0, 0)
    assert imported(house, *rows, row("RG-3", 300, invoice=None)) == ["unchanged", "unchanged", "held"]
    assert balance(house) == 0


def test_the_id_that_comes_later(house: House) -> None:
    invoice(house)
    request = ask(house)
    assert imported(house, row("RG-1", 64200, received_on="2026-10-01")) == ["created"]
    assert told(house, seen(request)).over_cents == 64200
    assert imported(house, row("RG-1", 64200, stripe_id=f"pi_{request.id}")) == ["updated"]
    assert balance(house) == -0
    assert payment_states(house)["RG-1"] == "merged"


def test_a_likely_double_is_held_in_progress_too(house: House) -> None:
    invoice(house)
    request = ask(house)
    told(house, seen(request, payment="unpaid"))
    assert imported(house, row("RG-1", 64200)) == ["held"]
    told(house, seen(request))
    assert balance(house) == 0


def test_one_that_was_counted_before_stripe_told_it_is_proposed(house: House) -> None:
    id = invoice(house)
    request = ask(house)
    assert imported(house, row("RG-1", 64200, method="transfer")) == ["created"]
    settled = told(house, seen(request))
    assert (settled.what, settled.over_cents) == ("paid", 64200)
    assert (left(house, id), balance(house)) == (0, -64200)
    assert to_check(house) == [("double:RG-1", "double")]


def test_our_own_reference_changes_nothing(house: House) -> None:
    invoice(house)
    request = ask(house)
    told(house, seen(request))
    assert imported(house, row(f"STRIPE-{request.id}", 1)) == ["skipped"]
    assert balance(house) == 0


def test_a_refund_is_counted_once_too(house: House) -> None:
    id = invoice(house)
    request = ask(house)
    told(house, seen(request))
    told(house, refund(request, 200))
    by_refund, by_payment = (
        row("RG-1", -200, stripe_id="re_1"),
        row("RG-2", -200, stripe_id=f"pi_{request.id}"),
    )
    assert imported(house, by_refund, by_payment, row("RG-3", -200)) == ["skipped", "skipped", "held"]
    assert left(house, id) == 200
    early = [row("RG-4", -300, stripe_id=f"pi_{request.id}"), row("RG-5", -400, stripe_id="re_3")]
    assert imported(house, *early) == ["created", "created"]
    assert left(house, id) == 900
    told(house, refund(request, 300, id="re_2"))
    told(house, refund(request, 400, id="re_3"))
    assert (left(house, id), balance(house)) == (900, 900)
    assert money(house)[0] == ("payment", -64200, "F-1")


def test_an_import_that_moves_the_balance_ends_the_request(house: House) -> None:
    one, two = invoice(house, "F-1", 100), invoice(house, "F-2", 200)
    both = ask(house, one, two)
    assert imported(house, row("RG-1", 40)) == ["created"]
    assert states(house) == ["expired"]
    assert ask(house, two).amount_cents == 200
    imported(house, row("RG-2", 60))
    assert states(house) == ["expired", "open"]
    credit = {
        "kind": "credit_note",
        "number": "A-1",
        "status": "issued",
        "total_cents": 200,
        "invoice": "F-2",
    }
    assert imported(house, documents=[{**credit, "issued_on": "2026-11-20"}]) == ["created"]
    assert states(house) == ["expired", "expired"]
    settled = told(house, seen(both), NOW)
    assert (settled.what, settled.over_cents, balance(house)) == ("paid", 300, -300)


def test_a_person_decides_about_what_is_held(house: House) -> None:
    one, two = invoice(house, "F-1", 100), invoice(house, "F-2", 200)
    told(house, seen(ask(house)))
    assert imported(house, row("RG-1", 100), row("RG-2", 200, invoice="F-2")) == ["held", "held"]
    assert [(one["id"], one["why"]) for one in waiting(house)] == [("RG-1", "double"), ("RG-2", "double")]
    assert decide(house, "RG-1", same=True)
    assert decide(house, "RG-2", same=False)
    assert (waiting(house), balance(house), left(house, one), left(house, two)) == ([], -200, 0, 0)
    assert not decide(house, "RG-1", same=False)
    assert not decide(house, "STRIPE-1", same=True)
    assert imported(house, row("RG-1", 100), row("RG-3", 100)) == ["unchanged", "created"], "one for one"


def test_a_proposal_that_is_turned_down(house: House) -> None:
    invoice(house)
    request = ask(house)
    imported(house, row("RG-1", 64200))
    told(house, seen(request))
    assert decide(house, "RG-1", same=False)
    assert (waiting(house), balance(house)) == ([], -64200)
    assert not decide(house, "RG-1", same=True), "it was decided"


def test_what_was_over_pays_the_invoice_once_the_double_is_named(house: House) -> None:
    one, two = invoice(house, "F-1", 100), invoice(house, "F-2", 200)
    request = ask(house, one, two)
    imported(house, {"ref": "RG-1", "amount_cents": 100, "method": "transfer"})
    assert told(house, seen(request)).over_cents == 100
    assert [one["id"] for one in waiting(house)] == ["double:RG-1"]
    assert decide(house, "RG-1", same=True)
    assert (left(house, one), left(house, two), balance(house), waiting(house)) == (0, 0, 0, [])
    told(house, refund(request, 100))
    assert (left(house, one), left(house, two), balance(house)) == (100, 0, 100)


def test_what_was_over_and_went_back_pays_nothing(house: House) -> None:
    id = invoice(house, cents=100)
    request = ask(house, id)
    imported(house, {"ref": "RG-1", "amount_cents": 100})
    told(house, seen(request))
    told(house, refund(request, 100))
    assert decide(house, "RG-1", same=True)
    assert (left(house, id), balance(house)) == (100, 100)
