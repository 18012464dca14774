"""Which PDFs may be signed as a quote, and what hostile ones cost: nothing but an answer."""

from __future__ import annotations

import io
import os
import time
from pathlib import Path

import pytest
from paper_mill import cii, pdf, signed_pdf, with_action, with_empty_form, with_xml
from pypdf import PdfReader, PdfWriter

from storage.imports.guard import Guard, Overrun

HERE = Path(__file__).parent.parent / "data" / "pdf"
VERDICTS = {
    "big_content_3M_ops": None,
    "flate_bomb_1GiB": None,  # nothing is decoded: it costs nothing
    "flate_bomb_double": None,
    "count_lies_1e9": None,  # pages are counted by walking
    "deep_array": "malformed",
    "huge_mediabox": "malformed",
    "js_openaction": "javascript",
    "length_self_ref": "malformed",
    "page_tree_cycle": "malformed",
    "page_tree_depth4000": "malformed",
    "pages_20000": "too_large",
    "same_page_x50000": "too_large",
    "resources_form": "form",
    "resources_FormTestFromOo": "form",
    "resources_form_acrobatReader": "form",
    "resources_form_evince": "form",
    "resources_libreoffice-form": "form",
    "resources_pdflatex-forms": "form",
    "resources_SF424_page2": "javascript",
    "resources_issue-297": "javascript",
    "resources_attachment": "attachment",
    "resources_example": "attachment",
    "resources_selenium-pypdf-issue-177": "malformed",
    "resources_libreoffice-writer-password": "encrypted",
    "resources_crazyones-encrypted-256": "encrypted",
}


def expected(stem: str) -> str | None:
    if stem in VERDICTS:
        return VERDICTS[stem]
    return "encrypted" if "encrypt" in stem and "unencrypted" not in stem else None


def files() -> list[Path]:
    more = os.environ.get("FACTEUR_TEST_DATA")
    return sorted(HERE.rglob("*.pdf")) + (sorted(Path(more, "pdf").rglob("*.pdf")) if more else [])


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_given_files(path: Path, guard: Guard) -> None:
    assert guard.read(path.read_bytes()).why_not == expected(path.stem)


@pytest.mark.parametrize(
    ("data", "why_not"),
    [
        (pdf("a quote"), None),
        (pdf("a book", pages=300), None),
        (pdf("a library", pages=301), "too_large"),
        (signed_pdf(), "already_signed"),
        (with_action("/GoTo"), None),
        (with_action("/JavaScript"), "javascript"),
        (with_action("/Launch"), "javascript"),
        (with_empty_form(), None),
        (with_xml(cii()), None),
        (with_xml(b"x", "invoice.exe"), "attachment"),
        (b"", "malformed"),
        (b"<html></html>", "malformed"),
        (b"junk" * 200 + pdf("late header"), "malformed"),
        (pdf("cut")[:-200], "malformed"),
        (pdf("tail") + b"\0" * 3000, "malformed"),
        (pdf("large") + b"\0" * 21 * 1024 * 1024, "too_large"),
    ],
    ids=[
        "plain", "300 pages", "301 pages", "signed", "goto", "javascript", "launch", "empty form", "invoice XML",
        "other attachment", "empty", "html", "late header", "cut", "tail", "large",
    ],
)  # fmt: skip
def test_rules(data: bytes, why_not: str | None, guard: Guard) -> None:
    reading = guard.read(data)
    assert reading.why_not == why_not
    assert reading.as_json()["signable"] is (why_not is None)


def test_a_password_that_is_empty_counts_too(guard: Guard) -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf())))
    writer.encrypt("", "owner", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    assert guard.read(out.getvalue()).why_not == "encrypted"


def forever(_: bytes) -> None:
    while True:
        pass


def hungry(_: bytes) -> int:
    return len(bytearray(2 * 1024**3))


def writes(_: bytes) -> None:
    Path("/tmp/facteur-guard-test").write_bytes(b"x")


def ends(_: bytes) -> None:
    os._exit(3)


def test_the_guard_stops_what_never_ends() -> None:
    with Guard(seconds=1) as short:
        start = time.monotonic()
        with pytest.raises(Overrun):
            short.run(forever, b"")
        assert time.monotonic() - start < 20  # a loaded machine starts a process slowly
        assert short.read(pdf("after")).signable


@pytest.mark.parametrize("work", [hungry, ends])
def test_the_guard_outlives_its_child(work: object, guard: Guard) -> None:
    with pytest.raises(Overrun):
        guard.run(work, b"")
    assert guard.read(pdf("after")).signable


def test_the_child_writes_no_file(guard: Guard) -> None:
    with pytest.raises(OSError):
        guard.run(writes, b"")
    Path("/tmp/facteur-guard-test").unlink(missing_ok=True)
