"""The seal itself: PAdES B-B, B-T with a timestamp, B-LT with what verifies it later (ETSI EN 319 142-1, PDF 2.0 12.8).

Certified, no change allowed. It is a technical seal that shows later changes, not the client's signature. Runs in the
child process.
"""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from asn1crypto import cms, crl, ocsp, tsp, x509
from asn1crypto import keys as asn1_keys
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.attributes import SignedAttributeProviderSpec, SigningCertificateV2Provider
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator.registry import SimpleCertificateStore

from bot.paper.fetch import posted, within
from bot.paper.keys import Keys
from bot.paper.lasting import Lasting

FIELD = "FacteurSeal"
RESERVED = 4096  # hexadecimal digits for the signature; without it pyHanko signs twice, to measure
RESERVED_TIMESTAMPED = 40_000
TSA_SECONDS = 10.0
TSA_BYTES = 64 * 1024


@dataclass(frozen=True)
class Timing:
    """Whose token the seal asks for, for how many seconds, and what goes into the file with it."""

    url: str
    seconds: float
    lasting: Lasting | None


class Revision(IncrementalPdfFileWriter):
    """What a file says of itself (title, dates, PDF/A) stays as it is: pyHanko would write it anew, in its name."""

    def _update_meta(self) -> None:
        return


def seal(
    writer: IncrementalPdfFileWriter,
    keys: Keys,
    at: datetime,
    name: str,
    reason: str,
    timing: Timing | None = None,
) -> bytes:
    """The file with one more revision: what the writer holds, and the seal."""
    meta = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        name=name,
        reason=reason,
    )
    stamper = Authority(timing.url, timing.seconds) if timing else None
    if timing and timing.lasting:
        _store(writer, keys, timing.lasting)
    out = io.BytesIO()
    reserved = RESERVED_TIMESTAMPED if timing else RESERVED
    _Signer(at, meta, _signer(keys), timestamper=stamper).sign_pdf(
        writer, bytes_reserved=reserved, output=out
    )
    return out.getvalue()


def _store(writer: IncrementalPdfFileWriter, keys: Keys, lasting: Lasting) -> None:
    """In the document security store (ETSI EN 319 142-1, 5.4), ahead of the signature: one revision, sealed."""
    ours = (keys.certificate, keys.root)
    DocumentSecurityStore.supply_dss_in_writer(
        writer,
        None,
        certs=[x509.Certificate.load(one) for one in (*ours, *lasting.certificates)],
        crls=[crl.CertificateList.load(one) for one in (keys.crl, *lasting.crls)],
        ocsps=[ocsp.OCSPResponse.load(one) for one in lasting.ocsps],
    )


class _Signer(PdfSigner):
    """With the hour of our clock, not of the library's."""

    def __init__(self, at: datetime, *args: object, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]  # handed on as they came
        self._at = at

    def init_signing_session(self, *args: object, **more: object) -> PdfSigningSession:
        session = super().init_signing_session(*args, **more)  # type: ignore[arg-type]  # as above
        session.system_time = self._at
        return session


def _signer(keys: Keys) -> SimpleSigner:
    leaf, root = (x509.Certificate.load(der) for der in (keys.certificate, keys.root))
    key = asn1_keys.PrivateKeyInfo.load(keys.key)
    signer = SimpleSigner(leaf, key, SimpleCertificateStore.from_certs([root]))
    signer.signed_attr_prov_spec = _SigningCertificate(leaf)
    return signer


class _SigningCertificate(SigningCertificateV2Provider, SignedAttributeProviderSpec):
    """The attribute that PAdES asks for, read from its own DER: asn1crypto encodes a value that was built from parts
    again at each level above it, which is most of what a seal costs."""

    def signed_attr_providers(self, data_digest: bytes, digest_algorithm: str) -> list[_SigningCertificate]:
        return [self]

    async def build_attr_value(self, dry_run: bool = False) -> tsp.SigningCertificateV2:
        built = await super().build_attr_value(dry_run)
        return tsp.SigningCertificateV2.load(built.dump())


class Authority(TimeStamper):
    """A time-stamping authority over HTTP (RFC 3161, 3.4), with a limit on the whole of its answer."""

    def __init__(self, url: str, seconds: float) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # pyHanko types it not
        self.url, self.seconds = url, seconds

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Raises NoAnswer, or what asn1crypto says of an answer that is none."""
        kind = "application/timestamp-query"
        ask = partial(posted, self.url, req.dump(), kind, self.seconds, TSA_BYTES)
        return tsp.TimeStampResp.load(within(self.seconds, ask), strict=True)

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        found = await super().async_timestamp(message_digest, md_algorithm)
        return Token.load(found._header + found.contents + found._trailer)


class Token(cms.ContentInfo):  # type: ignore[misc]  # asn1crypto has no types
    """As it came: asn1crypto takes a length whose last byte is 0x80 for an indefinite one, and encodes the whole anew
    at each of its levels, which takes longer than a seal may."""

    def dump(self, force: bool = False) -> bytes:
        came: bytes = self._header + self.contents + self._trailer
        return came


def token(digest: bytes, url: str) -> bytes:
    """The authority's token over a SHA-256, as DER. Raises NoAnswer, or what pyHanko says of a wrong answer."""
    return bytes(asyncio.run(Authority(url, TSA_SECONDS).async_timestamp(digest, "sha256")).dump())
