"""The certificates of the seal (RFC 5280): a root that signs certificates, 20 years; a leaf that seals, 3 years.

Both are ECDSA P-256. A fingerprint is the SHA-256 of the certificate (DER), hexadecimal.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

Place = Literal["root", "leaf"]
YEARS: dict[Place, int] = {"root": 20, "leaf": 3}
NAMES: dict[Place, str] = {"root": "Facteur root", "leaf": "Facteur seal"}
CLOCKS_DIFFER = timedelta(days=1)


def certify(
    place: Place,
    key: ec.EllipticCurvePrivateKey,
    now: datetime,
    signer: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None,
) -> x509.Certificate:
    """`issuer` is None for a root, which signs itself."""
    subject = _name(NAMES[place], now)
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCKS_DIFFER)
        .not_valid_after(end(place, now))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(_usage(is_root=issuer is None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(authority, critical=False)
        .sign(signer, hashes.SHA256())
    )


def nothing_revoked(
    key: ec.EllipticCurvePrivateKey, root: x509.Certificate, now: datetime, until: datetime
) -> x509.CertificateRevocationList:
    """The root's list (RFC 5280, 5), empty, for a seal that is to be verified later: `until` is the end of the leaf."""
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    return (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root.subject)
        .last_update(now - CLOCKS_DIFFER)
        .next_update(until)
        .add_extension(authority, critical=False)
        .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
        .sign(key, hashes.SHA256())
    )


def end(place: Place, now: datetime) -> datetime:
    return now.astimezone(UTC).replace(microsecond=0) + timedelta(days=365.25 * YEARS[place])


def fingerprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex()


def is_root(certificate: x509.Certificate) -> bool:
    return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def has_signed(root: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(root)
    except Exception:  # another name, another key: the library raises a kind for each
        return False
    return True


def private_bytes(key: ec.EllipticCurvePrivateKey, encoding: Encoding) -> bytes:
    return key.private_bytes(encoding, PrivateFormat.PKCS8, NoEncryption())


def _name(common: str, now: datetime) -> x509.Name:
    said = {x509.NameOID.ORGANIZATION_NAME: "Facteur", x509.NameOID.COMMON_NAME: f"{common} {now:%Y-%m-%d}"}
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in said.items()])


def _usage(*, is_root: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_root,
        content_commitment=not is_root,
        key_cert_sign=is_root,
        crl_sign=is_root,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
