"""What the outside asks about payments: orders, doors, what to close and to look at, pages."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from storage_paying import ask, checkouts, invoice, refund, seen, states, told
from storage_seed import DAY, HOUR, MINUTE, NOW, TODAY, House

from storage import admin
from storage import tables as t
from storage.checkouts import Former


def key(house: House, **more: object) -> None:
    box = house.keys.box
    secrets = {"stripe_key": box.encrypt(b"sk_test_1"), "stripe_webhook_secret": box.encrypt(b"whsec_1")}
    admin.set_company(house.engine, "atelier", {"options": ["portal", "payment"], **secrets, **more}, NOW)


def test_an_order_holds_all_it_takes(house: House) -> None:
    request = ask(house, invoice(house), session=False)
    outside = checkouts(house)
    assert outside.order(house.atelier.id, request.id) is None, "no key"
    key(house, payment_methods=["card", "sepa_debit"])
    order = outside.order(house.atelier.id, request.id)
    assert order is not None
    assert (order.request, order.client, order.email) == (request, house.anne, "anne@exemple.example")
    assert (order.key, order.methods, order.language, order.form) == (
        "sk_test_1",
        ("card", "sepa_debit"),
        "fr",
        "vous",
    )
    assert outside.order(house.other.id, request.id) is None, "of another company"
    outside.opened(request.id, "cs_1", "https://pay.example/1", NOW + HOUR)
    outside.opened(request.id, "cs_2", "https://pay.example/2", NOW + DAY)
    again = outside.order(house.atelier.id, request.id)
    assert again is not None
    assert (again.request.session_id, again.request.url) == ("cs_1", "https://pay.example/1")
    assert again.request.expires_at == NOW + HOUR
    told(house, seen(request, session_id="cs_1"))
    assert outside.order(house.atelier.id, request.id) is None, "paid"


def test_an_order_names_those_to_close_first(house: House) -> None:
    key(house)
    one, two = invoice(house, "F-1"), invoice(house, "F-2")
    alone, apart = ask(house, one), ask(house, two)
    house.pay(house.anne, one, 100)
    second = ask(house, one, session=False)
    order = checkouts(house).order(house.atelier.id, second.id)
    assert order is not None
    former = Former(house.atelier.id, alone.id, f"cs_{alone.id}", "sk_test_1")
    assert order.former == (former,)
    assert checkouts(house).to_close(NOW + HOUR, 9) == [former]
    checkouts(house).closed(alone.id)
    assert checkouts(house).to_close(NOW + HOUR, 9) == []
    assert states(house) == ["expired", "open", "open"]
    assert apart.id == 2


def test_what_is_over_at_the_provider_is_not_closed(house: House) -> None:
    key(house)
    request = ask(house, invoice(house))
    told(house, seen(request, status="expired", payment="unpaid"))
    assert checkouts(house).to_close(NOW + HOUR, 9) == []


def test_a_door_for_whoever_has_a_secret(house: House) -> None:
    assert checkouts(house).door("atelier") is None
    key(house)
    assert checkouts(house).door("atelier") == (house.atelier.id, "whsec_1")
    assert checkouts(house).door("other") is None
    assert checkouts(house).door("nobody") is None


def looked(house: House, now: datetime) -> list[tuple[int, str, str]]:
    return [(one.request_id, one.payment_id, one.state) for one in checkouts(house).to_look_at(now, 9)]


def test_what_is_looked_at(house: House) -> None:
    key(house)
    open_, going, paid = (ask(house, invoice(house, f"F-{nth}")) for nth in range(3))
    told(house, seen(going, payment="unpaid"))
    told(house, seen(paid))
    with house.engine.begin() as db:
        db.execute(
            update(t.payment_requests).values(ended_at=NOW).where(t.payment_requests.c.state == "paid")
        )
    ask(house, invoice(house, "F-9"), session=False)
    assert looked(house, NOW + 14 * MINUTE) == [(paid.id, f"pi_{paid.id}", "paid")]
    due = [
        (open_.id, "", "open"),
        (going.id, f"pi_{going.id}", "in_progress"),
        (paid.id, f"pi_{paid.id}", "paid"),
    ]
    assert looked(house, NOW + 15 * MINUTE) == due
    for one in due:
        checkouts(house).looked(one[0], NOW + 15 * MINUTE)
    assert looked(house, NOW + 29 * MINUTE) == []
    assert looked(house, NOW + 30 * MINUTE) == due[:2]
    assert looked(house, NOW + DAY + 15 * MINUTE) == due
    assert looked(house, NOW + 61 * DAY) == due[:2]


def test_a_page_asks_for_what_is_due_now(house: House) -> None:
    key(house)
    one, two = invoice(house, "F-1", 100), invoice(house, "F-2", 200, due_on=TODAY)
    page = house.atelier.id, house.anne.id, house.account.id, [one, two]
    outside = checkouts(house)
    request = outside.open_request(*page, NOW)
    assert request is not None
    assert [(line.number, line.amount_cents) for line in request.lines] == [("F-2", 200), ("F-1", 100)]
    assert (request.channel, request.expires_at) == ("email", NOW + DAY)
    assert outside.open_request(*page, NOW + HOUR) == request
    told(house, seen(request))
    assert outside.open_request(*page, NOW + HOUR) is None
    told(house, refund(request, 100))
    again = outside.open_request(*page, NOW + HOUR)
    assert again is not None
    assert again.amount_cents == 100


def test_a_page_shows_nothing_to_whoever_may_not_pay(house: House) -> None:
    id, bobs = invoice(house), invoice(house, "F-9", client=house.bob)
    where, outside = (house.atelier.id, house.anne.id), checkouts(house)
    assert outside.standing(*where, [id], TODAY, house.account.id) is None, "the option is off"
    key(house)
    standing = outside.standing(*where, [id, bobs], TODAY, house.account.id)
    assert standing is not None
    assert (standing.client, [paper.number for paper in standing.papers]) == (house.anne, ["F-1"])
    assert outside.standing(house.other.id, house.anne.id, [id], TODAY, house.account.id) is None
    with house.engine.begin() as db:
        n = t.contacts.c
        db.execute(update(t.contacts).where(n.client_id == house.anne.id).values(can_pay=False))
        assert db.execute(select(n.id).where(n.client_id == house.anne.id)).first()
    assert outside.standing(*where, [id], TODAY, house.account.id) is None
    assert outside.open_request(*where, house.account.id, [id], NOW) is None
