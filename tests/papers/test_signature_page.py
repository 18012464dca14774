"""The page that a signature adds, and the band at the foot of each page: finished texts, from the record alone."""

from __future__ import annotations

import io
from typing import Any

import pytest
from papers.proof_data import ENGLISH, FRENCH, consent, sha
from pypdf import PdfReader

from bot.paper import sheets
from handlers.core import signature_page

EACH = pytest.mark.parametrize("data", [FRENCH, ENGLISH], ids=["fr", "en"])
HOSTILE = '#panic("x") *gras* $x$ \\ _a_ `b` @c <d> = titre // e'


def read(recipe: dict[str, Any]) -> tuple[str, str]:
    """The signature page and the band."""
    page, band = PdfReader(io.BytesIO(sheets.printed(recipe))).pages
    return squeezed(page.extract_text()), squeezed(band.extract_text())


def squeezed(said: str) -> str:
    return "".join(sign for sign in said if not sign.isspace() and sign.isprintable())


def page(data: dict[str, Any]) -> str:
    return read(signature_page.recipe(data))[0]


@EACH
def test_the_page_says_who_signed_what_when_and_how(data: dict[str, Any]) -> None:
    shown = page(data)
    client, paper = data["client"], data["document"]
    for said in (
        data["signature_id"], client["signatory"] or client["email"], client["email"], client["name"],
        data["company"]["name"], data["company"]["email"], paper["number"], paper["presented_sha256"],
        "2026-11-24T09:05:07Z", "910/2014, art. 3(10)",
    ):  # fmt: skip
        assert squeezed(said) in shown, said
    ticked = [event["payload"]["text"] for event in data["events"] if event["kind"] == "consent.given"]
    assert ticked
    assert all(squeezed(text) in shown for text in ticked)


def test_the_time_is_that_of_the_client_and_universal() -> None:
    assert squeezed("24 novembre 2026 à 10:05:07 (heure de Paris), soit 2026-11-24T09:05:07Z") in page(FRENCH)
    assert squeezed("24 November 2026 at 09:05:07 (London time), that is 2026-11-24T09:05:07Z") in page(
        ENGLISH
    )


def test_it_claims_no_more_than_a_simple_signature_and_a_technical_seal() -> None:
    for data in (FRENCH, ENGLISH):
        shown = page(data).lower()
        assert not [
            word for word in ("avancée", "qualifié", "advanced", "qualified", "certifi") if word in shown
        ]
    assert squeezed("Il n'est pas la signature du client.") in page(FRENCH)
    assert sha("signed") not in page(FRENCH)


@EACH
def test_the_band_names_the_signatory_the_moment_and_the_signature(data: dict[str, Any]) -> None:
    recipe = signature_page.recipe(data)
    _, shown = read(recipe)
    assert squeezed(data["client"]["signatory"] or data["client"]["email"]) in shown
    assert "10:05:07" in shown or "09:05:07" in shown
    assert squeezed(data["signature_id"]) in shown
    assert recipe["page"]["qr"] == f"{data['signature_id']} {data['document']['presented_sha256'][:16]}"


def test_the_same_data_give_the_same_bytes() -> None:
    first, second = (sheets.printed(signature_page.recipe(FRENCH)) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    "said",
    [HOSTILE, "W" * 3000, "Łódź 北京 😀 مرحبا", "a\0b\x1b\ud800"],
    ids=["markup", "long", "scripts", "control"],
)
def test_whatever_the_names_are_it_is_one_page(said: str) -> None:
    annexes = [{"name": said, "sha256": sha(str(nth))} for nth in range(30)]
    data = FRENCH | {
        "company": {"name": said, "siren": said, "email": said},
        "client": FRENCH["client"] | {"name": said, "signatory": said, "email": said},
        "document": FRENCH["document"] | {"label": said, "number": said, "annexes": annexes},
        "events": [
            consent(43, 1, "read", said),
            consent(44, 2, "accept", said),
            consent(45, 3, "power", said),
        ],
    }
    shown, band = read(signature_page.recipe(data))
    assert shown.count(sha("0")) == 1
    if said == HOSTILE:
        assert shown.count(squeezed(HOSTILE)) >= 10
    assert band
