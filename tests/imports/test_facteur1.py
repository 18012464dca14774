"""facteur/1: every section, on both databases; the same file again changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from paper_mill import Books, document, pdf
from sqlalchemy import update

from storage import tables as t
from storage.imports.report import Report
from storage.imports.shapes import Batch, ClientRow, CompanyRow, InteractionRow

Write = Callable[[dict[str, Any]], Path]
Data = dict[str, Any]


def error(report: Report) -> str:
    assert len(report.errors) == 1, report.rows
    return report.errors[0].message


def row(report: Report, ref: str) -> Any:
    return next(found for found in report.rows if found.ref == ref)


# --- the whole of it


def test_a_company_comes_in(books: Books, write: Write, data: Data) -> None:
    report = books.take(write(data))
    assert not report.errors
    company = books.one(t.companies)
    assert (company.slug, company.options) == ("atelier", ["portal", "signature"])
    assert company.as_of == datetime(2026, 11, 24, 7, tzinfo=UTC)
    client = books.one(t.clients, ref="C1")
    assert (client.siren, client.name_norm) == ("987654324", "client a")
    invoice = books.document("F-1")
    assert (invoice.total_cents, invoice.paid_cents, invoice.credited_cents, invoice.number_norm) == (
        1000,
        300,
        200,
        "F1",
    )
    assert books.document("A-1").invoice_id == invoice.id
    version = books.one(t.document_versions, document_id=books.document("D-1").id)
    assert (version.version, version.signable, version.why_not, version.source) == (1, True, None, "json")
    assert books.store.read(invoice.file_sha256) == (books.folder / "F-1.pdf").read_bytes()
    sizes = {row.sha256: row.size for row in books.rows(t.files)}
    assert sizes[invoice.file_sha256] == (books.folder / "F-1.pdf").stat().st_size


def test_again_changes_nothing(books: Books, write: Write, data: Data) -> None:
    path = write(data)
    first = books.take(path)
    assert first.changes == first.counts["created"] > 8
    before = books.everything()
    second = books.take(path)
    assert (second.changes, second.errors) == (0, [])
    assert set(second.counts) == {"unchanged"}
    assert books.everything() == before


def test_a_dry_run_changes_nothing(books: Books, write: Write, data: Data, tmp_path: Path) -> None:
    before = books.everything()
    report = books.take(write(data), dry_run=True)
    assert report.dry_run
    assert report.counts["created"] > 8
    assert books.everything() == before
    assert not [path for path in (tmp_path / "files").rglob("*") if path.is_file()]


def test_others_write_during_a_dry_run(books: Books, write: Write, data: Data) -> None:
    books.take(write(data))
    company = books.one(t.companies)
    tokens = iter(range(1000))

    def turn(done: int, known: int) -> None:
        values = {"company_id": company.id, "token": str(next(tokens)), "created_at": books.now}
        with books.engine.begin() as db:
            db.execute(t.links.insert().values(**values))

    data["company"]["name"] = "Atelier B"
    assert books.take(write(data), dry_run=True, progress=turn).changes == 1
    assert len(books.rows(t.links)) > 5
    assert books.one(t.companies).name == "Atelier"


def test_a_dry_run_of_several_files_sees_the_first(books: Books, write: Write, data: Data) -> None:
    write(data)
    (books.folder / "more.json").write_text(
        '{"schema": "facteur/1", "company": {"slug": "atelier"}, "clients": [{"ref": "C9", "name": "Client I"}]}'
    )
    report = books.take(dry_run=True)
    assert not report.errors
    assert row(report, "C9").outcome == "created"
    assert not books.rows(t.companies)


def test_a_bad_row_never_stops_the_others(books: Books, write: Write, data: Data) -> None:
    data["clients"].append({"ref": "C3", "name": 7})
    data["documents"] += [
        document("invoice", "F-3", total_cents="12,50"),
        document("invoice", "F-4", file="missing.pdf"),
        document("invoice", "F-5", client="C404"),
        document("invoice", "F-6"),
    ]
    data["payments"].append(
        {"ref": "P2", "client": "C1", "invoice": "F-404", "received_on": "2026-11-20", "amount_cents": 1}
    )
    path = write(data)
    (books.folder / "missing.pdf").unlink()
    report = books.take(path)
    assert {found.ref for found in report.errors} == {"C3", "F-3", "F-4", "F-5", "P2"}
    assert row(report, "F-4").message == "file 'missing.pdf': is missing"
    assert row(report, "F-5").message == "client 'C404' is unknown"
    assert row(report, "F-3").message.startswith("total_cents: ")
    assert books.document("F-6").total_cents == 1000
    assert not books.rows(t.documents, number="F-4")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"total_cents": 12.5}, "total_cents"),
        ({"total_cents": True}, "total_cents"),
        ({"total_cents": -1}, "total_cents"),
        ({"total_cents": 10**15}, "total_cents"),
        ({"issued_on": "02/11/2026"}, "YYYY-MM-DD"),
        ({"issued_on": "2026-02-30"}, "calendar"),
        ({"issued_on": "0026-11-02"}, "year"),
        ({"issued_on": None}, "has a date"),
        ({"status": "sent"}, "never sent"),
        ({"status": "lost"}, "status"),
        ({"kind": "receipt"}, "kind"),
        ({"number": None}, "only a draft"),
        ({"number": "F\u0000-3"}, "control"),
        ({"number": "F" * 61}, "60"),
        ({"currency": "euro"}, "currency"),
        ({"invoice": "F-1"}, "only a credit note"),
        ({"decided_on": "2026-11-03"}, "only for quotes"),
        ({"file": "../secret.pdf"}, "below the folder"),
        ({"file": "/etc/hostname"}, "below the folder"),
        ({"file": "C:\\secret.pdf"}, "below the folder"),
        ({"file": "notes.txt"}, "not a PDF"),
        ({"file": "."}, "not a file"),
    ],
)
def test_what_a_document_may_not_be(books: Books, write: Write, data: Data, change: Data, said: str) -> None:
    path = write(data)
    (books.folder / "notes.txt").write_text("not a PDF")
    (books.folder.parent / "secret.pdf").write_bytes(pdf("secret"))
    data["documents"], data["payments"] = [{**document("invoice", "F-3"), **change}], []
    path.write_text(json.dumps(data))
    assert said in error(books.take(path))
    assert not books.rows(t.documents, number="F-3")


def test_a_link_that_leads_out_is_refused(books: Books, write: Write, data: Data) -> None:
    path = write(data)
    (books.folder.parent / "secret.pdf").write_bytes(pdf("secret"))
    (books.folder / "F-1.pdf").unlink()
    (books.folder / "F-1.pdf").symlink_to(books.folder.parent / "secret.pdf")
    report = books.take(path)
    assert {found.ref for found in report.errors} == {"F-1", "A-1", "P1"}
    assert "leads out" in row(report, "F-1").message


def test_unknown_keys_are_a_warning(books: Books, write: Write, data: Data) -> None:
    data["documents"][1]["colour"] = "blue"
    data["sauce"] = 1
    report = books.take(write(data))
    assert row(report, "F-1").outcome == "created"
    assert row(report, "F-1").message == "unknown keys ignored: colour"
    assert row(report, "company.json").message == "unknown keys ignored: sauce"
    assert not report.errors


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[]", "facteur/1"),
        ('{"schema": "facteur/2"}', "facteur/1"),
        ('{"schema": "facteur/1"}', "names no company"),
        ('{"schema": "facteur/1", "company": {"slug": "new"}}', "name and an email"),
        (
            '{"schema": "facteur/1", "company": {"slug": "Pas bon", "name": "x", "email": "a@b.example"}}',
            "slug",
        ),
        ('{"schema": "facteur/1", "company": {"slug": "x", "name": "x", "email": "nobody"}}', "e-mail"),
        ("[" * 100_000, "deep"),
        ('{"schema": "facteur/1", "as_of": NaN}', "not a number"),
    ],
)
def test_files_that_cannot_be_taken(books: Books, text: str, said: str) -> None:
    books.folder.mkdir()
    path = books.folder / "company.json"
    path.write_text(text)
    report = books.take(path)
    assert any(said in found.message for found in report.errors)
    assert not books.rows(t.companies)


def test_a_section_that_is_no_list_does_not_stop_the_others(books: Books, write: Write, data: Data) -> None:
    data["payments"] = {"ref": "P1"}
    report = books.take(write(data))
    assert error(report) == "payments: must be a list"
    assert books.document("F-1")


# --- the company


def test_another_address_ends_the_link(books: Books, write: Write, data: Data) -> None:
    books.take(write(data))
    company = books.one(t.companies)
    with books.engine.begin() as db:
        db.execute(t.links.insert().values(company_id=company.id, token="old", created_at=books.now))
    data["company"]["email"] = "CONTACT@Atelier.example"
    books.take(write(data))
    assert books.one(t.links).ended_at is None  # the same address, written otherwise
    data["company"]["email"] = "bonjour@atelier.example"
    report = books.take(write(data))
    assert row(report, "atelier").message == "new e-mail address: the former link has ended"
    assert books.one(t.links).ended_at == books.now


def test_what_is_not_mentioned_is_kept(books: Books, write: Write, data: Data) -> None:
    data["company"]["phone"] = "01 02 03 04 05"
    data["clients"][0]["phone"] = "06"
    books.take(write(data))
    small = {
        "schema": "facteur/1",
        "company": {"slug": "atelier", "name": "Atelier B"},
        "clients": [{"ref": "C1", "address": "12 rue du Bois"}],
    }
    assert books.take(write(small)).changes == 2
    company, client = books.one(t.companies), books.one(t.clients, ref="C1")
    assert (company.name, company.phone, company.email) == (
        "Atelier B",
        "01 02 03 04 05",
        "contact@atelier.example",
    )
    assert (client.name, client.phone, client.address) == ("Client A", "06", "12 rue du Bois")
    assert len(books.rows(t.staff, ended_at=None)) == 1
    assert len(books.rows(t.contacts, ended_at=None)) == 2
    assert company.as_of == datetime(2026, 11, 24, 7, tzinfo=UTC)


def test_the_iban(books: Books, write: Write, data: Data) -> None:
    data["company"]["iban"] = "FR76 3000 6000 0112 3456 7890 188"
    assert "check digits" in row(books.take(write(data)), "atelier").message
    assert books.one(t.companies).iban is None
    data["company"]["iban"] = "FR76 3000 6000 0112 3456 7890 189"
    books.take(write(data))
    company = books.one(t.companies)
    assert (company.iban, company.iban_changed_at) == ("FR7630006000011234567890189", books.now)


def test_a_siret_is_kept_as_its_siren(books: Books, write: Write, data: Data) -> None:
    data["clients"][0]["siren"] = "987 654 324 00015"
    data["clients"][1]["siren"] = "CHE-123.456.788"
    books.take(write(data))
    assert [client.siren for client in books.rows(t.clients)] == ["987654324", "CHE-123.456.788"]


def test_what_came_in_a_file_does_not_move_the_cursor(books: Books, write: Write, data: Data) -> None:
    data["payments"] = [{"ref": "\u001b[2J", "client": "C1"}]
    data["clients"][0]["\ud800"] = 1
    said = str(books.take(write(data)).rows)
    assert "\ufffd[2J" in said
    said.encode()


def test_a_wrong_company_row_leaves_the_rest(books: Books, write: Write, data: Data) -> None:
    books.take(write(data))
    data["company"]["language"] = "de"
    data["documents"].append(document("invoice", "F-7"))
    report = books.take(write(data))
    assert "language" in error(report)
    assert books.document("F-7")


def test_the_named_company_and_the_file_must_agree(books: Books, write: Write, data: Data) -> None:
    assert "not 'other'" in error(books.take(write(data), company="other"))
    assert not books.rows(t.companies)


@pytest.mark.parametrize(
    ("as_of", "kept"),
    [("2026-11-23T08:00:00Z", 24), ("2026-11-25T06:00:00Z", 25), ("2027-01-01T00:00:00Z", 24)],
)
def test_freshness_never_goes_back(books: Books, write: Write, data: Data, as_of: str, kept: int) -> None:
    books.take(write(data))
    data["as_of"] = as_of
    books.take(write(data))
    assert books.one(t.companies).as_of.day == kept


# --- people


def open_session(books: Books, address: str, client: str | None) -> int:
    account = books.one(t.accounts, address_norm=address)
    client_id = books.one(t.clients, ref=client).id if client else None
    with books.engine.begin() as db:
        values = {
            "company_id": account.company_id,
            "account_id": account.id,
            "client_id": client_id,
            "channel": "telegram",
            "conversation": address,
            "opened_at": books.now,
            "seen_at": books.now,
            "expires_at": books.now,
        }
        made = db.execute(t.sessions.insert().values(**values)).inserted_primary_key
        chat = {"company_id": account.company_id, "account_id": account.id, "channel": "telegram"}
        db.execute(t.chat_links.insert().values(chat=f"{address} {client}", linked_at=books.now, **chat))
    assert made is not None
    id: int = made[0]
    return id


def test_contacts_are_a_whole_list(books: Books, write: Write, data: Data) -> None:
    books.take(write(data))
    kept, lost = (open_session(books, address, "C1") for address in ("a@client.example", "b@client.example"))
    del data["clients"][0]["contacts"][1]
    report = books.take(write(data))
    assert "rights and sessions ended" in row(report, "b@client.example").message
    assert books.one(t.sessions, id=kept).ended_at is None
    ended = books.one(t.sessions, id=lost)
    assert (ended.ended_at, ended.ended_by) == (books.now, "company")
    assert books.one(t.chat_links, chat="b@client.example C1").ended_at == books.now
    assert books.one(t.chat_links, chat="a@client.example C1").ended_at is None
    assert len(books.rows(t.contacts, ended_at=None)) == 1
    assert books.take(write(data)).changes == 0


def test_who_is_left_out_is_not_told_what_waits(books: Books, write: Write, data: Data) -> None:
    books.take(write(data))
    for address in ("a@client.example", "b@client.example"):
        account, client = books.one(t.accounts, address=address), books.one(t.clients, ref="C1")
        own = {"company_id": account.company_id, "account_id": account.id, "channel": "email"}
        at = {"created_at": books.now, "ready_at": books.now}
        with books.engine.begin() as db:
            mail = {"address": address, "kind": "broadcast", "dedup": address, "reply": {}, "state": "due"}
            outgoing = db.execute(t.outbox.insert().values(**own, **at, **mail)).inserted_primary_key[0]
            said = {"key": "announce:1", "kind": "announce", "what": "invoice", "state": "planned"}
            of = {"client_id": client.id, "outbox_id": outgoing}
            db.execute(t.notices.insert().values(**own, **at, **said, **of))
    del data["clients"][0]["contacts"][1]
    books.take(write(data))
    assert books.one(t.outbox, address="b@client.example").state == "dropped"
    assert books.one(t.outbox, address="a@client.example").state == "due"
    assert sorted(row.state for row in books.rows(t.notices)) == ["planned", "skipped"]


def test_left_out_of_one_file_only(books: Books, write: Write, data: Data) -> None:
    data["clients"][1]["contacts"] = [{"email": "b@client.example"}]
    books.take(write(data))
    first, second = (open_session(books, "b@client.example", ref) for ref in ("C1", "C2"))
    data["clients"][1]["contacts"] = []
    books.take(write(data))
    assert books.one(t.sessions, id=first).ended_at is None
    assert books.one(t.sessions, id=second).ended_at == books.now
    assert not [link for link in books.rows(t.chat_links) if link.ended_at]


def test_a_contact_comes_back_with_other_rights(books: Books, write: Write, data: Data) -> None:
    contact = data["clients"][0]["contacts"].pop(1)
    contacts = data["clients"][0]["contacts"]
    contacts.append(contact)
    books.take(write(data))
    contacts.remove(contact)
    books.take(write(data))
    contacts.append({"email": "B@Client.example", "rights": ["sign"]})
    books.take(write(data))
    account = books.one(t.accounts, address_norm="b@client.example")
    assert account.address == "B@Client.example"  # as recorded last
    back = books.one(t.contacts, account_id=account.id)
    assert (back.can_read, back.can_sign, back.ended_at) == (False, True, None)


@pytest.mark.parametrize(
    "contact",
    [
        {"email": "nobody"},
        {"name": "x"},
        {"email": "c@client.example", "rights": ["rule"]},
        "c@client.example",
        {"email": "A@client.example"},
    ],
)
def test_a_bad_contact_does_not_stop_the_client(books: Books, write: Write, data: Data, contact: Any) -> None:
    data["clients"][0]["contacts"].append(contact)
    report = books.take(write(data))
    assert len(report.errors) == 1
    assert report.errors[0].kind == "contact"
    assert len(books.rows(t.contacts)) == 2


def test_staff_are_a_whole_list(books: Books, write: Write, data: Data) -> None:
    books.take(write(data))
    session = open_session(books, "compta@atelier.example", None)
    data["company"]["staff"] = [{"name": "Vente", "email": "vente@atelier.example", "role": "sales"}]
    report = books.take(write(data))
    assert row(report, "compta@atelier.example").outcome == "updated"
    assert books.one(t.staff, address_norm="compta@atelier.example").ended_at == books.now
    assert books.one(t.sessions, id=session).ended_by == "company"


def test_another_role_ends_the_sessions(books: Books, write: Write, data: Data) -> None:
    books.take(write(data))
    session = open_session(books, "compta@atelier.example", None)
    data["company"]["staff"][0]["role"] = "other"
    books.take(write(data))
    assert books.one(t.sessions, id=session).ended_at == books.now


# --- contracts, events, interactions


def test_the_rest_of_the_card(books: Books, write: Write, data: Data) -> None:
    data["contracts"] = [
        {"ref": "CT", "client": "C1", "label": "Entretien", "status": "active", "next_due_on": "2027-01-01"}
    ]
    data["events"] = [
        {"uid": "e", "client": "C1", "title": "Visite", "starts_at": "2026-12-01T09:00:00", "place": ""}
    ]
    note = {"client": "C1", "type": "note", "at": "2026-11-01T09:00:00Z", "text": "Ligne 1\r\nLigne 2"}
    data["interactions"] = [{"ref": "i", **note}, note]
    path = write(data)
    assert not books.take(path).errors
    assert books.one(t.contracts).next_due_on == date(2027, 1, 1)
    event = books.one(t.events)
    assert (event.starts_at, event.place) == (
        datetime(2026, 12, 1, 8, tzinfo=UTC),
        None,
    )  # the company's own clock
    assert [found.text for found in books.rows(t.interactions)] == ["Ligne 1\nLigne 2"] * 2
    assert books.take(path).changes == 0
    data["contracts"][0]["status"] = "ended"
    data["events"][0]["ends_at"] = "2026-12-01T08:00:00"
    data["interactions"][0]["client"] = "C2"
    report = books.take(write(data))
    assert {found.message for found in report.errors} == {
        "ends_at: before starts_at",
        "i belongs to another client",
    }
    assert books.one(t.contracts).status == "ended"


def test_two_companies_may_use_the_same_ids(books: Books, write: Write, data: Data) -> None:
    books.take(write(data))
    data["company"] |= {"slug": "other", "email": "contact@other.example"}
    report = books.take(write(data))
    assert not report.errors
    assert report.counts["created"] > 8
    assert len(books.rows(t.documents, number="F-1")) == 2


def test_rows_that_were_locked_out_by_the_portal_stay(books: Books, write: Write, data: Data) -> None:
    """What the portal itself recorded has no ref, and no import touches it."""
    books.take(write(data))
    client = books.one(t.clients, ref="C1")
    with books.engine.begin() as db:
        values = {
            "company_id": client.company_id,
            "client_id": client.id,
            "type": "note",
            "at": books.now,
            "text": "x",
        }
        db.execute(t.interactions.insert().values(source="portal", **values))
        db.execute(update(t.clients).where(t.clients.c.id == client.id).values(settings={"quiet": True}))
    books.take(write(data))
    assert books.one(t.interactions).source == "portal"
    assert books.one(t.clients, ref="C1").settings == {"quiet": True}


def test_a_large_file_is_written_client_by_client(books: Books, write: Write, data: Data) -> None:
    """Others write meanwhile; the data are called fresh only once all are in; again changes nothing."""
    clients = [{"ref": f"N{i}", "name": f"Client {i}"} for i in range(200)]
    invoices = [document("invoice", f"N-{i}", client=f"N{i % 200}") for i in range(600)]
    paid = {"received_on": "2026-11-20", "amount_cents": 1000}
    payments = [{"ref": f"N-{i}", "client": f"N{i % 200}", "invoice": f"N-{i}", **paid} for i in range(600)]
    for name, rows in (("clients", clients), ("documents", invoices), ("payments", payments)):
        data[name] += rows
    path = write(data)
    halves = []

    def look(done: int, known: int) -> None:
        if done % 300 == 0 and books.engine.dialect.name == "postgresql":  # SQLite lets one in at a time
            owed = {
                row.number
                for row in books.rows(t.documents, kind="invoice")
                if row.total_cents > row.paid_cents
            }
            halves.append((books.rows(t.companies)[0].as_of if books.rows(t.companies) else None, owed))

    assert not books.take(path, progress=look).errors
    assert all(as_of is None and owed <= {"F-1", "F-2"} for as_of, owed in halves)
    assert books.one(t.companies).as_of
    assert len(books.rows(t.documents)) == 604
    assert books.take(path).changes == 0


def test_parts_keep_a_client_together() -> None:
    rows = [ClientRow(ref=f"C{i}") for i in range(10)]
    notes = [
        InteractionRow.model_validate(
            {"client": f"C{i % 10}", "type": "note", "at": "2026-11-01", "text": "x"}
        )
        for i in range(90)
    ]
    at = datetime(2026, 11, 24, tzinfo=UTC)
    whole = Batch("x", Path(), as_of=at, company=CompanyRow(slug="x"), clients=rows, interactions=notes)
    parts = whole.parts(25)
    assert sum(map(len, parts)) == len(whole) == 101
    assert [part.company is not None for part in parts] == [True, False, False, False]
    assert [part.as_of for part in parts] == [None, None, None, at]
    for part in parts:
        assert {row.ref for row in part.clients} == {row.client for row in part.interactions}
