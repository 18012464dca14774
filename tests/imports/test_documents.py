"""Documents keep their versions, and never move in silence; payments are counted once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from paper_mill import Books, cii, document, pdf, signed_pdf, with_xml

from storage import tables as t
from storage.imports.report import Report

Write = Callable[[dict[str, Any]], Path]
Data = dict[str, Any]


def row(report: Report, ref: str) -> Any:
    return next(found for found in report.rows if found.ref == ref)


def versions(books: Books, number: str) -> list[Any]:
    return books.rows(t.document_versions, document_id=books.document(number).id)


def decide(books: Books, number: str, decision: str = "accepted") -> None:
    """What the portal writes when a client decides."""
    document = books.document(number)
    version = versions(books, number)[-1]
    account = books.rows(t.accounts)[0]
    common = {"company_id": document.company_id, "document_version_id": version.id, "account_id": account.id}
    with books.engine.begin() as db:
        ticket = db.execute(
            t.tickets.insert().values(channel="email", conversation="1", created_at=books.now, **common)
        ).inserted_primary_key
        assert ticket is not None
        more = {
            "document_id": document.id,
            "client_id": document.client_id,
            "ticket_id": ticket[0],
            "at": books.now,
        }
        db.execute(t.decisions.insert().values(decision=decision, **more, **common))
        db.execute(t.documents.update().where(t.documents.c.id == document.id).values(status=decision))


# --- versions


def test_other_bytes_are_a_new_version(books: Books, write: Write, data: Data) -> None:
    path = write(data)
    books.take(path)
    old = books.document("F-1").file_sha256
    (books.folder / "F-1.pdf").write_bytes(pdf("corrected"))
    report = books.take(path)
    assert (row(report, "F-1").outcome, row(report, "F-1").message) == ("new_version", "version 2")
    invoice = books.document("F-1")
    first, second = versions(books, "F-1")
    assert (first.file_sha256, second.file_sha256) == (old, invoice.file_sha256)
    assert (invoice.version, second.due_on, second.label) == (2, date(2026, 12, 2), "F-1")
    assert books.store.read(old)
    assert books.take(path).changes == 0


def test_another_total_is_a_new_version_too(books: Books, write: Write, data: Data) -> None:
    books.take(write(data))
    data["documents"][1]["total_cents"] = 900
    assert row(books.take(write(data)), "F-1").outcome == "new_version"
    assert [version.total_cents for version in versions(books, "F-1")] == [1000, 900]
    assert versions(books, "F-1")[1].signable
    assert books.document("F-1").file_name == "F-1.pdf"


def test_a_date_or_a_label_is_corrected_in_place(books: Books, write: Write, data: Data) -> None:
    books.take(write(data))
    data["documents"][0] |= {"valid_until": "2027-01-31", "label": "Autre"}
    assert row(books.take(write(data)), "D-1").outcome == "updated"
    (version,) = versions(books, "D-1")
    assert (version.valid_until, books.document("D-1").label) == (date(2027, 1, 31), "Autre")


def test_a_file_that_comes_later_completes_the_version(books: Books, write: Write, data: Data) -> None:
    books.take(write(data))
    data["documents"][2]["file"] = "F-2.pdf"
    assert row(books.take(write(data)), "F-2").outcome == "updated"
    (version,) = versions(books, "F-2")
    assert version.signable
    del data["documents"][2]["file"]
    assert books.take(write(data)).changes == 0
    assert books.document("F-2").file_name == "F-2.pdf"


def test_annexes(books: Books, write: Write, data: Data) -> None:
    data["documents"][0]["annexes"] = [
        {"name": "Plan.pdf", "file": "plans/p.pdf"},
        {"name": "Photo", "file": "p.png"},
    ]
    books.folder.mkdir()
    (books.folder / "plans").mkdir()
    (books.folder / "p.png").write_bytes(b"\x89PNG")
    path = write(data)
    assert not books.take(path).errors
    assert [(annex.position, annex.name) for annex in books.rows(t.annexes)] == [
        (1, "Plan.pdf"),
        (2, "Photo"),
    ]
    assert sorted(file.media_type for file in books.rows(t.files)) == ["application/pdf"] * 3 + ["image/png"]
    assert books.take(path).changes == 0
    (books.folder / "p.png").write_bytes(b"\x89PNG 2")
    assert row(books.take(path), "D-1").outcome == "new_version"
    assert len(books.rows(t.annexes)) == 4
    (books.folder / "p.png").unlink()
    assert "missing" in row(books.take(path), "D-1").message


def test_a_decided_quote_keeps_its_version(books: Books, write: Write, data: Data) -> None:
    path = write(data)
    books.take(path)
    decide(books, "D-1")
    shown = books.document("D-1")
    assert books.take(path).changes == 0  # the export still says "sent": the decision stands
    (books.folder / "D-1.pdf").write_bytes(pdf("other"))
    report = books.take(path)
    assert row(report, "D-1").outcome == "new_version"
    assert "version 1 stays" in row(report, "D-1").message
    assert books.document("D-1") == shown
    assert len(versions(books, "D-1")) == 2
    assert books.take(path).changes == 0


def test_the_portal_and_the_export_disagree(books: Books, write: Write, data: Data) -> None:
    books.take(write(data))
    decide(books, "D-1", "refused")
    data["documents"][0] |= {"status": "accepted", "decided_on": "2026-11-20"}
    assert row(books.take(write(data)), "D-1").message == "the client refused it here: that stays"
    assert (books.document("D-1").status, books.document("D-1").decided_on) == ("refused", None)


def test_a_quote_decided_elsewhere(books: Books, write: Write, data: Data) -> None:
    books.take(write(data))
    data["documents"][0] |= {"status": "accepted", "decided_on": "2026-11-20"}
    assert row(books.take(write(data)), "D-1").outcome == "updated"
    quote = books.document("D-1")
    assert (quote.status, quote.decided_on) == ("accepted", date(2026, 11, 20))


@pytest.mark.parametrize("first", [True, False])
def test_a_quote_that_replaces_another(books: Books, write: Write, data: Data, first: bool) -> None:
    later = document("quote", "D-2", replaces="D-1")
    data["documents"].insert(0 if first else 4, later)
    path = write(data)
    books.take(path)
    assert (books.document("D-1").status, books.document("D-2").replaces) == ("replaced", "D-1")
    assert books.take(path).changes == 0
    data["documents"].remove(later)
    assert books.take(write(data)).changes == 0  # an export that still says "sent"


# --- keys


def test_the_same_number_for_another_client(books: Books, write: Write, data: Data) -> None:
    books.take(write(data))
    data["documents"][1]["client"] = "C2"
    report = books.take(write(data))
    assert row(report, "F-1").message == "invoice F-1 belongs to another client"
    assert books.document("F-1").client_id == books.one(t.clients, ref="C1").id


def test_the_same_number_on_another_date(books: Books, write: Write, data: Data) -> None:
    books.take(write(data))
    data["documents"][1]["issued_on"] = "2026-11-03"
    assert (
        row(books.take(write(data)), "F-1").message
        == "invoice F-1 was issued on 2026-11-02, not on 2026-11-03"
    )
    assert books.document("F-1").issued_on == date(2026, 11, 2)


def test_the_same_number_twice_in_one_file(books: Books, write: Write, data: Data) -> None:
    data["documents"].append(document("invoice", "F-1", client="C2"))
    assert [found.message for found in books.take(write(data)).errors] == [
        "invoice F-1 belongs to another client"
    ]


def test_drafts(books: Books, write: Write, data: Data) -> None:
    data["documents"] += [
        document("invoice", None, status="draft"),
        document("quote", "D-9", status="draft", issued_on=None, file="D-9.pdf"),
    ]
    path = write(data)
    report = books.take(path)
    assert report.counts["skipped"] == 1
    assert books.document("D-9").status == "draft"
    (books.folder / "D-9.pdf").write_bytes(pdf("still a draft"))
    assert row(books.take(path), "D-9").outcome == "updated"  # nobody saw it: no version to keep
    data["documents"][-1] |= {"status": "sent", "issued_on": "2026-11-24"}
    books.take(write(data))
    assert (books.document("D-9").status, books.document("D-9").version) == ("sent", 1)


@pytest.mark.parametrize(("invoice", "said"), [("F-404", "unknown"), ("F-2", "another client")])
def test_a_credit_note_on_a_wrong_invoice(
    books: Books, write: Write, data: Data, invoice: str, said: str
) -> None:
    data["documents"][3]["invoice"] = invoice
    assert said in row(books.take(write(data)), "A-1").message
    assert not books.rows(t.documents, number="A-1")


def test_a_credit_note_that_is_cancelled(books: Books, write: Write, data: Data) -> None:
    books.take(write(data))
    data["documents"][3]["status"] = "cancelled"
    books.take(write(data))
    assert books.document("F-1").credited_cents == 0


# --- what the PDF says


def test_a_quote_that_cannot_be_signed(books: Books, write: Write, data: Data) -> None:
    books.folder.mkdir()
    (books.folder / "D-1.pdf").write_bytes(signed_pdf())
    report = books.take(write(data))
    assert row(report, "D-1").message == "cannot be signed: already_signed"
    (version,) = versions(books, "D-1")
    assert (version.signable, version.why_not) == (False, "already_signed")


def test_the_invoice_data_inside(books: Books, write: Write, data: Data) -> None:
    data["documents"][1]["total_cents"] = 1200
    books.folder.mkdir()
    (books.folder / "F-1.pdf").write_bytes(with_xml(cii("f 1")))
    assert row(books.take(write(data)), "F-1").message == ""
    (version,) = versions(books, "F-1")
    assert (version.net_cents, version.vat_cents) == (1000, 200)


def test_invoice_data_that_say_something_else(books: Books, write: Write, data: Data) -> None:
    books.folder.mkdir()
    (books.folder / "F-1.pdf").write_bytes(with_xml(cii("F-7")))
    said = row(books.take(write(data)), "F-1").message
    assert (
        said
        == "the invoice data in the PDF say a total of 1200 cents; the invoice data in the PDF say number F-7"
    )
    assert books.document("F-1").total_cents == 1000


# --- money


def payment(ref: str, **more: Any) -> dict[str, Any]:
    common = {"ref": ref, "client": "C1", "invoice": "F-1", "received_on": "2026-11-20", "amount_cents": 500}
    return {**common, **more}


def stripe(books: Books, **more: Any) -> None:
    invoice = books.document("F-1")
    common = {"company_id": invoice.company_id, "client_id": invoice.client_id, "document_id": invoice.id}
    values = {
        "ref": "pi_1",
        "stripe_id": "pi_1",
        "received_on": date(2026, 11, 19),
        "amount_cents": 500,
        "method": "card",
    }
    with books.engine.begin() as db:
        db.execute(t.payments.insert().values(created_at=books.now, **common, **{**values, **more}))


def test_refunds_and_payments_without_invoice(books: Books, write: Write, data: Data) -> None:
    data["payments"] += [payment("P2", amount_cents=-100), payment("P3", invoice=None, amount_cents=700)]
    assert not books.take(write(data)).errors
    assert books.document("F-1").paid_cents == 200
    assert books.one(t.payments, ref="P3").document_id is None


def test_a_payment_that_moves_to_another_invoice(books: Books, write: Write, data: Data) -> None:
    data["documents"].append(document("invoice", "F-8"))
    books.take(write(data))
    data["payments"][0]["invoice"] = "F-8"
    books.take(write(data))
    assert (books.document("F-1").paid_cents, books.document("F-8").paid_cents) == (0, 300)


def test_a_likely_double_is_held(books: Books, write: Write, data: Data) -> None:
    data["payments"] = []
    books.take(write(data))
    stripe(books)
    data["payments"] = [
        payment("P1"),
        payment("P2", received_on="2026-11-21"),
        payment("P3", received_on="2026-12-20"),
    ]
    path = write(data)
    report = books.take(path)
    assert [row(report, ref).outcome for ref in ("P1", "P2", "P3")] == ["held", "created", "created"]
    assert "pi_1" in row(report, "P1").message
    assert books.document("F-1").paid_cents == 1500  # Stripe's, P2 and P3
    again = books.take(path)
    assert again.changes == 0
    assert "still held" in row(again, "P1").message


def test_a_double_that_names_no_invoice(books: Books, write: Write, data: Data) -> None:
    books.take(write(data))
    stripe(books)
    data["payments"] = [payment("P2", invoice=None)]
    assert row(books.take(write(data)), "P2").outcome == "held"


@pytest.mark.parametrize(
    ("stripe_id", "outcome", "paid"), [("pi_1", "skipped", 500), ("pi_2", "created", 1000)]
)
def test_the_stripe_id_decides(
    books: Books, write: Write, data: Data, stripe_id: str, outcome: str, paid: int
) -> None:
    data["payments"] = []
    books.take(write(data))
    stripe(books)
    data["payments"] = [payment("P2", stripe_id=stripe_id)]
    path = write(data)
    assert row(books.take(path), "P2").outcome == outcome
    assert books.take(path).changes == 0
    with books.engine.begin() as db:
        from storage.books import settle

        settle(
            db, [books_id := db.execute(t.documents.select().where(t.documents.c.number == "F-1")).one().id]
        )
    assert books.one(t.documents, id=books_id).paid_cents == paid


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"amount_cents": 0}, "nothing was paid"),
        ({"invoice": "F-2"}, "another client"),
        ({"invoice": "D-1"}, "unknown"),
        ({"currency": "USD"}, "the invoice is in EUR"),
        ({"received_on": None}, "received_on"),
        ({"method": "barter"}, "method"),
    ],
)
def test_what_a_payment_may_not_be(books: Books, write: Write, data: Data, change: Data, said: str) -> None:
    data["payments"] = [payment("P2", **change)]
    assert said in row(books.take(write(data)), "P2").message
    assert not books.rows(t.payments)


def test_the_same_receipt_for_another_client(books: Books, write: Write, data: Data) -> None:
    books.take(write(data))
    data["payments"][0] |= {"client": "C2", "invoice": "F-2"}
    assert row(books.take(write(data)), "P1").message == "payment P1 belongs to another client"
