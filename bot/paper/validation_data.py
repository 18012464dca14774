"""The token of a seal, and whether the file holds what verifies both in later years (PAdES B-LT).

Runs in the child process (child.py).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime

from asn1crypto import cms, x509
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko_certvalidator import CertificateValidator


def token_of(seal: EmbeddedPdfSignature) -> cms.SignedData | None:
    for attribute in seal.signer_info["unsigned_attrs"]:
        if attribute["type"].native == "signature_time_stamp_token":
            return attribute["values"][0]["content"]
    return None


def made_at(token: cms.SignedData) -> datetime:
    made: datetime = token["encap_content_info"]["content"].parsed["gen_time"].native
    return made


def lasts(seal: EmbeddedPdfSignature, roots: Iterable[bytes]) -> bool:
    """Of each certificate of the seal and of its token it is shown that, when the token was made, it was not revoked.

    `roots` are ours, as DER. The root of the authority is the one that the file holds; who signs with its own root is
    never shown to be good.
    """
    token = token_of(seal)
    if token is None:
        return False
    try:
        store, theirs = DocumentSecurityStore.read_dss(seal.reader), extract_certificate_info(token)
        held = [one for one in (*theirs.other_certs, *store.load_certs()) if one.self_issued]
        named = [one for one in held if one != theirs.signer_cert]
        at = made_at(token)
        _shown(seal.signer_cert, [x509.Certificate.load(root) for root in roots], store, at)
        _shown(theirs.signer_cert, named, store, at, {"time_stamping"}, theirs.other_certs)
    except MemoryError:
        raise
    except Exception:  # a dozen kinds: what is lacking, ended, revoked or not genuine
        return False
    return True


def _shown(
    certificate: x509.Certificate,
    roots: list[x509.Certificate],
    store: DocumentSecurityStore,
    at: datetime,
    extended: set[str] | None = None,
    others: Iterable[x509.Certificate] = (),
) -> None:
    context = store.as_validation_context(
        {"trust_roots": roots, "allow_fetching": False, "moment": at, "revocation_mode": "require"}
    )
    judge = CertificateValidator(certificate, others, validation_context=context)
    asyncio.run(judge.async_validate_usage(set(), extended))
