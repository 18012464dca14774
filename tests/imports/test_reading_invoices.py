"""What is read in real Factur-X, ZUGFeRD and XRechnung files, and in XML made to break a reader."""

from __future__ import annotations

import io
import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree
from paper_mill import cii, pdf, with_open_bomb, with_xml
from pypdf import PdfReader

from storage.imports.amounts import cents, day
from storage.imports.guard import Guard
from storage.imports.invoice_xml import NotAnInvoice, parse

HERE = Path(__file__).parent.parent / "data" / "facturx"
# Written from the XML with another reader: number, issued, due, total, due amount, buyer id.
TRUTH = {
    "tests_fixtures_pdf_invoice_EN16931": (
        "F20260023",
        "2026-01-31",
        "2026-03-02",
        10490,
        10490,
        "3654789851",
    ),
    "tests_assets_pdf_fx_extended_1": ("F20200027", "2020-01-15", "2020-02-15", 11000, 10000, "3654789851"),
    "tests_assets_pdf_fx_minimum_1": ("F20220027", "2022-01-31", None, 11000, 10000, "987654321"),
    "tests_assets_pdf_zf_en16931_1": ("471102", "2018-03-05", None, 52987, 52987, "GE2020211"),
    "tests_assets_pdf_zf_en16931_2": ("181301674", "2018-04-25", None, 30000, 30000, "16259"),
    "tests_assets_pdf_zf_en16931_3": ("471102", "2018-06-05", None, 21507, 16507, "GE2020211"),
    "tests_assets_pdf_zf_extended_1": ("KR87654321012", "2018-10-06", None, 48022, 48022, "339420"),
    "tests_assets_pdf_zf_xrechnung_1": ("471102", "2018-03-05", None, 52987, 52987, "GE2020211"),
}
NO_XML = {
    "examples_assets_00_ZugferdDocumentPdfBuilder_PrintLayout",
    "tests_assets_pdf_plain",
    "tests_assets_pdf_invalid",
}


def files() -> list[Path]:
    """Those kept here, and the whole set where FACTEUR_TEST_DATA says it lies."""
    more = os.environ.get("FACTEUR_TEST_DATA")
    return sorted(HERE.rglob("*.pdf")) + (sorted(Path(more, "facturx").rglob("*.pdf")) if more else [])


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_real_files(path: Path, guard: Guard) -> None:
    told = guard.read(path.read_bytes()).as_json()
    if path.stem in NO_XML:
        assert (told["source"], told["kind"], told["number"], told["total_cents"]) == (
            "none",
            "unknown",
            None,
            None,
        )
        return
    number, issued, due, total, due_cents, buyer = TRUTH[path.stem]
    assert (told["number"], told["issued_on"], told["due_on"]) == (number, issued, due)
    assert (told["total_cents"], told["due_cents"], told["currency"]) == (total, due_cents, "EUR")
    assert (told["kind"], told["source"], told["buyer"]["id"]) == ("invoice", "facturx", buyer)
    assert told["net_cents"] + told["vat_cents"] == total


@pytest.mark.parametrize("path", [path for path in files() if path.stem in TRUTH], ids=lambda path: path.stem)
def test_sums_are_those_of_the_xml(path: Path, guard: Guard) -> None:
    """The same amounts by a plain search of the XML, without our paths."""
    attached = PdfReader(io.BytesIO(path.read_bytes())).attachments
    xml = next(data[0] for name, data in attached.items() if name.endswith(".xml"))
    found = {
        str(etree.QName(node).localname): node.text
        for node in etree.fromstring(xml).iter()
        if isinstance(node.tag, str)
        and "MonetarySummation"
        in str(etree.QName(node.getparent()).localname if node.getparent() is not None else "")
    }
    told = guard.read(path.read_bytes()).as_json()
    for ours, theirs in (
        ("net_cents", "TaxBasisTotalAmount"),
        ("vat_cents", "TaxTotalAmount"),
        ("total_cents", "GrandTotalAmount"),
    ):
        assert told[ours] == int(Decimal(str(found[theirs])) * 100)


ZUGFERD1 = b"""<rsm:CrossIndustryDocument xmlns:rsm="urn:ferd:CrossIndustryDocument:invoice:1p0" xmlns:ram="r"
 xmlns:udt="u">
<rsm:HeaderExchangedDocument><ram:ID>RE-7</ram:ID><ram:TypeCode>380</ram:TypeCode>
<ram:IssueDateTime><udt:DateTimeString format="102">20140305</udt:DateTimeString></ram:IssueDateTime>
</rsm:HeaderExchangedDocument>
<rsm:SpecifiedSupplyChainTradeTransaction><ram:ApplicableSupplyChainTradeAgreement><ram:BuyerTradeParty>
<ram:ID>GE1</ram:ID><ram:Name>Kunden AG </ram:Name></ram:BuyerTradeParty></ram:ApplicableSupplyChainTradeAgreement>
<ram:ApplicableSupplyChainTradeSettlement><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
<ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime><udt:DateTimeString format="102">20140404</udt:DateTimeString>
</ram:DueDateDateTime></ram:SpecifiedTradePaymentTerms>
<ram:SpecifiedTradeSettlementMonetarySummation>
<ram:TaxBasisTotalAmount currencyID="EUR">198.00</ram:TaxBasisTotalAmount>
<ram:TaxTotalAmount currencyID="EUR">37.62</ram:TaxTotalAmount>
<ram:GrandTotalAmount currencyID="EUR">235.62</ram:GrandTotalAmount>
<ram:DuePayableAmount currencyID="EUR">235.62</ram:DuePayableAmount></ram:SpecifiedTradeSettlementMonetarySummation>
</ram:ApplicableSupplyChainTradeSettlement></rsm:SpecifiedSupplyChainTradeTransaction></rsm:CrossIndustryDocument>"""

UBL = b"""<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" xmlns:cac="a" xmlns:cbc="b">
<cbc:ID>U-1</cbc:ID><cbc:IssueDate>2026-02-01</cbc:IssueDate><cbc:DueDate>2026-03-01</cbc:DueDate>
<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
<cac:AccountingCustomerParty><cac:Party><cbc:EndpointID>buy@client.example</cbc:EndpointID>
<cac:PartyIdentification><cbc:ID>C1</cbc:ID></cac:PartyIdentification><cac:PartyName><cbc:Name>Client</cbc:Name></cac:PartyName>
</cac:Party></cac:AccountingCustomerParty>
<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">20.00</cbc:TaxAmount></cac:TaxTotal>
<cac:LegalMonetaryTotal><cbc:TaxExclusiveAmount>100.00</cbc:TaxExclusiveAmount>
<cbc:TaxInclusiveAmount>120.00</cbc:TaxInclusiveAmount><cbc:PayableAmount>90.00</cbc:PayableAmount></cac:LegalMonetaryTotal>
</Invoice>"""


def test_zugferd_1(guard: Guard) -> None:
    told = guard.read(with_xml(ZUGFERD1, "ZUGFeRD-invoice.xml")).as_json()
    assert (told["source"], told["number"], told["issued_on"], told["due_on"]) == (
        "zugferd1",
        "RE-7",
        "2014-03-05",
        "2014-04-04",
    )
    assert (told["net_cents"], told["vat_cents"], told["total_cents"]) == (19800, 3762, 23562)
    assert told["buyer"] == {"name": "Kunden AG", "id": "GE1", "email": None}
    assert told["signable"]


def test_ubl(guard: Guard) -> None:
    told = guard.read(with_xml(UBL, "whatever.xml")).as_json()
    assert (told["source"], told["kind"], told["number"]) == ("ubl", "invoice", "U-1")
    assert (told["net_cents"], told["vat_cents"], told["total_cents"], told["due_cents"]) == (
        10000,
        2000,
        12000,
        9000,
    )
    assert told["buyer"] == {"name": "Client", "id": "C1", "email": "buy@client.example"}
    assert told["why_not"] == "attachment"  # not a name of the standards


def test_ubl_credit_note() -> None:
    assert (
        parse(UBL.replace(b"<Invoice ", b"<CreditNote ").replace(b"</Invoice>", b"</CreditNote>")).kind
        == "credit_note"
    )


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("380", "invoice"),
        ("384", "invoice"),
        ("204", "invoice"),
        ("381", "credit_note"),
        ("261", "credit_note"),
        ("310", "unknown"),
        ("", "unknown"),
    ],
)
def test_kinds(code: str, kind: str) -> None:
    assert parse(cii(type=code)).kind == kind


def test_the_vat_in_the_currency_of_the_invoice() -> None:
    two = cii().replace(
        b'<ram:TaxTotalAmount currencyID="EUR">',
        b'<ram:TaxTotalAmount currencyID="PLN">9.99</ram:TaxTotalAmount><ram:TaxTotalAmount currencyID="EUR">',
    )
    assert parse(two).vat_cents == 200


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"not xml",
        b"<a>",
        b"<html/>",
        b"\xff\xfe\x00",
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><Invoice><ID>&e;</ID></Invoice>',
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><Invoice><ID>&b;</ID></Invoice>',
        b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><Invoice/>',
        b"<Invoice>" + b" " * (5 * 1024 * 1024) + b"</Invoice>",
        b"<Invoice>" + b"<a>" * 100_000,
    ],
    ids=[
        "empty",
        "text",
        "open",
        "html",
        "bytes",
        "file entity",
        "entity bomb",
        "remote DTD",
        "large",
        "deep",
    ],
)
def test_hostile_xml_is_no_invoice(xml: bytes, guard: Guard) -> None:
    with pytest.raises(NotAnInvoice):
        parse(xml)
    told = guard.read(with_xml(xml))
    assert told.invoice.source == "none"
    assert "passwd" not in str(told)


def test_a_broken_file_does_not_hide_a_good_one(guard: Guard) -> None:
    writer = with_xml(b"<broken", "factur-x.xml")
    assert guard.read(writer).note == "the XML is broken"
    from pypdf import PdfWriter

    both = PdfWriter(clone_from=io.BytesIO(writer))
    both.add_attachment("xrechnung.xml", cii("F-10"))
    out = io.BytesIO()
    both.write(out)
    assert guard.read(out.getvalue()).invoice.number == "F-10"


def test_an_attachment_that_swells_is_not_read(guard: Guard) -> None:
    told = guard.read(with_open_bomb())
    assert told.invoice.source == "none"
    assert guard.read(pdf("after")).signable


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("642.00", 64200),
        ("0.005", 1),
        ("-3.1", -310),
        (" 12 ", 1200),
        (".5", 50),
        ("1e3", None),
        ("1,5", None),
        ("NaN", None),
        ("", None),
        (None, None),
        ("9" * 30, None),
    ],
)
def test_cents(text: str | None, value: int | None) -> None:
    assert cents(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("20261124", date(2026, 11, 24)),
        ("2026-11-24", date(2026, 11, 24)),
        ("2026-11-24T10:00:00", date(2026, 11, 24)),
        ("202611241030", date(2026, 11, 24)),
        ("20261331", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_day(text: str | None, value: date | None) -> None:
    assert day(text) == value
