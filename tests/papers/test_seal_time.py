"""A time-stamping authority: its token is in the seal, or the time is the server's. A signature never waits for it."""

from __future__ import annotations

import hashlib
import io
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import parser, x509
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import (
    CertificateBuilder,
    Name,
    NameAttribute,
    NameOID,
    ObjectIdentifier,
    UnrecognizedExtension,
)
from papers import authority as asked_of
from papers.authority import Manner, authority, openssl, prepare
from papers.seal_data import RECIPE, quote
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from bot.paper import keys as keeping
from bot.paper import pades
from bot.paper.child import Child
from bot.paper.sealing import Sealed, seal
from bot.paper.timestamp import token
from bot.paper.verify import verdict

pytestmark = pytest.mark.skipif(
    not shutil.which("openssl"), reason="the authority of these tests is OpenSSL's"
)
Press = Callable[..., Sealed]


@pytest.fixture(scope="session")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tsa")
    prepare(folder)
    return folder


def test_a_token_is_in_the_seal(tsa: Path, sealed: Press, key_folder: Path, here: Child) -> None:
    with authority(tsa, "answers") as url:
        made = sealed(quote(), tsa_url=url)
    assert (made.level, made.time) == ("B-T", "tsa")
    assert made.tsa == "Time Authority"
    found = verdict(made.data, keeping.roots(key_folder), here)
    assert (found.what, found.level, found.time, found.tsa) == ("intact", "B-T", "tsa", made.tsa)
    assert verdict(made.data + b"\n", keeping.roots(key_folder), here).what == "altered"


def test_the_token_is_about_this_seal(tsa: Path, sealed: Press, keys: keeping.Keys) -> None:
    """Judged by pyHanko with the authority as a root."""
    with authority(tsa, "answers") as url:
        made = sealed(quote(), tsa_url=url)
    (held,) = PdfFileReader(io.BytesIO(made.data)).embedded_regular_signatures
    ours, theirs = ([x509.Certificate.load(keys.root)], [own_root(tsa)])
    status = validate_pdf_signature(
        held, ValidationContext(trust_roots=ours), ValidationContext(trust_roots=theirs)
    )
    stamped = status.timestamp_validity
    assert stamped is not None
    assert (stamped.valid, stamped.intact, stamped.trusted) == (True, True, True)


def own_root(tsa: Path) -> x509.Certificate:
    return x509.Certificate.load(openssl(tsa, "x509", "-in", "tsa.crt", "-outform", "der"))


@pytest.mark.parametrize("manner", ["slow", "rubbish", "refuses", "endless"])
def test_an_authority_that_fails_holds_nothing_up(
    manner: Manner, tsa: Path, sealed: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pades, "TSA_SECONDS", 0.3)
    with authority(tsa, manner) as url:
        began = time.monotonic()
        made = sealed(quote(), tsa_url=url)
        assert time.monotonic() - began < 5
    assert (made.level, made.time, made.tsa) == ("B-B", "server", "")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/tsa", "ftp://127.0.0.1/", "file:///etc/passwd", "nowhere"]
)
def test_an_authority_that_is_not_there(url: str, sealed: Press) -> None:
    made = sealed(quote(), tsa_url=url)
    assert (made.level, made.time, made.tsa) == ("B-B", "server", "")


def test_a_token_for_something_else_is_no_token(
    tsa: Path, sealed: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An old answer played again: its nonce is that of another question."""
    kept: list[bytes] = []
    genuine = asked_of.reply

    def again(folder: Path, asked: bytes) -> bytes:
        kept.append(asked)
        return genuine(folder, kept[0])

    monkeypatch.setattr(asked_of, "reply", again)
    with authority(tsa, "answers") as url:
        assert sealed(quote(), tsa_url=url).level == "B-T"
        assert sealed(quote("again"), tsa_url=url).level == "B-B"


@pytest.mark.parametrize("what", ["token", "seal"])
def test_an_unlucky_length_costs_no_more(
    what: str, tmp_path: Path, sealed: Press, key_folder: Path, here: Child
) -> None:
    """It ends in 0x80, which asn1crypto takes for a length that is not told: it would encode all anew, for long."""
    prepare(tmp_path)
    size = 300
    with authority(tmp_path, "answers") as url:
        made = sealed(quote(), tsa_url=url)
        while (length := header(parts(made.data)[what])[-1]) != 0x80:
            size += (0x80 - length) % 256
            more_certificates(tmp_path, size)
            began = time.process_time()
            made = sealed(quote(), tsa_url=url)
    assert time.process_time() - began < 1.5
    found = verdict(made.data, keeping.roots(key_folder), here)
    assert (made.level, found.what, found.level) == ("B-T", "intact", "B-T")


def parts(data: bytes) -> dict[str, bytes]:
    (held,) = PdfFileReader(io.BytesIO(data)).embedded_regular_signatures
    (stamped,) = (one for one in held.signer_info["unsigned_attrs"])
    return {"seal": held.pkcs7_content, "token": stamped["values"][0].dump()}


def header(der: bytes) -> bytes:
    *_, held, _, _ = parser.parse(der)
    return bytes(held)


def more_certificates(tsa: Path, size: int) -> None:
    """One more in each token, with so many bytes that say nothing."""
    key, now = ed25519.Ed25519PrivateKey.generate(), datetime.now(UTC)
    name = Name([NameAttribute(NameOID.COMMON_NAME, "Other")])
    made = (
        CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .add_extension(UnrecognizedExtension(ObjectIdentifier("1.2.3.4"), bytes(size)), critical=False)
        .sign(key, None)
    )
    (tsa / "others.pem").write_bytes(made.public_bytes(Encoding.PEM))
    config = (
        (tsa / "tsa.cnf").read_text("utf-8").replace("\ncerts = $dir/tsa.crt", "\ncerts = $dir/others.pem")
    )
    (tsa / "tsa.cnf").write_text(config, "utf-8")


def test_the_child_asks_the_authority(tsa: Path, keys: keeping.Keys) -> None:
    child = Child()
    try:
        with authority(tsa, "answers") as url:
            assert seal(quote(), RECIPE, keys, tsa_url=url, child=child).level == "B-T"
    finally:
        child.close()


def test_a_token_over_a_hash_is_what_openssl_verifies(tsa: Path, here: Child, tmp_path: Path) -> None:
    digest = hashlib.sha256(b"the head of a ledger").digest()
    with authority(tsa, "answers") as url:
        made = token(digest, url, here)
    (tmp_path / "token.der").write_bytes(made)
    told = openssl(
        tsa, "ts", "-verify", "-digest", digest.hex(), "-in", str(tmp_path / "token.der"), "-token_in",
        "-CAfile", "tsa.crt", "-untrusted", "tsa.crt",
    )  # fmt: skip
    assert b"OK" in told


@pytest.mark.parametrize("manner", ["rubbish", "refuses"])
def test_no_token_is_no_token(manner: Manner, tsa: Path, here: Child) -> None:
    with authority(tsa, manner) as url, pytest.raises(Exception, match=r".+"):
        token(hashlib.sha256(b"x").digest(), url, here)
