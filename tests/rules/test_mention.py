"""What a sentence mentions: numbers, kinds, amounts, codes. Tables of sentences people write."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.rules import mention
from handlers.rules.text import fold


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("facture F-2026-0118", "F-2026-0118"),
        ("la facture f 2026 0118 svp", "F 2026 0118"),
        ("F2026-12", "F2026-12"),
        ("facture 118", "118"),
        ("facture n° 118", "118"),
        ("invoice number 118 please", "118"),
        ("118", "118"),
        ("2026/044", "2026/044"),
        ("DEV 45", "DEV 45"),
        ("dev45", "DEV45"),
        ("l'avoir AV-3", "AV-3"),
        ("payer F-2026-0118 demain", "F-2026-0118"),
        ("mes factures de 2025", None),
        ("facture 2026", None),
        ("facture de 250 euros", None),
        ("on se voit le 12/03", None),
        ("T1 2026", None),
        ("mon adresse est f-12@exemple.fr", None),
        ("bonjour", None),
        ("payer la 118", "118"),
        ("send me 118 please", "118"),
        ("le 12", None),
        ("payer en 12 fois", None),
        ("la facture f 26 03 012", "F 26 03 012"),
        ("f2026_0012", "F2026_0012"),
    ],
)
def test_document_numbers(text: str, number: str | None) -> None:
    assert mention.number_in(fold(text)) == number


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("F-2026-0118, F-2026-0117 et 2026/044", ["F-2026-0118", "F-2026-0117", "2026/044"]),
        ("facture n° 118 et facture 119", ["118", "119"]),
        ("facture F-2026-0118", ["F-2026-0118"]),
        ("F-12 ou F-12", ["F-12"]),
        ("factures 118, 119 et 120", ["118", "119", "120"]),
        ("118", ["118"]),
        ("bonjour", []),
    ],
)
def test_all_the_numbers(text: str, numbers: list[str]) -> None:
    assert mention.numbers_in(fold(text)) == numbers


@pytest.mark.parametrize(
    ("written", "read"),
    [("F-2026-O118", "F20260118"), ("f 2026 0l18", "F20260118"), ("FO-12", "FO12"), ("LOL", "LOL")],
)
def test_o_and_l_are_digits_only_after_a_digit(written: str, read: str) -> None:
    assert mention.read_digits(written) == read


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("mes avoirs", "credit_note"),
        ("l'avoir AV-3", "credit_note"),
        ("je veux avoir quelqu'un", None),
        ("avoir un rendez-vous", None),
        ("les devis à signer", "quote"),
        ("my last quote", "quote"),
        ("la facture et son annexe", "invoice"),
        ("les annexes du devis D-7", "annex"),
        ("les pièces jointes du devis", "annex"),
        ("la facture en pièce jointe", "invoice"),
        ("la facture ainsi que son annexe", "invoice"),
        ("bonjour et merci, les annexes du devis", "annex"),
        ("the invoice with its attachments", "invoice"),
        ("j'ai un avoir ?", "credit_note"),
        ("mon contrat", "contract"),
    ],
)
def test_kinds(text: str, kind: str | None) -> None:
    assert mention.kind_in(fold(text)) == kind


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("la dernière facture", "last"),
        ("the latest invoice", "last"),
        ("l'avant-dernière", "previous"),
        ("the one before", "previous"),
        ("factures du mois dernier", None),
        ("last month", None),
        ("les 3 derniers mois", None),
    ],
)
def test_places(text: str, place: str | None) -> None:
    assert mention.ordinal_in(fold(text)) == place


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("factures en retard", "overdue"),
        ("unpaid invoices", "unpaid"),
        ("factures non payées", "unpaid"),
        ("factures payées", "paid"),
        ("mon solde", None),
        ("devis acceptés", "accepted"),
        ("factures annulées", "cancelled"),
        ("annuler le devis", None),
        ("quotes to sign", "pending"),
        ("devis pas encore signés", "pending"),
        ("quotes not signed yet", "pending"),
        ("factures pas encore payées", "unpaid"),
        ("factures en attente de règlement", "unpaid"),
        ("invoices that haven't been paid", "unpaid"),
        ("devis signés", "accepted"),
        ("quotes I turned down", "refused"),
        ("devis expirés", "expired"),
        ("quotes still valid", "active"),
    ],
)
def test_statuses(text: str, status: str | None) -> None:
    assert mention.status_in(fold(text)) == status


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("482913", ["482913"]),
        ("482 913.", ["482913"]),
        ("Code : 482913, merci", ["482913"]),
        ("48 29 13", ["482913"]),
        ("Bonjour,\n\nle code est 482913\nCamille\n06 12 34 56 78", ["482913"]),
        ("482913 ou 482914", ["482913", "482914"]),
        ("482913\n482913", ["482913"]),
        ("06 12 34 56 78", []),
        ("+33 6 12 34 56 78", []),
        ("123 456 789 00012", []),
        ("12.05.2026", []),
        ("12-05-26", []),
        ("FA-2026-01", []),
        ("1 234,56", []),
        ("1234567", []),
        ("ce n'est pas le code 482913", []),
        ("mon numéro client est 482913", []),
        ("my customer number is 482913", []),
        ("la facture n° 482913", []),
        ("482913 €", []),
        ("SIREN 482 913 123", []),
        ("mon numéro client est 482913 et le code 118204", ["118204"]),
        ("４８２９１３", []),
        ("je n'ai rien reçu", []),
    ],
)
def test_codes(text: str, codes: list[str]) -> None:
    assert mention.codes_in(text) == codes


@given(st.text(max_size=400))
def test_nothing_people_write_raises(text: str) -> None:
    folded = fold(text)
    mention.number_in(folded)
    mention.kind_in(folded)
    assert all(fold(number) in folded for number in mention.numbers_in(folded))
    assert all(len(code) == 6 and code.isascii() and code.isdigit() for code in mention.codes_in(text))


HOSTILE = (
    "x" * 50_000,
    "1" * 10_000,
    "1 " * 5_000,
    "f-1" * 9_000,
    "a@" * 20_000,
    "1l0o-" * 800,
    "+33 6 12 " * 4_000,
)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:8])
def test_nothing_is_slow(text: str) -> None:
    folded = fold(text)
    for read in (mention.numbers_in, mention.kind_in, mention.status_in, mention.ordinal_in, mention.without):
        started = process_time()
        read(folded)
        assert process_time() - started < 0.2  # 0.02 s on a machine that does nothing else
    started = process_time()
    mention.codes_in(text)
    assert process_time() - started < 0.2
