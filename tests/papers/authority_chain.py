"""An authority with a chain of three certificates. Over HTTP, it says whether one was revoked; or it does not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID as Access
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from papers.authority import CONFIG, Asked, Manner, authority

from bot.paper.certificates import private_bytes

Says = Literal["list", "ocsp", "nothing", "silent", "large", "revoked", "ended", "forged"]
DAY = timedelta(days=1)


@dataclass
class One:
    """A certificate and its key."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


@dataclass
class Chain:
    says: Says
    manner: Manner = "answers"
    asked: list[str] = field(default_factory=list)  # the paths of all questions, that for the token apart
    tokens: int = 0
    held: dict[str, One] = field(default_factory=dict)  # "root", "sub" and "tsa", once it runs


@contextmanager
def chained(folder: Path, chain: Chain) -> Iterator[str]:
    """Its address. What it is asked is noted in `chain`."""
    held = chain.held

    def answer(asked: Asked) -> bytes | None:
        if asked.path == "/tsa":
            chain.tokens += 1
            return None
        chain.asked.append(asked.path)
        return _answer(held, chain.says, asked)

    with authority(folder, chain.manner, answer) as url:
        held.update(_made(url.removesuffix("/tsa"), chain.says))
        _installed(folder, held)
        yield url


def _made(base: str, says: Says) -> dict[str, One]:
    root = _one("Time Root", None, base, says)
    sub = _one("Time Sub", root, base, says)
    return {"root": root, "sub": sub, "tsa": _one("Time Unit", sub, base, says)}


def _one(name: str, issuer: One | None, base: str, says: Says) -> One:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signer = issuer.key if issuer else key
    is_unit = name == "Time Unit"
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - DAY)
        .not_valid_after(now + 30 * DAY)
        .add_extension(x509.BasicConstraints(ca=not is_unit, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
    )
    if is_unit:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        built = built.add_extension(usage, critical=True)
    for extension in _addresses(issuer, base, says):
        built = built.add_extension(extension, critical=False)
    return One(key, built.sign(signer, hashes.SHA256()))


def _addresses(issuer: One | None, base: str, says: Says) -> Iterator[x509.ExtensionType]:
    """A list for each but the root, or an answer; and where the root itself is."""
    if issuer is None or says == "nothing":
        return
    whose = "root" if issuer.certificate.issuer == issuer.certificate.subject else "sub"
    access = [
        x509.AccessDescription(Access.CA_ISSUERS, x509.UniformResourceIdentifier(f"{base}/{whose}.crt"))
    ]
    if says == "ocsp":
        at = x509.UniformResourceIdentifier(f"{base}/{whose}.ocsp")
        access.append(x509.AccessDescription(Access.OCSP, at))
    else:
        at = x509.UniformResourceIdentifier(f"{base}/{whose}.crl")
        yield x509.CRLDistributionPoints([x509.DistributionPoint([at], None, None, None)])
    yield x509.AuthorityInformationAccess(access)


def _installed(folder: Path, held: dict[str, One]) -> None:
    """The root is not in the token: it is to be asked for."""
    config = CONFIG.replace("certs = $dir/tsa.crt", "certs = $dir/chain.pem")
    (folder / "tsa.cnf").write_text(config.format(folder=folder), "utf-8")
    (folder / "serial").write_text("01")
    (folder / "tsa.key").write_bytes(private_bytes(held["tsa"].key, Encoding.PEM))
    (folder / "tsa.crt").write_bytes(held["tsa"].certificate.public_bytes(Encoding.PEM))
    (folder / "chain.pem").write_bytes(held["sub"].certificate.public_bytes(Encoding.PEM))
    (folder / "root.crt").write_bytes(held["root"].certificate.public_bytes(Encoding.DER))


def _answer(held: dict[str, One], says: Says, asked: Asked) -> bytes | None:
    """None: not a word."""
    name, _, kind = asked.path.strip("/").partition(".")
    whose = held[name]
    if kind == "crt":
        return whose.certificate.public_bytes(Encoding.DER)
    if says == "silent":
        return None
    if kind == "ocsp":
        certificate = held["tsa" if name == "sub" else "sub"].certificate
        return _ocsp(whose, certificate)
    return revocations(whose, held, says) + (b"0" * 300_000 if says == "large" else b"")


def _ocsp(issuer: One, certificate: x509.Certificate) -> bytes:
    now = datetime.now(UTC)
    built = ocsp.OCSPResponseBuilder().add_response(
        certificate, issuer.certificate, hashes.SHA1(), ocsp.OCSPCertStatus.GOOD, now - DAY, now + DAY, None, None
    )  # fmt: skip
    named = built.responder_id(ocsp.OCSPResponderEncoding.HASH, issuer.certificate)
    return named.sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.DER)


def revocations(issuer: One, held: dict[str, One], says: Says = "list") -> bytes:
    now = datetime.now(UTC)
    ends = now - timedelta(hours=1) if says == "ended" else now + DAY
    built = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(now - DAY)
        .next_update(ends)
    )
    if says == "revoked":
        one = x509.RevokedCertificateBuilder().revocation_date(now - DAY)
        number = held["tsa"].certificate.serial_number
        built = built.add_revoked_certificate(one.serial_number(number).build())
    key = ec.generate_private_key(ec.SECP256R1()) if says == "forged" else issuer.key
    return built.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
