"""PDFs that others signed, made with pyHanko: an approval, certified with and without changes allowed."""

from __future__ import annotations

import io

from asn1crypto import keys as asn1_keys
from asn1crypto import x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm
from pyhanko_certvalidator.registry import SimpleCertificateStore

from bot.paper.keys import Keys


def signer(keys: Keys) -> signers.SimpleSigner:
    leaf, root = (x509.Certificate.load(der) for der in (keys.certificate, keys.root))
    key = asn1_keys.PrivateKeyInfo.load(keys.key)
    return signers.SimpleSigner(leaf, key, SimpleCertificateStore.from_certs([root]))


def signed(data: bytes, keys: Keys, certify: MDPPerm | None = None) -> bytes:
    meta = signers.PdfSignatureMetadata(
        field_name="Other",
        md_algorithm="sha256",
        certify=certify is not None,
        docmdp_permissions=certify or MDPPerm.FILL_FORMS,
    )
    out = io.BytesIO()
    signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(data)), meta, signer=signer(keys), output=out)
    return out.getvalue()
