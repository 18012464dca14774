"""Prints the demonstration's PDFs: typst for the page (PDF/A-3b), and the mark that makes an invoice a Factur-X."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from bot.demo.seed import cii
from bot.demo.seed.sheet import Sheet

HERE = Path(__file__).parent
STANDARD = ["a-3b"]
ANNEXES = {"Plan.pdf": "plan.typ", "Conditions.pdf": "conditions.typ", "Terms.pdf": "conditions.typ"}
FX = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
FX_FIELDS = {
    "DocumentType": ("INVOICE", "INVOICE"),
    "DocumentFileName": ("factur-x.xml", "The name of the embedded XML document"),
    "Version": ("1.0", "The version of the Factur-X schema"),
    "ConformanceLevel": ("EN 16931", "The conformance level of the embedded data"),
}


class Press:
    """One compiler a template, kept: the second page of a kind costs a tenth of the first."""

    def __init__(self) -> None:
        import typst

        self._typst = typst
        self._compilers: dict[str, Any] = {}

    def page(self, template: str, data: dict[str, Any], xml: bytes | None = None) -> bytes:
        if template not in self._compilers:
            path = str(HERE / template)
            self._compilers[template] = self._typst.Compiler(path, root=str(HERE), ignore_system_fonts=True)
        inputs = {"data": json.dumps(data)}
        if xml is not None:
            inputs["xml"] = xml.decode()
        pdf: bytes = self._compilers[template].compile(sys_inputs=inputs, pdf_standards=STANDARD)
        return pdf

    def print(self, sheet: Sheet) -> bytes:
        if sheet.kind == "quote":
            return self.page("paper.typ", sheet.as_print())
        return as_facturx(self.page("paper.typ", sheet.as_print(), cii.xml(sheet)))

    def annex(self, sheet: Sheet, name: str) -> bytes:
        return self.page(ANNEXES[name], sheet.as_print())


def as_facturx(pdf: bytes) -> bytes:
    """The same PDF/A-3 with the Factur-X fields in its XMP, and the schema that declares them (Factur-X 1.0, 6.2)."""
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import NameObject, StreamObject

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    xmp = writer.root_object["/Metadata"].get_object()
    assert isinstance(xmp, StreamObject)
    packet = _marked(xmp.get_data().decode("utf-8"))
    fresh = StreamObject()
    fresh.set_data(packet.encode("utf-8"))
    fresh.update({NameObject("/Type"): NameObject("/Metadata"), NameObject("/Subtype"): NameObject("/XML")})
    writer.root_object[NameObject("/Metadata")] = writer._add_object(fresh)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _marked(packet: str) -> str:
    values = "".join(f"<fx:{name}>{value}</fx:{name}>" for name, (value, _) in FX_FIELDS.items())
    own = f'<rdf:Description rdf:about="" xmlns:fx="{FX}">{values}</rdf:Description>'
    bag = "<pdfaExtension:schemas><rdf:Bag>"
    assert bag in packet
    assert "</rdf:RDF>" in packet
    return packet.replace(bag, bag + _schema(), 1).replace("</rdf:RDF>", own + "</rdf:RDF>", 1)


def _schema() -> str:
    fields = "".join(
        '<rdf:li rdf:parseType="Resource">'
        f"<pdfaProperty:name>{name}</pdfaProperty:name><pdfaProperty:valueType>Text</pdfaProperty:valueType>"
        "<pdfaProperty:category>external</pdfaProperty:category>"
        f"<pdfaProperty:description>{what}</pdfaProperty:description></rdf:li>"
        for name, (_, what) in FX_FIELDS.items()
    )
    return (
        '<rdf:li rdf:parseType="Resource">'
        "<pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>"
        f"<pdfaSchema:namespaceURI>{FX}</pdfaSchema:namespaceURI><pdfaSchema:prefix>fx</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{fields}</rdf:Seq></pdfaSchema:property></rdf:li>"
    )
