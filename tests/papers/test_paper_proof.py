"""The proof file, read back from its PDF: all that the record holds, and nothing else."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from papers.paper_data import no_file
from papers.proof_data import ENGLISH, FRENCH, sha
from pypdf import PdfReader

from bot.paper.printing import printed
from handlers.core import proof_file

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
    xmp = root["/Metadata"].get_object().get_data().decode()  # type: ignore[attr-defined]
    assert "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in xmp


def test_the_same_data_give_the_same_bytes() -> None:
    assert printed(proof_file.recipe(FRENCH), no_file) == printed(proof_file.recipe(FRENCH), no_file)


def test_what_people_write_is_no_markup() -> None:
    hostile = '#panic("x") *gras* $x$ \\ <b>'
    data = FRENCH | {"client": FRENCH["client"] | {"name": hostile}}
    assert squeezed(hostile) in read(data)
