"""Reads a PDF of an invoice: the XML inside it, and whether the PDF could be signed.

Runs in the guard's child process (guard.py): `examine` takes bytes and gives plain data. The names of the attachments
are those of Factur-X 1.0, ZUGFeRD 1 and 2, XRechnung and Order-X.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Self

from pypdf import PdfReader

from storage.imports import judge
from storage.imports.invoice_xml import MOST_BYTES, Invoice, NotAnInvoice, parse

NAMES = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml", "order-x.xml", "zugferd_invoice.xml")
MOST_FILES = 50
LOG = logging.getLogger("pypdf")
NOTHING = Invoice(source="none", kind="unknown")


@dataclass(frozen=True)
class Reading:
    """What a PDF says of itself."""

    invoice: Invoice
    why_not: judge.WhyNot | None  # None: it may be signed as a quote
    note: str = ""  # why there is no invoice data, where there should be

    @property
    def signable(self) -> bool:
        return self.why_not is None

    def as_json(self) -> dict[str, Any]:
        """The shape of `facteur read` (design, section 5), the file's name apart."""
        told = asdict(self.invoice)
        buyer = {
            "name": told["buyer_name"],
            "id": next(iter(self.invoice.buyer_ids), None),
            "email": told["buyer_email"],
        }
        day = {name: told[name].isoformat() if told[name] else None for name in ("issued_on", "due_on")}
        sums = {name: told[name] for name in ("net_cents", "vat_cents", "total_cents", "due_cents")}
        head = {"kind": told["kind"], "number": told["number"], **day, "buyer": buyer, **sums}
        tail = {"currency": told["currency"], "source": told["source"]}
        return {**head, **tail, "signable": self.signable, "why_not": self.why_not}


class Losses(logging.Handler):
    """pypdf goes on after an object that it could not read, and says so in its log only: part of the page is lost."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = False

    def emit(self, record: logging.LogRecord) -> None:
        self.seen = self.seen or record.getMessage().startswith(("PdfReadError(", "PdfStreamError("))

    def __enter__(self) -> Self:
        LOG.addHandler(self)
        LOG.propagate = False
        return self

    def __exit__(self, *_: object) -> None:
        LOG.removeHandler(self)
        LOG.propagate = True


def examine(data: bytes) -> Reading:
    """Never raises on a bad file; memory and time are the guard's affair."""
    if len(data) > judge.MOST_BYTES:
        return Reading(NOTHING, "too_large")
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
    except Exception:  # as in judge.py: any kind means a broken file
        return Reading(NOTHING, judge.why_not(data, None))
    with Losses() as losses:
        why = judge.why_not(data, reader)
    if losses.seen:
        why = why or "malformed"
    try:
        return Reading(_invoice(reader), why)
    except NotAnInvoice as error:
        return Reading(NOTHING, why, str(error))
    except Exception as error:
        return Reading(NOTHING, why, f"the attachments cannot be read ({type(error).__name__})")


def _invoice(reader: PdfReader) -> Invoice:
    broken: NotAnInvoice | None = None
    for xml in _candidates(reader):
        try:
            return parse(xml)
        except NotAnInvoice as error:
            broken = broken or error
    if broken:
        raise broken
    return NOTHING


def _candidates(reader: PdfReader) -> Iterator[bytes]:
    """The attached XML, the known names first, in the order of the standards; any case."""
    found: dict[str, Any] = {}
    for attachment, _ in zip(reader.attachment_list, range(MOST_FILES), strict=False):
        name = attachment.name.lower()
        if name.endswith(".xml") and (attachment.size or 0) <= MOST_BYTES:
            found.setdefault(name, attachment)
    order = [name for name in NAMES if name in found] + [name for name in found if name not in NAMES]
    for name in order:
        yield found[name].content
