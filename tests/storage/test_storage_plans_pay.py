"""Whatever a payment asks is found by index too."""

from __future__ import annotations

from storage_paying import checkouts, dispute, refund, seen
from storage_seed import DAY, NOW, TODAY, House
from test_storage_plans import scans, watched

from handlers.rules.paying import PaymentNews, spread

GREW = ("documents", "payments", "companies", "clients", "accounts")


def pay_one(house: House) -> None:
    """From what is payable to what goes back, every statement of it."""
    with house.open() as work:
        payments = work.payments
        lines = spread(payments.payable(house.anne, TODAY), TODAY)[:2]
        request = payments.request(house.anne, house.account, lines, "EUR", "", "", NOW, NOW + DAY)
        payments.by_id(house.atelier, request.id)
        for news in (
            seen(request, payment="unpaid"),
            seen(request),
            seen(request, session_id="cs_other", reference=""),
            refund(request, 1, "pending"),
            refund(request, 1, "failed"),
            dispute(request, 1, "withdrawn"),
        ):
            payments.settle(PaymentNews(house.atelier.id, news), NOW)
        payments.disputed(house.anne)
        payments.bank(house.atelier)
    outside, who = checkouts(house), (house.atelier.id, house.anne.id)
    outside.order(house.atelier.id, request.id)
    outside.door("atelier")
    outside.standing(*who, [lines[0].document_id], TODAY, house.account.id)
    outside.to_close(NOW)
    outside.to_look_at(NOW)


def test_no_step_of_a_payment_reads_a_table_from_end_to_end(grown: House) -> None:
    with watched(grown.engine) as asked:
        pay_one(grown)
    assert len(asked) > 60
    whole = {statement: scans(grown.engine, statement, parameters) for statement, parameters in asked}
    if (
        grown.engine.dialect.name == "postgresql"
    ):  # which reads a table of one page, as those of requests are here
        whole = {statement: [one for one in found if one in GREW] for statement, found in whole.items()}
    whole = {statement: found for statement, found in whole.items() if found}
    assert not whole, "\n\n".join(f"{found}: {statement}" for statement, found in whole.items())
