"""What a sentence mentions: numbers, kinds, amounts, codes. Tables of sentences people write."""

from __future__ import annotations

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
    ],
)
def test_statuses(text: str, status: str | None) -> None:
    assert mention.status_in(fold(text)) == status


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("1 250,00 €", 125000),
        ("1\u202f234,56\u00a0€", 123456),
        ("1.234 €", 123400),
        ("€1,234.56", 123456),
        ("89€90", 8990),
        ("89 euros 90", 8990),
        ("89,90", 8990),
        ("642 euros", 64200),
        ("montant de 1500", 150000),
        ("entre 100 et 200 euros", None),
        ("plus de 1 000 euros", None),
        ("over €500", None),
        ("less than 200 euros", None),
        ("facture 118", None),
        ("le 12/03/2026", None),
    ],
)
def test_amounts(text: str, cents: int | None) -> None:
    assert mention.amount_in(fold(text)) == cents


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
    mention.amount_in(folded)
    assert all(len(code) == 6 and code.isascii() and code.isdigit() for code in mention.codes_in(text))
