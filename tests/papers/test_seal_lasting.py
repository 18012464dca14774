"""B-LT: the seal and what verifies it later are one revision; where that is not to be had, the level is B-T."""

from __future__ import annotations

import asyncio
import io
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from asn1crypto import crl as asn1_crl
from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding
from papers.authority_chain import Chain, Says, chained, revocations
from papers.seal_data import ID, RECIPE, quote
from papers.signed_elsewhere import signer
from papers.test_paper_proof import whole
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko.sign.validation.ades import _dss_to_local_knowledge, ades_with_time_validation
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.policy_decl import (
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

from bot.paper import fetch, pades, revocation, sealing, timing
from bot.paper import keys as keeping
from bot.paper.child import Child
from bot.paper.sealing import Sealed, seal
from bot.paper.verify import verdict

pytestmark = pytest.mark.skipif(
    not shutil.which("openssl"), reason="the authority of these tests is OpenSSL's"
)
Press = Callable[..., Sealed]


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ports are used again: what was learnt of one authority is not for the next."""
    monkeypatch.setattr(sealing, "_KNOWN", {})


@pytest.mark.parametrize("says", ["list", "ocsp"])
def test_a_seal_with_all_that_verifies_it_is_one_revision(
    says: Says, tmp_path: Path, sealed: Press, keys: keeping.Keys, key_folder: Path, here: Child
) -> None:
    """Judged by pyHanko from the file alone, once nobody answers any more."""
    presented, chain = quote(), Chain(says)
    with chained(tmp_path, chain) as url:
        made = sealed(presented, tsa_url=url)
    assert (made.level, made.time, made.tsa) == ("B-LT", "tsa", "Time Unit")
    assert made.data.startswith(presented)
    found = verdict(made.data, keeping.roots(key_folder), here)
    assert (found.what, found.level, found.tsa) == ("intact", "B-LT", "Time Unit")
    reader = PdfFileReader(io.BytesIO(made.data))
    assert reader.xrefs.total_revisions == 1 + PdfFileReader(io.BytesIO(presented)).xrefs.total_revisions
    (held,) = reader.embedded_regular_signatures
    assert etsi(held, keys.root, root_of(chain)) == "PASSED"
    ours, theirs = (
        DocumentSecurityStore.read_dss(reader).as_validation_context(
            {
                "trust_roots": [x509.Certificate.load(root)],
                "allow_fetching": False,
                "revocation_mode": "require",
            }
        )
        for root in (keys.root, root_of(chain))
    )
    status = validate_pdf_signature(held, ours, theirs)
    assert status.bottom_line
    assert status.docmdp_ok
    assert status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    assert verdict(made.data + b"\n", keeping.roots(key_folder), here).what == "altered"


def etsi(held: EmbeddedPdfSignature, ours: bytes, theirs: bytes) -> str:
    """EN 319 102-1, 5.5: with time and long-term validation data, by those alone that the file holds."""
    spec = SignatureValidationSpec(
        required(ours),
        RevocationInfoGatheringSpec(RevinfoOnlineFetchingRule.LOCAL_ONLY),
        ts_cert_validation_policy=required(theirs),
        local_knowledge=_dss_to_local_knowledge(held.reader),
    )
    judged = ades_with_time_validation(held.signed_data, spec, raw_digest=held.compute_digest())
    return asyncio.run(judged).ades_subindic.status.name


def required(root: bytes) -> CertValidationPolicySpec:
    trusted = SimpleTrustManager.build(trust_roots=[x509.Certificate.load(root)])
    return CertValidationPolicySpec(trusted, CertRevTrustPolicy(REQUIRE_REVINFO))


def root_of(chain: Chain) -> bytes:
    return chain.held["root"].certificate.public_bytes(Encoding.DER)


def test_what_is_known_of_an_authority_is_not_asked_again(
    tmp_path: Path, sealed: Press, keys: keeping.Keys
) -> None:
    """The first seal learns from its token whom to ask, and is made once more. The child may end: it is known."""
    chain, child = Chain("list"), Child()
    try:
        with chained(tmp_path, chain) as url:
            assert seal(quote(), RECIPE, keys, tsa_url=url, child=child).level == "B-LT"
            assert (chain.tokens, len(chain.asked)) == (2, 3)
            child.close()
            assert sealed(quote("again"), tsa_url=url).level == "B-LT"
            assert (chain.tokens, len(chain.asked)) == (3, 3)
    finally:
        child.close()


def test_an_authority_that_signs_with_a_new_certificate_is_asked_anew(tmp_path: Path, sealed: Press) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    with chained(tmp_path / "one", Chain("list")) as url:
        sealed(quote(), tsa_url=url)
        before = sealing._KNOWN[url]
    chain = Chain("list")
    with chained(tmp_path / "two", chain) as url:
        sealing._KNOWN[url] = before
        assert sealed(quote(), tsa_url=url).level == "B-LT"
        assert sealing._KNOWN[url] != before
    assert chain.tokens == 2


@pytest.mark.parametrize("says", ["nothing", "silent", "large", "revoked", "ended", "forged"])
def test_where_it_is_not_to_be_had_the_level_says_so(
    says: Says, tmp_path: Path, sealed: Press, key_folder: Path, here: Child
) -> None:
    chain = Chain(says)
    with chained(tmp_path, chain) as url:
        began = time.monotonic()
        made = sealed(quote(), tsa_url=url)
        assert time.monotonic() - began < 5
        asked = len(chain.asked)
        assert sealed(quote("again"), tsa_url=url).level == "B-T"
        assert len(chain.asked) == asked, "not asked at each signature"
    assert (made.level, made.time, made.tsa) == ("B-T", "tsa", "Time Unit")
    assert b"/DSS" not in made.data
    found = verdict(made.data, keeping.roots(key_folder), here)
    assert (found.what, found.level) == ("intact", "B-T")


def test_all_that_is_asked_takes_no_longer_than_a_token_may(
    tmp_path: Path, sealed: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pades, "TSA_SECONDS", 1)
    monkeypatch.setattr(timing, "LASTING_SECONDS", 20)
    monkeypatch.setattr(revocation, "EACH", 20)
    with chained(tmp_path, Chain("silent")) as url:
        began = time.monotonic()
        made = sealed(quote(), tsa_url=url)
        assert time.monotonic() - began < 8
    assert made.level in {"B-T", "B-B"}


def test_without_a_list_of_our_own_root_nobody_is_asked(
    tmp_path: Path, keys: keeping.Keys, here: Child
) -> None:
    chain = Chain("list")
    with chained(tmp_path, chain) as url:
        made = seal(quote(), RECIPE, replace(keys, crl=b""), tsa_url=url, child=here)
    assert (made.level, chain.tokens, chain.asked) == ("B-T", 1, [])


def test_an_authority_outside_cannot_send_us_into_our_own_network(
    tmp_path: Path, sealed: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "in_own_network", lambda url: False)
    chain = Chain("list")
    with chained(tmp_path, chain) as url:
        assert sealed(quote(), tsa_url=url).level == "B-T"
    assert chain.asked == []


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True), ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True), ("127.0.0.1", False),
        ("10.0.0.8", False), ("192.168.1.1", False), ("169.254.169.254", False), ("0.0.0.0", False),
        ("::1", False), ("::ffff:127.0.0.1", False), ("fe80::1%lo", False), ("fd00::1", False),
    ],
)  # fmt: skip
def test_an_address_of_the_internet(address: str, public: bool) -> None:
    assert fetch.is_public(address) is public


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/x", "file:///etc/passwd", "ldap://127.0.0.1/x", "nowhere"]
)
def test_a_certificate_names_an_address_of_another_kind(url: str) -> None:
    with pytest.raises(fetch.NoAnswer, match="not an HTTP address"):
        fetch.foreign(url, 1, 100, inside=True)


def test_a_proof_file_lasts_as_well(tmp_path: Path, keys: keeping.Keys, here: Child) -> None:
    with chained(tmp_path, Chain("list")) as url:
        made = whole(keys, here, url)
    assert (made.level, made.time) == ("B-LT", "tsa")


# --- made by others: with a bought certificate, and what verifies it in a revision of its own


def test_validation_data_in_a_revision_behind_the_seal(
    tmp_path: Path, keys: keeping.Keys, key_folder: Path, here: Child
) -> None:
    chain = Chain("list")
    with chained(tmp_path, chain) as url:
        data = long_term(quote(ID), keys, url, chain)
    found = verdict(data, keeping.roots(key_folder), here)
    assert (found.what, found.level) == ("intact", "B-LT")
    later = bytearray(data)
    later[len(quote(ID)) // 2] ^= 1
    assert verdict(bytes(later), keeping.roots(key_folder), here).what == "altered"


def long_term(data: bytes, keys: keeping.Keys, url: str, chain: Chain) -> bytes:
    lists = (keys.crl, *(revocations(chain.held[name], chain.held) for name in ("root", "sub")))
    meta = signers.PdfSignatureMetadata(
        field_name="FacteurSeal", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES, reason=ID, embed_validation_info=True,
        validation_context=ValidationContext(
            trust_roots=[x509.Certificate.load(one) for one in (keys.root, root_of(chain))],
            crls=[asn1_crl.CertificateList.load(one) for one in lists], allow_fetching=False,
        ),
    )  # fmt: skip
    out = io.BytesIO()
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    stamper = pades.Authority(url, pades.TSA_SECONDS)
    signers.sign_pdf(writer, meta, signer=signer(keys), timestamper=stamper, output=out)
    return out.getvalue()
