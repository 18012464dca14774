"""Whatever the bytes, a letter comes out, and it can be kept."""

from __future__ import annotations

import json
from dataclasses import asdict

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mail_gateway.charset import decoded
from mail_gateway.html_text import shown
from mail_gateway.incoming import Envelope, Reading, contents, read
from mail_gateway.quoting import new_text, normalised
from mail_gateway.screen import refusal, with_crlf

READING = Reading(("192.0.2.0/24",), "mx.us.example", ("espace.us.example",))
NAMES = st.sampled_from(
    [
        "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Content-Type", "MIME-Version",
        "Content-Disposition", "Return-Path", "Content-Transfer-Encoding", "Authentication-Results", "Precedence",
        "Auto-Submitted", "X-Original-To",
    ]
)  # fmt: skip
PIECES = st.sampled_from(
    [
        "a@b.example", "<a@b.example>", '"', "(", ")", ";", ",", ":", "\\", "=?utf-8?q?=C3=A9?=", "=?x?b?!?=",
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "message/rfc822", "boundary=b",
        "charset=utf-8", "charset=utf-7", "format=flowed", "delsp=yes", "filename*0*=", "name*=utf-8''%2F", "base64",
        "quoted-printable", "uuencode", "mx.us.example;", "dmarc=pass", "header.from=b.example", " ", "\t", "\r\n ",
        "\udce9", "é", "\u202e", "no", "list", "Tue, 24 Nov 2026 09:00:00 +0100", "99999999999",
    ]
)  # fmt: skip
VALUES = st.one_of(st.lists(PIECES, max_size=8).map("".join), st.text(max_size=60))
LINES = st.sampled_from(
    [
        "", "SOLDE", "> q", ">", "--b", "--b--", "-- ", "Cordialement,", "Le 24/11/2026 à 09:12, X <x@y.fr> a écrit :",
        "De : x@y.fr", "Envoyé : 24/11/2026", "À : z", "Objet : s", "Envoyé de mon iPhone", "<blockquote type=cite>q",
        "<p style='display:none'>x", "Content-Type: text/html", "-- Reply above this line --", "=C3", "U09MREU=",
    ]
)  # fmt: skip


@st.composite
def mails(draw: st.DrawFn) -> bytes:
    headers = draw(st.lists(st.tuples(NAMES, VALUES), max_size=10))
    body = draw(st.one_of(st.lists(LINES, max_size=15).map("\r\n".join), st.text(max_size=200)))
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return (head + "\r\n" + body).encode("utf-8", "surrogateescape" if "\udce9" in head else "replace")


def keeps(raw: bytes) -> None:
    letter = read(raw, Envelope("192.0.2.1", "x@y.example"), READING)
    assert letter.reason != "unreadable"
    assert len(letter.key) == 64
    assert len(letter.text) <= 600_000
    json.dumps(asdict(letter), default=str, ensure_ascii=False).encode("utf-8")
    assert "\0" not in letter.text + letter.full_text + letter.subject
    if letter.verdict in ("accept", "ignore"):
        assert tuple(map(len, contents(raw))) == tuple(item.size for item in letter.attachments)
    if letter.verdict == "accept":
        assert letter.sender is not None


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mails())
def test_mails_made_of_odd_pieces(raw: bytes) -> None:
    if refusal(raw) is None:
        keeps(raw)
    keeps(with_crlf(raw.replace(b"\0", b"").replace(b"\r", b"")))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=500))
def test_any_bytes(raw: bytes) -> None:
    keeps(with_crlf(raw))
    keeps(b"From: a@b.example\r\nContent-Type: text/html\r\n\r\n" + with_crlf(raw))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=100), st.text(max_size=20).filter(lambda label: "7" not in label))
def test_decoding_never_fails_and_leaves_text_that_can_be_kept(data: bytes, label: str) -> None:
    text = decoded(data, label)
    assert "\0" not in text
    text.encode("utf-8")


@settings(max_examples=200, deadline=None)
@given(st.lists(LINES, max_size=30).map("\n".join))
def test_what_is_new_is_part_of_what_was_written_and_needs_no_second_cut(text: str) -> None:
    new = new_text(text)
    assert new.text in normalised(text) or new.between
    assert "-- Reply above this line --" not in new.text


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(["<p>", "</p>", "<div class='gmail_quote'>", "<blockquote type=cite>", "</div>", "<td>",
                                 "<table>", "a", "<style>", "</style>", "<!--", "&#0;", "&#xD800;", "<", "<p hidden>",
                                 "<div id='appendonsend'>", "<svg>", "<html>", "<body>", "é", "</blockquote>"]),
                max_size=40).map("".join))  # fmt: skip
def test_any_tags(source: str) -> None:
    shown(source).text.encode("utf-8", "surrogatepass")
