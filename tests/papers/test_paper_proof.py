"""The proof file, read back from its PDF: all that the record holds, and nothing else."""

from __future__ import annotations

import io
import json
import re
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from papers.authority import authority, prepare
from papers.conftest import NOW
from papers.paper_data import no_file
from papers.proof_data import ACCEPT, ENGLISH, FRENCH, sha
from pypdf import PdfReader

from bot.paper import keys as keeping
from bot.paper import seal_press, sheets
from bot.paper.child import Child
from bot.paper.covered import covered
from bot.paper.lasting import Tsa
from bot.paper.printing import NotPrinted, printed
from bot.paper.sealing import Sealed, Unsealable, seal_proof
from bot.paper.verify import Verdict, verdict
from handlers.core import proof_file, signature_page

EACH = pytest.mark.parametrize("data", [FRENCH, ENGLISH], ids=["fr", "en"])


def made(data: dict[str, Any]) -> PdfReader:
    return PdfReader(io.BytesIO(printed(proof_file.recipe(data), no_file)))


def read(data: dict[str, Any]) -> str:
    text = "".join(page.extract_text() for page in made(data).pages)
    return "".join(sign for sign in text if not sign.isspace() and sign.isprintable())


def squeezed(said: str) -> str:
    return "".join(sign for sign in said if not sign.isspace())


@EACH
def test_every_field_of_the_record_is_on_the_page(data: dict[str, Any]) -> None:
    page = read(data)
    client, paper = data["client"], data["document"]
    for said in (
        data["signature_id"], data["format"], "Facteur0.1.0", data["company"]["name"], data["company"]["siren"],
        data["company"]["email"], client["name"], client["ref"], client["email"], paper["number"], paper["file_name"],
        paper["presented_sha256"], data["chain"]["hash"], "2026-11-24T09:05:07Z",
    ):  # fmt: skip
        assert squeezed(said) in page, said
    for event in data["events"]:
        assert event["hash"] in page
        assert squeezed((event["payload"] or {}).get("text", "")) in page


def test_a_sealed_quote_shows_both_fingerprints_and_the_level() -> None:
    page = read(FRENCH)
    assert all(sha(one) in page for one in ("signed", "plan", "certificate"))
    assert squeezed("signature électronique simple au sens du règlement (UE) 910/2014, art. 3(10)") in page
    assert squeezed("horloge du serveur, sans horodatage tiers") in page
    assert squeezed("24 novembre 2026 à 10:05:07 (heure de Paris), soit 2026-11-24T09:05:07Z") in page


def test_what_the_record_does_not_hold_is_not_said() -> None:
    page = read(ENGLISH)
    assert squeezed("the PDF presented holds a form, the signature is not written into it") in page
    assert "PAdES" not in page
    assert sha("certificate") not in page
    assert squeezed("Telegram") not in page.split("Toverify")[0]
    assert (
        squeezed("Signatory camille@dupain.example") in page
    )  # nobody's name is recorded: the address stands for it


def test_a_timestamp_is_claimed_only_where_there_is_a_token() -> None:
    stamped = FRENCH | {"seal": FRENCH["seal"] | {"level": "B-T", "time": "tsa", "tsa": "TSA Exemple"}}
    assert squeezed("jeton RFC 3161 de TSA Exemple") in read(stamped)
    assert squeezed("horloge du serveur") not in read(stamped)


@EACH
def test_the_same_data_are_attached(data: dict[str, Any]) -> None:
    (content,) = made(data).attachments["proof.json"]
    assert json.loads(content) == data


@EACH
def test_it_is_tagged_and_made_to_be_kept(data: dict[str, Any]) -> None:
    root = made(data).root_object
    assert root["/Lang"] == data["language"]
    xmp = root["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in xmp


def test_the_same_data_give_the_same_bytes() -> None:
    assert printed(proof_file.recipe(FRENCH), no_file) == PROOF


def test_the_child_prints_the_same_and_seals_it(keys: keeping.Keys) -> None:
    child = Child()
    try:
        assert whole(keys, child).data.startswith(PROOF)
        with pytest.raises(NotPrinted):
            seal_proof(
                {own: {"kind": "proof", "data": {}} for own in proof_file.OWN}, "", "", keys, child=child
            )
    finally:
        child.close()


def test_what_people_write_is_no_markup() -> None:
    hostile = '#panic("x") *gras* $x$ \\ <b>'
    data = FRENCH | {"client": FRENCH["client"] | {"name": hostile}}
    assert squeezed(hostile) in read(data)


PROOF = printed(proof_file.recipe(FRENCH), no_file)


def whole(keys: keeping.Keys, child: Child, tsa_url: str = "", data: dict[str, Any] = FRENCH) -> Sealed:
    worded: dict[str, dict[str, Any]] = {own: proof_file.recipe(data, own) for own in proof_file.OWN}
    return seal_proof(worded, "Atelier Exemple", signature_page.reason(data), keys, tsa_url, NOW, child)


def closed(keys: keeping.Keys, data: bytes = PROOF) -> Sealed:
    return seal_press.plain(data, "Atelier Exemple", signature_page.reason(FRENCH), keys, Tsa(""), NOW)


def test_it_is_sealed_with_the_same_keys(keys: keeping.Keys, key_folder: Path, here: Child) -> None:
    made = whole(keys, here)
    assert made.data.startswith(PROOF)
    found = verdict(made.data, keeping.roots(key_folder), here)
    assert found == Verdict("intact", FRENCH["signature_id"], "B-B", keys.fingerprint, "server", "")


def test_the_seal_changes_nothing_that_it_held(keys: keeping.Keys) -> None:
    before, after = (PdfReader(io.BytesIO(data)) for data in (PROOF, closed(keys).data))
    assert [page.extract_text() for page in after.pages] == [page.extract_text() for page in before.pages]
    assert after.attachments == before.attachments
    assert after.metadata == before.metadata
    assert marks(after) == marks(before)


def marks(pdf: PdfReader) -> dict[str, str]:
    """What makes it a tagged PDF/A-3: each entry of the catalog, with the numbers of its objects, and the XMP."""
    kept = {name: re.sub(r", \d+\)", ")", repr(pdf.root_object.raw_get(name))) for name in pdf.root_object}
    kept["XMP"] = pdf.root_object["/Metadata"].get_object().get_data().decode()
    return {
        name: kept[name] for name in kept if name not in ("/AcroForm", "/Perms", "/Extensions", "/Version")
    }


@pytest.mark.parametrize("where", [10, len(PROOF) // 2, -2000, -40])
def test_a_changed_proof_is_altered(where: int, keys: keeping.Keys, key_folder: Path, here: Child) -> None:
    changed = bytearray(closed(keys).data)
    changed[where] ^= 1
    assert verdict(bytes(changed), keeping.roots(key_folder), here) == Verdict(
        "altered", FRENCH["signature_id"]
    )
    longer = closed(keys).data + b"\n"
    assert verdict(longer, keeping.roots(key_folder), here) == Verdict("altered", FRENCH["signature_id"])


def test_a_seal_that_is_not_of_the_whole_file_or_not_ours_is_noticed_at_once(
    keys: keeping.Keys, tmp_path: Path
) -> None:
    data = closed(keys).data
    assert covered(data, keys, NOW)
    assert not covered(data + b"\n", keys, NOW)
    assert not covered(data.replace(b"%PDF-1", b"%PDF-2", 1), keys, NOW)
    assert not covered(data, keeping.install(tmp_path, NOW), NOW)
    ended = x509.load_der_x509_certificate(keys.certificate).not_valid_after_utc + timedelta(seconds=1)
    assert not covered(data, keys, ended)
    with pytest.raises(Unsealable):
        seal_press.plain(PROOF, "Atelier Exemple", "facteur", keys, Tsa(""), ended)


@pytest.mark.skipif(not shutil.which("openssl"), reason="the authority of these tests is OpenSSL's")
def test_it_gets_a_token_where_an_authority_answers_and_says_so(
    keys: keeping.Keys, here: Child, tmp_path: Path
) -> None:
    """Of a quote that holds no seal: the one of the proof alone has a token."""
    data = {**FRENCH, "seal": {**FRENCH["seal"], "level": None, "why_not": "form"}}
    prepare(tmp_path)
    with authority(tmp_path, "answers") as url:
        made = whole(keys, here, url, data)
    assert (made.time, made.tsa) == ("tsa", "Time Authority")
    own, server = map(
        squeezed, ("jeton RFC 3161 d'une autorité tierce", "horloge du serveur, sans horodatage")
    )
    assert own in words(made.data)
    assert server not in words(made.data)
    with authority(tmp_path, "rubbish") as url:
        made = whole(keys, here, url, data)
    assert (made.level, made.time) == ("B-B", "server")
    assert own not in words(made.data)
    assert server in words(made.data)


def test_identifier_and_hash_are_copied_as_one_word() -> None:
    sheet = sheets.printed(signature_page.recipe(FRENCH))
    for paper in (PROOF, sheet):
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages)
        assert FRENCH["signature_id"] in text
        assert FRENCH["document"]["presented_sha256"] in text


def test_a_box_ticked_anew_is_told_once_and_its_history_by_the_log() -> None:
    """Ticked, unticked, ticked again; another one is unticked in the end."""
    again = [
        {**one, "kind": kind}
        for one in FRENCH["events"]
        for kind in {"read": (GIVEN, BACK, GIVEN), "power": (GIVEN, BACK)}.get(
            one["payload"].get("name"), (one["kind"],)
        )
    ]
    data = {**FRENCH, "events": again}
    shown = list(proof_file.ticked(data))
    assert [text[:24] for text in shown] == ["☑ J'ai lu le devis D-202", f"☑ {ACCEPT}"[:24]]
    told = [row[2] for row in proof_file.recipe(data)["data"]["log"]["rows"]]
    of_read = [
        " ".join(text.split()[:2]).removesuffix(":").strip() for text in told if "J'ai lu le devis" in text
    ]
    assert of_read == ["Case cochée", "Case décochée", "Case cochée"]


GIVEN, BACK = "consent.given", "consent.taken_back"


def words(data: bytes) -> str:
    return squeezed("".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages))


def test_what_is_no_pdf_gets_no_seal(keys: keeping.Keys) -> None:
    with pytest.raises(Unsealable):
        closed(keys, b"%PDF-1.7 broken")


def test_without_a_seal_it_speaks_of_none(
    keys: keeping.Keys, here: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object) -> Sealed:
        raise Unsealable("malformed")

    monkeypatch.setattr(seal_press, "plain", refuses)
    made = whole(keys, here)
    assert (made.level, made.data) == ("", printed(proof_file.recipe(FRENCH, "none"), no_file))


@EACH
def test_it_speaks_of_its_seal_where_it_has_one(data: dict[str, Any]) -> None:
    said = {"fr": "porte son propre cachet technique", "en": "bears a technical seal of its own"}
    bare = printed(proof_file.recipe(data, "none"), no_file)
    assert squeezed(said[data["language"]]) in read(data)
    assert squeezed(said[data["language"]]) not in words(bare)
