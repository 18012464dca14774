"""The statement of account, read back from its PDF."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from papers.paper_data import ENGLISH, FRENCH, long, no_file
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from bot.paper import printing
from bot.paper.bench import reader
from bot.paper.printing import PRESS, NotPrinted
from handlers.core.turn import Document

GOLDEN = Path(__file__).parent / "golden"
EACH = pytest.mark.parametrize("data", [FRENCH, ENGLISH], ids=["fr", "en"])


def printed(data: dict[str, Any]) -> bytes:
    return printing.printed({"kind": "statement", "data": data}, no_file)


def text(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def words(pdf: bytes) -> str:
    """Without the ends of lines, nor the breaks within long words."""
    return " ".join(text(pdf).replace("\u200b", "").split())


@EACH
def test_it_says_all_that_the_recipe_holds(data: dict[str, Any]) -> None:
    read = text(printed(data))
    assert read == (GOLDEN / f"statement.{data['language']}.txt").read_text("utf-8")


@EACH
def test_it_is_tagged_and_made_to_be_kept(data: dict[str, Any]) -> None:
    pdf = PdfReader(io.BytesIO(printed(data)))
    root = pdf.root_object
    assert root["/Lang"] == data["language"]
    assert root["/MarkInfo"]["/Marked"].value is True
    assert {"H1", "Table", "TH", "TD"} <= set(tags(root["/StructTreeRoot"]))
    assert pdf.metadata is not None
    assert (pdf.metadata.title, pdf.metadata.author) == (data["title"], "Atelier Exemple")
    xmp = root["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in xmp
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp
    assert root["/OutputIntents"]
    assert [page.mediabox.width for page in pdf.pages] == [pytest.approx(595.28, abs=0.1)]


def tags(node: DictionaryObject) -> list[str]:
    """The kinds of all elements of the structure."""
    found = [str(node["/S"])[1:]] if "/S" in node else []
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        if isinstance(kid := kid.get_object(), DictionaryObject):
            found += tags(kid)
    return found


def test_same_recipe_same_bytes() -> None:
    recipe = {"kind": "statement", "data": FRENCH}
    read = reader(no_file)
    first = read(Document("Releve.pdf", recipe=recipe))
    assert first.startswith(b"%PDF-")
    assert read(Document("Releve.pdf", recipe=json.loads(json.dumps(recipe)))) == first


HOSTILE = [
    '#panic("x") *gras* $x$ \\ _a_ `b` @c <d> = titre\\u{41} // e /* f */ https://g.example ~--- "h"',
    ']) #import "@preview/x:0.1.0": * #read("/etc/passwd") #sys.inputs',
]


@pytest.mark.parametrize("said", HOSTILE, ids=["markup", "code"])
def test_markup_stays_text(said: str) -> None:
    data = FRENCH | {"notes": [said], "client": {"name": said, "lines": [said]}, "title": said}
    assert words(printed(data)).count(" ".join(said.split())) >= 3


@pytest.mark.parametrize(
    "said",
    [
        "a\0b\x1bc\x7f",
        "\ud800 x",
        "\u202egnp.exe",
        "\ue000",
        "a\r\nb",
        "",
        " ",
        "x" * 500,
        "Ż" * 500,
        "-" * 500,
    ],
)
def test_no_text_breaks_it(said: str) -> None:
    rows = [FRENCH["rows"][0] | {"kind": said, "reference": said, "label": said}]
    party = {"name": said, "lines": [said, said]}
    pdf = PdfReader(
        io.BytesIO(printed(FRENCH | {"rows": rows, "company": party, "client": party, "notes": [said]}))
    )
    assert "pdfaid:part" in pdf.root_object["/Metadata"].get_object().get_data().decode()


@pytest.mark.parametrize("name", ["Αθήνα", "Москва", "מרכז", "مرحبا", "北京", "東京 😀", "ไทย", "नमस्ते"])
def test_any_script_is_printed(name: str) -> None:
    pdf = PdfReader(io.BytesIO(printed(FRENCH | {"client": {"name": name, "lines": []}})))
    assert "Relevé de compte" in pdf.pages[0].extract_text()


@pytest.mark.parametrize("date", ["", None, "2026-13-40", "demain"])
def test_without_its_date_it_is_refused(date: str | None) -> None:
    with pytest.raises(NotPrinted):
        printed(FRENCH | {"date": date})


def test_many_pages_repeat_the_headings_and_count_themselves() -> None:
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(printed(long(300)))).pages]
    assert len(pages) > 5
    assert all("Date Mouvement Facturé Reçu Solde" in page for page in pages[:-1])
    assert [page.rstrip().endswith(f"{nth} / {len(pages)}") for nth, page in enumerate(pages, 1)] == [
        True
    ] * len(pages)
    assert all(f"N-{nth:04}" in "\n".join(pages) for nth in range(300))


def test_two_thousand_rows() -> None:
    read = words(printed(long(2000)))
    assert "N-1999" in read
    assert read.count("Solde au 24 novembre 2026") == 2


def test_a_press_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "SECONDS", 0.01)
    with pytest.raises(NotPrinted, match="seconds"):
        printed(FRENCH)


def test_a_press_that_crashes_is_survived(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    other = tmp_path / "press.py"
    other.write_text("import os; os.abort()", "utf-8")
    monkeypatch.setattr(printing, "PRESS", other)
    with pytest.raises(NotPrinted, match="-6"):
        printed(FRENCH)


def test_the_press_knows_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    other = tmp_path / "press.py"
    other.write_text("import os; print(*os.environ)", "utf-8")
    monkeypatch.setattr(printing, "PRESS", other)
    monkeypatch.setenv("FACTEUR_SECRET_KEY", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    assert set(printed(FRENCH).decode().split()) <= {"LD_LIBRARY_PATH", "HOME", "PATH", "LC_CTYPE"}


def test_the_press_stays_in_its_memory() -> None:
    done = subprocess.run(
        [sys.executable, "-I", str(PRESS)],
        input=json.dumps(long(30_000)).encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode != 0
    assert done.stdout == b""


def test_the_service_keeps_nothing_of_the_press() -> None:
    """Neither typst nor icalendar is loaded by an idle service."""
    code = "import sys, bot.paper.bench; print({'typst', 'icalendar'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
