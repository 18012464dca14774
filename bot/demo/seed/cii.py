"""The factur-x.xml of an invoice: UN/CEFACT CII D16B, profile EN 16931 (BT-n are terms of the standard)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from lxml import etree

from bot.demo.seed.people import COMPANY, HOUSE, Person
from bot.demo.seed.sheet import Line, Sheet

SPACES = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
}
PROFILE = "urn:cen.eu:en16931:2017"
SERVICES = "S1"  # BT-23 as the French reform lists it: an invoice of services
Node = tuple[Any, ...]  # (name, text or child nodes..., {attributes})


def xml(sheet: Sheet) -> bytes:
    root = _element(
        "rsm:CrossIndustryInvoice",
        (
            "rsm:ExchangedDocumentContext",
            ("ram:BusinessProcessSpecifiedDocumentContextParameter", ("ram:ID", SERVICES)),
            ("ram:GuidelineSpecifiedDocumentContextParameter", ("ram:ID", PROFILE)),
        ),
        _document(sheet),
        (
            "rsm:SupplyChainTradeTransaction",
            *[_line(place, line, sheet) for place, line in enumerate(sheet.lines, 1)],
            ("ram:ApplicableHeaderTradeAgreement", _seller(), _buyer(sheet.client)),
            _delivery(sheet),
            _settlement(sheet),
        ),
    )
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _element(name: str, *inside: Any) -> etree._Element:
    space, _, local = name.partition(":")
    made = etree.Element(f"{{{SPACES[space]}}}{local}", nsmap=SPACES)
    for part in inside:
        if isinstance(part, str):
            made.text = part
        elif isinstance(part, dict):
            made.attrib.update(part)
        elif part:
            made.append(_element(*part))
    return made


def _money(cents: int) -> str:
    return f"{Decimal(cents) / 100:.2f}"


def _day(day: date) -> Node:
    return ("udt:DateTimeString", day.strftime("%Y%m%d"), {"format": "102"})


def _document(sheet: Sheet) -> Node:
    notes: list[Node] = [("ram:IncludedNote", ("ram:Content", sheet.label))]
    if sheet.client.kind != "B2C":
        notes += [
            ("ram:IncludedNote", ("ram:Content", content), ("ram:SubjectCode", code))
            for code, content in (
                ("PMD", "Pénalités de retard : trois fois le taux d'intérêt légal."),
                ("PMT", "Indemnité forfaitaire pour frais de recouvrement : 40 euros."),
                ("AAB", "Pas d'escompte pour paiement anticipé."),
            )
        ]
    return (
        "rsm:ExchangedDocument",
        ("ram:ID", sheet.number),
        ("ram:TypeCode", "381" if sheet.kind == "credit_note" else "380"),
        ("ram:IssueDateTime", _day(sheet.issued_on)),
        *notes,
    )


def _line(place: int, line: Line, sheet: Sheet) -> Node:
    return (
        "ram:IncludedSupplyChainTradeLineItem",
        ("ram:AssociatedDocumentLineDocument", ("ram:LineID", str(place))),
        ("ram:SpecifiedTradeProduct", ("ram:Name", line.label)),
        (
            "ram:SpecifiedLineTradeAgreement",
            ("ram:NetPriceProductTradePrice", ("ram:ChargeAmount", _money(line.unit_cents))),
        ),
        (
            "ram:SpecifiedLineTradeDelivery",
            ("ram:BilledQuantity", str(line.quantity), {"unitCode": line.unit}),
        ),
        (
            "ram:SpecifiedLineTradeSettlement",
            ("ram:ApplicableTradeTax", ("ram:TypeCode", "VAT"), *_category(sheet, line.rate)),
            (
                "ram:SpecifiedTradeSettlementLineMonetarySummation",
                ("ram:LineTotalAmount", _money(line.net_cents)),
            ),
        ),
    )


def _category(sheet: Sheet, rate: Decimal) -> list[Node]:
    """S: the standard or a reduced rate; AE: reverse charge, within the Union (UNTDID 5305)."""
    code = "AE" if sheet.reverse_charge else "S"
    return [("ram:CategoryCode", code), ("ram:RateApplicablePercent", f"{rate:.2f}")]


def _address(street: str, postcode: str, city: str, country: str) -> Node:
    return (
        "ram:PostalTradeAddress",
        ("ram:PostcodeCode", postcode),
        ("ram:LineOne", street),
        ("ram:CityName", city),
        ("ram:CountryID", country),
    )


def _legal(siren: str | None) -> Node:
    return ("ram:SpecifiedLegalOrganization", ("ram:ID", siren, {"schemeID": "0002"})) if siren else ()


def _vat(number: str | None) -> Node:
    return ("ram:SpecifiedTaxRegistration", ("ram:ID", number, {"schemeID": "VA"})) if number else ()


def _email(address: str) -> Node:
    return ("ram:URIUniversalCommunication", ("ram:URIID", address, {"schemeID": "EM"}))


def _seller() -> Node:
    place = _address(HOUSE["street"], HOUSE["postcode"], HOUSE["city"], HOUSE["country"])
    return (
        "ram:SellerTradeParty",
        ("ram:Name", COMPANY["account_holder"]),
        _legal(COMPANY["siren"]),
        place,
        _email(COMPANY["email"]),
        _vat(str(HOUSE["vat"])),
    )


def _buyer(client: Person) -> Node:
    return (
        "ram:BuyerTradeParty",
        ("ram:ID", client.ref),
        ("ram:Name", client.name),
        _legal(client.siren),
        _address(client.street, client.postcode, client.city, client.country),
        _email(client.email),
        _vat(client.vat),
    )


def _delivery(sheet: Sheet) -> Node:
    on = ("ram:OccurrenceDateTime", _day(sheet.delivered_on or sheet.issued_on))
    return (
        "ram:ApplicableHeaderTradeDelivery",
        _ship_to(sheet.client),
        ("ram:ActualDeliverySupplyChainEvent", on),
    )


def _ship_to(client: Person) -> Node:
    """BR-IC and BR-AE ask where it went when the VAT is due there."""
    place = _address(client.street, client.postcode, client.city, client.country)
    return ("ram:ShipToTradeParty", place) if client.kind == "B2B_EU" else ()


def _settlement(sheet: Sheet) -> Node:
    due = ("ram:DueDateDateTime", _day(sheet.due_on or sheet.issued_on))
    return (
        "ram:ApplicableHeaderTradeSettlement",
        ("ram:PaymentReference", sheet.number),
        ("ram:InvoiceCurrencyCode", "EUR"),
        (
            "ram:SpecifiedTradeSettlementPaymentMeans",
            ("ram:TypeCode", "58"),  # SEPA credit transfer
            ("ram:PayeePartyCreditorFinancialAccount", ("ram:IBANID", COMPANY["iban"])),
            ("ram:PayeeSpecifiedCreditorFinancialInstitution", ("ram:BICID", COMPANY["bic"])),
        ),
        *[_tax(sheet, rate, net, vat) for rate, net, vat in sheet.taxes],
        ("ram:SpecifiedTradePaymentTerms", due),
        _sums(sheet),
        _reference(sheet),
    )


def _tax(sheet: Sheet, rate: Decimal, net: int, vat: int) -> Node:
    code, percent = _category(sheet, rate)
    reason = ("ram:ExemptionReason", "Autoliquidation / Reverse charge") if sheet.reverse_charge else ()
    reason_code = ("ram:ExemptionReasonCode", "VATEX-EU-AE") if sheet.reverse_charge else ()
    return (
        "ram:ApplicableTradeTax",
        ("ram:CalculatedAmount", _money(vat)),
        ("ram:TypeCode", "VAT"),
        reason,
        ("ram:BasisAmount", _money(net)),
        code,
        reason_code,
        percent,
    )


def _sums(sheet: Sheet) -> Node:
    return (
        "ram:SpecifiedTradeSettlementHeaderMonetarySummation",
        ("ram:LineTotalAmount", _money(sheet.net_cents)),
        ("ram:TaxBasisTotalAmount", _money(sheet.net_cents)),
        ("ram:TaxTotalAmount", _money(sheet.vat_cents), {"currencyID": "EUR"}),
        ("ram:GrandTotalAmount", _money(sheet.total_cents)),
        ("ram:DuePayableAmount", _money(sheet.total_cents)),
    )


def _reference(sheet: Sheet) -> Node:
    if not sheet.invoice or not sheet.invoice_date:
        return ()
    on = ("qdt:DateTimeString", sheet.invoice_date.strftime("%Y%m%d"), {"format": "102"})
    issued = ("ram:FormattedIssueDateTime", on)
    return ("ram:InvoiceReferencedDocument", ("ram:IssuerAssignedID", sheet.invoice), issued)
