"""The chain of a token's authority, and what says that none of it was revoked: OCSP (RFC 6960) or a list (RFC 5280).

The addresses are those that its certificates name. Runs in the child process.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise

from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID as Access
from pyhanko.sign.general import extract_certificate_info

from bot.paper import fetch
from bot.paper.certificates import has_signed
from bot.paper.fetch import NoAnswer
from bot.paper.lasting import Lasting

EACH = 1.5  # seconds
BYTES = 256 * 1024
LONGEST = 6  # certificates of a chain
KEPT = timedelta(days=1)
AGAIN = timedelta(hours=1)  # after it was not to be had

Get = Callable[..., bytes]  # an address, a body or None, and its kind


def learnt(token: cms.SignedData, tsa_url: str, at: datetime, seconds: float) -> Lasting:
    """Within so many seconds. Nothing as well where a certificate was revoked."""
    try:
        return _learnt(token, _getter(tsa_url, seconds), at)
    except Exception:  # servers and certificates of others: each kind means the same to us
        return nothing(at)


def nothing(at: datetime) -> Lasting:
    return Lasting(at + AGAIN)


def _getter(tsa_url: str, seconds: float) -> Get:
    until, inside = time.monotonic() + seconds, fetch.in_own_network(tsa_url)

    def get(url: str, body: bytes | None = None, kind: str = "") -> bytes:
        left = min(EACH, until - time.monotonic())
        if left <= 0:
            raise NoAnswer("no time left")
        return fetch.within(left, partial(fetch.foreign, url, left, BYTES, inside, body, kind))

    return get


def _learnt(token: cms.SignedData, get: Get, at: datetime) -> Lasting:
    held = extract_certificate_info(token)
    first, *others = (
        x509.load_der_x509_certificate(one.dump()) for one in (held.signer_cert, *held.other_certs)
    )
    chain = _chain(first, others, get)
    until, lists, answers = at + KEPT, list[bytes](), list[bytes]()
    for certificate, issuer in pairwise(chain):
        found, ends = _status(certificate, issuer, get, at)
        kept = answers if isinstance(found, ocsp.OCSPResponse) else lists
        kept.append(found.public_bytes(Encoding.DER))
        until = min(until, ends)
    if len(chain) == 1:
        raise NoAnswer("it is its own root: nobody says whether it was revoked")
    certificates = tuple(one.public_bytes(Encoding.DER) for one in chain)
    return Lasting(until, certificates, tuple(dict.fromkeys(lists)), tuple(answers))


def _chain(first: x509.Certificate, others: Iterable[x509.Certificate], get: Get) -> list[x509.Certificate]:
    """Up to a root. Raises NoAnswer."""
    chain, known = [first], list(others)
    while not has_signed(chain[-1], chain[-1]):
        candidates = (one for some in (known, _named(chain[-1], get)) for one in some)
        issuer = next((one for one in candidates if has_signed(one, chain[-1])), None)
        if issuer is None or len(chain) == LONGEST:
            raise NoAnswer("no chain to a root")
        chain.append(issuer)
    return chain


def _named(certificate: x509.Certificate, get: Get) -> Iterator[x509.Certificate]:
    for url in _access(certificate, Access.CA_ISSUERS):
        yield x509.load_der_x509_certificate(get(url))


def _access(certificate: x509.Certificate, what: x509.ObjectIdentifier) -> Iterator[str]:
    try:
        held = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess)
    except x509.ExtensionNotFound:
        return
    for one in held.value:
        if one.access_method == what and isinstance(one.access_location, x509.UniformResourceIdentifier):
            yield one.access_location.value


def _status(
    certificate: x509.Certificate, issuer: x509.Certificate, get: Get, at: datetime
) -> tuple[ocsp.OCSPResponse | x509.CertificateRevocationList, datetime]:
    """What says that it was not revoked, and until when. Raises NoAnswer.

    Whether that is genuine is seen when the seal is examined.
    """
    for way in (_answered, _listed):
        try:
            for found, ends in way(certificate, issuer, get):
                if ends is not None and ends > at:
                    return found, ends
        except (NoAnswer, ValueError):
            continue
    raise NoAnswer("neither answer nor list")


def _answered(
    certificate: x509.Certificate, issuer: x509.Certificate, get: Get
) -> Iterator[tuple[ocsp.OCSPResponse, datetime | None]]:
    # SHA-1 names the issuer here, as RFC 5019 has it; it protects nothing
    asked = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1()).build()  # noqa: S303 - see above
    for url in _access(certificate, Access.OCSP):
        got = ocsp.load_der_ocsp_response(
            get(url, asked.public_bytes(Encoding.DER), "application/ocsp-request")
        )
        answers = got.response_status == ocsp.OCSPResponseStatus.SUCCESSFUL
        if answers and got.certificate_status == ocsp.OCSPCertStatus.GOOD:
            yield got, got.next_update_utc


def _listed(
    certificate: x509.Certificate, issuer: x509.Certificate, get: Get
) -> Iterator[tuple[x509.CertificateRevocationList, datetime | None]]:
    for url in _points(certificate):
        got = x509.load_der_x509_crl(get(url))
        if got.get_revoked_certificate_by_serial_number(certificate.serial_number) is None:
            yield got, got.next_update_utc


def _points(certificate: x509.Certificate) -> Iterator[str]:
    try:
        held = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints)
    except x509.ExtensionNotFound:
        return
    names = (name for point in held.value for name in point.full_name or ())
    yield from (name.value for name in names if isinstance(name, x509.UniformResourceIdentifier))
