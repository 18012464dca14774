"""A small band at the foot of each page, and the signature page behind them: drawn into a pyHanko revision.

The band is one form XObject for the whole file, placed by a matrix of each page's own shape (PDF 32000-1, 7.7.3.3 and
8.3.4). Nothing that the page holds is changed: its content streams keep their place between two of ours. Eight `q`
stand in front and four `Q` behind: with four stray `Q` of the page, or three `q` that it never closed, the band is
still drawn as if the page were empty.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
)
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

BAND = (330.0, 34.0)  # points
CORNER = (14.0, 4.0)
WHOLE_FROM = (400.0, 80.0)  # a page that is narrower or lower gets a smaller band
A4 = (0.0, 0.0, 595.28, 841.89)
INHERITABLE = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")

Box = tuple[float, float, float, float]
Matrix = tuple[float, float, float, float, float, float]


@dataclass(frozen=True)
class Leaf:
    """A page of the tree, with what it inherits."""

    ref: IndirectObject
    page: DictionaryObject
    inherited: dict[str, PdfObject]


def leaves(writer: IncrementalPdfFileWriter) -> list[Leaf]:
    """Every page in order, as often as the tree shows it. Each /Count that lies is put right."""
    return list(_leaves(writer, writer.root.raw_get("/Pages"), {}))


def _leaves(
    writer: IncrementalPdfFileWriter, ref: IndirectObject, above: dict[str, PdfObject]
) -> Iterator[Leaf]:
    node = ref.get_object()
    held = above | {name: node.raw_get(name) for name in INHERITABLE if name in node}
    if "/Kids" not in node:
        yield Leaf(ref, node, held)
        return
    below = [leaf for kid in node["/Kids"] for leaf in _leaves(writer, kid, held)]
    if node.get("/Count") != len(below):
        node[NameObject("/Count")] = NumberObject(len(below))
        writer.update_container(node)
    yield from below


def taken(writer: IncrementalPdfFileWriter, printed: bytes) -> tuple[DictionaryObject, IndirectObject]:
    """The two pages of `printed`: the signature page, and the band as a form. What they share is taken once."""
    made = PdfFileReader(io.BytesIO(printed))
    sheet, band = (made.find_page_for_modification(nth)[0].get_object() for nth in range(2))
    del sheet["/Parent"]
    wanted = ArrayObject([sheet, band["/Resources"]])
    wanted.container_ref = sheet.container_ref  # an object is taken from the file that it says it is of
    both = writer.import_object(wanted)
    assert isinstance(both, ArrayObject)
    page, resources = both
    return page, _form(writer, resources, band["/Contents"].data)


def stamp(
    writer: IncrementalPdfFileWriter, pages: list[Leaf], band: IndirectObject, signature_id: str
) -> None:
    """The identifier stands in plain bytes too: a changed file can still be known."""
    name = f"/{signature_id}"
    before = writer.add_object(
        StreamObject(stream_data=f"% {signature_id}\nq q q q q q q q\n".encode("ascii"))
    )
    drawn: dict[Matrix, IndirectObject] = {}
    for leaf in {leaf.ref.reference: leaf for leaf in pages}.values():
        place = matrix(_box(leaf), _rotation(leaf))
        if place not in drawn:
            numbers = " ".join(f"{number:.5f}".rstrip("0").rstrip(".") for number in place)
            content = f"\nQ Q Q Q\n/Artifact BMC q {numbers} cm {name} Do Q EMC\n"
            drawn[place] = writer.add_object(StreamObject(stream_data=content.encode("ascii")))
        streams = [before, *_contents(leaf.page), drawn[place]]
        leaf.page[NameObject("/Contents")] = ArrayObject(streams)
        _give(writer, leaf, name, band)
        writer.mark_update(leaf.ref)


def append(writer: IncrementalPdfFileWriter, pages: list[Leaf], sheet: DictionaryObject) -> None:
    """It becomes the last page, and inherits nothing."""
    top = writer.root.raw_get("/Pages")
    sheet[NameObject("/Parent")] = top
    sheet[NameObject("/CropBox")] = sheet["/MediaBox"]
    sheet[NameObject("/Rotate")] = NumberObject(0)
    tree = top.get_object()
    kids = tree["/Kids"]
    kids.append(writer.add_object(sheet))
    tree[NameObject("/Count")] = NumberObject(len(pages) + 1)
    writer.update_container(kids)
    writer.update_container(tree)


def matrix(box: Box, rotation: int) -> Matrix:
    """From the band to the page: lower left of the page as it is displayed."""
    x0, y0, x1, y1 = box
    width, height = (x1 - x0, y1 - y0) if rotation % 180 == 0 else (y1 - y0, x1 - x0)
    scale = min(1.0, width / WHOLE_FROM[0], height / WHOLE_FROM[1])
    a, b, c, d, e, f = {
        0: (1, 0, 0, 1, x0, y0),
        90: (0, 1, -1, 0, x1, y0),
        180: (-1, 0, 0, -1, x1, y1),
        270: (0, -1, 1, 0, x0, y1),
    }[rotation]
    x, y = (scale * offset for offset in CORNER)
    return (scale * a, scale * b, scale * c, scale * d, x * a + y * c + e, x * b + y * d + f)


def _rotation(leaf: Leaf) -> int:
    given = _plain(leaf.inherited.get("/Rotate"))
    return int(given) // 90 * 90 % 360 if isinstance(given, int | FloatObject) else 0


def _box(leaf: Leaf) -> Box:
    """What is shown: the crop box within the media box. A page that has none is taken to be A4."""
    media = _corners(leaf.inherited.get("/MediaBox")) or A4
    crop = _corners(leaf.inherited.get("/CropBox"))
    both = crop and (
        max(crop[0], media[0]),
        max(crop[1], media[1]),
        min(crop[2], media[2]),
        min(crop[3], media[3]),
    )
    return both if both and both[0] < both[2] and both[1] < both[3] else media


def _corners(given: PdfObject | None) -> Box | None:
    """In order: they may be swapped."""
    sides = _plain(given)
    if not isinstance(sides, ArrayObject) or len(sides) != 4:
        return None
    left, low, right, high = (float(_plain(side)) for side in sides)  # type: ignore[arg-type]  # numbers: judge.py
    box = (min(left, right), min(low, high), max(left, right), max(low, high))
    return box if box[0] < box[2] and box[1] < box[3] else None


def _plain(given: PdfObject | None) -> PdfObject | None:
    return given.get_object() if isinstance(given, IndirectObject) else given


def _contents(page: DictionaryObject) -> list[PdfObject]:
    """The streams as they are: one, an array of them, a reference to an array, or none."""
    given = page.raw_get("/Contents") if "/Contents" in page else None
    held = _plain(given)
    if isinstance(held, ArrayObject):
        return [held.raw_get(nth) for nth in range(len(held))]
    return [given] if isinstance(held, StreamObject) and given is not None else []


def _give(writer: IncrementalPdfFileWriter, leaf: Leaf, name: str, form: IndirectObject) -> None:
    """The page's resources may be those of other pages too: the name means the same band there."""
    resources = _plain(leaf.inherited.get("/Resources"))
    if not isinstance(resources, DictionaryObject):
        resources = leaf.page[NameObject("/Resources")] = DictionaryObject()
    forms = resources.get("/XObject")
    if not isinstance(forms, DictionaryObject):
        forms = resources[NameObject("/XObject")] = DictionaryObject()
    if name not in forms:
        forms[NameObject(name)] = form
        writer.update_container(forms)
        writer.update_container(resources)


def _form(writer: IncrementalPdfFileWriter, resources: PdfObject, content: bytes) -> IndirectObject:
    made = StreamObject(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Form"),
            NameObject("/BBox"): ArrayObject([FloatObject(side) for side in (0, 0, *BAND)]),
            NameObject("/Resources"): resources,
        },
        stream_data=content,
    )
    made.compress()
    return writer.add_object(made)
