"""A quote that is sealed: the bytes presented, then a page, a band on each page and a seal."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from papers.seal_data import ID, RECIPE, quote
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import find_unique_cms_attribute
from pypdf import PdfReader

from bot.paper import keys as keeping
from bot.paper.child import CHILD, Child
from bot.paper.sealing import Sealed, seal
from bot.paper.verify import verdict


def test_what_was_presented_is_inside_untouched(sealed: Callable[..., Sealed]) -> None:
    original = quote("Devis un", "Devis deux")
    made = sealed(original)
    assert made.data.startswith(original)
    assert (made.pages, made.level, made.time, made.tsa) == (3, "B-B", "server", "")
    pages = PdfReader(io.BytesIO(made.data)).pages
    assert [page.extract_text().split("\n")[0] for page in pages] == [
        "Devis un",
        "Devis deux",
        "Page de signature",
    ]
    assert all("Łucja Œuvre" in page.extract_text() for page in pages[:2])


def test_it_is_certified_and_names_its_signature(
    sealed: Callable[..., Sealed], keys: keeping.Keys, key_folder: Path, here: Child
) -> None:
    made = sealed(quote())
    found = verdict(made.data, keeping.roots(key_folder), here)
    assert (found.what, found.signature_id, found.level) == ("intact", ID, "B-B")
    assert found.certificate_sha256 == made.certificate_sha256 == keys.fingerprint
    root = PdfReader(io.BytesIO(made.data)).root_object
    certified = root["/Perms"]["/DocMDP"]
    assert certified["/Reference"][0]["/TransformParams"]["/P"] == 1
    assert (certified["/Reason"], certified["/Name"]) == (RECIPE["reason"], "Atelier Exemple")
    assert certified["/M"] == "D:20261124090000Z"


def test_what_is_signed_names_the_certificate(sealed: Callable[..., Sealed], keys: keeping.Keys) -> None:
    """As PAdES asks, in its DER, and nothing but what it asks (ETSI EN 319 142-1, 6.3)."""
    (seal,) = PdfFileReader(io.BytesIO(sealed(quote()).data)).embedded_signatures
    signed = seal.signer_info["signed_attrs"]
    assert {attribute["type"].native for attribute in signed} == {
        "content_type",
        "message_digest",
        "signing_certificate_v2",
    }
    (named,) = find_unique_cms_attribute(signed, "signing_certificate_v2")["certs"]
    assert named["cert_hash"].native.hex() == keys.fingerprint
    assert signed.dump() == signed.copy().dump(force=True)


def test_the_child_does_the_same(keys: keeping.Keys, key_folder: Path) -> None:
    original = quote()
    made = seal(original, RECIPE, keys)
    assert made.data.startswith(original)
    assert verdict(made.data, keeping.roots(key_folder)).what == "intact"
    CHILD.close()


@pytest.mark.parametrize("module", ["bot.paper.sealing", "bot.paper.verify", "bot.paper.keys"])
def test_the_service_loads_nothing_that_seals(module: str) -> None:
    code = f"import sys, {module}; print({{'pyhanko', 'pypdf', 'typst', 'segno', 'asn1crypto'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
