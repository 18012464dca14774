"""Invoice data as XML: UN/CEFACT CII (Factur-X, ZUGFeRD 1 and 2, XRechnung) and UBL 2.1, in one small reader.

Elements are found by their local name, so that every profile and version of the name spaces works. The XML comes from
strangers: no DTD, no entity, no network, a size limit, no huge tree. BT-n are the terms of EN 16931.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

from lxml import etree

from storage.imports import amounts

MOST_BYTES = 5 * 1024 * 1024
Source = Literal["facturx", "zugferd1", "ubl", "text", "none"]
# UNTDID 1001, as EN 16931 lists it for BT-3. 384, a corrected invoice, is an invoice.
CREDIT = frozenset("81 83 261 262 296 308 381 396 420 458 502 503 532".split())  # noqa: SIM905 - a list to compare
INVOICE = frozenset(
    "71 80 82 84 102 130 202 203 204 211 218 219 295 325 326 331 380 382 383 384 385 386 387 388 389 390 393"  # noqa: SIM905 - a list to compare
    " 394 395 456 457 471 472 473 500 501 527 553 575 623 633 751 780 817 870 875 876 877 935".split()
)
ADDRESS = re.compile(r"[^\s@<>]{1,64}@[^\s@<>]+\.[^\s@<>]+")


@dataclass(frozen=True)
class Invoice:
    """What the XML says; None where it says nothing. Amounts in cents."""

    source: Source
    kind: Literal["invoice", "credit_note", "unknown"]
    number: str | None = None
    issued_on: date | None = None
    due_on: date | None = None
    buyer_name: str | None = None
    buyer_ids: tuple[str, ...] = ()  # the company's own id of it first, then GLN, SIREN or SIRET, VAT number
    buyer_email: str | None = None
    seller_ids: tuple[str, ...] = ()
    net_cents: int | None = None
    vat_cents: int | None = None
    total_cents: int | None = None
    due_cents: int | None = None
    currency: str | None = None


class NotAnInvoice(ValueError):
    """XML that is broken, hostile, too large, or something else than an invoice."""


def parse(xml: bytes) -> Invoice:
    """Raises NotAnInvoice."""
    root = _root(xml)
    name = etree.QName(root).localname
    if name in ("CrossIndustryInvoice", "CrossIndustryDocument"):
        return _cii(root, "zugferd1" if name == "CrossIndustryDocument" else "facturx")
    if name in ("Invoice", "CreditNote"):
        return _ubl(root, name)
    raise NotAnInvoice(f"the root element is {name}")


def _root(xml: bytes) -> etree._Element:
    if len(xml) > MOST_BYTES:
        raise NotAnInvoice("the XML is too large")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotAnInvoice("the XML is broken") from error
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]  # a root has a tree
        raise NotAnInvoice("the XML declares a document type")
    return root


@cache
def _xpath(path: str) -> etree.XPath:
    """ "A/B" is: a child A, then its child B, whatever their name space."""
    return etree.XPath("./" + "/".join(f"*[local-name()='{step}']" for step in path.split("/")))


def _all(node: etree._Element, path: str) -> list[etree._Element]:
    found = _xpath(path)(node)
    return [node for node in found if isinstance(node, etree._Element)] if isinstance(found, list) else []


def _texts(node: etree._Element, *paths: str) -> tuple[str, ...]:
    """The texts found that are not blank, each on one line and of a sane length, none twice."""
    found = (" ".join((element.text or "").split()) for path in paths for element in _all(node, path))
    return tuple(dict.fromkeys(text[:300] for text in found if text))


def _text(node: etree._Element, *paths: str) -> str | None:
    return next(iter(_texts(node, *paths)), None)


def _kind(code: str | None) -> Literal["invoice", "credit_note", "unknown"]:
    if code in CREDIT:
        return "credit_note"
    return "invoice" if code in INVOICE else "unknown"


def _email(*texts: str) -> str | None:
    return next((text for text in texts if ADDRESS.fullmatch(text)), None)


def _in_currency(found: list[etree._Element], currency: str | None) -> str | None:
    """Of several amounts, the one in the currency of the invoice: BT-111 gives the VAT in another one."""
    for element in found:
        if element.get("currencyID") in (currency, None):
            return element.text
    return found[0].text if found else None


def _cii(root: etree._Element, source: Source) -> Invoice:
    if source == "zugferd1":
        head, trade, part = "HeaderExchangedDocument", "SpecifiedSupplyChainTradeTransaction", "SupplyChain"
    else:
        head, trade, part = "ExchangedDocument", "SupplyChainTradeTransaction", "Header"
    agreement = f"{trade}/Applicable{part}TradeAgreement/"
    money = f"{trade}/Applicable{part}TradeSettlement/"
    sums = f"{money}SpecifiedTradeSettlement{part.removeprefix('SupplyChain')}MonetarySummation/"
    currency = _text(root, money + "InvoiceCurrencyCode")

    def amount(*names: str) -> int | None:
        found = (amounts.cents(_in_currency(_all(root, sums + name), currency)) for name in names)
        return next((cents for cents in found if cents is not None), None)

    buyer = agreement + "BuyerTradeParty/"
    return Invoice(
        source=source,
        kind=_kind(_text(root, f"{head}/TypeCode")),
        number=_text(root, f"{head}/ID"),
        issued_on=amounts.day(_text(root, f"{head}/IssueDateTime/DateTimeString")),
        due_on=amounts.day(_text(root, money + "SpecifiedTradePaymentTerms/DueDateDateTime/DateTimeString")),
        buyer_name=_text(root, buyer + "Name", buyer + "SpecifiedLegalOrganization/TradingBusinessName"),
        buyer_ids=_cii_ids(root, buyer),
        buyer_email=_email(
            *_texts(root, buyer + "URIUniversalCommunication/URIID"),
            *_texts(root, buyer + "DefinedTradeContact/EmailURIUniversalCommunication/URIID"),
        ),
        seller_ids=_cii_ids(root, agreement + "SellerTradeParty/"),
        net_cents=amount("TaxBasisTotalAmount", "LineTotalAmount"),
        vat_cents=amount("TaxTotalAmount"),
        total_cents=amount("GrandTotalAmount"),
        due_cents=amount("DuePayableAmount"),
        currency=currency,
    )


def _cii_ids(root: etree._Element, party: str) -> tuple[str, ...]:
    return _texts(
        root,
        party + "ID",
        party + "GlobalID",
        party + "SpecifiedLegalOrganization/ID",
        party + "SpecifiedTaxRegistration/ID",
    )


def _ubl(root: etree._Element, name: str) -> Invoice:
    kind = _kind(_text(root, "InvoiceTypeCode", "CreditNoteTypeCode") or "380")
    currency = _text(root, "DocumentCurrencyCode")
    sums = "LegalMonetaryTotal/"

    def amount(path: str) -> int | None:
        return amounts.cents(_in_currency(_all(root, path), currency))

    buyer = "AccountingCustomerParty/Party/"
    return Invoice(
        source="ubl",
        kind="credit_note" if name == "CreditNote" else kind,
        number=_text(root, "ID"),
        issued_on=amounts.day(_text(root, "IssueDate")),
        due_on=amounts.day(_text(root, "DueDate", "PaymentMeans/PaymentDueDate")),
        buyer_name=_text(root, buyer + "PartyName/Name", buyer + "PartyLegalEntity/RegistrationName"),
        buyer_ids=_ubl_ids(root, buyer),
        buyer_email=_email(*_texts(root, buyer + "EndpointID", buyer + "Contact/ElectronicMail")),
        seller_ids=_ubl_ids(root, "AccountingSupplierParty/Party/"),
        net_cents=amount(sums + "TaxExclusiveAmount"),
        vat_cents=amount("TaxTotal/TaxAmount"),
        total_cents=amount(sums + "TaxInclusiveAmount"),
        due_cents=amount(sums + "PayableAmount"),
        currency=currency,
    )


def _ubl_ids(root: etree._Element, party: str) -> tuple[str, ...]:
    return _texts(
        root,
        party + "PartyIdentification/ID",
        party + "PartyLegalEntity/CompanyID",
        party + "PartyTaxScheme/CompanyID",
    )
