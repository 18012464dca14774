"""The demonstration's company: it imports without a remark, its invoices are real Factur-X, its dates are fresh."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from paper_mill import Books
from pypdf import PdfReader

from bot.demo.seed import seed
from storage import tables as t
from storage.imports.guard import Guard

TODAY = date(2026, 11, 24)
ONE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)  # what is written is the same on both


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return seed(tmp_path_factory.mktemp("seed"), TODAY).parent


@pytest.fixture(scope="module")
def documents(folder: Path) -> dict[str, dict[str, Any]]:
    rows = json.loads((folder / "company.json").read_text("utf-8"))["documents"]
    return {row["number"]: row for row in rows if row["number"]}


def test_it_imports_without_a_remark(books: Books, folder: Path) -> None:
    report = books.take(folder)
    assert [row for row in report.rows if row.message and "draft" not in row.message] == []
    assert set(report.counts) == {"created", "skipped"}
    assert books.take(folder).changes == 0
    assert not books.rows(t.to_check)
    assert all(version.signable for version in books.rows(t.document_versions) if version.file_sha256)


@ONE
def test_what_the_clients_owe(books: Books, folder: Path) -> None:
    books.take(folder)
    late, fresh = books.document("F-2026-0098"), books.document("F-2026-0123")
    assert (late.total_cents, late.paid_cents, late.issued_on, late.due_on) == (
        23456,
        0,
        date(2026, 10, 3),
        date(2026, 11, 2),
    )
    assert (fresh.total_cents, fresh.issued_on, fresh.due_on) == (64200, TODAY, date(2026, 12, 24))
    left = {
        invoice.number: invoice.total_cents - invoice.paid_cents - invoice.credited_cents
        for invoice in books.rows(t.documents, kind="invoice")
    }
    client = books.one(t.clients, name="Client A")
    mine = [invoice.number for invoice in books.rows(t.documents, kind="invoice", client_id=client.id)]
    assert len(mine) == 5
    assert sum(left[number] for number in mine) == 87656
    assert (left["F-2026-0088"], left["F-2026-0112"]) == (0, 75000)
    assert not [number for number, cents in left.items() if cents < 0]


def test_the_quote_to_sign(documents: dict[str, dict[str, Any]], folder: Path) -> None:
    quote = documents["D-2026-0044"]
    assert (quote["total_cents"], quote["status"]) == (480000, "sent")
    assert [annex["name"] for annex in quote["annexes"]] == ["Plan.pdf", "Conditions.pdf"]
    for annex in quote["annexes"]:
        assert len(PdfReader(folder / annex["file"]).pages) == 1


def test_invoices_say_in_xml_what_the_rows_say(
    documents: dict[str, dict[str, Any]], folder: Path, guard: Guard
) -> None:
    for number, row in documents.items():
        if row["kind"] == "quote":
            continue
        told = guard.read((folder / row["file"]).read_bytes()).as_json()
        assert (told["kind"], told["number"], told["issued_on"]) == (row["kind"], number, row["issued_on"])
        assert (told["total_cents"], told["buyer"]["id"], told["source"]) == (
            row["total_cents"],
            row["client"],
            "facturx",
        )
        assert told["due_on"] == row.get("due_on", row["issued_on"])
        assert (told["signable"], told["net_cents"] + told["vat_cents"]) == (True, row["total_cents"])


def test_an_invoice_is_a_pdf_a_3_with_its_factur_x_mark(folder: Path) -> None:
    reader = PdfReader(io.BytesIO((folder / "F-2026-0123.pdf").read_bytes()))
    root = reader.root_object
    attached = root["/AF"][0].get_object()
    assert (attached["/UF"], attached["/AFRelationship"]) == ("factur-x.xml", "/Alternative")
    assert "/OutputIntents" in root
    assert reader.trailer["/ID"]
    metadata = root["/Metadata"].get_object()
    assert (metadata["/Type"], metadata["/Subtype"], metadata.get("/Filter")) == ("/Metadata", "/XML", None)
    xmp = etree.fromstring(metadata.get_data())
    texts = {etree.QName(node).localname: node.text for node in xmp.iter() if isinstance(node.tag, str)}
    assert (texts["part"], texts["conformance"]) == ("3", "B")
    assert (texts["DocumentFileName"], texts["ConformanceLevel"], texts["DocumentType"]) == (
        "factur-x.xml",
        "EN 16931",
        "INVOICE",
    )
    prefixes = [node.text for node in xmp.iter("{http://www.aiim.org/pdfa/ns/schema#}prefix")]
    assert "fx" in prefixes


def test_the_page_says_it_too(folder: Path) -> None:
    text = " ".join(PdfReader(folder / "F-2026-0123.pdf").pages[0].extract_text().split())
    for said in ("F-2026-0123", "642,00", "24 décembre 2026", "SIREN", "FR76", "Pénalités de retard", "40 €"):
        assert said in text
    private = PdfReader(folder / "F-2026-0119.pdf").pages[0].extract_text()
    assert "Pénalités" not in private  # a consumer owes none of it
    assert "reverse charge" in PdfReader(folder / "F-2026-0112.pdf").pages[0].extract_text()


def test_it_is_always_fresh(tmp_path: Path) -> None:
    today = date(2027, 1, 15)
    rows = json.loads(seed(tmp_path, today).read_text("utf-8"))["documents"]
    number = next(row for row in rows if row["number"] == f"F-{today.year}-0123")
    assert number["issued_on"] == today.isoformat()
    assert all(row["issued_on"] <= today.isoformat() for row in rows if row["number"])
    assert all(row["number"][2:6] == row["issued_on"][:4] for row in rows if row["number"])


def test_the_same_day_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    """A demonstration started again has the same versions."""
    seed(tmp_path, TODAY)
    for path in folder.rglob("*.pdf"):
        assert (tmp_path / path.relative_to(folder)).read_bytes() == path.read_bytes()


@ONE
def test_there_is_something_to_see_in_each_part_of_a_file(books: Books, folder: Path) -> None:
    books.take(folder)
    first, many = (books.one(t.clients, name=name) for name in ("Client A", "Client D"))
    contracts = books.rows(t.contracts, client_id=first.id)
    assert {one.status for one in contracts} == {"active", "suspended", "ended"}
    assert any(one.tacit_renewal for one in contracts if one.status == "active")
    starts = [one.starts_at.date() for one in books.rows(t.events, client_id=first.id)]
    assert min(starts) < TODAY < max(starts)
    said = {one.type for one in books.rows(t.interactions, client_id=first.id)}
    assert said == {"note", "email", "call", "meeting", "other"}
    papers = books.rows(t.documents, client_id=many.id)
    assert len(papers) >= 30
    assert {one.kind for one in papers} == {"quote", "invoice", "credit_note"}
    paid = [one.amount_cents for one in books.rows(t.payments, client_id=many.id)]
    assert min(paid) < 0 < max(paid), "a refund and payments"


@ONE
def test_who_may_come_in(books: Books, folder: Path) -> None:
    books.take(folder)
    roles = {one.role for one in books.rows(t.staff)}
    assert roles == {"admin", "accountant", "manager", "sales", "other"}
    shared = books.one(t.accounts, address="client-d@courriel.example")
    assert len(books.rows(t.contacts, account_id=shared.id)) == 2
    reader = books.one(t.accounts, address="assistante-a@courriel.example")
    only = books.one(t.contacts, account_id=reader.id)
    assert (only.can_read, only.can_pay, only.can_sign, only.can_notify) == (True, False, False, False)


@ONE
@pytest.mark.parametrize("today", [date(2026, 1, 1), date(2024, 2, 29), date(2026, 3, 31)])
def test_on_any_day_of_the_year(books: Books, tmp_path: Path, today: date) -> None:
    report = books.take(seed(tmp_path / "seed", today).parent)
    assert [row for row in report.rows if row.message and "draft" not in row.message] == []
    for invoice in books.rows(t.documents, kind="invoice"):
        assert invoice.total_cents - invoice.paid_cents - invoice.credited_cents >= 0
    assert all(payment.received_on <= today for payment in books.rows(t.payments))
