"""The proof file and the signature page, word by word. FACTEUR_WRITE_GOLDEN=1 writes them anew: the difference is the
review.
"""

from __future__ import annotations

import io
import itertools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from papers.paper_data import no_file
from papers.proof_data import variant
from papers.seal_data import quote
from pypdf import PdfReader

from bot.paper.printing import printed
from bot.paper.sealing import Sealed
from handlers.core import proof_file, signature_page

GOLDEN = Path(__file__).parent / "golden"
EACH = pytest.mark.parametrize(
    ("language", "channel", "sealed_file"),
    list(itertools.product(("fr", "en"), ("telegram", "email"), (True, False))),
)


def is_golden(name: str, pdf: bytes) -> None:
    shown = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    text = "\n".join(line.rstrip() for line in shown.splitlines()) + "\n"
    if os.environ.get("FACTEUR_WRITE_GOLDEN"):
        (GOLDEN / name).write_text(text, "utf-8")
    assert text == (GOLDEN / name).read_text("utf-8")


@EACH
def test_the_proof_file(language: str, channel: str, sealed_file: bool) -> None:
    data = variant(language, channel, sealed_file)
    kind = "sealed" if sealed_file else "proof_only"
    is_golden(f"proof.{channel}.{kind}.{language}.txt", printed(proof_file.recipe(data), no_file))


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("channel", ["telegram", "email"])
def test_the_signature_page(language: str, channel: str, sealed: Callable[..., Sealed]) -> None:
    """With the bands of the pages before it: as it stands in the signed file."""
    recipe: dict[str, Any] = signature_page.recipe(variant(language, channel, True))
    made = sealed(quote("Devis", "Conditions"), recipe)
    is_golden(f"signed.{channel}.{language}.txt", made.data)
