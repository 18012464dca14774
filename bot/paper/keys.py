"""The keys of the seal, in a folder that is 0700, of files that are 0600 (certificates.py: their profiles).

`root.pem` and `leaf.pem` hold a private key, then its certificate; `old/<fingerprint>.pem` the certificates that were
replaced, for ever: what they sealed is verified with them. `crl.pem` is the root's revocation list, made with the leaf
for as long as it lasts: so the root's key may be taken away once it is kept elsewhere.
"""

from __future__ import annotations

import fcntl
import io
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from bot.paper.certificates import (
    Place,
    certify,
    end,
    fingerprint,
    has_signed,
    is_root,
    nothing_revoked,
    private_bytes,
)

PLACES: tuple[Place, ...] = ("root", "leaf")
SOON = timedelta(days=60)

Happened = Literal["key.made", "key.retired"]
Noted = Callable[[Happened, str], None]  # what happened, and the fingerprint of the certificate


class NoKeys(Exception):
    """There are no keys in the folder, or they cannot be read."""


@dataclass(frozen=True, repr=False)
class Keys:
    """What a seal needs, as DER: picklable, for the process that seals."""

    key: bytes  # PKCS#8, of the leaf
    certificate: bytes
    root: bytes
    crl: bytes  # of the root; b"" where there is none: then no seal is B-LT

    @property
    def fingerprint(self) -> str:
        return fingerprint(x509.load_der_x509_certificate(self.certificate))


def _nobody(happened: Happened, fingerprint: str) -> None:
    return


def install(folder: Path, now: datetime, noted: Noted = _nobody) -> Keys:
    """Makes what is missing, once, whoever else asks at the same time. Raises NoKeys."""
    if not all(_file(folder, place).exists() for place in PLACES):
        with _locked(folder):
            for place in PLACES:
                if not _file(folder, place).exists():
                    _make(folder, place, now, noted)
    if not _list(folder).exists():
        with suppress(OSError), _locked(folder):  # a seal can do without
            _make_list(folder, now)
    return load(folder)


def rotate(folder: Path, now: datetime, noted: Noted = _nobody) -> Keys:
    """A new leaf. The root stays, unless its key is not here or it would end before the leaf: then both are new."""
    load(folder)
    with _locked(folder):
        key, root = _read(_file(folder, "root"))
        lasts = key is not None and root.not_valid_after_utc > end("leaf", now)
        for place in PLACES[1:] if lasts else PLACES:
            _retire(folder, place, noted)
            _make(folder, place, now, noted)
    return load(folder)


def load(folder: Path) -> Keys:
    """Raises NoKeys."""
    key, certificate = _read(_file(folder, "leaf"))
    issuer = next((root for root in roots(folder) if has_signed(root, certificate)), None)
    if key is None or issuer is None:
        raise NoKeys(
            f"{_file(folder, 'leaf')} holds no private key, or a certificate that no root here has signed"
        )
    ours, its_root = (one.public_bytes(Encoding.DER) for one in (certificate, issuer))
    return Keys(private_bytes(key, Encoding.DER), ours, its_root, _read_list(folder, issuer))


def roots(folder: Path) -> tuple[x509.Certificate, ...]:
    """Every root that ever was, the present one first: what a seal is verified with. Raises NoKeys."""
    return (_read(_file(folder, "root"))[1], *filter(is_root, _old(folder)))


def certificates(folder: Path) -> dict[str, x509.Certificate]:
    """ "root" and "leaf", and each former one under its fingerprint. Raises NoKeys."""
    present = {str(place): _read(_file(folder, place))[1] for place in PLACES}
    return present | {fingerprint(one): one for one in _old(folder)}


def roots_pem(folder: Path) -> bytes:
    """For whoever verifies without us. Raises NoKeys."""
    return b"".join(one.public_bytes(Encoding.PEM) for one in roots(folder))


def archive(folder: Path) -> bytes:
    """The folder as a .tar, private keys and all. Raises NoKeys."""
    load(folder)
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for path in sorted(folder.rglob("*.pem")):
            tar.add(path, path.relative_to(folder))
    return out.getvalue()


def faults(folder: Path, now: datetime) -> list[str]:
    """What is wrong with the folder, a sentence each: for `facteur doctor`. No folder yet is no fault."""
    if not folder.exists():
        return []
    found = [fault for path in (folder, *sorted(folder.rglob("*"))) for fault in _too_open(path)]
    try:
        load(folder)
        return found + [fault for place in PLACES for fault in _ending(_file(folder, place), now)]
    except NoKeys as error:
        return [*found, f"{error}."]


def _too_open(path: Path) -> Iterator[str]:
    about = path.stat()
    if about.st_uid != os.geteuid():
        yield f"{path} belongs to another user."
    if about.st_mode & 0o077:
        yield f"Others can read {path}: chmod {'700' if path.is_dir() else '600'} {path}"


def _ending(path: Path, now: datetime) -> Iterator[str]:
    ends = _read(path)[1].not_valid_after_utc
    if ends < now + SOON:
        yield f"The certificate in {path} ends on {ends:%Y-%m-%d}: facteur keys rotate"


# --- files


def _file(folder: Path, place: Place) -> Path:
    return folder / f"{place}.pem"


def _list(folder: Path) -> Path:
    return folder / "crl.pem"


def _read_list(folder: Path, root: x509.Certificate) -> bytes:
    """DER; b"" for none, or that of another root."""
    try:
        found = x509.load_pem_x509_crl(_list(folder).read_bytes())
    except (OSError, ValueError):
        return b""
    key = root.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey), "a root of ours"
    return found.public_bytes(Encoding.DER) if found.is_signature_valid(key) else b""


def _old(folder: Path) -> list[x509.Certificate]:
    return [_read(path)[1] for path in sorted((folder / "old").glob("*.pem"))]


def _read(path: Path) -> tuple[ec.EllipticCurvePrivateKey | None, x509.Certificate]:
    try:
        pem = path.read_bytes()
        certificate = x509.load_pem_x509_certificate(pem)
        key = load_pem_private_key(pem, None) if b"PRIVATE KEY" in pem else None
    except FileNotFoundError:
        raise NoKeys(f"{path} is missing") from None
    except (OSError, ValueError) as error:
        raise NoKeys(f"{path} cannot be read: {error}") from None
    if key is None:
        return None, certificate
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise NoKeys(f"{path} holds a key that is not that of its certificate")
    return key, certificate


def _make(folder: Path, place: Place, now: datetime, noted: Noted) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    signer, issuer = (key, None) if place == "root" else _read(_file(folder, "root"))
    if signer is None:
        raise NoKeys(f"{_file(folder, 'root')} holds no private key: it cannot sign a certificate")
    certificate = certify(place, key, now, signer, issuer)
    _write(_file(folder, place), private_bytes(key, Encoding.PEM) + certificate.public_bytes(Encoding.PEM))
    noted("key.made", fingerprint(certificate))
    if place == "leaf":
        _make_list(folder, now)


def _make_list(folder: Path, now: datetime) -> None:
    """Where the root's key is here."""
    key, root = _read(_file(folder, "root"))
    if key is not None:
        until = _read(_file(folder, "leaf"))[1].not_valid_after_utc
        made = nothing_revoked(key, root, now, until)
        _write(_list(folder), made.public_bytes(Encoding.PEM))


def _retire(folder: Path, place: Place, noted: Noted) -> None:
    _, certificate = _read(_file(folder, place))
    name = fingerprint(certificate)
    _write(folder / "old" / f"{name}.pem", certificate.public_bytes(Encoding.PEM))
    noted("key.retired", name)


def _write(path: Path, data: bytes) -> None:
    """The whole file or nothing, kept through a loss of power."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(os.open(folder / ".lock", os.O_CREAT | os.O_RDWR, 0o600), "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
