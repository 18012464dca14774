"""The QR code of a transfer, as a picture, and as another program reads it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from papers.paper_data import no_file

from bot.paper.bench import reader
from handlers.core.turn import Document
from handlers.rules.transfer import payload

LONG = payload("É" * 70, "MT84MALT011000012345MTLCAST001S", 99_999_999_999, "F" * 110, "AGRIFRPPXXX")
SHORT = payload("Atelier Exemple SARL", "FR7630006000011234567890189", 64200, "F-2026-0118")


def picture(held: str) -> bytes:
    return reader(no_file)(Document("a.png", recipe={"kind": "transfer", "payload": held, "alt": "a"}))


@pytest.mark.parametrize("held", [SHORT, LONG])
def test_a_small_square_picture_always_of_the_same_bytes(held: str) -> None:
    made = picture(held)
    assert made == picture(held)
    width, height = int.from_bytes(made[16:20]), int.from_bytes(made[20:24])
    assert width == height
    assert (width // 8 - 8 - 17) // 4 <= 13  # the version: EPC069-12 allows 13 at most
    assert len(made) < 4000


@pytest.mark.real
@pytest.mark.parametrize("held", [SHORT, LONG])
def test_another_program_reads_it(held: str, tmp_path: Path) -> None:
    assert shutil.which("zbarimg")
    (tmp_path / "code.png").write_bytes(picture(held))
    said = subprocess.run(
        ["zbarimg", "--quiet", "--raw", "-Sbinary", tmp_path / "code.png"],
        capture_output=True,
        check=True,
        timeout=20,
    )
    assert said.stdout.decode("utf-8").rstrip("\n") == held
