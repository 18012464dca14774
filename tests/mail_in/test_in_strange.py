"""Mails that nobody sends in good faith: two senders, pages that call home, bombs in attachments."""

from __future__ import annotations

import base64
import hashlib
import io
import time
import zipfile
from collections.abc import Callable

import pytest

from mail_gateway.incoming import Letter

Made = Callable[..., Letter]
GOOD, EVIL = "From: claire@durand.example", "From: e@evil.example"
MIXED = 'Content-Type: multipart/mixed; boundary="b"'


def mixed(*parts: str) -> str:
    return "".join(f"--b\n{part}\n" for part in parts) + "--b--"


@pytest.mark.parametrize("headers", [(GOOD, EVIL), (EVIL, GOOD), (GOOD, GOOD)])
def test_two_senders_are_nobody(letter: Made, headers: tuple[str, str]) -> None:
    read_one = letter("SOLDE", *headers)
    assert (read_one.verdict, read_one.reason, read_one.sender) == ("reject", "two_from", None)


PAGE = """<link rel="stylesheet" href="https://evil.example/a.css"><style>@import url(https://evil.example/b.css);
.x{background:url(https://evil.example/c.png)}</style><base href="https://evil.example/"><p class="x">SOLDE</p>
<img src="https://evil.example/d.png"><iframe src="https://evil.example/e"></iframe><object data="f"></object>
<video src="g" poster="h"></video><form action="https://evil.example/"><input value="JE SIGNE"></form>
<script src="https://evil.example/i.js"></script><svg><image href="j"/></svg><a href="https://evil.example/k">ici</a>"""


@pytest.mark.usefixtures("socket_disabled")
def test_a_page_fetches_nothing_and_leaves_only_words(letter: Made) -> None:
    """Nothing of it but its text goes anywhere: no address is looked up, no tag reaches the team."""
    read_one = letter(PAGE, "Content-Type: text/html; charset=utf-8")
    assert read_one.text.split() == ["SOLDE", "ici"]
    assert "<" not in read_one.full_text


def bomb() -> bytes:
    """20 MB of zeros, three times in each other, in some 20 KB."""
    data = bytes(20_000_000)
    for name in ("a", "b.zip", "c.zip"):
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr(name, data)
        data = held.getvalue()
    return data


def test_what_is_packed_stays_packed(letter: Made) -> None:
    objects = b"".join(b"%d 0 obj<</Kids[%d 0 R]>>endobj\n" % (nth, nth + 1) for nth in range(5000))
    for data in (bomb(), b"%PDF-1.7\n" + objects + b"1 0 obj<</Length 9999999999>>stream\n"):
        coded = base64.encodebytes(data).decode()
        part = f"Content-Type: application/zip; name=x.zip\nContent-Transfer-Encoding: base64\n\n{coded}"
        before = time.process_time()
        (attachment,) = letter(mixed("Content-Type: text/plain\n\nVoici", part), MIXED).attachments
        assert time.process_time() - before < 1
        assert (attachment.size, attachment.sha256) == (len(data), hashlib.sha256(data).hexdigest())


def test_a_thousand_attachments_are_set_aside(letter: Made) -> None:
    read_one = letter(mixed(*["Content-Type: application/pdf\n\nx"] * 1000), MIXED)
    assert (read_one.verdict, read_one.reason) == ("quarantine", "too_many_parts")


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "application/xhtml+xml"])
def test_a_page_as_an_attachment_is_a_file_and_no_text(letter: Made, kind: str) -> None:
    page = (
        f"Content-Type: {kind}\nContent-Disposition: attachment; filename=a.html\n\n<script>JE SIGNE</script>"
    )
    read_one = letter(mixed("Content-Type: text/plain\n\nVoici", page), MIXED)
    assert (read_one.text, len(read_one.attachments)) == ("Voici", 1)


def test_a_picture_with_a_script_between_the_texts_is_a_file(letter: Made) -> None:
    svg = "Content-Type: image/svg+xml\nContent-Disposition: inline\n\n<svg><script>1</script></svg>"
    read_one = letter(mixed("Content-Type: text/plain\n\nVoici", svg), MIXED)
    assert (read_one.text, [item.media_type for item in read_one.attachments]) == ("Voici", ["image/svg+xml"])


NOTES = {
    "disposition-notification": "message/disposition-notification\n\nDisposition: manual-action; displayed",
    "delivery-status": "message/delivery-status\n\nReporting-MTA: dns; mx\n\nAction: delayed",
    "feedback-report": "message/feedback-report\n\nFeedback-Type: abuse",
}


@pytest.mark.parametrize("kind", NOTES)
def test_a_report_of_any_kind_is_a_machine(letter: Made, kind: str) -> None:
    body = mixed("Content-Type: text/plain\n\nVotre message a été lu", f"Content-Type: {NOTES[kind]}")
    read_one = letter(body, f'Content-Type: multipart/report; report-type={kind}; boundary="b"')
    assert (read_one.verdict, read_one.reason) == ("ignore", "report")
