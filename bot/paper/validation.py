"""Examines the seal of a PDF with pyHanko; runs in the child process (child.py). See verify.py for what is told."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterable

from asn1crypto import parser, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

from bot.paper.validation_data import lasts, made_at, token_of
from bot.paper.verify import Level, Verdict, without_seal

logging.getLogger("pyhanko").setLevel(logging.CRITICAL + 1)  # it tells a changed file in a long traceback


def examine(data: bytes, roots: Iterable[bytes]) -> Verdict:
    """`roots`: certificates as DER. Never raises but MemoryError."""
    try:
        reader = PdfFileReader(io.BytesIO(data), strict=False)
        seal, *others = reader.embedded_regular_signatures
        if others:
            return without_seal(data)
        known = set(roots)
        status = _status(seal, [x509.Certificate.load(root) for root in known])
        whole = _filled_with_zeros(seal, data) and {one.dump() for one in seal.other_embedded_certs} <= known
        stored = "/DSS" in reader.root
    except MemoryError:
        raise
    except Exception:  # pyHanko raises a dozen kinds on broken files, and there may be no signature at all
        return without_seal(data)
    bare = without_seal(data)
    if not whole or not _whole(status, stored):
        return bare
    timed = status.timestamp_validity
    level: Level = "B-B" if not timed else "B-LT" if stored and lasts(seal, known) else "B-T"
    return Verdict(
        what="intact",
        signature_id=bare.signature_id,
        level=level,
        certificate_sha256=status.signing_cert.sha256.hex(),
        time="tsa" if timed else "server",
        tsa=_name(timed.signing_cert) if timed else "",
    )


def _status(seal: EmbeddedPdfSignature, roots: list[x509.Certificate]) -> PdfSignatureStatus:
    """At the time that the seal tells: a certificate that has ended since has sealed all the same.

    Whether the authority of a timestamp deserves trust is not ours to say: its token must be whole, by its own chain.
    """
    ours = ValidationContext(trust_roots=roots, allow_fetching=False, moment=seal.self_reported_timestamp)
    return validate_pdf_signature(seal, ours, ts_validation_context=_their_own(seal))


def _their_own(seal: EmbeddedPdfSignature) -> ValidationContext | None:
    """With the certificates and the time that the token of the seal holds."""
    token = token_of(seal)
    if token is None:
        return None
    held = [one.chosen for one in token["certificates"] if one.name == "certificate"]
    return ValidationContext(trust_roots=held, allow_fetching=False, moment=made_at(token))


def _filled_with_zeros(seal: EmbeddedPdfSignature, data: bytes) -> bool:
    """No signature covers the room that it stands in: nothing else may be written there."""
    _, start, end, _ = (int(number) for number in seal.byte_range)
    *_, header, content, trailer = parser.parse(seal.pkcs7_content)
    signature = (header + content + trailer).hex().upper()
    return data[start:end] == f"<{signature:0<{end - start - 2}}>".encode("ascii")


def _name(authority: x509.Certificate) -> str:
    said = authority.subject.native
    return ", ".join(str(said[part]) for part in ("common_name", "organization_name") if part in said)


def _whole(status: PdfSignatureStatus, stored: bool) -> bool:
    """Not a byte outside the seal, unless it is the validation data of a B-LT seal."""
    if not status.bottom_line or not status.docmdp_ok:
        return False
    if status.coverage == SignatureCoverageLevel.ENTIRE_FILE:
        return True
    later = status.modification_level
    return (
        stored
        and status.coverage == SignatureCoverageLevel.ENTIRE_REVISION
        and later == ModificationLevel.LTA_UPDATES
    )
