"""The keys of the seal: made once, kept from others, replaced without losing what they sealed."""

from __future__ import annotations

import io
import json
import os
import tarfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from papers.conftest import NOW
from papers.seal_data import RECIPE, quote
from typer.testing import CliRunner

from bot.cli import app
from bot.paper import keys as keeping
from bot.paper.certificates import fingerprint
from bot.paper.child import Child
from bot.paper.sealing import seal
from bot.paper.verify import verdict

Facteur = Callable[..., str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data/keys"


def usage(certificate: x509.Certificate) -> set[str]:
    held = certificate.extensions.get_extension_for_class(x509.KeyUsage)
    assert held.critical
    names = (
        "digital_signature",
        "content_commitment",
        "key_cert_sign",
        "crl_sign",
        "key_encipherment",
        "key_agreement",
    )
    return {name for name in names if getattr(held.value, name)}


def test_a_root_of_twenty_years_signs_a_leaf_of_three(folder: Path) -> None:
    keeping.install(folder, NOW)
    held = keeping.certificates(folder)
    root, leaf = held["root"], held["leaf"]
    assert [round((one.not_valid_after_utc - NOW).days / 365.25) for one in (root, leaf)] == [20, 3]
    assert root.not_valid_before_utc < NOW
    assert usage(root) == {"key_cert_sign", "crl_sign"}
    assert usage(leaf) == {"digital_signature", "content_commitment"}
    for one, is_root in ((root, True), (leaf, False)):
        key = one.public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        assert key.curve.name == "secp256r1"
        basic = one.extensions.get_extension_for_class(x509.BasicConstraints)
        assert (basic.value.ca, basic.critical) == (is_root, True)
    theirs = leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    assert theirs == root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.key_identifier
    leaf.verify_directly_issued_by(root)


def test_nobody_else_can_read_them(folder: Path) -> None:
    keeping.install(folder, NOW)
    keeping.rotate(folder, NOW)
    modes = {str(path.relative_to(folder)): oct(path.stat().st_mode & 0o777) for path in folder.rglob("*")}
    assert oct(folder.stat().st_mode & 0o777) == modes.pop("old") == "0o700"
    assert set(modes.values()) == {"0o600"}
    assert keeping.faults(folder, NOW) == []


def test_they_are_made_once_whoever_asks(folder: Path) -> None:
    noted: list[tuple[str, str]] = []
    with ThreadPoolExecutor(8) as many:
        made = list(
            many.map(lambda _: keeping.install(folder, NOW, lambda *one: noted.append(one)), range(8))
        )
    assert len({keys.fingerprint for keys in made}) == 1
    assert [happened for happened, _ in noted] == ["key.made", "key.made"]


def test_a_former_certificate_still_verifies(folder: Path, here: Child) -> None:
    first = keeping.install(folder, NOW)
    sealed = seal(quote(), RECIPE, first, at=NOW, child=here)
    noted: list[tuple[str, str]] = []
    second = keeping.rotate(folder, NOW + timedelta(days=900), lambda *one: noted.append(one))
    assert noted == [("key.retired", first.fingerprint), ("key.made", second.fingerprint)]
    assert first.fingerprint != second.fingerprint
    assert first.root == second.root
    assert verdict(sealed.data, keeping.roots(folder), here).what == "intact"


def test_a_root_whose_key_is_kept_elsewhere_is_replaced_and_not_forgotten(folder: Path, here: Child) -> None:
    first = keeping.install(folder, NOW)
    sealed = seal(quote(), RECIPE, first, at=NOW, child=here)
    root = folder / "root.pem"
    root.write_bytes(root.read_bytes().partition(b"-----END PRIVATE KEY-----\n")[2])
    assert keeping.load(folder).fingerprint == first.fingerprint
    second = keeping.rotate(folder, NOW)
    assert second.root != first.root
    assert len(keeping.roots(folder)) == 2
    assert verdict(sealed.data, keeping.roots(folder), here).what == "intact"
    assert (
        verdict(seal(quote(), RECIPE, second, at=NOW, child=here).data, keeping.roots(folder), here).what
        == "intact"
    )


def test_a_crash_between_root_and_leaf_leaves_working_keys(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = keeping.install(folder, NOW)

    def dies(place: Path, data: bytes) -> None:
        write(place, data)
        if place.name == "root.pem":
            raise KeyboardInterrupt

    write = keeping._write
    monkeypatch.setattr(keeping, "_write", dies)
    with pytest.raises(KeyboardInterrupt):
        keeping.rotate(folder, NOW + timedelta(days=365 * 18))
    monkeypatch.undo()
    assert keeping.load(folder) == first


def test_what_is_wrong_is_said(folder: Path) -> None:
    assert keeping.faults(folder, NOW) == []
    keeping.install(folder, NOW)
    (folder / "leaf.pem").chmod(0o640)
    assert keeping.faults(folder, NOW) == [f"Others can read {folder}/leaf.pem: chmod 600 {folder}/leaf.pem"]
    (folder / "leaf.pem").chmod(0o600)
    (late,) = keeping.faults(folder, NOW + timedelta(days=1050))
    assert late == f"The certificate in {folder}/leaf.pem ends on 2029-11-24: facteur keys rotate"
    other = folder.parent / "other"
    keeping.install(other, NOW)
    (other / "root.pem").rename(folder / "root.pem")
    assert "no root here has signed" in keeping.faults(folder, NOW)[0]
    (folder / "leaf.pem").write_bytes(b"")
    assert "cannot be read" in keeping.faults(folder, NOW)[0]


def test_a_key_is_that_of_its_certificate(folder: Path) -> None:
    keeping.install(folder, NOW)
    end = b"-----END PRIVATE KEY-----\n"
    key, others = ((folder / name).read_bytes().partition(end) for name in ("leaf.pem", "root.pem"))
    (folder / "leaf.pem").write_bytes(others[0] + end + key[2])
    with pytest.raises(keeping.NoKeys, match="not that of its certificate"):
        keeping.load(folder)


# --- the command


@pytest.fixture
def facteur(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Facteur:
    monkeypatch.setenv("FACTEUR_ENV", "test")
    monkeypatch.setenv("FACTEUR_DATABASE_URL", f"sqlite:///{tmp_path}/data/facteur.db")

    def run(*args: str, code: int = 0) -> str:
        done = CliRunner().invoke(app, list(args))
        assert done.exit_code == code, done.output
        return done.output

    return run


def test_show_rotate_and_export(folder: Path, facteur: Facteur, tmp_path: Path) -> None:
    assert "no keys yet" in facteur("keys", "show", code=1)
    first = keeping.install(folder, NOW)
    assert first.fingerprint in facteur("keys", "show")
    said = facteur("keys", "rotate")
    assert f"Retired: {first.fingerprint}" in said
    told = json.loads(facteur("keys", "show", "--json"))
    assert [one["name"] for one in told] == ["root", "leaf", "former"]
    assert told[2]["sha256"] == first.fingerprint
    assert "PRIVATE" not in said

    facteur("keys", "export", str(tmp_path / "keys.tar"))
    assert (tmp_path / "keys.tar").stat().st_mode & 0o777 == 0o600
    with tarfile.open(tmp_path / "keys.tar") as tar:
        tar.extractall(tmp_path / "back", filter="data")
    assert keeping.load(tmp_path / "back") == keeping.load(folder)
    assert "nothing is overwritten" in facteur("keys", "export", str(tmp_path / "keys.tar"), code=1)

    facteur("keys", "export", "--public", str(tmp_path / "roots.pem"))
    held = x509.load_pem_x509_certificates((tmp_path / "roots.pem").read_bytes())
    assert [fingerprint(one) for one in held] == [fingerprint(one) for one in keeping.roots(folder)]


def test_the_folder_is_a_setting(facteur: Facteur, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACTEUR_SEAL_KEYS", str(tmp_path / "elsewhere"))
    made = keeping.install(tmp_path / "elsewhere", NOW)
    assert made.fingerprint in facteur("keys", "show")
    (tmp_path / "elsewhere/root.pem").unlink()
    assert "cannot be used" in facteur("keys", "show", code=1)


def test_an_archive_holds_the_files_and_nothing_else(folder: Path) -> None:
    keeping.install(folder, NOW)
    with tarfile.open(fileobj=io.BytesIO(keeping.archive(folder))) as tar:
        assert sorted(tar.getnames()) == ["crl.pem", "leaf.pem", "root.pem"]
    assert sorted(os.listdir(folder)) == [".lock", "crl.pem", "leaf.pem", "root.pem"]


def test_the_list_of_the_root_lasts_as_long_as_the_leaf(folder: Path) -> None:
    first = keeping.install(folder, NOW)
    held = x509.load_der_x509_crl(first.crl)
    assert held.next_update_utc == keeping.certificates(folder)["leaf"].not_valid_after_utc
    assert (list(held), held.issuer) == ([], keeping.roots(folder)[0].subject)
    assert keeping.rotate(folder, NOW + timedelta(days=900)).crl != first.crl


def test_keys_of_before_get_a_list_where_the_key_of_the_root_is_at_hand(folder: Path) -> None:
    keeping.install(folder, NOW)
    (folder / "crl.pem").unlink()
    assert keeping.load(folder).crl == b""
    assert keeping.install(folder, NOW).crl
    (folder / "crl.pem").unlink()
    root = folder / "root.pem"
    root.write_bytes(root.read_bytes().partition(b"-----END PRIVATE KEY-----\n")[2])
    assert keeping.install(folder, NOW).crl == b""


def test_the_list_of_another_root_is_none(folder: Path, tmp_path: Path) -> None:
    keeping.install(folder, NOW)
    keeping.install(tmp_path / "other", NOW)
    (tmp_path / "other/crl.pem").rename(folder / "crl.pem")
    assert keeping.load(folder).crl == b""
