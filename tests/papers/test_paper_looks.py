"""The page as it is seen, by another PDF program (poppler-utils)."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from papers.paper_data import ENGLISH, FRENCH, long, no_file

from bot.paper.printing import printed

pytestmark = pytest.mark.real
A4 = (595.28, 841.89)
MARGIN = 20 / 25.4 * 72  # points
WORD = re.compile(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>')
LONG = {
    "client": {"name": "W" * 120, "lines": ["M" * 90]},
    "rows": [FRENCH["rows"][0] | {"label": "abcdefghij" * 30, "reference": "R-" * 60}],
    "notes": ["x" * 400],
}


def shown(folder: Path, data: dict[str, Any]) -> Path:
    path = folder / "statement.pdf"
    path.write_bytes(printed({"kind": "statement", "data": data}, no_file))
    return path


@pytest.mark.parametrize(
    "data", [FRENCH, ENGLISH, long(90), FRENCH | LONG], ids=["fr", "en", "pages", "long words"]
)
def test_nothing_is_cut(tmp_path: Path, data: dict[str, Any]) -> None:
    """Every word stands within the margins, and the amounts of a column end on one line."""
    path = shown(tmp_path, data)
    layout = subprocess.run(
        ["pdftotext", "-bbox", path, "-"], capture_output=True, text=True, check=True
    ).stdout
    words = [(*map(float, found[:4]), found[4]) for found in WORD.findall(layout)]
    assert len(words) > 40
    for left, top, right, bottom, word in words:
        assert left >= MARGIN - 1, word
        assert right <= A4[0] - MARGIN + 1, word
        assert top >= MARGIN - 10, word
        assert bottom <= A4[1] - 20, word
    ends = [
        right for _, _, right, _, word in words if word[-1] in "€0123456789" and right > A4[0] - MARGIN - 2
    ]
    assert len(ends) >= 3
    assert max(ends) - min(ends) < 1


def test_a_page_is_drawn(tmp_path: Path) -> None:
    """Paper all around but for the airmail edge, which opens the first page alone; ink within."""
    path = shown(tmp_path, long(60))
    subprocess.run(["pdftoppm", "-r", "36", path, tmp_path / "page"], check=True)
    first, second = (pixels(tmp_path / f"page-{nth}.ppm") for nth in (1, 2))
    assert any(one != WHITE for one in first[0])
    assert all(one == WHITE for row in second[:20] for one in row)
    for page in (first, second):
        assert all(one == WHITE for row in page[6:] for one in (*row[:20], *row[-20:]))
        assert any(sum(one) < 200 for row in page for one in row)


WHITE = (255, 255, 255)


def pixels(path: Path) -> list[list[tuple[int, ...]]]:
    """The rows of a binary PPM."""
    _, size, _, data = path.read_bytes().split(b"\n", 3)
    width, height = map(int, size.split())
    assert (width, height) == (298, 421)
    return [
        [tuple(data[(y * width + x) * 3 : (y * width + x) * 3 + 3]) for x in range(width)]
        for y in range(height)
    ]
