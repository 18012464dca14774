"""Files that cannot hold a signature: each has its reason, and the proof file alone records what was signed."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from papers.conftest import Here
from papers.seal_data import RECIPE, changed, pages, quote, shown
from papers.signed_elsewhere import signed
from pyhanko.sign.fields import MDPPerm
from pypdf import PdfReader, PdfWriter

from bot.paper import seal_press, second_look
from bot.paper.child import Child, Overrun
from bot.paper.keys import Keys
from bot.paper.sealing import Sealed, Unsealable, seal

Press = Callable[..., Sealed]


def encrypted(password: str, algorithm: str = "AES-256") -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(quote())))
    writer.encrypt(password, "owner", algorithm=algorithm)
    return saved(writer)


def saved(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def with_file(name: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(quote())))
    writer.add_attachment(name, b"<a/>")
    return saved(writer)


def with_form(entries: str, field: str = "<< >>") -> bytes:
    return pages(shown("x"), catalog=f"/AcroForm << {entries} >>", more=(field,))


def opening(action: str) -> bytes:
    return pages(shown("x"), catalog=f"/OpenAction << {action} >>")


def page_with(entries: str) -> bytes:
    return pages(shown("x"), page=f"/MediaBox [0 0 9 9] {entries}")


SCRIPT = "/S /JavaScript /JS (app.alert)"
WHY: dict[str, tuple[str, bytes]] = {
    "an empty password": ("encrypted", encrypted("")),
    "a password": ("encrypted", encrypted("secret")),
    "RC4": ("encrypted", encrypted("", "RC4-128")),
    "a form that readers draw anew":
        ("form", with_form("/Fields [6 0 R] /NeedAppearances true", "<< /FT /Tx /T (a) >>")),
    "XFA": ("form", with_form("/Fields [] /XFA (x)")),
    "signed, in a field of a field":
        ("already_signed", with_form("/Fields [6 0 R]", "<< /FT /Sig /Kids [<< /T (b) /V << /Type /Sig >> >>] >>")),
    "a field to sign": ("form", with_form("/Fields [6 0 R]", "<< /FT /Sig /T (a) >>")),
    "a script": ("javascript", opening(SCRIPT)),
    "a script of a page": ("javascript", page_with(f"/AA << /O << {SCRIPT} >> >>")),
    "a launch": ("javascript", opening("/S /Launch /F (calc.exe)")),
    "a file": ("attachment", with_file("terms.docx")),
    "a pinned file": ("attachment", page_with("/Annots [<< /Subtype /FileAttachment /Rect [0 0 1 1] >>]")),
    "a tree without end": ("malformed", changed(quote(), "/Kids [4 0 R]", "/Kids [4 0 R 2 0 R]")),
    "too many pages": ("too_large", quote(*["x"] * 301)),
    "shown too often": ("too_large", changed(quote(), "/Kids [4 0 R]", f"/Kids [{'4 0 R ' * 301}]")),
    "too many bytes": ("too_large", quote() + b"\n" * 20 * 1024 * 1024),
    "no end": ("malformed", quote().replace(b"%%EOF", b"")),
    "a tail": ("malformed", quote() + b"x" * 3000),
    "a head": ("malformed", b"x" * 700 + quote()),
    "a wrong start": ("malformed", quote().replace(b"startxref\n", b"startxref\n9")),
    "cut": ("malformed", quote()[:-300]),
    "HTML": ("malformed", b"<html></html>"),
    "nothing": ("malformed", b""),
}  # fmt: skip


@pytest.mark.parametrize("case", WHY)
def test_it_is_left_as_it_is(case: str, sealed: Press) -> None:
    why, data = WHY[case]
    with pytest.raises(Unsealable) as refused:
        sealed(data)
    assert refused.value.why == why


@pytest.mark.parametrize(
    "certify", [None, MDPPerm.NO_CHANGES, MDPPerm.FILL_FORMS], ids=["approval", "P1", "P2"]
)
def test_what_others_signed_is_never_touched(certify: MDPPerm | None, sealed: Press, keys: Keys) -> None:
    with pytest.raises(Unsealable, match="already_signed"):
        sealed(signed(quote(), keys, certify))


def test_what_we_sealed_is_not_sealed_again(sealed: Press) -> None:
    with pytest.raises(Unsealable, match="already_signed"):
        sealed(sealed(quote()).data)


def test_the_xml_of_an_invoice_may_stay_and_stays(sealed: Press) -> None:
    made = sealed(with_file("factur-x.xml"))
    assert PdfReader(io.BytesIO(made.data)).attachments == {"factur-x.xml": [b"<a/>"]}


def test_two_hundred_pages(sealed: Press) -> None:
    original = quote(*[f"page {nth}" for nth in range(200)])
    made = sealed(original)
    assert made.pages == 201
    assert len(made.data) - len(original) < 160_000


# --- doubts: what the child brings back is looked at twice


class Tampered(Here):
    """A child that was led astray."""

    def __init__(self, change: Callable[[bytes], bytes]) -> None:
        self.change = change

    def run(self, work: str, *args: object) -> Any:
        made = super().run(work, *args)
        return replace(made, data=self.change(made.data))


def test_whatever_comes_back_stands_behind_what_was_presented(keys: Keys) -> None:
    changed = Tampered(lambda data: quote("Autre chose") + data)
    assert seal(quote(), RECIPE, keys, child=changed).data.startswith(quote())
    with pytest.raises(Unsealable, match="malformed"):
        seal(quote(), RECIPE, keys, child=Tampered(lambda data: b""))


def test_what_was_judged_when_it_was_taken_in_is_not_judged_again(
    sealed: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    def guard(data: bytes) -> PdfReader:
        raise Unsealable("form")

    monkeypatch.setattr(seal_press, "guard", guard)
    with pytest.raises(Unsealable, match="form"):
        sealed(quote())
    assert sealed(quote(), judged=True).pages == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda made: replace(made, data=made.data + b"\n"),
        lambda made: replace(made, data=made.data[:-9000] + made.data[-8999:]),
        lambda made: replace(made, pages=made.pages + 1),
        lambda made: replace(made, level="B-T"),
    ],
    ids=["longer", "a byte less", "pages", "level"],
)
def test_any_doubt_at_the_second_look_counts(
    change: Callable[[Sealed], Sealed], sealed: Press, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    genuine = seal_press.press
    monkeypatch.setattr(seal_press, "press", lambda *args: change(genuine(*args)))
    with pytest.raises(Unsealable, match="malformed"):
        sealed(quote())


def seen(data: bytes) -> second_look.Seen:
    return second_look.seen(PdfReader(io.BytesIO(data)))


def test_a_page_that_lost_its_text_is_noticed(sealed: Press, keys: Keys) -> None:
    """As if our streams had been put around an array that no reader follows (a blank page, validly sealed)."""
    made = sealed(quote("Autre chose"))
    assert second_look.why_not(seen(quote("Autre chose")), made, keys) == ""
    assert second_look.why_not(seen(quote("Montant : 10")), made, keys) == "malformed"


def test_a_child_that_ends_is_a_reason(keys: Keys) -> None:
    class Ends(Child):
        def run(self, work: str, *args: object) -> Any:
            raise Overrun("ProcessExpired")

    with pytest.raises(Unsealable, match="too_large"):
        seal(quote(), RECIPE, keys, child=Ends())


def test_a_page_that_is_slow_to_read_is_judged_by_its_streams(
    sealed: Press, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    monkeypatch.setattr(second_look, "READ_SECONDS", 0.05)
    slow = pages("BT /F1 1 Tf " + "1 0 Td (a) Tj " * 40_000 + "ET")
    assert sealed(slow).data.startswith(slow)


def test_nothing_is_written_beside(tmp_path: Path, sealed: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    sealed(quote())
    assert not list(tmp_path.iterdir())
