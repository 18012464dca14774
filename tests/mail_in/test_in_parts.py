"""The parts of a mail: names of attachments, what counts as one, and how much is read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mail_gateway.incoming import Letter

Made = Callable[..., Letter]


def mixed(*parts: str) -> str:
    return "".join(f"--b\n{part}\n" for part in parts) + "--b--"


MIXED = 'Content-Type: multipart/mixed; boundary="b"'


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('filename="devis.pdf"', "devis.pdf"),
        ('filename="C:\\\\Users\\\\x\\\\CON.pdf"', "_CON.pdf"),
        ("filename*=UTF-8''d%C3%A9cembre%2Fnu%00l.pdf", "nul.pdf"),
        ('filename="=?utf-8?b?ZMOpYy5wZGY=?="', "déc.pdf"),
        ('filename="../../"', "piece-1.pdf"),
        ('filename="..."', "piece-1.pdf"),
        ("", "piece-1.pdf"),
        ('filename="a\u202efdp.exe"', "afdp.exe"),
        ('filename="' + "é" * 300 + '.pdf"', "é" * 96 + ".pdf"),
        ("filename*0=de; filename*1=vis.pdf", "devis.pdf"),
        ("filename*=bad'charset", None),
    ],
)
def test_names_of_attachments(letter: Made, disposition: str, name: str | None) -> None:
    part = f"Content-Type: application/pdf\nContent-Disposition: attachment; {disposition}\n\n%PDF"
    (attachment,) = letter(mixed("Content-Type: text/plain\n\nVoici", part), MIXED).attachments
    assert (attachment.size, attachment.media_type) == (4, "application/pdf")
    if name is not None:
        assert attachment.name.replace("_NUL", "nul") == name or attachment.name == f"_{name}"
    assert not {"/", "\\", "\0"} & set(attachment.name)


def test_at_most_twenty_attachments_and_the_rest_is_told(letter: Made) -> None:
    part = "Content-Type: application/pdf\n\n%PDF"
    read_one = letter(mixed("Content-Type: text/plain\n\nVoici", *[part] * 25), MIXED)
    assert (len(read_one.attachments), read_one.left_out, read_one.text) == (20, 5, "Voici")
    assert letter(mixed(*[part] * 250), MIXED).reason == "too_many_parts"


def test_pictures_of_the_page_and_signatures_are_no_attachments(letter: Made) -> None:
    logo = "Content-Type: image/png\nContent-ID: <logo>\n\nx"
    text = "Content-Type: text/html\n\n<p>Oui<img src='cid:logo'></p>"
    assert letter(mixed(text, logo), 'Content-Type: multipart/related; boundary="b"').attachments == ()
    signature = "Content-Type: application/pkcs7-signature; name=smime.p7s\n\nx"
    signed = letter(
        mixed("Content-Type: text/plain\n\nOui", signature), 'Content-Type: multipart/signed; boundary="b"'
    )
    assert (signed.text, signed.attachments) == ("Oui", ())
    assert letter(mixed(text, "Content-Type: application/ms-tnef\n\nx"), MIXED).attachments == ()


def test_an_attached_mail_is_one_attachment_and_gives_no_text(letter: Made) -> None:
    inner = "Content-Type: message/rfc822\n\nFrom: x@y.example\nSubject: s\n\nValider"
    read_one = letter(mixed("Content-Type: text/plain\n\nVoir", inner), MIXED)
    assert read_one.text == "Voir"
    assert [item.name for item in read_one.attachments] == ["piece-1.eml"]


def test_an_encrypted_mail_says_so(letter: Made) -> None:
    read_one = letter("x", "Content-Type: application/pkcs7-mime; smime-type=enveloped-data")
    assert (read_one.verdict, read_one.reason, read_one.text) == ("accept", "sealed", "")


def test_authentication_inside_an_attached_mail_is_nothing(letter: Made) -> None:
    results = "Authentication-Results: mx.us.example; dmarc=pass header.from=durand.example"
    inner = f"Content-Type: message/rfc822\n\n{results}\nFrom: claire@durand.example\n\nx"
    assert letter(mixed("Content-Type: text/plain\n\nVoir", inner), MIXED).level == "unverified"


def test_no_text_is_longer_than_what_is_read(letter: Made) -> None:
    part = "Content-Type: text/plain\n\n" + "x" * 200_000
    read_one = letter(mixed(*[part] * 20), MIXED)
    assert 200_000 < len(read_one.full_text) <= 256 * 1024
    assert len(read_one.text) <= 256 * 1024
