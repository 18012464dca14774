"""A time-stamping authority: its token is in the seal, or the time is the server's. A signature never waits for it."""

from __future__ import annotations

import hashlib
import io
import shutil
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import crl as asn1_crl
from asn1crypto import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509 import CertificateRevocationListBuilder
from papers import authority as asked_of
from papers.authority import Manner, authority, openssl, prepare
from papers.conftest import NOW
from papers.seal_data import ID, RECIPE, quote
from papers.signed_elsewhere import signer
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
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


# --- B-LT: made with a bought certificate, by whoever has one; verified here


def test_a_seal_with_its_validation_data_is_intact(
    tsa: Path, keys: keeping.Keys, key_folder: Path, here: Child
) -> None:
    with authority(tsa, "answers") as url:
        data = long_term(quote(ID), keys, url, crl(key_folder), tsa)
    found = verdict(data, keeping.roots(key_folder), here)
    assert (found.what, found.level) == ("intact", "B-LT")
    later = bytearray(data)
    later[len(quote(ID)) // 2] ^= 1
    assert verdict(bytes(later), keeping.roots(key_folder), here).what == "altered"


def crl(folder: Path) -> bytes:
    key = load_pem_private_key((folder / "root.pem").read_bytes(), None)
    (root, *_) = keeping.roots(folder)
    now = datetime.now(tz=NOW.tzinfo)
    made = (
        CertificateRevocationListBuilder()
        .issuer_name(root.subject)
        .last_update(now - timedelta(hours=1))
        .next_update(now + timedelta(days=30))
        .sign(key, hashes.SHA256())  # type: ignore[arg-type]
    )
    return made.public_bytes(Encoding.DER)


def long_term(data: bytes, keys: keeping.Keys, url: str, list_: bytes, tsa: Path) -> bytes:
    roots = [x509.Certificate.load(keys.root), own_root(tsa)]
    meta = signers.PdfSignatureMetadata(
        field_name="FacteurSeal", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES, reason=ID, embed_validation_info=True,
        validation_context=ValidationContext(
            trust_roots=roots, crls=[asn1_crl.CertificateList.load(list_)], allow_fetching=False
        ),
    )  # fmt: skip
    out = io.BytesIO()
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    signers.sign_pdf(writer, meta, signer=signer(keys), timestamper=pades.Authority(url), output=out)
    return out.getvalue()


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
