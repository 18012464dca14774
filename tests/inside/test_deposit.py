"""PDFs to the deposit address: raw mails through the real readers, what is asked, recorded, put aside, and for whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from imports.paper_mill import pdf, saved, with_action, with_xml
from pypdf import PdfWriter
from sqlalchemy import delete, func, insert, select, update
from town_deposits import a_week, address, announce, bring, invoice, mail

from bot.deposit import PER_HOUR
from storage import deposit_address
from storage import tables as t
from town import LEA, Town

ZOE = "zoe@x.example"
FACTURX = Path(__file__).parents[1] / "data" / "facturx"
d, v = t.documents.c, t.document_versions.c


def deposit(town: Town, data: bytes, name: str = "a.pdf", who: str = LEA, **headers: str) -> str:
    """What the sender is told."""
    to = address(town)
    bring(town, mail(who, to, {name: data}, **headers), to)
    return out(town)


def says(town: Town, text: str, who: str = LEA, level: str = "unverified") -> str:
    town.mail(who, text, "(reply)", level)
    return out(town)


def out(town: Town) -> str:
    return "\n".join(town.out()).replace("\u00a0", " ")


def documents(town: Town, number: str) -> list[Any]:
    with town.engine.begin() as db:
        return list(db.execute(select(t.documents).where(d.number == number)).all())


def rows(town: Town, table: Any) -> list[Any]:
    with town.engine.begin() as db:
        return list(db.execute(select(table).order_by(table.c.id)).all())


def told(town: Town, number: str) -> list[str]:
    """To whom a document was announced, once the service did."""
    announce(town)
    town.out()
    return [got.to for got in town.got if got.reply.subject in (f"Facture {number}", f"Invoice {number}")]


def test_a_real_factur_x_is_read_back_recorded_and_announced(town: Town) -> None:
    with town.engine.begin() as db:
        db.execute(update(t.clients).where(t.clients.c.id == 3).values(siren="987654321"))
    data = (FACTURX / "horstoeko" / "tests_assets_pdf_fx_minimum_1.pdf").read_bytes()
    asked = deposit(town, data, "facture du mois.pdf")
    assert "Lu dans facture du mois.pdf : la facture F20220027." in asked
    assert "Client : Garage Morel" in asked
    assert "110,00 € TTC" in asked
    assert documents(town, "F20220027") == [], "nothing is recorded before the yes"
    assert "C'est enregistré : la facture F20220027" in says(town, "OUI")
    (made,) = documents(town, "F20220027")
    assert (made.client_id, made.status, made.total_cents) == (3, "issued", 11000)
    assert made.file_name == "facture du mois.pdf"
    assert told(town, "F20220027") == ["compta@groupe.example"]
    (row,) = rows(town, t.deposits)
    assert (row.state, row.document_id, row.sender) == ("announced", made.id, LEA)
    kinds = [one.kind for one in rows(town, t.ledger) if one.kind.startswith("deposit.")]
    assert kinds == ["deposit.recorded"]


def test_a_yes_twice_and_a_mail_twice_are_once(town: Town) -> None:
    to, data = address(town), invoice("F-2026-0130")
    inbox = town.raw(next(town.ids))
    for _ in range(2):  # the process ended before the mail was marked
        verdict = bring(town, mail(LEA, to, {"a.pdf": data}), to, inbox)
        assert (verdict["kind"], verdict["reason"]) == ("ignore", "deposit")
    assert len(town.out()) > 0
    assert len(town.got) == 1
    says(town, "oui")
    assert "C'était déjà enregistré" in says(town, "oui")
    assert len(documents(town, "F-2026-0130")) == 1
    assert len(rows(town, t.broadcasts)) == 1
    assert len(told(town, "F-2026-0130")) == 2
    assert len(told(town, "F-2026-0130")) == 2


UNSURE: dict[str, tuple[Callable[[], bytes], str]] = {
    "no_client": (lambda: invoice("F-9", "?", name="Menuiserie Leroy"), "Aucun client enregistré"),
    "several": (lambda: invoice("F-9", "?", name="Les Jumeaux"), "Plusieurs clients"),
    "other_siren": (lambda: invoice("F-9", "?", name="Garage Morel", siren="111111111"), "a un autre SIREN"),
    "foreign": (lambda: invoice("F-9", seller="999999999"), "vient d'une autre entreprise"),
    "no_number": (lambda: invoice(""), "n'ont pas de numéro"),
    "no_date": (lambda: invoice("F-9", date=""), "n'ont pas de date"),
    "no_total": (lambda: invoice("F-9", total=""), "n'ont pas de total"),
    "negative": (lambda: invoice("F-9", total="-12.00"), "est négatif"),
    "no_kind": (lambda: invoice("F-9", type="220"), "ni une facture ni un avoir"),
    "other_client": (
        lambda: invoice("F-2026-0101", date="20261010"),
        "F-2026-0101 est déjà celui d'un autre client",
    ),
    "other_date": (
        lambda: invoice("F-2026-0118", date="20261103"),
        "F-2026-0118 est déjà enregistré à une autre date",
    ),
    "alike": (lambda: invoice("F 2026 0118", date="20261102"), "écrit autrement"),
    "paid": (
        lambda: invoice("F-2026-0031", date="20260312", total="360.00"),
        "plus rien à régler sur F-2026-0031",
    ),
    "paid_on_it": (lambda: invoice("F-9", due="0.00"), "plus rien à régler sur F-9"),
    "no_data": (lambda: pdf("a scan"), "ne contient pas de données de facture"),
    "draft": (lambda: pdf("D-2026-0050"), "ne contient pas de données de facture"),
    "closed": (lambda: pdf("D-2026-0031"), "D-2026-0031 n'attend plus de réponse"),
    "broken_data": (lambda: with_xml(b"<broken"), "ne contient pas de données de facture"),
    "not_pdf": (lambda: b"PK\x03\x04 something else", "n'est pas un PDF"),
    "malformed": (lambda: b"%PDF-1.7 and then nothing", "est abîmé"),
    "javascript": (lambda: with_action("/JavaScript"), "contient un programme"),
    "too_large": (lambda: pdf("a book", pages=301), "trop lourd ou trop long"),
    "encrypted": (lambda: locked(), "est chiffré"),
}
NAMES = {"draft": "D-2026-0050.pdf", "closed": "Devis_D-2026-0031.pdf"}
WORDS = {"paid_on_it": "paid", "draft": "no_data", "broken_data": "no_data"}


def locked() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.encrypt("secret")
    return saved(writer)


@pytest.mark.parametrize("case", UNSURE)
def test_what_is_in_doubt_waits_for_a_person(town: Town, case: str) -> None:
    make, said = UNSURE[case]
    _twins(town)
    with town.engine.begin() as db:
        db.execute(update(t.companies).where(t.companies.c.id == 1).values(siren="123456789"))
        db.execute(update(t.clients).where(t.clients.c.id == 3).values(siren="222222222"))
        before = db.execute(select(func.count()).select_from(t.document_versions)).scalar()
    answer = deposit(town, make(), NAMES.get(case, "a.pdf"))
    assert said in answer
    assert "aucun client ne le voit" in answer
    (row,) = rows(town, t.deposits)
    assert (row.state, row.why) == ("aside", WORDS.get(case, case))
    (check,) = rows(town, t.to_check)
    assert (check.file_sha256, check.done_at) == (row.file_sha256, None)
    assert "mis de côté" in says(town, "OUI")
    with town.engine.begin() as db:
        assert db.execute(select(func.count()).select_from(t.document_versions)).scalar() == before
    assert rows(town, t.broadcasts) == []


def _twins(town: Town) -> None:
    with town.engine.begin() as db:
        for ref in ("J1", "J2"):
            named = {"name": "Les Jumeaux", "name_norm": "les jumeaux", "ref": ref, "company_id": 1}
            db.execute(insert(t.clients).values(**named, kind="B2C", settings={}))


def test_what_was_missing_is_mended_and_the_file_sent_again(town: Town) -> None:
    data = invoice("F-9", "?", name="Menuiserie Leroy")
    deposit(town, data)
    with town.engine.begin() as db:
        named = {"name": "Menuiserie Leroy", "name_norm": "menuiserie leroy", "ref": "L1", "company_id": 1}
        db.execute(insert(t.clients).values(**named, kind="B2B_FR", settings={}))
    asked = deposit(town, data)
    assert "Client : Menuiserie Leroy" in asked
    assert "avait été mis de côté" in asked
    assert "ce client n'a aucun contact" in asked
    says(town, "OUI")
    assert [row.done_at is not None for row in rows(town, t.to_check)] == [True]
    assert len(documents(town, "F-9")) == 1


def test_who_is_not_of_the_team_is_kept_aside_and_answered_nothing(town: Town) -> None:
    to, data = address(town), {"a.pdf": invoice("F-9")}
    for sender, at in (
        ("camille@dupain.example", to),
        (LEA, to.replace("+depot-", "+depot-a")),
        (LEA, address(town, "plomberie")),
    ):
        verdict = bring(town, mail(sender, at, data), at)
        assert (verdict["kind"], verdict["reason"]) == ("quarantine", "not_for_deposit")
    failed = mail(
        LEA, to, data, Authentication_Results="mx.example; dmarc=fail header.from=atelier-exemple.example"
    )
    assert bring(town, failed, to)["kind"] == "quarantine"
    assert town.out() == []
    assert rows(town, t.deposits) == rows(town, t.files) == []


def test_a_new_address_ends_the_former_one(town: Town) -> None:
    former = address(town)
    assert len(former.partition("@")[0]) <= 64
    assert deposit_address.renew(town.engine, town.keys, "atelier") != former.partition("@")[0]
    assert bring(town, mail(LEA, former, {"a.pdf": invoice("F-9")}), former)["kind"] == "quarantine"
    assert (
        bring(town, mail(LEA, address(town), {"a.pdf": invoice("F-9")}), address(town))["reason"] == "deposit"
    )
    assert deposit_address.renew(town.engine, town.keys, "nobody") is None


def test_a_yes_needs_the_mail_its_sender_and_his_place_in_the_team(town: Town) -> None:
    deposit(town, invoice("F-9"))
    assert says(town, "OUI", level="failed") == ""
    assert documents(town, "F-9") == []
    with town.engine.begin() as db:
        db.execute(delete(t.staff).where(t.staff.c.address == LEA))
    assert says(town, "OUI") == ""
    town.mail(LEA, "OUI", "")  # a new mail answers nothing
    assert documents(town, "F-9") == []


def test_another_member_may_say_yes_and_gets_the_answer(town: Town) -> None:
    deposit(town, invoice("F-9"))
    asked = town.got[-1]
    with town.engine.begin() as db:
        zoe = {"name": "Zoé", "address": ZOE, "address_norm": ZOE, "role": "sales"}
        db.execute(insert(t.staff).values(company_id=1, **zoe))
    town.got.append(replace(asked, to=ZOE))  # passed on to her
    assert f"< email {ZOE}: C'est enregistré" in says(town, "Oui.", ZOE)


def test_a_role_that_does_not_get_in_deposits_nothing_and_is_told_nothing(town: Town) -> None:
    deposit(town, invoice("F-9"))
    with town.engine.begin() as db:
        db.execute(update(t.staff).where(t.staff.c.address == LEA).values(role="other"))
    assert says(town, "OUI") == ""
    to = address(town)
    assert bring(town, mail(LEA, to, {"b.pdf": invoice("F-10")}), to)["kind"] == "quarantine"
    assert [row.state for row in rows(town, t.deposits)] == ["asked"]
    a_week(town)
    assert "< email contact@atelier-exemple.example" in (told := out(town))
    assert LEA not in told


@pytest.mark.parametrize("text", ["OUI ?", "oui mais pas tout de suite", "voici / OUI", "peut-être"])
def test_anything_else_than_yes_or_no_does_nothing_and_is_said_once(town: Town, text: str) -> None:
    deposit(town, invoice("F-9"))
    assert "ne dit ni OUI ni NON" in says(town, text.replace(" / ", "\n"))
    assert says(town, text) == ""
    assert documents(town, "F-9") == []
    assert "C'est enregistré" in says(town, "OUI merci")


def test_what_changed_meanwhile_is_not_recorded(town: Town) -> None:
    deposit(town, invoice("F-9", "C0042"))
    with town.engine.begin() as db:
        db.execute(update(t.clients).where(t.clients.c.id == 1).values(ref="C1"))
        db.execute(update(t.clients).where(t.clients.c.id == 3).values(ref="C0042"))
    assert "Vos données ont changé" in says(town, "OUI")
    assert documents(town, "F-9") == []
    assert [(row.state, row.why) for row in rows(town, t.deposits)] == [("aside", "changed")]


def test_a_yes_to_a_mail_of_before_the_file_came_again_decides_nothing(town: Town) -> None:
    deposit(town, invoice("F-9"))
    first = town.got[-1]
    assert "attendait votre réponse" in deposit(town, invoice("F-9"))
    last, town.got[-1] = town.got[-1], first
    assert "Répondez au dernier" in says(town, "OUI")
    assert documents(town, "F-9") == []
    town.got.append(last)
    assert "C'est enregistré" in says(town, "OUI")


def test_a_plain_pdf_is_the_file_of_the_document_it_is_named_after(town: Town) -> None:
    asked = deposit(town, pdf("the missing one"), "Facture F-2026-0121.pdf")
    assert "Ce numéro est déjà enregistré : ce PDF le complète." in asked
    assert "ne contient pas de données de facture" in asked
    says(town, "OUI")
    (found,) = documents(town, "F-2026-0121")
    assert (found.version, found.total_cents, found.file_name) == (1, 18000, "Facture F-2026-0121.pdf")
    assert len(told(town, "F-2026-0121")) == 2


def test_a_credit_note_is_recorded_and_announced_to_nobody(town: Town) -> None:
    asked = deposit(town, invoice("AV-9", type="381"))
    assert "l'avoir AV-9" in asked
    assert "Répondez OUI pour enregistrer, NON pour écarter." in asked
    says(town, "OUI")
    assert [one.kind for one in documents(town, "AV-9")] == ["credit_note"]
    assert rows(town, t.broadcasts) == []


def test_pictures_beside_a_pdf_are_left_alone_and_each_pdf_is_asked_for_once(town: Town) -> None:
    to, one = address(town), invoice("F-9")
    bring(
        town,
        mail(LEA, to, {"a.pdf": one, "logo.png": b"\x89PNG", "b.pdf": one, "c.pdf": invoice("F-10")}),
        to,
    )
    town.out()
    assert [got.reply.subject.split()[0] for got in town.got] == ["F-9", "F-10"]


def test_one_that_cannot_be_put_aside_holds_up_no_other(town: Town) -> None:
    deposit(town, invoice("F-9"))
    deposit(town, invoice("F-10"))
    with town.engine.begin() as db:
        db.execute(update(t.deposits).where(t.deposits.c.id == 1).values(read={}))
    a_week(town)
    assert [row.state for row in rows(town, t.deposits)] == ["asked", "aside"]


def test_more_than_a_person_sends_in_an_hour_is_kept_aside(town: Town) -> None:
    to = address(town)
    bring(town, mail(LEA, to, {}), to)
    with town.engine.begin() as db:
        (row,) = db.execute(select(t.outbox)).mappings()
        for n in range(PER_HOUR):
            db.execute(insert(t.outbox).values({**row, "id": row["id"] + 1 + n, "dedup": f"x{n}"}))
    assert bring(town, mail(LEA, to, {}), to)["kind"] == "quarantine"
