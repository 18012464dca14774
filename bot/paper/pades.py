"""The seal itself: PAdES B-B, or B-T with a timestamp, certified, no change allowed (ETSI EN 319 142-1, PDF 2.0 12.8).

It is a technical seal that shows later changes, not the client's signature. Runs in the child process.
"""

from __future__ import annotations

import asyncio
import io
import threading
import urllib.request
from datetime import datetime
from queue import Empty, SimpleQueue
from urllib.error import HTTPError

from asn1crypto import keys as asn1_keys
from asn1crypto import tsp, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.attributes import SignedAttributeProviderSpec, SigningCertificateV2Provider
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from bot.paper.keys import Keys

FIELD = "FacteurSeal"
RESERVED = 4096  # hexadecimal digits for the signature; without it pyHanko signs twice, to measure
RESERVED_TIMESTAMPED = 40_000
TSA_SECONDS = 10.0
TSA_BYTES = 64 * 1024


class NoTimestamp(Exception):
    """The authority did not answer, or not in time."""


class Revision(IncrementalPdfFileWriter):
    """What a file says of itself (title, dates, PDF/A) stays as it is: pyHanko would write it anew, in its name."""

    def _update_meta(self) -> None:
        return


def seal(
    writer: IncrementalPdfFileWriter, keys: Keys, at: datetime, name: str, reason: str, tsa_url: str = ""
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
    stamper = Authority(tsa_url) if tsa_url else None
    out = io.BytesIO()
    reserved = RESERVED_TIMESTAMPED if tsa_url else RESERVED
    _Signer(at, meta, _signer(keys), timestamper=stamper).sign_pdf(
        writer, bytes_reserved=reserved, output=out
    )
    return out.getvalue()


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

    def __init__(self, url: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # pyHanko types it not
        self.url = url

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        answers: SimpleQueue[bytes | Exception] = SimpleQueue()
        threading.Thread(target=self._ask, args=(req.dump(), answers), daemon=True).start()
        try:
            answer = answers.get(timeout=TSA_SECONDS)
        except Empty:
            raise NoTimestamp("no answer in time") from None
        if isinstance(answer, Exception):
            raise NoTimestamp("no answer") from answer
        return tsp.TimeStampResp.load(answer, strict=True)

    def _ask(self, question: bytes, answers: SimpleQueue[bytes | Exception]) -> None:
        try:
            if not self.url.startswith(("http://", "https://")):
                raise NoTimestamp("not an HTTP address")
            head = {"Content-Type": "application/timestamp-query"}
            request = urllib.request.Request(self.url, question, head)  # noqa: S310 -- its scheme was looked at
            with urllib.request.urlopen(request, timeout=TSA_SECONDS) as answer:  # noqa: S310 -- as above
                answers.put(answer.read(TSA_BYTES))
        except HTTPError as error:
            error.close()
            answers.put(error)
        except Exception as error:  # whatever it was, the seal goes on without
            answers.put(error)


def token(digest: bytes, url: str) -> bytes:
    """The authority's token over a SHA-256, as DER. Raises NoTimestamp, or what pyHanko says of a wrong answer."""
    return bytes(asyncio.run(Authority(url).async_timestamp(digest, "sha256")).dump())
