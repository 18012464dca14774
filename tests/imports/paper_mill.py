"""Small PDFs of every sort, and a view of the books for assertions."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)
from sqlalchemy import Engine, select

from storage import tables as t
from storage.files import Store
from storage.imports.folder import import_paths
from storage.imports.guard import Guard
from storage.imports.report import Report


@dataclass
class Books:
    engine: Engine
    store: Store
    folder: Path
    now: datetime
    guard: Guard

    def take(self, *paths: Path, **more: Any) -> Report:
        now = more.pop("now", self.now)
        return import_paths(
            self.engine, self.store, paths or [self.folder], now=now, guard=self.guard, **more
        )

    def rows(self, table: Any, **wanted: Any) -> list[Any]:
        found = (
            select(table)
            .where(*(table.c[name] == value for name, value in wanted.items()))
            .order_by(table.c.id)
        )
        with self.engine.connect() as db:
            return list(db.execute(found).all())

    def one(self, table: Any, **wanted: Any) -> Any:
        found = self.rows(table, **wanted)
        assert len(found) == 1, found
        return found[0]

    def document(self, number: str) -> Any:
        return self.one(t.documents, number=number)

    def everything(self) -> dict[str, int]:
        return {table.name: len(self.rows(table)) for table in t.meta.sorted_tables if "id" in table.c}


def pdf(text: str = "", pages: int = 1) -> bytes:
    """Pages of a title each: other text, other bytes."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    writer.add_metadata({"/Title": text})
    return saved(writer)


def saved(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def with_xml(xml: bytes, name: str = "factur-x.xml", text: str = "") -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.add_metadata({"/Title": text})
    writer.add_attachment(name, xml)
    return saved(writer)


def signed_pdf() -> bytes:
    """A form with one signature field that holds a signature: its structure, not its cryptography."""
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    signature = DictionaryObject(
        {NameObject("/Type"): NameObject("/Sig"), NameObject("/Filter"): NameObject("/X")}
    )
    field = DictionaryObject(
        {
            NameObject("/FT"): NameObject("/Sig"),
            NameObject("/T"): TextStringObject("Seal"),
            NameObject("/V"): writer._add_object(signature),
        }
    )
    form = {
        NameObject("/Fields"): ArrayObject([writer._add_object(field)]),
        NameObject("/SigFlags"): NumberObject(3),
    }
    writer.root_object[NameObject("/AcroForm")] = writer._add_object(DictionaryObject(form))
    return saved(writer)


def with_action(kind: str) -> bytes:
    """A PDF that does something when it is opened: /GoTo is harmless, /JavaScript and /Launch are not."""
    writer = PdfWriter()
    page = writer.add_blank_page(595, 842)
    action = DictionaryObject({NameObject("/S"): NameObject(kind)})
    if kind == "/GoTo":
        action[NameObject("/D")] = ArrayObject([page.indirect_reference, NameObject("/Fit")])
    else:
        action[NameObject("/F")] = TextStringObject("calc.exe")
    writer.root_object[NameObject("/OpenAction")] = action
    return saved(writer)


def with_empty_form() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/Fields"): ArrayObject()})
    return saved(writer)


def with_open_bomb() -> bytes:
    """An XML attachment of 60 MB that is 60 kB in the file."""
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.add_attachment("factur-x.xml", b"<a>" + b" " * 60_000_000)
    for item in writer._objects:
        if isinstance(item, StreamObject) and item.get("/Type") == "/EmbeddedFile":
            item.update(item.flate_encode())
    return saved(writer)


def cii(number: str = "F-9", buyer_id: str = "C1", **more: str) -> bytes:
    """A Cross Industry Invoice with what a reader needs, and no more."""
    told = {
        "type": "380",
        "date": "20261102",
        "name": "Client A",
        "total": "12.00",
        "siren": "",
        "seller": "",
    } | more
    return f"""<?xml version="1.0"?>
<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
 xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
 xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">
 <rsm:ExchangedDocument><ram:ID>{number}</ram:ID><ram:TypeCode>{told["type"]}</ram:TypeCode>
  <ram:IssueDateTime><udt:DateTimeString format="102">{told["date"]}</udt:DateTimeString></ram:IssueDateTime>
 </rsm:ExchangedDocument>
 <rsm:SupplyChainTradeTransaction>
  <ram:ApplicableHeaderTradeAgreement>
   <ram:SellerTradeParty><ram:SpecifiedLegalOrganization><ram:ID>{told["seller"]}</ram:ID>
    </ram:SpecifiedLegalOrganization></ram:SellerTradeParty>
   <ram:BuyerTradeParty><ram:ID>{buyer_id}</ram:ID><ram:Name>{told["name"]}</ram:Name>
    <ram:SpecifiedLegalOrganization><ram:ID>{told["siren"]}</ram:ID></ram:SpecifiedLegalOrganization>
   </ram:BuyerTradeParty>
  </ram:ApplicableHeaderTradeAgreement>
  <ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
   <ram:SpecifiedTradeSettlementHeaderMonetarySummation>
    <ram:TaxBasisTotalAmount>10.00</ram:TaxBasisTotalAmount>
    <ram:TaxTotalAmount currencyID="EUR">2.00</ram:TaxTotalAmount>
    <ram:GrandTotalAmount>{told["total"]}</ram:GrandTotalAmount>
    <ram:DuePayableAmount>12.00</ram:DuePayableAmount>
   </ram:SpecifiedTradeSettlementHeaderMonetarySummation>
  </ram:ApplicableHeaderTradeSettlement>
 </rsm:SupplyChainTradeTransaction>
</rsm:CrossIndustryInvoice>""".encode()


def document(kind: str, number: str | None, **more: Any) -> dict[str, Any]:
    status = "sent" if kind == "quote" else "issued"
    common = {"kind": kind, "number": number, "client": "C1", "status": status, "issued_on": "2026-11-02"}
    return {**common, "label": number or "", "total_cents": 1000, **more}
