"""The bytes that leave: attachments whole, lines short, CRLF alone."""

from __future__ import annotations

import email
import email.policy
import hashlib
import random
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mail_samples import MARKS, NOW, OUT, SAMPLES, due, parts, read

from handlers.core.ports import Due
from handlers.core.turn import Document, Reply
from mail_gateway.outgoing import Out, as_mail

BIG = random.Random(7).randbytes(3_000_000)
SMALL = b"%PDF-1.7\r\n\n\r.\r\n..\r\nFrom me\r\n" * 40


def test_lines_are_short_and_end_with_crlf() -> None:
    for one in SAMPLES.values():
        raw = as_mail(one, OUT, read, NOW).raw
        assert raw.isascii()
        assert max(map(len, raw.split(b"\r\n"))) <= 998
        assert raw.count(b"\r\n") == raw.count(b"\r") == raw.count(b"\n")


@given(st.text(st.characters(codec="utf-8")))
def test_any_text_makes_a_mail_that_reads_back(text: str) -> None:
    raw = as_mail(due(Reply(text or "x")), OUT, read, NOW).raw
    assert raw.count(b"\r\n") == raw.count(b"\r") == raw.count(b"\n")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    plain, html = parts(raw)
    assert plain.isprintable() or "\n" in plain
    assert html.rstrip().endswith("</html>")


def test_long_line_is_folded_not_cut() -> None:
    plain, _ = parts(as_mail(due(Reply("é" * 5000)), OUT, read, NOW).raw)
    assert "é" * 5000 in plain


@pytest.mark.parametrize(
    ("name", "saved"),
    [
        ("F-2026-0123.pdf", "F-2026-0123.pdf"),
        ("Devis signé n° 4 « été ».pdf", "Devis signé n° 4 « été ».pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\CON.pdf", "C__CON.pdf"),
        ('a"; filename="b.exe', "a_; filename=_b.exe"),
        ("a\r\nBcc: e@evil.example\r\n.pdf", "a Bcc_ e@evil.example .pdf"),
        ("=?utf-8?q?a=0ABcc:_e?=.pdf", "= _utf-8_q_a=0ABcc__e_=.pdf"),
        ("\u202egpj.exe", "gpj.exe"),
        ("x" * 4000 + ".pdf", "x" * 116 + ".pdf"),
        ("...", "document.pdf"),
    ],
)
def test_attachment_is_whole_and_its_name_is_safe(name: str, saved: str) -> None:
    sha256 = hashlib.sha256(SMALL).hexdigest()
    raw = as_mail(due(Reply("Voici.", documents=(Document(name, sha256),))), OUT, lambda one: SMALL, NOW).raw
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(mail, email.message.EmailMessage)
    (part,) = mail.iter_attachments()
    assert part.get_filename() == saved
    assert part.get_content_type() == "application/pdf"
    assert part.get_content_disposition() == "attachment"
    assert hashlib.sha256(part.get_content()).hexdigest() == sha256
    assert saved in parts(raw)[0]


def test_media_type_is_kept_when_it_is_one() -> None:
    documents = (
        Document("a.ics", "s", media_type="text/calendar"),
        Document("b", "s", media_type="x\r\nBcc: e"),
    )
    raw = as_mail(due(Reply("Voici.", documents=documents)), OUT, lambda _: SMALL, NOW).raw
    mail = email.message_from_bytes(raw)
    assert [part.get_content_type() for part in mail.walk()][-2:] == [
        "text/calendar",
        "application/octet-stream",
    ]


def test_missing_file_is_our_failure() -> None:
    with pytest.raises(KeyError):
        as_mail(due(Reply("Voici.", documents=(Document("a.pdf", "none"),))), OUT, read, NOW)


def with_files(*sizes: int) -> tuple[Due, dict[str, bytes]]:
    files = {f"f{n}": BIG[:size] for n, size in enumerate(sizes)}
    return due(Reply("Voici.", documents=tuple(Document(f"{name}.pdf", name) for name in files))), files


def test_too_large_without_a_link_is_said_and_the_rest_still_leaves() -> None:
    one, files = with_files(1_000_000, 3_000_000)
    raw = as_mail(
        one, Out(MARKS, "portail.example", limit=3_000_000), lambda document: files[document.sha256], NOW
    ).raw
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(mail, email.message.EmailMessage)
    assert [part.get_filename() for part in mail.iter_attachments()] == ["f0.pdf"]
    assert "f1.pdf pèse 3\u00a0Mo, trop pour un e-mail." in parts(raw)[0]


def test_largest_files_become_links_until_the_rest_fits() -> None:
    one, files = with_files(1_000_000, 3_000_000, 500_000)
    out = Out(
        MARKS,
        "portail.example",
        limit=2_000_000,
        by_link=lambda _, doc, until: f"https://x.example/files/{doc.sha256}-{until.isoformat()}",
    )
    raw = as_mail(one, out, lambda document: files[document.sha256], NOW).raw
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(mail, email.message.EmailMessage)
    assert [part.get_filename() for part in mail.iter_attachments()] == ["f0.pdf", "f2.pdf"]
    plain, html = parts(raw)
    link = "https://x.example/files/f1-2026-12-01T23:59:59+01:00"
    said = "f1.pdf pèse 3\u00a0Mo, trop pour un e-mail. Le lien pour l'ouvrir est valable jusqu'au 1er décembre 2026."
    assert said in plain
    assert said in unescape(html)
    assert f"Ouvrir f1.pdf\u00a0: {link}" in plain
    assert f'href="{link}"' in html
