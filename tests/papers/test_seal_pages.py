"""Pages of every shape, and pages that are not as they should be: the band at the lower left, the rest as it was."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from papers.seal_data import A4, FONT, ID, RESOURCES, changed, pages, pdf, quote, shown, stream
from pypdf import PageObject, PdfReader
from pypdf.generic import ArrayObject

from bot.paper.sealing import Sealed
from bot.paper.stamp import BAND, CORNER

Press = Callable[..., Sealed]
WORDS = "Devis D-1"
# name -> (entries of the page, of the tree, what is shown: x0 y0 x1 y1, rotation, scale of the band)
SHAPES: dict[str, tuple[str, str, tuple[float, float, float, float], int, float]] = {
    "upright": (A4, "", (0, 0, 595, 842), 0, 1),
    "quarter": (f"{A4} /Rotate 90", "", (0, 0, 595, 842), 90, 1),
    "half": (f"{A4} /Rotate 180", "", (0, 0, 595, 842), 180, 1),
    "three quarters": (f"{A4} /Rotate -90", "", (0, 0, 595, 842), 270, 1),
    "crop of a negative box":
        ("/MediaBox [-100 -200 700 900] /CropBox [-50 -100 545 742]", "", (-50, -100, 545, 742), 0, 1),
    "swapped corners": ("/MediaBox [595 842 0 0] /Rotate 450", "", (0, 0, 595, 842), 90, 1),
    "user unit": (f"{A4} /UserUnit 2", "", (0, 0, 595, 842), 0, 1),
    "tiny": ("/MediaBox [0 0 30 40]", "", (0, 0, 30, 40), 0, 0.075),
    "low": ("/MediaBox [0 0 595 40]", "", (0, 0, 595, 40), 0, 0.5),
    "inherited": ("", "/MediaBox [0 0 842 595] /Rotate 270", (0, 0, 842, 595), 270, 1),
    "no box": ("", "", (0, 0, 595.28, 841.89), 0, 1),
    "crop outside": (f"{A4} /CropBox [900 900 950 950]", "", (0, 0, 595, 842), 0, 1),
}  # fmt: skip


def read(made: Sealed) -> list[PageObject]:
    return list(PdfReader(io.BytesIO(made.data)).pages)


def streams(page: PageObject) -> list[bytes]:
    held = page["/Contents"]
    assert isinstance(held, ArrayObject)
    return [one.get_object().get_data() for one in held]


def placed(page: PageObject) -> list[float]:
    """The matrix of the band."""
    found = re.fullmatch(rb"\nQ Q Q Q\n/Artifact BMC q ([-.\d ]+) cm /(\S+) Do Q EMC\n", streams(page)[-1])
    assert found
    assert found[2].decode() == ID
    return [float(number) for number in found[1].split()]


def displayed(
    point: tuple[float, float], box: tuple[float, float, float, float], rotation: int
) -> tuple[float, float]:
    """A point of the page, from the lower left of what a reader sees."""
    (x, y), (x0, y0, x1, y1) = point, box
    return {0: (x - x0, y - y0), 90: (y - y0, x1 - x), 180: (x1 - x, y1 - y), 270: (y1 - y, x - x0)}[rotation]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_band_is_at_the_lower_left_of_what_is_shown(shape: str, sealed: Press) -> None:
    entries, tree, box, rotation, scale = SHAPES[shape]
    a, b, c, d, e, f = placed(read(sealed(pages(shown(WORDS), page=f"{entries} {RESOURCES}", tree=tree)))[0])
    for x, y in ((0.0, 0.0), BAND):
        seen = displayed((a * x + c * y + e, b * x + d * y + f), box, rotation)
        assert seen == pytest.approx(((CORNER[0] + x) * scale, (CORNER[1] + y) * scale), abs=0.01)


def test_the_signature_page_inherits_nothing(sealed: Press) -> None:
    tree = "/Rotate 90 /CropBox [0 0 10 10] /MediaBox [0 0 842 595]"
    *_, last = read(sealed(pages(shown(WORDS), page=RESOURCES, tree=tree)))
    assert (last.rotation, last.cropbox.width, last.mediabox.height) == (
        0,
        pytest.approx(595.28, abs=0.01),
        pytest.approx(841.89, abs=0.01),
    )
    assert last.extract_text().startswith("Page de signature")


def test_one_band_for_all_pages(sealed: Press) -> None:
    few, many = (len(sealed(original := quote(*["x"] * n)).data) - len(original) for n in (2, 50))
    assert (many - few) / 48 < 450
    pages_ = read(sealed(quote("one", "two")))[:2]
    bands = {page["/Resources"]["/XObject"].raw_get(f"/{ID}").idnum for page in pages_}
    assert len(bands) == 1


# --- pages that are not as they should be

ODD = {
    "stray Q": pages(shown(WORDS) + " Q Q Q"),
    "q never closed": pages(f"q q 1 0 0 -1 0 842 cm {shown(WORDS)}"),
    "matrix left behind": pages(f"{shown(WORDS)} 1 0 0 -1 0 842 cm"),
    "contents by reference to an array": pdf(
        "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [4 0 R] /Count 1 >>", FONT,
        f"<< /Type /Page /Parent 2 0 R {A4} {RESOURCES} /Contents 5 0 R >>", "[6 0 R 7 0 R]",
        stream("BT /F1 24 Tf 20 700 Td"), stream(f"({WORDS}) Tj ET"),
    ),
    "contents in an array": pdf(
        "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [4 0 R] /Count 1 >>", FONT,
        f"<< /Type /Page /Parent 2 0 R {A4} {RESOURCES} /Contents [5 0 R 6 0 R] >>",
        stream("BT /F1 24 Tf 20 700 Td"), stream(f"({WORDS}) Tj ET"),
    ),
    "no contents": pdf(
        "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R {A4} >>",
    ),
    "resources of the tree": pages(shown(WORDS), shown(WORDS), page=A4, tree=RESOURCES),
    "resources by reference": pages(
        shown(WORDS), shown(WORDS), page=f"{A4} /Resources 8 0 R",
        more=("<< /Font << /F1 3 0 R >> /XObject 9 0 R >>", "<< >>"),
    ),
    "a count that lies": changed(quote(WORDS, WORDS), "/Count 2", "/Count 1000000000"),
    "a size that lies": quote(WORDS).replace(b"/Size 6", b"/Size 3"),
    "empty form": pages(shown(WORDS), catalog="/AcroForm << /Fields [] >>"),
    "opens at a page": pages(shown(WORDS), catalog="/OpenAction [4 0 R /Fit]"),
    "tagged": pages(
        f"/P << /MCID 0 >> BDC {shown(WORDS)} EMC", catalog="/MarkInfo << /Marked true >> /StructTreeRoot 6 0 R",
        more=("<< /Type /StructTreeRoot >>",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ODD)
def test_its_text_stays_and_the_band_is_shown(case: str, sealed: Press) -> None:
    made = sealed(ODD[case])
    assert made.data.startswith(ODD[case])
    before, after = list(PdfReader(io.BytesIO(ODD[case])).pages), read(made)
    assert len(after) == len(before) + 1 == made.pages
    for old, new in zip(before, after, strict=False):
        if "/Contents" in old:
            assert WORDS in new.extract_text()
        assert "Łucja Œuvre" in new.extract_text()
        assert streams(new)[0].count(b"q ") + streams(new)[0].count(b"q\n") == 8
        assert placed(new) == [1, 0, 0, 1, 14, 4]


def test_a_page_that_is_shown_twice_gets_one_band(sealed: Press) -> None:
    made = sealed(changed(quote(WORDS), "/Kids [4 0 R] /Count 1", "/Kids [4 0 R 4 0 R] /Count 2"))
    assert made.pages == 3
    assert len(streams(read(made)[0])) == 3
