"""The QR code of a transfer, and the numbers of accounts."""

from __future__ import annotations

import pytest
from segno.helpers import _make_epc_qr_data

from handlers.rules.transfer import bic_is_right, grouped, iban_is_right, payload

HOLDER, IBAN, BIC, TEXT = "Atelier Exemple SARL", "FR7630006000011234567890189", "AGRIFRPP", "F-2026-0118"


def test_the_payload_byte_for_byte():
    assert payload(
        "Atelier Été SARL", "FR76 3000 6000 0112 3456 7890 189", 123450, "F-2026-0118", "agrifrpp"
    ).encode() == (
        b"BCD\n002\n1\nSCT\nAGRIFRPP\nAtelier \xc3\x89t\xc3\xa9 SARL\nFR7630006000011234567890189\n"
        b"EUR1234.50\n\n\nF-2026-0118"
    )


@pytest.mark.parametrize(
    ("cents", "written"),
    [(1, "EUR0.01"), (30, "EUR0.30"), (123450, "EUR1234.50"), (99_999_999_999, "EUR999999999.99")],
)
def test_amounts_keep_both_decimals(cents, written):
    assert payload(HOLDER, IBAN, cents, TEXT).split("\n")[7] == written


def test_another_writer_of_these_codes_agrees():
    """But for its amounts, which lose their last zeros."""
    theirs = _make_epc_qr_data(HOLDER, IBAN, "1234.56", text=TEXT, bic=BIC, encoding=1)
    assert payload(HOLDER, IBAN, 123456, TEXT, BIC).encode() == theirs


@pytest.mark.parametrize(
    ("holder", "iban", "cents", "text", "bic"),
    [
        (HOLDER, IBAN, 0, TEXT, ""),
        (HOLDER, IBAN, -1, TEXT, ""),
        (HOLDER, IBAN, 100_000_000_000, TEXT, ""),
        (HOLDER, "FR7630006000011234567890188", 1, TEXT, ""),
        (HOLDER, IBAN[:-1], 1, TEXT, ""),
        (HOLDER, "", 1, TEXT, ""),
        ("x" * 71, IBAN, 1, TEXT, ""),
        (" ", IBAN, 1, TEXT, ""),
        (HOLDER, IBAN, 1, "x" * 141, ""),
        (HOLDER, IBAN, 1, "", ""),
        ("é" * 70, IBAN, 1, "é" * 140, ""),
        (HOLDER, IBAN, 1, "a\nEUR9", ""),
        ("a\nb", IBAN, 1, TEXT, ""),
        (HOLDER, IBAN, 1, TEXT, "AGRI"),
    ],
)
def test_what_no_bank_would_take_is_refused(holder, iban, cents, text, bic):
    with pytest.raises(ValueError, match=r"IBAN|BIC|amount|holder|line break|bytes"):
        payload(holder, iban, cents, text, bic)


@pytest.mark.parametrize(
    ("iban", "right"),
    [
        ("FR7630006000011234567890189", True),
        ("fr76 3000 6000 0112 3456 7890 189", True),
        ("DE89370400440532013000", True),
        ("GB29NWBK60161331926819", True),
        ("FR7630006000011234567890188", False),
        ("FR763000600001123456789018", False),
        ("ZZ7630006000011234567890189", False),
        ("", False),
    ],
)
def test_ibans(iban, right):
    assert iban_is_right(iban) is right


def test_bics_and_groups():
    assert [bic_is_right(one) for one in ("AGRIFRPP", "AGRIFRPPXXX", "agrifrpp", "AGRI", "")] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert grouped("FR7630006000011234567890189") == "FR76 3000 6000 0112 3456 7890 189"
