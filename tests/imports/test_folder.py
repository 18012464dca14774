"""A folder: JSON first, then invoices that come alone; what cannot be matched waits, and is shown to no client."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from paper_mill import Books, cii, document, pdf, with_xml

from storage import tables as t

Write = Callable[[dict[str, Any]], Path]
Data = dict[str, Any]


@pytest.fixture
def folder(books: Books, write: Write, data: Data) -> Path:
    write(data)
    return books.folder


def held(books: Books, folder: Path, xml: bytes, name: str = "in.pdf") -> str:
    (folder / name).write_bytes(with_xml(xml))
    report = books.take(folder)
    (found,) = [row for row in report.rows if row.ref == name]
    assert found.outcome == "held"
    assert books.one(t.to_check).done_at is None
    return found.message.removeprefix("to check, shown to no client: ")


def test_an_invoice_alone_finds_its_client(books: Books, folder: Path) -> None:
    (folder / "2026").mkdir()
    (folder / "2026" / "F-9.pdf").write_bytes(with_xml(cii("F-9")))
    (folder / "2026" / ".hidden.pdf").write_bytes(with_xml(cii("F-10")))
    (folder / "notes.txt").write_text("no import")
    assert not books.take(folder).errors
    invoice = books.document("F-9")
    assert (invoice.client_id, invoice.total_cents, invoice.status) == (
        books.one(t.clients, ref="C1").id,
        1200,
        "issued",
    )
    version = books.one(t.document_versions, document_id=invoice.id)
    assert (version.source, version.net_cents, version.vat_cents) == ("facturx", 1000, 200)
    assert invoice.file_name == "F-9.pdf"
    before = books.everything()
    assert books.take(folder).changes == 0
    assert books.everything() == before
    assert not books.rows(t.to_check)


def test_files_that_a_row_names_do_not_come_alone(books: Books, folder: Path) -> None:
    books.take(folder)
    assert not books.rows(t.to_check)
    (folder / "stray.pdf").write_bytes(pdf("stray"))
    assert books.take(folder).counts["held"] == 1
    assert books.one(t.to_check).name == "stray.pdf"


@pytest.mark.parametrize(
    ("more", "ref"),
    [
        ({"buyer_id": "C2", "name": "Whoever"}, "C2"),
        ({"buyer_id": "", "siren": "98765432400015", "name": "Whoever"}, "C1"),
        ({"buyer_id": "", "name": "CLIENT  b"}, "C2"),
    ],
    ids=["reference", "SIRET", "name"],
)
def test_how_a_client_is_found(books: Books, folder: Path, more: dict[str, str], ref: str) -> None:
    (folder / "F-9.pdf").write_bytes(with_xml(cii("F-9", **more)))
    books.take(folder)
    assert books.document("F-9").client_id == books.one(t.clients, ref=ref).id


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"buyer_id": "", "name": "Client"}, "no client is known as Client"),
        ({"buyer_id": "", "name": ""}, "no client is known as this buyer"),
        ({"buyer_id": "C2", "siren": "987654324"}, "several clients could be the buyer"),
        ({"buyer_id": "", "name": "Client A", "siren": "552100554"}, "the client found has another SIREN"),
        ({"number": ""}, "the invoice data hold no number"),
        ({"date": "2026"}, "the invoice data hold no date"),
        ({"total": "a lot"}, "the invoice data hold no total"),
        ({"total": "-12.00"}, "the total is negative"),
        ({"type": "310"}, "neither an invoice nor a credit note"),
    ],
)
def test_never_a_guess(books: Books, folder: Path, more: dict[str, str], reason: str) -> None:
    assert held(books, folder, cii(**more)) == reason
    assert not books.rows(t.documents, number="F-9")


def test_two_clients_of_one_name(books: Books, write: Write, data: Data) -> None:
    data["clients"].append({"ref": "C3", "name": "Client B."})
    write(data)
    said = held(books, books.folder, cii(buyer_id="", name="Client B"))
    assert said == "several clients could be the buyer"


def test_an_invoice_of_somebody_else(books: Books, write: Write, data: Data) -> None:
    data["company"]["siren"] = "123456782"
    write(data)
    assert held(books, books.folder, cii(seller="55210055400013")) == "issued by another company"


def test_what_waited_is_found_once_the_client_is_known(books: Books, write: Write, data: Data) -> None:
    write(data)
    held(books, books.folder, cii(buyer_id="C9", name="Client I"))
    assert books.take(books.folder).changes == 0
    data["clients"].append({"ref": "C9", "name": "Client I"})
    write(data)
    books.take(books.folder)
    assert books.document("F-9")
    assert books.one(t.to_check).done_at == books.now


def test_what_a_person_put_aside_stays_aside(books: Books, folder: Path) -> None:
    held(books, folder, cii(buyer_id="C9", name="nobody"))
    with books.engine.begin() as db:
        db.execute(t.to_check.update().values(done_at=books.now))
    assert books.take(folder).counts["skipped"] == 1


def test_a_number_that_another_client_has(books: Books, folder: Path) -> None:
    (folder / "double.pdf").write_bytes(with_xml(cii("F-2")))
    (found,) = books.take(folder).errors
    assert (found.kind, found.ref, found.message) == (
        "invoice",
        "F-2",
        "invoice F-2 belongs to another client",
    )


def test_a_pdf_does_not_bring_a_cancelled_invoice_back(books: Books, write: Write, data: Data) -> None:
    data["documents"].append(document("invoice", "F-9", status="cancelled", total_cents=1200))
    write(data)
    (books.folder / "found.pdf").write_bytes(with_xml(cii("F-9")))
    assert not books.take(books.folder).errors
    invoice = books.document("F-9")
    assert (invoice.status, invoice.file_name) == ("cancelled", "found.pdf")
    assert books.take(books.folder).changes == 0


def test_a_pdf_needs_a_company(books: Books, folder: Path, tmp_path: Path) -> None:
    books.take(folder)
    alone = tmp_path / "F-9.pdf"
    alone.write_bytes(with_xml(cii("F-9")))
    (found,) = books.take(alone).errors
    assert "--company" in found.message
    (found,) = books.take(alone, company="nobody").errors
    assert "does not exist" in found.message
    assert books.take(alone, company="atelier").changes == 1


def test_a_bad_file_takes_nothing_else_with_it(books: Books, folder: Path) -> None:
    (folder / "a-broken.json").write_text("{")
    (folder / "z.pdf").write_bytes(b"%PDF-1.4 broken")
    (folder / "F-9.pdf").write_bytes(with_xml(cii("F-9")))
    report = books.take(folder)
    assert [row.ref for row in report.errors] == ["a-broken.json"]
    assert books.document("F-9")
    assert books.one(t.to_check).name == "z.pdf"


def test_a_dry_run_of_a_folder(books: Books, folder: Path, tmp_path: Path) -> None:
    (folder / "F-9.pdf").write_bytes(with_xml(cii("F-9")))
    (folder / "stray.pdf").write_bytes(pdf("stray"))
    before = books.everything()
    report = books.take(folder, dry_run=True)
    assert not report.errors
    assert report.counts["held"] == 1
    assert any(row.ref == "F-9" and row.outcome == "created" for row in report.rows)
    assert books.everything() == before
    assert not [path for path in (tmp_path / "files").rglob("*") if path.is_file()]


def test_progress_reaches_its_end(books: Books, folder: Path) -> None:
    (folder / "F-9.pdf").write_bytes(with_xml(cii("F-9")))
    seen: list[tuple[int, int]] = []
    books.take(folder, progress=lambda done, known: seen.append((done, known)))
    assert seen
    assert all(done <= known for done, known in seen)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_a_path_that_is_not_there(books: Books, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        books.take(tmp_path / "nowhere")
