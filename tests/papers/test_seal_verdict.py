"""What a PDF that somebody sends back is: intact, altered, or without a seal of ours (facts: one test a row)."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from papers.conftest import NOW
from papers.seal_data import ID, RECIPE, quote
from papers.signed_elsewhere import signed, signer
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.general import SigningError
from pypdf import PdfReader, PdfWriter

from bot.paper import keys as keeping
from bot.paper.child import Child, Overrun
from bot.paper.sealing import Sealed, Unsealable, seal
from bot.paper.verify import Verdict, verdict

Press = Callable[..., Sealed]
Judge = Callable[[bytes], Verdict]
ORIGINAL = quote("Montant 100 EUR", "Conditions")


@pytest.fixture(scope="session")
def whole(sealed: Press) -> bytes:
    return sealed(ORIGINAL).data


@pytest.fixture(scope="session")
def judge(key_folder: Path, here: Child) -> Judge:
    return lambda data: verdict(data, keeping.roots(key_folder), here)


def rewritten(data: bytes) -> bytes:
    out = io.BytesIO()
    PdfWriter(clone_from=PdfReader(io.BytesIO(data))).write(out)
    return out.getvalue()


def page_replaced(data: bytes) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.insert_page(PdfReader(io.BytesIO(quote("Montant 9 EUR"))).pages[0], 0)
    writer.remove_page(1)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def edited_later(data: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    writer.root[pdf_name("/Lang")] = pdf_name("/xx")
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_not_a_byte_changed(judge: Judge, whole: bytes, keys: keeping.Keys) -> None:
    assert judge(whole) == Verdict("intact", ID, "B-B", keys.fingerprint, "server", "")


@pytest.mark.parametrize("where", [10, len(ORIGINAL) // 2, len(ORIGINAL) + 100, -8500, -2000, -30])
def test_one_bit_flipped(where: int, judge: Judge, whole: bytes) -> None:
    flipped = bytearray(whole)
    flipped[where] ^= 1
    assert judge(bytes(flipped)) == Verdict("altered", ID)


def test_the_room_of_the_signature_holds_nothing_else(judge: Judge, whole: bytes) -> None:
    """No signature covers it: the digits that follow it, and how its own are written."""
    start, end = whole.rindex(b"/Contents <") + len(b"/Contents <"), whole.rindex(b"00>")
    assert judge(whole[:end] + b"AB" + whole[end + 2 :]).what == "altered"
    assert judge(whole[:start] + whole[start:end].lower() + whole[end:]).what == "altered"


@pytest.mark.parametrize("tail", [b"\n", b"%", b"\0" * 100, b"\n%%EOF\n"])
def test_bytes_added(tail: bytes, judge: Judge, whole: bytes) -> None:
    assert judge(whole + tail) == Verdict("altered", ID)


@pytest.mark.parametrize("change", [edited_later, rewritten, page_replaced])
def test_changed_with_other_software(change: Callable[[bytes], bytes], judge: Judge, whole: bytes) -> None:
    assert judge(change(whole)) == Verdict("altered", ID)


def test_the_end_cut_off(judge: Judge, whole: bytes) -> None:
    assert judge(whole[:-20]).what == "altered"
    assert judge(whole[: len(ORIGINAL) + 3000]).signature_id == ID


def test_cut_back_to_the_quote_as_presented(judge: Judge, whole: bytes) -> None:
    """The record knows it by its SHA-256: it is the quote, without its signature."""
    assert whole[: len(ORIGINAL)] == ORIGINAL
    assert judge(whole[: len(ORIGINAL)]) == Verdict("unsigned")


@pytest.mark.parametrize("data", [quote(), b"", b"%PDF-1.7", b"hello", b"%PDF-" + b"\0" * 9000])
def test_a_file_of_somebody_else_is_not_altered(data: bytes, judge: Judge) -> None:
    assert judge(data) == Verdict("unsigned")


def test_signed_by_somebody_else(judge: Judge, tmp_path: Path, here: Child) -> None:
    other = keeping.install(tmp_path / "other", NOW)
    assert judge(signed(quote(), other)) == Verdict("unsigned")
    forged = seal(ORIGINAL, RECIPE, other, at=NOW, child=here).data
    assert judge(forged) == Verdict("altered", ID)


def test_signed_once_more(judge: Judge, whole: bytes, keys: keeping.Keys) -> None:
    meta = signers.PdfSignatureMetadata(field_name="More", md_algorithm="sha256")
    writer = IncrementalPdfFileWriter(io.BytesIO(whole))
    with pytest.raises(SigningError):
        signers.sign_pdf(writer, meta, signer=signer(keys))


def test_ten_years_later(tmp_path: Path, here: Child) -> None:
    """The certificate ended long ago: at the time that the seal tells it was valid."""
    then = NOW - timedelta(days=3652)
    old = seal(ORIGINAL, RECIPE, keeping.install(tmp_path / "old", then), at=then, child=here)
    assert verdict(old.data, keeping.roots(tmp_path / "old"), here).what == "intact"


def test_a_seal_made_after_its_certificate_ended_is_no_seal(tmp_path: Path, here: Child) -> None:
    then = NOW - timedelta(days=3652)
    with pytest.raises(Unsealable):
        seal(ORIGINAL, RECIPE, keeping.install(tmp_path / "old", then), at=NOW, child=here)


def test_a_file_that_ends_the_child_is_judged_by_its_bytes(key_folder: Path, whole: bytes) -> None:
    class Ends(Child):
        def run(self, work: str, *args: object) -> Any:
            raise Overrun("TimeoutError")

    assert verdict(whole, keeping.roots(key_folder), Ends()) == Verdict("altered", ID)
    assert verdict(ORIGINAL, keeping.roots(key_folder), Ends()) == Verdict("unsigned")


def test_by_the_child(key_folder: Path, whole: bytes) -> None:
    child = Child()
    try:
        assert verdict(whole, keeping.roots(key_folder), child).what == "intact"
        assert verdict(whole + b" ", keeping.roots(key_folder), child).what == "altered"
    finally:
        child.close()
