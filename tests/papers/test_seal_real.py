"""Sealed files as other software sees them: poppler's pdfsig and pdftoppm, qpdf, mutool."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from papers.authority_chain import Chain, chained
from papers.conftest import NOW
from papers.paper_data import no_file
from papers.proof_data import FRENCH
from papers.seal_data import RESOURCES, quote
from papers.test_seal_given import files
from papers.test_seal_pages import ODD, SHAPES, WORDS, pages, shown

from bot.paper import seal_press
from bot.paper.keys import Keys
from bot.paper.lasting import Tsa
from bot.paper.printing import printed
from bot.paper.sealing import Sealed, Unsealable
from handlers.core import proof_file
from handlers.core.signature_page import reason

pytestmark = pytest.mark.real
Press = Callable[..., Sealed]
DPI = 72
Picture = tuple[int, int, bytes]


def said(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    return done.stdout + done.stderr


def check(path: Path) -> int:
    """qpdf's answer: 0 for a file without a fault, 3 with warnings."""
    return subprocess.run(["qpdf", "--check", path], capture_output=True, timeout=20, check=False).returncode


def drawn(data: bytes, path: Path) -> Picture:
    """Page 1: width, height, RGB."""
    path.write_bytes(data)
    made = subprocess.run(
        ["pdftoppm", "-cropbox", "-r", str(DPI), "-f", "1", "-l", "1", path],
        capture_output=True,
        timeout=60,
        check=True,
    ).stdout
    _, size, _, rgb = made.split(b"\n", 3)
    width, height = map(int, size.split())
    return width, height, rgb


def changed(before: Picture, after: Picture) -> list[tuple[int, int]]:
    """The points that differ, from the lower left."""
    width, height, _ = before
    assert after[:2] == (width, height)
    rows = range(height)
    return [
        (x, height - 1 - y)
        for y in rows
        if before[2][3 * width * y : 3 * width * (y + 1)] != after[2][3 * width * y : 3 * width * (y + 1)]
        for x in range(width)
        if before[2][3 * (width * y + x) :][:3] != after[2][3 * (width * y + x) :][:3]
    ]


def test_all_three_find_it_valid_and_whole(sealed: Press, tmp_path: Path) -> None:
    path = tmp_path / "sealed.pdf"
    path.write_bytes(sealed(quote("un", "deux")).data)
    assert "Signature is Valid" in said("pdfsig", path)
    assert "Total document signed" in said("pdfsig", path)
    assert "unchanged since signing" in said("mutool", "sign", "-v", path)
    assert check(path) == 0
    flipped = bytearray(path.read_bytes())
    flipped[200] ^= 1
    path.write_bytes(flipped)
    assert "Digest Mismatch" in said("pdfsig", path)


def test_a_seal_with_all_that_verifies_it_is_valid_and_whole(sealed: Press, tmp_path: Path) -> None:
    path = tmp_path / "sealed.pdf"
    with chained(tmp_path, Chain("list")) as url:
        made = sealed(quote("un", "deux"), tsa_url=url)
    assert made.level == "B-LT"
    path.write_bytes(made.data)
    assert "Signature is Valid" in said("pdfsig", path)
    assert "Total document signed" in said("pdfsig", path)
    assert "unchanged since signing" in said("mutool", "sign", "-v", path)
    assert check(path) == 0


def test_a_sealed_proof_file_is_valid_and_whole(keys: Keys, tmp_path: Path) -> None:
    path = tmp_path / "proof.pdf"
    proof = printed(proof_file.recipe(FRENCH), no_file)
    path.write_bytes(seal_press.plain(proof, "Atelier Exemple", reason(FRENCH), keys, Tsa(""), NOW).data)
    assert "Signature is Valid" in said("pdfsig", path)
    assert "Total document signed" in said("pdfsig", path)
    assert "unchanged since signing" in said("mutool", "sign", "-v", path)
    assert check(path) == 0


SHAPED = {
    shape: pages(shown(WORDS), page=f"{entries} {RESOURCES}", tree=tree)
    for shape, (entries, tree, *_) in SHAPES.items()
    if shape != "crop outside"  # nothing is shown: poppler draws an empty page
}
CASES = SHAPED | {
    case: data for case, data in ODD.items() if case != "a count that lies"
}  # poppler believes it


@pytest.mark.parametrize("case", CASES)
def test_the_band_is_drawn_at_the_lower_left_and_nothing_else_changes(
    case: str, sealed: Press, tmp_path: Path
) -> None:
    made = sealed(CASES[case])
    before, after = drawn(CASES[case], tmp_path / "before.pdf"), drawn(made.data, tmp_path / "after.pdf")
    points = changed(before, after)
    assert points, "the band is not to be seen"
    unit = 2 if case == "user unit" else 1
    scale = unit * min(1.0, before[0] / unit / 400, before[1] / unit / 80)
    assert all(x <= 344 * scale + 1 and y <= 38 * scale + 1 for x, y in points)
    assert len(points) > 400 * scale**2
    assert check(tmp_path / "after.pdf") <= check(tmp_path / "before.pdf") or case == "no box"


@pytest.mark.parametrize("path", files("pypdf"), ids=lambda path: path.stem)
def test_real_files_stay_as_they_look(path: Path, sealed: Press, tmp_path: Path) -> None:
    data = path.read_bytes()
    try:
        made = sealed(data)
    except Unsealable:
        return
    before, after = drawn(data, tmp_path / "before.pdf"), drawn(made.data, tmp_path / "after.pdf")
    points = changed(before, after)
    scale = min(1.0, before[0] / 400, before[1] / 80)
    assert points or before[0] < 10  # a page of a few points has a band of less than one
    assert all(x <= 344 * scale + 1 and y <= 38 * scale + 1 for x, y in points)
    assert "Signature is Valid" in said("pdfsig", tmp_path / "after.pdf")
    assert "unchanged since signing" in said("mutool", "sign", "-v", tmp_path / "after.pdf")
    assert check(tmp_path / "after.pdf") <= check(tmp_path / "before.pdf")
